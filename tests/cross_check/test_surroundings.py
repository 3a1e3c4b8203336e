"""What a project holds around a site."""

import datetime as dt

import numpy as np
import pytest

from cross_check import casebook, surroundings
from cross_check.files import Project
from cross_check.ledger.events import Entry
from cross_check.reports import dossier_sheet
from gis import files, synthetic
from gis.errors import WorkbenchError
from gis.language import catalogue
from tests.cross_check import cases
from tests.views import small


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with nothing but a register of five sites, two of them of one name."""
    project = Project(tmp_path_factory.mktemp("project"))
    sites = synthetic.enterprises(np.random.default_rng(2), files.read_sketch(), 5)
    sites.loc[:1, "name"] = "示例厂"
    files.write_table(sites, project.enterprises)
    return project


def test_what_a_project_lacks_is_empty(project):
    """A register alone makes a dossier; asking opens no ledger."""
    site = files.read_layer(project.enterprises)["site_id"][2]
    found = surroundings.dossier(project, site, on=dt.date(2026, 1, 1))
    assert found.site["site_id"].tolist() == [site]
    assert [len(part) for part in (found.leads, found.zones, found.visits, found.positive, found.past)] == [0] * 5
    assert not project.ledger.exists()


def test_a_site_is_found_by_any_of_its_names(project):
    """By id, permit number, credit code and name; a name of two sites says which."""
    state = files.read_layer(project.enterprises)
    row = state.iloc[3]
    for text in (row["site_id"], row["credit_code"], row["name"]):
        assert surroundings.site_called(project, text) == row["site_id"]
    with pytest.raises(WorkbenchError, match=state["site_id"][0]) as caught:
        surroundings.site_called(project, "示例厂")
    assert caught.value.code == "dossier.several"
    with pytest.raises(WorkbenchError) as caught:
        surroundings.site_called(project, "没有的厂")
    assert caught.value.code == "duplicates.no_site"


def test_leads_stand_in_a_dossier_as_the_ledger_has_them(tmp_path):
    """The lead beside the first site with the human class and the state of its reading; the file stays as it was."""
    project = small.write(tmp_path / "own")
    casebook.take_results(project, cases.act(), "patch")
    casebook.read(casebook.opened(project), cases.act(), "L0", "excluded", "other")
    found = surroundings.dossier(project, "S00000", on=dt.date(2026, 7, 1)).leads.set_index("lead_id")
    assert found.loc["L0", ["state", "human_class", "machine_class"]].tolist() == ["excluded", "other", "construction"]
    assert files.read_layer(project.leads)["human_class"].isna().all()


def test_problems_of_a_site_stand_in_its_dossier_with_their_state(tmp_path):
    """A confirmed lead made a problem and handed on is on the sheet of its own site, and on no other's."""
    project = small.write(tmp_path / "own")
    casebook.take_results(project, cases.act(), "patch")
    ledger = casebook.opened(project)
    told = {"site_id": "S00000", "lead_id": "L0", "problem_type": "waste"}
    ledger.append(cases.act(), [Entry("problem.open", ("problem", "P0"), told, "pooled", 0)])
    ledger.append(cases.act(), [Entry("problem.move", ("problem", "P0"), {}, "to_hand_over")])
    found = surroundings.dossier(project, "S00000", on=dt.date(2026, 7, 1))
    assert found.problems[["problem_id", "state"]].to_numpy().tolist() == [["P0", "to_hand_over"]]
    drawn = dossier_sheet.sheet(found, catalogue("zh"))
    assert "<td>P0</td>" in drawn
    assert "待移交" in drawn
    assert surroundings.dossier(project, "S00001", on=dt.date(2026, 7, 1)).problems.empty
