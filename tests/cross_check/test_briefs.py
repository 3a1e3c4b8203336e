"""Briefings of a project: what the foot of a map says, what is refused, and leads as the ledger has them."""

from datetime import date
from pathlib import Path

import pytest

from cross_check import briefs, casebook
from cross_check.files import Project
from cross_check.reports import contents
from cross_check.reports.contents import Brief
from gis import files
from gis.errors import WorkbenchError
from tests.cross_check import cases
from tests.kept import files_in
from tests.views import small


def test_a_public_brief_needs_a_number(demo_project):
    """A map for the public without a map approval number is refused before anything is drawn."""
    project, _ = demo_project
    brief = Brief(title="题", maker="处", made_on=date(2025, 7, 1), sources=(), classification="public")
    before = files_in(project.brief)
    with pytest.raises(WorkbenchError) as refusal:
        briefs.write(project, brief)
    assert refusal.value.code == "plate.no_approval_number"
    assert files_in(project.brief) == before


def test_image_sources_name_files_and_dates(demo_project):
    """The foot of a map can say which images it stands on."""
    project, _ = demo_project
    assert briefs.image_sources(project) == ("2024-06-18.tif 2024-06-18", "2025-06-20.tif 2025-06-20")
    assert briefs.image_sources(Project(Path("nowhere"))) == ()


def test_a_briefing_of_a_province_by_tiles_has_the_province_plate_alone(monkeypatch, tmp_path):
    """Its recipe names no images: none are told at the foot, and no area is drawn."""
    project, drawn = small.write(tmp_path / "own"), []
    monkeypatch.setattr(briefs.briefing, "write", lambda *_, areas, **__: drawn.append(areas) or ())
    brief = Brief(title="题", maker="处", made_on=date(2026, 7, 1), sources=())
    briefs.write(project, brief)
    inputs = files.read_json(project.recipe)["inputs"]
    files.write_json({"inputs": {name: {"sha256": "0"} for name in inputs}}, project.recipe)
    briefs.write(project, brief)
    assert [len(areas) for areas in drawn] == [1, 0]
    assert briefs.image_sources(project) == ()


def test_a_briefing_shows_leads_as_the_ledger_has_them(monkeypatch, tmp_path):
    """A dismissed lead is not among the contents, a reading's class is; without a ledger all are there."""
    project, drawn = small.write(tmp_path / "own"), []
    monkeypatch.setattr(briefs.briefing, "write", lambda given, *_, **__: drawn.append(given) or ())
    brief = Brief(title="题", maker="处", made_on=date(2026, 7, 1), sources=())
    briefs.write(project, brief)
    assert not project.ledger.exists()
    casebook.take_results(project, cases.act(), "patch")
    ledger = casebook.opened(project)
    casebook.read(ledger, cases.act(), "L1", "excluded", "other")
    casebook.read(ledger, cases.act(), "L2", "suspected", "burn")
    briefs.write(project, brief)
    shown = [contents.checked(each, brief).leads.set_index("lead_id") for each in drawn]
    assert set(shown[0].index) - set(shown[1].index) == {"L1"}
    assert shown[1].loc["L2", "shown_class"] == "burn"
