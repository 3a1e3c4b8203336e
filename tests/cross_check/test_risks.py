"""Risk by rule with what the ledger knows of a site's behaviour."""

import pytest

from cross_check import casebook, risks
from cross_check.ledger.events import Entry
from gis.errors import WorkbenchError
from tests.cross_check import cases


def test_problems_and_relapses_of_the_ledger_move_the_risk(tmp_path):
    """Without a ledger none is made; a relapse puts the site up a step, and the line is told."""
    project = cases.project(tmp_path / "p")
    before = risks.scored(project)
    assert not project.ledger.exists()
    ledger, site = casebook.opened(project), cases.SITES[2]
    fields = {"lead_id": "L1", "site_id": site, "relapses": 2}
    ledger.append(cases.act(), [Entry("problem.open", ("problem", "P1"), fields, "pooled", 0)])
    after = risks.scored(project)
    first, second = (each.table.set_index("site_id").loc[site] for each in (before, after))
    assert second["step"] > first["step"]
    assert "scoring.relapsed" in set(after.lines.loc[after.lines["site_id"] == site, "code"])
    others = [each.table[each.table["site_id"] != site] for each in (before, after)]
    assert others[0].equals(others[1])


def test_without_a_register_there_is_nothing_to_score(tmp_path):
    """The missing file is named."""
    with pytest.raises(WorkbenchError) as refusal:
        risks.scored(cases.Project(tmp_path))
    assert refusal.value.code == "files.missing"
