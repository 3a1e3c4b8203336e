"""Orders: from a suspected lead to a closed case, with every refusal on the way."""

import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from cross_check import casebook, orders, rectification, registers
from cross_check.ledger.events import Act, Entry
from cross_check.orders import Decision
from gis.errors import WorkbenchError
from tests.cross_check import cases
from tests.cross_check.cases import refused

CHIEF = cases.act("approver", "乙", "")
ON = date(2026, 7, 2)
LISTED = {"site_id": cases.SITES[1], "site_name": "示例二厂", "lon": 126.6}


@pytest.fixture
def project(tmp_path):
    """Return the small province, its ledger empty."""
    return cases.project(tmp_path / "p")


def _state(project, name):
    return casebook.opened(project).record(("lead", name)).state


def _visit(project, site, kind="routine", day="2026-02-01"):
    ledger = casebook.opened(project)
    number = f"V{len(ledger.records('visit'))}"
    fields = {"site_id": site, "visited_on": day, "check_kind": kind}
    ledger.append(cases.act(), [Entry("visit.add", ("visit", number), fields, "open")])


def _cap(project, most, site="*"):
    fields = {"site_id": site, "year": 2026, "check_kind": "total", "most": most, "document_no": "示环〔2026〕9号"}
    casebook.opened(project).append(cases.act(), [Entry("cap.add", ("cap", f"{site}/2026/total"), fields, "open")])


def test_a_lead_gets_to_a_closed_case(project):
    """Suspected, ordered, issued, inspected, found, reviewed, a problem, handed over, rectified, announced, closed."""
    (name,) = cases.suspected(project, cases.lead("1"))
    ledger, local = casebook.opened(project), cases.act("local", "丙")
    orders.draft(project, cases.act(), [name])
    orders.decide(project, CHIEF, [Decision(name, "onsite_now")])
    assert _state(project, name) == "to_issue"
    letter = {"letter_no": "示函1号", "receiver": "230100", "due_on": "2026-07-06"}
    casebook.move(ledger, cases.act(), [name], "to_check", letter)
    made = orders.inspect(project, local, name, ["O0", "O1"], on=ON)
    casebook.move(ledger, local, [name], "to_review", {"finding": "露天堆放约 2 亩"})
    casebook.move(ledger, cases.act(), [name], "confirmed")
    orders.open_problem(ledger, cases.act(), name)
    problem = f"P{name[1:]}"
    steps = [
        ("to_hand_over", cases.act(), {}),
        ("handed_over", cases.act(), letter),
        ("rectifying", local, {"signed_by": "丙"}),
        ("closing_asked", local, {"measures": "清运"}),
        ("verifying", cases.act(), {}),
        ("announced", cases.act(), {"acceptance": "合格"}),
    ]
    for to, act, fields in steps:
        orders.move_problem(ledger, act, problem, to, fields)
    assert refused(orders.move_problem, ledger, CHIEF, problem, "closed") == "ledger.lacks"
    proofs = {f"proof_{part}": "文件" for part in ("cleared", "traced", "punished", "published")}
    assert refused(orders.move_problem, ledger, local, problem, "closed", proofs) == "ledger.not_allowed"
    orders.move_problem(ledger, CHIEF, problem, "closed", proofs)
    record = ledger.record(("problem", problem))
    assert (record.state, record.fields["closed_by"], record.fields["lead_id"]) == ("closed", "乙", name)
    assert ledger.record(made[0].key).fields["officer_ids"] == "O0;O1"
    assert orders.counts_by_site(ledger).loc[cases.SITES[0]].tolist() == [1, 0, 0]
    orders.move_problem(ledger, cases.act(why="复发"), problem, "relapsed")
    assert orders.counts_by_site(ledger).loc[cases.SITES[0], "relapses"] == 1
    assert ledger.verify().whole


def test_a_problem_is_that_of_its_lead_whatever_else_is_told(project):
    """Another lead or source, which would let out who complained, is not taken; other facts are."""
    (name,) = cases.suspected(project, cases.lead("1", source="complaint"))
    ledger = casebook.opened(project)
    ledger.append(cases.act("approver"), [Entry("lead.move", ("lead", name), {"order_id": "Q"}, "to_issue")])
    for to in ("to_check", "checking", "to_review", "confirmed"):
        told = {"letter_no": "1", "receiver": "230100", "due_on": "2026-07-06", "finding": "堆放"}
        ledger.append(cases.act("approver"), [Entry("lead.move", ("lead", name), told, to)])
    orders.open_problem(ledger, cases.act(), name, {"lead_id": "L0", "source": "patch", "severity": 3})
    fields = ledger.record(("problem", f"P{name[1:]}")).fields
    assert (fields["lead_id"], fields["source"], fields["severity"]) == (name, "complaint", 3)


def test_a_draft_holds_the_proposal_with_rule_and_document(project):
    """What the approver sees is on record, rule by rule; a second draft of one lead is refused."""
    (name,) = cases.suspected(project, cases.lead("1", **LISTED))
    orders.draft(project, cases.act(), [name])
    (order,) = casebook.opened(project).records("order")
    assert (order.state, order.fields["proposed"], order.fields["lead_id"]) == ("drafted", "local", name)
    reasons = {(one["way"], one["code"], one["hard"]) for one in order.fields["reasons"]}
    assert reasons == {("onsite_now", "triage.positive", True), ("into_plan", "triage.positive", True)}
    assert all("10号" in one["document"] for one in order.fields["reasons"])
    assert json.dumps(order.fields["reasons"])
    assert refused(orders.draft, project, cases.act(), [name]) == "orders.open_already"


def test_a_listed_firm_is_visited_with_a_recorded_trigger_only(project):
    """Refused without one, even with a reason; with one the trigger stands in order and lead."""
    (name,) = cases.suspected(project, cases.lead("1", **LISTED))
    with pytest.raises(WorkbenchError) as refusal:
        orders.decide(project, cases.act("approver", why="要去"), [Decision(name, "onsite_now")])
    assert refusal.value.code == "orders.refused"
    assert "环办执法〔2021〕10号" in str(refusal.value)
    assert refused(orders.decide, project, CHIEF, [Decision(name, "onsite_now", "whim")]) == "orders.refused"
    orders.decide(project, CHIEF, [Decision(name, "onsite_now", "accident")])
    ledger = casebook.opened(project)
    assert ledger.records("order")[0].fields["trigger"] == "accident"
    assert ledger.record(("lead", name)).fields["trigger"] == "accident"


def test_the_ledgers_positive_list_goes_before_the_registers_flag(project):
    """A removed firm is inspected like any other; one listed in the ledger is not."""
    ledger = casebook.opened(project)
    one, other = sorted(cases.suspected(project, cases.lead("1", **LISTED), cases.lead("2", lon=126.51)))
    by_site = casebook.table(ledger).set_index("lead_id")["site_id"]
    listed, plain = (one, other) if by_site[one] == cases.SITES[1] else (other, one)
    dates = {"valid_from": "2026-01-01", "valid_to": "2028-12-31", "document_no": "示环1号", "grounds": "x"}
    for site in cases.SITES[:2]:
        ledger.append(cases.act(), [Entry("positive.add", ("positive", site), dates | {"site_id": site}, "open")])
    registers.remove(ledger, cases.act(), cases.SITES[1], on=date(2026, 6, 1))
    assert refused(orders.decide, project, CHIEF, [Decision(plain, "onsite_now")]) == "orders.refused"
    orders.decide(project, CHIEF, [Decision(listed, "onsite_now")])


def test_a_full_cap_closes_the_way_on_site_and_names_the_firms_document(project):
    """Two visits of two; in the decision, and once more on the day of the inspection."""
    (name,) = cases.suspected(project, cases.lead("1"))
    _cap(project, 2)
    _visit(project, cases.SITES[0])
    orders.decide(project, CHIEF, [Decision(name, "onsite_now")])
    letter = {"letter_no": "1", "receiver": "230100", "due_on": "2026-07-06"}
    casebook.move(casebook.opened(project), cases.act(), [name], "to_check", letter)
    _visit(project, cases.SITES[0], "special")
    with pytest.raises(WorkbenchError) as refusal:
        orders.inspect(project, cases.act("leader"), name, ["O0", "O1"], on=ON)
    assert (refusal.value.code, "示环〔2026〕9号" in str(refusal.value)) == ("orders.refused", True)
    assert _state(project, name) == "to_check"


def test_soft_rules_yield_to_a_reason_on_record(project):
    """Low confidence: refused without a reason, approved with one, and the order says what was overruled."""
    (name,) = cases.suspected(project, cases.lead("1", score=0.3))
    assert refused(orders.decide, project, CHIEF, [Decision(name, "onsite_now")]) == "orders.refused"
    orders.decide(project, cases.act("approver", why="群众集中反映"), [Decision(name, "onsite_now")])
    assert casebook.opened(project).records("order")[0].fields["overruled"] == ["triage.confidence"]


def test_a_bulk_decision_shows_what_it_would_do_and_is_whole_or_nothing(project):
    """The preview records nothing; one refused lead of three holds the act back."""
    names = cases.suspected(
        project,
        cases.lead("1"),
        cases.lead("2", lon=126.6, **{k: v for k, v in LISTED.items() if k != "lon"}),
        cases.lead("3", score=0.3),
    )
    ledger = casebook.opened(project)
    before = len(ledger.events())
    leads = casebook.table(ledger)
    proposals = orders.propose(ledger, leads, cases.enterprises(), on=date(2026, 7, 1))
    decisions = [Decision(name, "onsite_now") for name in names]
    seen = orders.preview(leads, proposals, decisions).set_index("lead_id")
    assert sorted(seen["possible"]) == ["no", "reason", "yes"]
    assert set(seen["to_state"]) == {"to_issue"}
    assert refused(orders.decide, project, CHIEF, decisions) == "orders.refused"
    assert len(ledger.events()) == before
    good = [one for one in decisions if seen.loc[one.lead_id, "possible"] == "yes"]
    orders.decide(
        project, cases.act("approver"), [*good, *(Decision(n, "watch") for n in seen.index[seen["possible"] == "no"])]
    )
    assert sorted(casebook.table(ledger)["state"]) == ["suspected", "to_issue", "watched"]
    ledger.undo(cases.act("approver"), len(ledger.events()))
    assert set(casebook.table(ledger)["state"]) == {"suspected"}


def test_only_an_approver_decides_and_nobody_over_an_unread_lead(project):
    """An analyst drafts; what only a machine saw waits for a reader."""
    (name,) = cases.suspected(project, cases.lead("1"))
    assert refused(orders.decide, project, cases.act(), [Decision(name, "onsite_now")]) == "ledger.not_allowed"
    assert refused(orders.decide, project, cases.act("contractor"), [Decision(name, "watch")]) == "ledger.contractor"
    ledger = casebook.opened(project)
    casebook.take_in(ledger, cases.act(), cases.leads(cases.lead("9", lon=126.7)))
    fresh = cases.lead("9")["lead_id"]
    assert refused(orders.decide, project, cases.act("approver"), [Decision(fresh, "onsite_now")]) == "orders.refused"
    assert refused(orders.decide, project, CHIEF, [Decision("L0", "watch")]) == "ledger.no_record"


def test_a_refused_order_leaves_the_lead_and_asks_for_a_reason(project):
    """No way is chosen: the lead stays suspected and can be drafted again."""
    (name,) = cases.suspected(project, cases.lead("1"))
    orders.draft(project, cases.act(), [name])
    assert refused(orders.decide, project, CHIEF, [Decision(name, "")]) == "ledger.no_reason"
    orders.decide(project, cases.act("approver", why="证据不足"), [Decision(name, "")])
    assert _state(project, name) == "suspected"
    assert [one.state for one in casebook.opened(project).records("order")] == ["refused"]


@pytest.mark.parametrize(
    ("staff", "reason"),
    [
        (["O0", "O2"], "officers.interest"),
        (["O0", "O3"], "officers.on_leave"),
        (["O0", "X"], "officers.unknown"),
    ],
)
def test_who_goes_is_certified_free_and_without_interest(project, staff, reason):
    """A third party's people are on no list of officers, so that nobody can send them."""
    (name,) = cases.suspected(project, cases.lead("1"))
    assert refused(orders.inspect, project, cases.act("leader"), name, staff, on=ON) == "orders.no_order"
    orders.decide(project, CHIEF, [Decision(name, "onsite_now")])
    letter = {"letter_no": "1", "receiver": "230100", "due_on": "2026-07-06"}
    casebook.move(casebook.opened(project), cases.act(), [name], "to_check", letter)
    with pytest.raises(WorkbenchError) as refusal:
        orders.inspect(project, cases.act("leader"), name, staff, on=ON)
    assert refusal.value.params["reason"] == reason
    assert refused(orders.inspect, project, cases.act("leader"), name, ["O0"], on=ON) == "ledger.no_inspection"
    assert refused(orders.inspect, project, cases.act("contractor"), name, ["O0", "O1"], on=ON) == "ledger.contractor"


def test_a_harmless_place_is_archived_with_its_reason_until_it_ends(project):
    """The proposal shows why; after the day it is gone."""
    (name,) = cases.suspected(project, cases.lead("1"))
    ledger = casebook.opened(project)
    registers.suppress(ledger, cases.act(why="固定堆场"), name, until=date(2026, 12, 31))
    leads = casebook.table(ledger)
    found = orders.propose(ledger, leads, cases.enterprises(), on=date(2026, 7, 1))[name]
    assert found.way == "archive"
    assert {refusal.facts.get("reason") for refusal in found.refusals} == {"固定堆场"}
    assert orders.propose(ledger, leads, cases.enterprises(), on=date(2027, 1, 1))[name].way == "onsite_now"


def test_the_reply_clock_starts_at_the_approval(project):
    """Forty-eight hours after ten in Beijing, told in UTC."""
    (name,) = cases.suspected(project, cases.lead("1"))
    act = Act("乙", "approver", datetime(2026, 7, 1, 2, 0, tzinfo=UTC))
    orders.decide(project, act, [Decision(name, "onsite_now")])
    (order,) = casebook.opened(project).records("order")
    assert order.fields["reply_by"] == "2026-07-03T02:00:00Z"
    assert casebook.table(casebook.opened(project))["due_on"].tolist() == [pd.Timestamp("2026-07-06")]


def test_draws_leave_out_what_the_ledgers_registers_bar(project):
    """A used-up cap and the flagged site; the trigger of an open lead lets the latter in."""
    _cap(project, 1, cases.SITES[0])
    _visit(project, cases.SITES[0])
    ledger, sites = casebook.opened(project), cases.enterprises()
    out = orders.barred(ledger, sites, on=ON).set_index("unit_id")["excluded"].to_dict()
    assert out == {cases.SITES[0]: "barring.cap", cases.SITES[1]: "barring.positive"}
    (name,) = cases.suspected(project, cases.lead("1", **LISTED))
    casebook.note(ledger, cases.act(), name, {"trigger": "department"})
    assert orders.barred(ledger, sites, on=ON)["unit_id"].tolist() == [cases.SITES[0]]


@pytest.mark.parametrize(
    ("trigger", "read", "free"),
    [("department", True, True), ("whim", True, False), ("", True, False), ("department", False, False)],
)
def test_only_a_known_trigger_of_a_read_lead_opens_the_positive_list(project, trigger, read, free):
    """Not any word, and not a lead that only a machine saw; draws and plans are told the same."""
    ledger, sites, lead = casebook.opened(project), cases.enterprises(), cases.lead("1", **LISTED)
    if read:
        cases.suspected(project, lead)
    else:
        casebook.take_in(ledger, cases.act(), cases.leads(lead))
    casebook.note(ledger, cases.act(), lead["lead_id"], {"trigger": trigger})
    assert (cases.SITES[1] not in set(orders.barred(ledger, sites, on=ON)["unit_id"])) == free
    listed = orders.as_listed(project, sites, ON).set_index("site_id")["positive_list"]
    assert listed[cases.SITES[1]] == (not free)


def test_the_register_is_as_listed_in_the_ledger(project):
    """Without a ledger by its flag; with one by the list, on any of the days that are asked for."""
    sites = cases.enterprises()
    assert orders.as_listed(project, sites, ON)["positive_list"].tolist() == [False, True, False, False]
    assert not project.ledger.exists()
    ledger = casebook.opened(project)
    line = {"valid_from": "2026-07-10", "valid_to": "2026-12-31", "document_no": "示环1号", "grounds": "x"}
    for site, more in ((cases.SITES[0], {}), (cases.SITES[1], {"removed_on": "2026-07-01"})):
        ledger.append(cases.act(), [Entry("positive.add", ("positive", site), line | more, "open", 0)])
    assert orders.as_listed(project, sites, ON)["positive_list"].tolist() == [False] * 4
    later = orders.as_listed(project, sites, ON, date(2026, 7, 20))
    assert later["positive_list"].tolist() == [True, False, False, False]


def test_an_earlier_order_sends_nobody_once_the_lead_goes_by_another(project):
    """Its trigger opened the positive list; the order that replaced it was withdrawn, and so is the visit."""
    (name,) = cases.suspected(project, cases.lead("1", **LISTED))
    ledger, letter = casebook.opened(project), {"letter_no": "1", "receiver": "230100", "due_on": "2026-07-06"}
    for _ in range(2):
        orders.decide(project, CHIEF, [Decision(name, "onsite_now", "accident")])
        casebook.move(ledger, cases.act(), [name], "to_check", letter)
        first, *_ = made = ledger.records("order", ["approved"])
        if len(made) == 1:
            casebook.move(ledger, cases.act(), [name], "suspected")
    present = ledger.record(("lead", name)).fields["order_id"]
    assert present != first.key[1]
    ledger.append(cases.act(), [Entry("order.withdraw", ("order", present), {}, "withdrawn")])
    assert refused(orders.inspect, project, cases.act("leader"), name, ["O0", "O1"], on=ON) == "orders.no_order"


def test_a_relapsed_problem_is_not_closed_by_its_old_papers(project):
    """Measures, acceptance and proofs are asked for again; how it was closed before stays in the events."""
    (name,) = cases.suspected(project, cases.lead("1"))
    ledger, key = casebook.opened(project), ("problem", "P1")
    proofs = {f"proof_{part}": "文件" for part in ("cleared", "traced", "punished", "published")}
    told = {"lead_id": name, "measures": "清运", "acceptance": "合格", "signed_by": "丙"} | proofs
    ledger.append(cases.act(), [Entry("problem.open", key, told, "pooled", 0)])
    road = ("to_hand_over", "handed_over", "rectifying", "closing_asked", "verifying", "announced", "closed")
    letter = {"letter_no": "1", "receiver": "230100", "due_on": "2026-07-06"}
    for to in road:
        orders.move_problem(ledger, cases.act("approver"), "P1", to, letter)
    orders.move_problem(ledger, cases.act(why="复发"), "P1", "relapsed")
    assert refused(orders.move_problem, ledger, CHIEF, "P1", "rectifying") == "ledger.lacks"
    orders.move_problem(ledger, CHIEF, "P1", "rectifying", {"signed_by": "丙"})
    assert refused(orders.move_problem, ledger, CHIEF, "P1", "closing_asked") == "ledger.lacks"
    orders.move_problem(ledger, CHIEF, "P1", "closing_asked", {"measures": "再清运"})
    orders.move_problem(ledger, CHIEF, "P1", "verifying")
    orders.move_problem(ledger, CHIEF, "P1", "announced", {"acceptance": "合格"})
    assert refused(orders.move_problem, ledger, CHIEF, "P1", "closed") == "ledger.lacks"
    orders.move_problem(ledger, CHIEF, "P1", "closed", proofs)
    assert ledger.record(key).fields["relapses"] == 1


@pytest.mark.parametrize(("severity", "days"), [(None, 60), (1, 60), (2, 30), (3, 15), (9, 15)])
def test_a_hand_over_without_a_deadline_has_that_of_the_rule(project, severity, days):
    """The graver, the sooner; the document of the rule is on record, and a deadline that is stated goes before."""
    (name,) = cases.suspected(project, cases.lead("1"))
    ledger, key = casebook.opened(project), ("problem", "P1")
    ledger.append(cases.act(), [Entry("problem.open", key, {"lead_id": name, "severity": severity}, "pooled", 0)])
    orders.move_problem(ledger, CHIEF, "P1", "to_hand_over")
    letter = {"letter_no": "1", "receiver": "230100"}
    orders.move_problem(ledger, CHIEF, "P1", "handed_over", letter)
    handed = CHIEF.day
    told = ledger.record(key).fields
    assert (date.fromisoformat(told["due_on"]) - handed).days == days
    assert told["due_basis"] == rectification.rules()["hand_over"]["document"]
    orders.move_problem(ledger, cases.act("approver", why="补"), "P1", "returned")
    orders.move_problem(ledger, CHIEF, "P1", "to_hand_over")
    orders.move_problem(ledger, CHIEF, "P1", "handed_over", letter | {"due_on": "2026-12-31"})
    assert ledger.record(key).fields["due_on"] == "2026-12-31"
