"""The casebook: leads come in, are read, moved, merged and noted, and everything stays on record."""

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Geod

from cross_check import casebook
from cross_check.ledger import store
from gis.errors import TableFaults
from tests.cross_check import cases
from tests.cross_check.cases import refused

GEOD = Geod(ellps="GRS80")


@pytest.fixture
def project(tmp_path):
    """Return the small province, its ledger empty."""
    return cases.project(tmp_path / "p")


@pytest.fixture
def ledger(project):
    """Return its ledger with two patches beside each other and a complaint far away."""
    made = casebook.opened(project)
    rows = (cases.lead("1"), cases.lead("2", lon=126.501), cases.lead("3", source="complaint", lon=124.5, kind=None))
    casebook.take_in(made, cases.act(), cases.leads(*rows))
    return made


L1, L2, L3 = cases.lead("1")["lead_id"], cases.lead("2")["lead_id"], cases.lead("3", source="complaint")["lead_id"]


def test_leads_come_in_once_and_as_they_are(ledger):
    """A second import of the same leads changes nothing, not even after a person has read one."""
    assert casebook.table(ledger)["state"].tolist() == ["new"] * 3
    casebook.read(ledger, cases.act(), L1, "suspected", "burn")
    step = casebook.take_in(ledger, cases.act(), cases.leads(cases.lead("1"), cases.lead("9")))
    assert step.figures == {"leads": 2, "new": 1, "known": 1}
    lead = casebook.table(ledger).set_index("lead_id").loc[L1]
    assert (lead["state"], lead["machine_class"], lead["human_class"], lead["shown_class"]) == (
        "suspected",
        "waste",
        "burn",
        "burn",
    )
    assert (lead.geometry.x, lead["reach_m"], lead["seen_on"]) == (126.5, 30.0, pd.Timestamp("2026-06-20"))


def test_reading_a_new_lead_makes_two_steps_of_one_act(ledger):
    """From new to be read and read, undone together; an exclusion asks for a reason, a class must be known."""
    made = casebook.read(ledger, cases.act(), L1, "doubtful", "waste", seen=1)
    assert [(event.from_state, event.to_state) for event in made] == [("new", "to_read"), ("to_read", "doubtful")]
    ledger.undo(cases.act(), made[1].number)
    assert ledger.record(("lead", L1)).state == "new"
    assert refused(casebook.read, ledger, cases.act(), L1, "suspected", "magic") == "casebook.unknown_class"
    assert refused(casebook.read, ledger, cases.act(why=""), L1, "excluded") == "ledger.no_reason"
    assert refused(casebook.read, ledger, cases.act("contractor"), L1, "suspected", "waste") == "ledger.contractor"


def test_two_readers_of_one_lead(ledger):
    """The second, who still sees the first version, gets both."""
    casebook.read(ledger, cases.act(), L1, "suspected", "waste", seen=1)
    with pytest.raises(store.Conflict) as conflict:
        casebook.read(ledger, cases.act(who="乙"), L1, "excluded", seen=1)
    assert conflict.value.now.state == "suspected"


def test_nobody_moves_a_lead_on_site_by_hand(ledger):
    """Orders, inspections and problems have their own verbs."""
    casebook.read(ledger, cases.act(), L1, "suspected", "waste")
    for to in ("to_issue", "checking", "problem"):
        assert refused(casebook.move, ledger, cases.act("approver"), [L1], to) == "casebook.needs_order"
    casebook.move(ledger, cases.act(), [L1], "watched")
    assert ledger.record(("lead", L1)).state == "watched"


def test_several_leads_move_together_or_not_at_all(ledger):
    """One that may not move holds the others back."""
    casebook.move(ledger, cases.act(), [L1, L2, L3], "to_read")
    casebook.move(ledger, cases.act(), [L3], "excluded")
    assert refused(casebook.move, ledger, cases.act(), [L3, L1], "watched") == "ledger.no_move"
    assert sorted(casebook.table(ledger)["state"]) == ["excluded", "to_read", "to_read"]


def test_a_merge_keeps_both_numbers_and_can_be_undone(ledger):
    """The one that went is listed no more but stays on record; evidence of both counts."""
    assert casebook.suggestions(casebook.table(ledger))[["left_id", "right_id"]].to_numpy().tolist() in (
        [[L1, L2]],
        [[L2, L1]],
    )
    casebook.note(ledger, cases.act(), L2, {"evidence": "photo;place"})
    casebook.read(ledger, cases.act(), L2, "suspected", "waste")
    made = casebook.merge(ledger, cases.act(), L1, L2)
    table = casebook.table(ledger).set_index("lead_id")
    assert L2 not in table.index
    assert table.loc[L1, "merged"] == L2
    assert set(table.loc[L1, "evidence"].split(";")) == {"place", "date", "image_before", "image_after", "photo"}
    assert casebook.table(ledger, merged=True).set_index("lead_id").loc[L2, "merged_into"] == L1
    assert refused(casebook.merge, ledger, cases.act(), L1, L2) == "casebook.merged_already"
    assert refused(casebook.merge, ledger, cases.act(), L1, L1) == "casebook.one_lead"
    ledger.undo(cases.act(), made[0].number)
    assert len(casebook.table(ledger)) == 3


def test_what_only_a_machine_saw_lends_no_evidence(ledger):
    """Two patches, neither read: the one that stays has its own evidence alone."""
    casebook.note(ledger, cases.act(), L2, {"evidence": "photo;place"})
    casebook.merge(ledger, cases.act(), L1, L2)
    assert "photo" not in casebook.table(ledger).set_index("lead_id").loc[L1, "evidence"]


def test_leads_kept_apart_are_suggested_no_more(ledger):
    """A person has looked and found two."""
    casebook.keep_apart(ledger, cases.act(), L1, L2)
    assert casebook.suggestions(casebook.table(ledger)).empty


def test_a_note_writes_facts_and_nothing_that_has_its_own_verb(ledger):
    """A trigger is a fact; a human class is a reading."""
    casebook.note(ledger, cases.act(), L1, {"trigger": "accident"})
    assert ledger.record(("lead", L1)).fields["trigger"] == "accident"
    for name in ("human_class", "order_id", "merged_into", "source"):
        with pytest.raises(ValueError, match="does not write"):
            casebook.note(ledger, cases.act(), L1, {name: "x"})


def test_a_blurred_place_is_exact_for_analysts_alone(ledger):
    """For others it lies in the middle of a cell of a kilometre, whatever the place within the cell."""
    casebook.note(ledger, cases.act(), L3, {"blur_m": 1000})
    exact = casebook.table(ledger).set_index("lead_id").geometry
    seen = casebook.table(ledger, role="leader").set_index("lead_id").geometry
    assert exact[L3].x == 124.5
    assert 0 < GEOD.inv(exact[L3].x, exact[L3].y, seen[L3].x, seen[L3].y)[2] < 750
    assert seen[L1] == exact[L1]
    casebook.take_in(ledger, cases.act(), cases.leads(cases.lead("4", source="complaint", lon=124.501)))
    other = cases.lead("4", source="complaint")["lead_id"]
    casebook.note(ledger, cases.act(), other, {"blur_m": 1000})
    shown = casebook.table(ledger, role="leader").set_index("lead_id").geometry
    assert shown[other] == shown[L3]


def test_a_third_party_sees_no_complaint(ledger):
    """Not even its number."""
    assert set(casebook.table(ledger, role="contractor")["lead_id"]) == {L1, L2}


def test_files_of_each_source_come_in_and_faulty_ones_leave_nothing(project, tmp_path):
    """Alarms by permit number; with a fault nothing comes in, unless the good rows are asked for."""
    row = {"报警编号": "A1", "报警时间": "2026-06-20", "排污许可证编号": cases.SITES[0], "报警内容": "超标"}
    pd.DataFrame([row, row | {"报警编号": "A2", "排污许可证编号": ""}]).to_csv(tmp_path / "alarms.csv", index=False)
    with pytest.raises(TableFaults):
        casebook.import_file(project, cases.act(), tmp_path / "alarms.csv", "monitoring")
    assert casebook.opened(project).events() == []
    step, faults = casebook.import_file(project, cases.act(), tmp_path / "alarms.csv", "monitoring", skip_faulty=True)
    assert (step.figures["new"], faults["code"].tolist()) == (1, ["sources.no_place"])


def test_results_of_the_workbench_come_in(project):
    """Patches once leads are built; what is not there is told."""
    assert refused(casebook.take_results, project, cases.act(), "patch") == "files.missing"
    with pytest.raises(ValueError, match="no result"):
        casebook.take_results(project, cases.act(), "complaint")


def test_an_empty_ledger_gives_an_empty_table(project):
    """With all its columns, so that pages need no exceptions."""
    table = casebook.table(casebook.opened(project))
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.empty
    assert {"lead_id", "state", "due_on", "shown_class", "geometry"} <= set(table.columns)
    assert casebook.suggestions(table).empty
    assert casebook.region_names(project, "zh")["230600"] == "大庆市"
