"""Leads of the detection as the ledger has them."""

import pandas as pd
import pytest

from cross_check import casebook, leads, standings
from gis import files, schema
from tests.cross_check import cases
from tests.views import small


@pytest.fixture
def project(tmp_path):
    """Return six leads L0 to L5, all in the ledger."""
    made = small.write(tmp_path / "own")
    casebook.take_results(made, cases.act(), "patch")
    return made


def _states(project):
    return casebook.standing(project).set_index("lead_id")["state"]


def test_without_a_ledger_leads_stand_as_they_were_made(tmp_path):
    """And to ask makes no ledger."""
    project = small.write(tmp_path / "own")
    assert casebook.standing(project).equals(files.read_layer(project.leads))
    assert not project.ledger.exists()


def test_a_reading_shows_and_the_machine_stays(project):
    """State and human class come from the ledger; the rest is untouched and meets the schema."""
    casebook.read(casebook.opened(project), cases.act(), "L2", "suspected", "burn")
    found, before = casebook.standing(project), files.read_layer(project.leads)
    schema.demand(found, leads.SCHEMA, "leads")
    row = found.set_index("lead_id").loc["L2"]
    assert (row["state"], row["human_class"], row["machine_class"]) == ("suspected", "burn", "waste")
    same = [name for name in before if name not in {"state", "human_class"}]
    assert found[same].equals(before[same])


def test_a_lead_that_the_ledger_does_not_hold_stays(project):
    """A detection made anew brings leads that nobody has taken in."""
    found = files.read_layer(project.leads)
    told = casebook.table(casebook.opened(project))
    left = standings.of(found.assign(state="doubtful"), told[told["lead_id"] != "L3"])
    assert left.set_index("lead_id")["state"].loc["L3"] == "doubtful"
    assert set(left.loc[left["lead_id"] != "L3", "state"]) == {"new"}


def test_a_merged_lead_stands_as_the_one_it_went_into(project):
    """Left out where the other is in the table, else under its own number with the other's state, along a chain."""
    ledger = casebook.opened(project)
    casebook.merge(ledger, cases.act(), "L1", "L0")
    casebook.take_in(ledger, cases.act(), cases.leads(cases.lead("7", source="complaint")))
    other = cases.lead("7", source="complaint")["lead_id"]
    casebook.merge(ledger, cases.act(), other, "L1")
    casebook.read(ledger, cases.act(), other, "excluded", "waste")
    states = _states(project)
    assert states.loc[["L0", "L1"]].tolist() == ["excluded"] * 2
    casebook.merge(ledger, cases.act(), "L3", "L2")
    assert "L2" not in _states(project)


def test_a_lead_whose_problem_is_closed_stands_as_closed(project):
    """The ledger's own state of the lead stays a problem."""
    ledger = casebook.opened(project)
    told = casebook.table(ledger, merged=True)
    told.loc[told["lead_id"].isin(["L1", "L2"]), "state"] = "problem"
    found = standings.of(files.read_layer(project.leads), told, frozenset({"L1"})).set_index("lead_id")["state"]
    assert found.loc[["L0", "L1", "L2"]].tolist() == ["new", "closed", "problem"]


def test_nothing_told_and_nothing_found():
    """Empty tables pass."""
    empty = pd.DataFrame({"lead_id": []})
    assert standings.of(empty, empty) is empty
