"""Routing: a round on disk, planned, checked, planned anew; a proposal changes nothing until it is taken over."""

import datetime as dt
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cross_check import casebook, plans, routing
from cross_check.files import Project
from cross_check.ledger.events import Act
from cross_check.replanning import Closed
from cross_check.route_params import Params
from cross_check.routing import RoadOrder, RoundOrder
from gis import files
from gis.errors import WorkbenchError
from tests.cross_check import round_made as made
from tests.kept import files_in

AT = dt.datetime(2025, 7, 8, tzinfo=dt.UTC)


@pytest.fixture
def project(tmp_path):
    """A project with a round of two teams, planned."""
    held = made.project(tmp_path / "p", 16, 3)
    routing.plan(held, made.QUICK)
    return held


def test_a_plan_is_read_back_as_it_was_written(project):
    """Parameters, roads and parts survive the disk; the audit finds nothing; a second plan is the same."""
    planned, params, roads = routing.read(project)
    assert (params, roads) == (made.QUICK, RoadOrder())
    found, step = routing.check(project)
    assert (found, step.code) == ([], "routing.sound")
    before = files_in(project.folder)
    routing.plan(project, made.QUICK)
    assert files_in(project.folder) == before
    assert len(planned.visits) == step.figures["visits"]


def test_a_proposal_waits_until_it_is_taken_over(project):
    """The announced plan stays; taken over, it is the new plan and the old one is kept; a stale one is refused."""
    planned, _, _ = routing.read(project)
    visit = planned.visits.iloc[1]
    event = Closed(visit["target_id"], visit["leave"])
    before = (project.visits.read_bytes(), project.legs.read_bytes())
    found, _ = routing.close_gate(project, event)
    assert (project.visits.read_bytes(), project.legs.read_bytes()) == before
    name = routing.proposal_of(event)
    routing.take_over(project, name, by="chief", at=AT)
    now, _, _ = routing.read(project)
    assert now.visits["target_id"].tolist() == found.routes.visits["target_id"].tolist()
    assert (project.replans / name / "former-visits.parquet").read_bytes() == before[0]
    assert files.read_json(project.replans / name / "event.json")["taken_by"] == "chief"
    assert routing.check(project)[0] == []
    with pytest.raises(WorkbenchError) as refused:
        routing.take_over(project, name, by="chief", at=AT)
    assert refused.value.code == "routing.outdated"
    with pytest.raises(WorkbenchError) as refused:
        routing.take_over(project, "none", by="chief", at=AT)
    assert refused.value.code == "routing.no_proposal"


def test_the_bureaus_own_roads_are_used_and_checked(project, tmp_path):
    """With a table of its own, half as long again as great circles, drives follow it and the audit asks it too."""
    targets = files.read_layer(project.targets)
    beds = routing.lodgings_of(project, made.regions())
    ids = [*beds["lodging_id"], *targets["target_id"]]
    places = np.concatenate([each.geometry.get_coordinates().to_numpy() for each in (beds, targets)])
    metres, minutes = made.QUICK.travel.table(ids, places)
    np.savez(tmp_path / "roads.npz", ids=np.array(ids), km=metres * 1.5 / 1000, minutes=minutes * 1.5)
    short = routing.read(project)[0].legs
    routing.plan(project, made.QUICK, roads=RoadOrder(table=tmp_path / "roads.npz"))
    assert routing.check(project)[0] == []
    long = routing.read(project)[0].legs
    assert long["drive_min"].sum() > short["drive_min"].sum()
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(WorkbenchError) as refused:
        routing.plan(project, made.QUICK, roads=RoadOrder(table=tmp_path / "bad.npz"))
    assert refused.value.code == "roads.bad_matrix"


def test_lodgings_come_from_a_sheet(tmp_path):
    """A sheet of houses is taken into the project beside the seats."""
    held = Project(tmp_path / "p")
    files.write_table(made.regions(), held.regions)
    rows = pd.DataFrame({"lodging_id": ["H9"], "name": ["house"], "lon": [126.0], "lat": [46.0]})
    rows.to_csv(tmp_path / "houses.csv", index=False)
    assert routing.import_lodgings(tmp_path / "houses.csv", held).figures == {"houses": 1}
    assert "H9" in set(routing.lodgings_of(held, made.regions())["lodging_id"])


def test_a_round_without_its_document_is_refused(demo_project):
    """Out-of-area inspection needs a document; nothing is written without."""
    project, _ = demo_project
    before = files_in(project.folder)
    order = RoundOrder(date(2025, 7, 7), plans.Params(document_no=" ", seed="public"))
    with pytest.raises(WorkbenchError) as refusal:
        routing.plan_round(project, order)
    assert refusal.value.code == "rounds.no_document"
    assert files_in(project.folder) == before


def test_what_the_ledger_has_excluded_is_no_target(demo_project, tmp_path):
    """Nobody goes to a lead before it is read, nor once it is excluded; the reason is told each time."""
    project, _ = demo_project
    copy = Project(tmp_path)
    for name in ("regions", "zones", "officers", "enterprises", "leads"):
        getattr(copy, name).write_bytes(getattr(project, name).read_bytes())
    order = RoundOrder(
        date(2025, 7, 7), plans.Params(document_no="示例1号", seed="public", per_region=4), route=Params(days=2)
    )
    unread = routing.plan_round(copy, order)
    assert not casebook.begun(copy)
    assert set(files.read_layer(copy.targets)["target_kind"]) == {"site"}
    assert unread.figures["excluded"]["plans.lead_unread"] == len(files.read_layer(copy.leads))
    act = Act("甲", "analyst", AT, "农田翻耕")
    casebook.take_results(copy, act, "patch")
    ledger = casebook.opened(copy)
    for lead in casebook.table(ledger).itertuples():
        casebook.read(ledger, act, lead.lead_id, "suspected", lead.machine_class)
    routing.plan_round(copy, order)
    targets = files.read_layer(copy.targets)
    gone = targets.loc[targets["target_kind"] == "lead", "target_id"].iloc[0]
    casebook.move(ledger, act, [gone], "to_read")
    casebook.read(ledger, act, gone, "excluded", "other")
    step = routing.plan_round(copy, order)
    assert gone not in set(files.read_layer(copy.targets)["target_id"])
    assert step.figures["excluded"]["plans.lead_excluded"] == 1


def test_past_rounds_are_barred(demo_project, tmp_path):
    """The pairs of the last round do not come again."""
    project, _ = demo_project
    copy = Project(tmp_path)
    for name in ("regions", "zones", "officers", "enterprises", "leads"):
        getattr(copy, name).write_bytes(getattr(project, name).read_bytes())
    former = files.read_table(project.assignment).assign(round=1)[["round", "home_division", "division_code"]]
    files.write_table(former, tmp_path / "past.parquet")
    plan = plans.Params(document_no="示例1号", seed="public", per_region=4)
    order = RoundOrder(date(2025, 7, 7), plan, route=Params(days=2), past=tmp_path / "past.parquet")
    routing.plan_round(copy, order)
    now = files.read_table(copy.assignment)
    pairs = [set(zip(table["home_division"], table["division_code"], strict=True)) for table in (former, now)]
    assert not pairs[0] & pairs[1]
