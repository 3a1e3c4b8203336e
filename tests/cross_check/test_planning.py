"""Planning: versions on disk, a change with its reason, nothing half written."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cross_check import planning, yearplans
from cross_check.files import Project
from cross_check.ledger import store
from cross_check.ledger.events import Act, Entry
from cross_check.planning import Change, YearOrder
from cross_check.synthetic import officers
from gis import files, synthetic
from gis.errors import TableFaults, WorkbenchError

ORDER = YearOrder(yearplans.Params(2026), share=0.05)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """A project with a small register, officers and a plan for 2026."""
    project = Project(tmp_path_factory.mktemp("year"))
    rng, regions = np.random.default_rng(1), files.read_sketch()
    files.write_table(synthetic.enterprises(rng, regions, 400), project.enterprises)
    staff = officers(rng, regions, on=dt.date(2026, 1, 1), site_ids=[])
    files.write_table(staff, project.officers)
    planning.build(project, ORDER)
    return project


@pytest.fixture
def project(made_once, tmp_path):
    """A copy of it that a test may change."""
    copy = Project(tmp_path)
    for path in made_once.folder.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(made_once.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return copy


def _campaign(project: Project, folder, months: str, count: int = 5):
    sites = files.read_layer(project.enterprises)
    sites = sites[(sites["operating"] != "stopped") & ~sites["industry_code"].str.startswith(("B", "E", "C303"))]
    table = pd.DataFrame({"campaign_id": "U", "months": months, "site_id": sites["site_id"].iloc[:count]})
    files.write_table(table, folder / "campaign.csv")
    return folder / "campaign.csv"


def test_a_plan_has_its_inputs_its_figures_and_no_fault(project):
    """The first version holds all tables; the audit finds nothing; hand's plan covers no more."""
    held = planning.latest(project, 2026)
    assert (held.number, planning.years(project)) == (1, [2026])
    assert all(held.has(name) for name in (*planning.INPUTS, "plan", "left", "overlaps"))
    assert planning.check(project, 2026)[0] == []
    figures = held.facts["figures"]
    assert figures["covered_by_hand"] <= figures["covered"] <= figures["bound"] + 1e-6
    stopped = files.read_layer(project.enterprises).query("operating == 'stopped'")["site_id"]
    assert not set(stopped) & set(held.table("plan")["site_id"])


def test_officers_and_the_calendar_make_the_capacity(project):
    """A city's officer-days are its valid officers times the month's working days times the share."""
    capacity = planning.latest(project, 2026).table("capacity")
    july = capacity[capacity["month"] == 7].set_index("division_code")["officer_days"]
    february = capacity[capacity["month"] == 2].set_index("division_code")["officer_days"]
    assert (july > 0).all()
    np.testing.assert_allclose(july / february, 23 / 16)


def test_a_change_makes_a_version_and_keeps_the_former(project, tmp_path):
    """An urgent campaign: version 2 with reason, approver and what changed; version 1 is as it was."""
    first = planning.latest(project, 2026)
    before = (first.folder / "plan.parquet").read_bytes()
    source = _campaign(project, tmp_path, "8;9")
    why = Change("urgent campaign", "chief", dt.date(2026, 7, 10))
    step = planning.change(project, 2026, why, campaigns=source)
    held = planning.latest(project, 2026)
    assert held.number == step.figures["version"] == 2
    assert held.facts["change"] == {
        "reason": "urgent campaign",
        "approver": "chief",
        "on": "2026-07-10",
        "of_version": 1,
    }
    assert (first.folder / "plan.parquet").read_bytes() == before
    assert planning.check(project, 2026)[0] == []
    plan = held.table("plan")
    assert (plan["campaign_id"] == "U").sum() == 5
    pd.testing.assert_frame_equal(held.table("changes"), planning.diff(project, 2026, 1, 2))
    months = held.table("changes")[["old_month", "new_month"]].min(axis=1)
    assert (months >= 7).all()


def test_a_filed_plan_is_changed_not_built_again(project):
    """Once filed a plan is not built anew; each version remembers when it was filed."""
    assert planning.filed_on(project, 2026) is None
    planning.mark_filed(project, 2026, dt.date(2026, 3, 20))
    assert planning.filed_on(project, 2026) == dt.date(2026, 3, 20)
    assert planning.filing(project, 2026, dt.date(2026, 4, 2)).alarm == "filed"
    with pytest.raises(WorkbenchError) as refused:
        planning.build(project, ORDER)
    assert refused.value.code == "planning.filed"
    planning.change(project, 2026, Change("r", "a", dt.date(2026, 5, 1)))
    held = planning.latest(project, 2026)
    assert planning.refiled_on(project, held) is None
    planning.mark_filed(project, 2026, dt.date(2026, 5, 2))
    assert planning.refiled_on(project, held) == dt.date(2026, 5, 2)


def test_what_is_missing_or_wrong_changes_nothing(project, tmp_path):
    """No reason, no such year or version, a bad table by row, an impossible campaign: each told, nothing written."""
    before = sorted(project.yearplans.rglob("*"))
    bad = tmp_path / "bad.csv"
    bad.write_text("campaign_id,months,site_id\nU,8,\n", encoding="utf-8")
    day = dt.date(2026, 7, 1)
    for act, code in (
        (lambda: planning.change(project, 2026, Change(" ", "a", day)), "planning.no_reason"),
        (lambda: planning.change(project, 2030, Change("r", "a", day)), "planning.no_plan"),
        (lambda: planning.diff(project, 2026, 1, 9), "planning.no_version"),
        (
            lambda: planning.change(project, 2026, Change("r", "a", day), campaigns=_campaign(project, tmp_path, "5")),
            "yearplans.past",
        ),
    ):
        with pytest.raises(WorkbenchError) as refused:
            act()
        assert refused.value.code == code
    with pytest.raises(TableFaults) as faults:
        planning.change(project, 2026, Change("r", "a", day), campaigns=bad)
    assert faults.value.faults["row"].tolist() == [2]
    assert sorted(project.yearplans.rglob("*")) == before


def test_own_visits_a_year_replace_the_score(project, tmp_path):
    """A table of wishes overrules the risk score's frequency for the sites it names."""
    sites = gpd.GeoDataFrame(files.read_layer(project.enterprises))
    named = sites["site_id"].iloc[:3]
    files.write_table(pd.DataFrame({"site_id": named, "visits_per_year": [3, 0, 2]}), tmp_path / "wish.csv")
    planning.build(project, YearOrder(yearplans.Params(2026), share=0.05, visits=tmp_path / "wish.csv"))
    held = planning.latest(project, 2026).table("sites").set_index("site_id")
    running = sites.set_index("site_id").loc[named, "operating"] != "stopped"
    assert held.loc[named, "visits_per_year"].tolist() == [3.0 * running.iloc[0], 0.0, 2.0 * running.iloc[2]]


def test_the_ledgers_positive_list_keeps_sites_out_of_the_year(project):
    """Sites that the register does not flag, listed from May on: no visit is planned of them."""
    planned = planning.latest(project, 2026).table("plan")["site_id"].unique()[:3]
    line = {"valid_from": "2026-05-01", "valid_to": "2028-12-31", "document_no": "示环1号", "grounds": "x"}
    act = Act("甲", "analyst", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    made = [Entry("positive.add", ("positive", site), line | {"site_id": site}, "open", 0) for site in planned]
    store.opened(project.ledger).append(act, made)
    planning.build(project, ORDER)
    assert not set(planned) & set(planning.latest(project, 2026).table("plan")["site_id"])
