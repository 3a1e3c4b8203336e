"""What a project holds around a site."""

import datetime as dt

import numpy as np
import pytest

from cross_check import surroundings
from cross_check.files import Project
from gis import files, synthetic
from gis.errors import WorkbenchError


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
