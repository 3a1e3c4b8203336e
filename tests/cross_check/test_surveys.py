"""Surveys and assessments: ordered, delivered, examined; a lead by the bureau's hand, never an inspection."""

from datetime import date

import pandas as pd
import pytest

from cross_check import casebook, registers, surveys
from tests.cross_check import cases
from tests.cross_check.cases import refused

CONTRACTOR = cases.act("contractor", "某检测公司员工", "")
ORDER = {"site_id": cases.SITES[0], "organisation": "某检测公司", "task": "雨水排口排查", "due_on": "2026-07-10"}
DONE = {"done_on": "2026-07-05", "finding": "雨水口有黑色出水"}


@pytest.fixture
def project(tmp_path):
    """Return the small province, its ledger empty."""
    return cases.project(tmp_path / "p")


@pytest.mark.parametrize("kind", ["survey", "assessment"])
def test_ordered_delivered_returned_delivered_accepted(project, kind):
    """The third party delivers, the bureau examines; a return needs a reason, an acceptance its words."""
    ledger = casebook.opened(project)
    surveys.order(ledger, cases.act(), kind, "P-1", ORDER)
    surveys.deliver(ledger, CONTRACTOR, kind, "P-1", DONE)
    assert refused(surveys.examine, ledger, CONTRACTOR, kind, "P-1", accept=True) == "ledger.not_allowed"
    assert refused(surveys.examine, ledger, cases.act(why=""), kind, "P-1", accept=False) == "ledger.no_reason"
    surveys.examine(ledger, cases.act(why="缺照片"), kind, "P-1", accept=False)
    surveys.deliver(ledger, CONTRACTOR, kind, "P-1", DONE)
    assert refused(surveys.examine, ledger, cases.act(), kind, "P-1", accept=True) == "ledger.lacks"
    surveys.examine(ledger, cases.act(), kind, "P-1", accept=True, fields={"acceptance": "合格"})
    assert ledger.record((kind, "P-1")).state == "accepted"


def test_a_third_party_orders_nothing_and_makes_no_lead(project):
    """It may deliver without an order; a lead of what it found is the bureau's."""
    ledger = casebook.opened(project)
    assert refused(surveys.order, ledger, CONTRACTOR, "survey", "P-1", ORDER) == "ledger.not_allowed"
    surveys.deliver(ledger, CONTRACTOR, "survey", "P-2", ORDER | DONE)
    assert refused(surveys.raise_lead, project, cases.act(), "survey", "P-2") == "surveys.not_accepted"
    surveys.examine(ledger, cases.act(), "survey", "P-2", accept=True, fields={"acceptance": "合格"})
    assert refused(surveys.raise_lead, project, CONTRACTOR, "survey", "P-2") == "ledger.contractor"
    made = surveys.raise_lead(project, cases.act(), "survey", "P-2")
    lead = ledger.record(("lead", made[0].object_id))
    assert (lead.state, lead.fields["source"], lead.fields["site_id"]) == ("new", "survey", cases.SITES[0])
    assert ledger.record(("survey", "P-2")).fields["lead_id"] == lead.key[1]
    assert refused(surveys.raise_lead, project, cases.act(), "survey", "P-2") == "surveys.lead_already"
    assert not ledger.records("inspection")


def test_what_was_accepted_is_no_longer_the_third_partys(project, tmp_path):
    """Neither by hand nor by a table does it change an accepted report, nor accept its own beforehand."""
    ledger = casebook.opened(project)
    early = ORDER | DONE | {"acceptance": "合格"}
    assert refused(surveys.deliver, ledger, CONTRACTOR, "survey", "P-1", early) == "ledger.not_allowed"
    row = {"report_no": "P-1", "site_id": cases.SITES[0], "organisation": "某检测公司"} | DONE
    pd.DataFrame([row]).to_csv(tmp_path / "reports.csv", index=False)
    registers.import_file(ledger, CONTRACTOR, tmp_path / "reports.csv", "survey")
    surveys.examine(ledger, cases.act(), "survey", "P-1", accept=True, fields={"acceptance": "合格"})
    pd.DataFrame([row | {"finding": "无异常"}]).to_csv(tmp_path / "reports.csv", index=False)
    changed = (registers.import_file, ledger, CONTRACTOR, tmp_path / "reports.csv", "survey")
    assert refused(*changed) == "ledger.accepted"
    assert ledger.record(("survey", "P-1")).fields["finding"] == DONE["finding"]


def test_overdue_is_what_was_ordered_and_not_delivered(project):
    """The day after the deadline; delivered work is not late, returned work is."""
    ledger = casebook.opened(project)
    surveys.order(ledger, cases.act(), "survey", "P-1", ORDER)
    assert not surveys.table(ledger, "survey", on=date(2026, 7, 10))["overdue"].any()
    assert surveys.table(ledger, "survey", on=date(2026, 7, 11))["overdue"].all()
    surveys.deliver(ledger, CONTRACTOR, "survey", "P-1", DONE)
    assert not surveys.table(ledger, "survey", on=date(2026, 7, 11))["overdue"].any()
    surveys.examine(ledger, cases.act(why="缺照片"), "survey", "P-1", accept=False)
    assert surveys.table(ledger, "survey", on=date(2026, 7, 11))["overdue"].all()


def test_what_is_missing_is_named(project):
    """No number, no deadline, a deadline that is no day, no finding; neither kind is a mistake of the programmer."""
    ledger = casebook.opened(project)
    assert refused(surveys.order, ledger, cases.act(), "survey", " ", ORDER) == "ledger.lacks"
    assert refused(surveys.order, ledger, cases.act(), "survey", "P-1", ORDER | {"due_on": ""}) == "ledger.lacks"
    assert refused(surveys.order, ledger, cases.act(), "survey", "P-1", ORDER | {"due_on": "下周"}) == "ledger.no_day"
    assert refused(surveys.deliver, ledger, CONTRACTOR, "survey", "P-1", DONE) == "ledger.lacks"
    assert ledger.events() == []
    with pytest.raises(ValueError, match="neither"):
        surveys.table(ledger, "inspection", on=date(2026, 7, 1))


def test_names_of_sites_come_from_the_register(project):
    """An unknown one keeps its id."""
    ledger = casebook.opened(project)
    surveys.order(ledger, cases.act(), "survey", "P-1", ORDER)
    surveys.order(ledger, cases.act(), "survey", "P-2", ORDER | {"site_id": "X"})
    found = surveys.table(ledger, "survey", on=date(2026, 7, 1))
    assert list(surveys.names(cases.enterprises(), found)) == ["示例一厂", "X"]
