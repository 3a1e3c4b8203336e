"""The door: roles, moves, and what never gets in."""

from datetime import UTC, datetime
from itertools import pairwise, product

import pytest

from cross_check import data
from cross_check.ledger import rules
from cross_check.ledger.events import Act, Entry, Record
from gis.errors import WorkbenchError
from gis.language import catalogue

NOW = datetime(2026, 4, 6, tzinfo=UTC)
KINDS = sorted(
    {kind for role in data.rules("rules")["roles"].values() for kind in role["may"]}
    | {"inspection.open", "inspection.record", "order.decide", "lead.move", "problem.move", "complainant.reveal"}
)
OBJECTS = ("lead", "order", "problem", "inspection", "survey", "assessment", "positive", "item", "cap", "visit")
INSPECTION = {"officer_ids": "a;b", "check_kind": "case"}


def _refusal(act, entry, now=None, **more):
    with pytest.raises(WorkbenchError) as refusal:
        rules.admit(act, entry, now or Record(entry.key), **more)
    return refusal.value.code


def _act(role, why="因"):
    return Act("甲", role, NOW, why)


def test_the_states_of_leads_are_those_of_the_trade():
    """Fourteen states, each said in the words of the trade, each reached and none a dead end but the problem."""
    zh = catalogue("zh")
    told = [
        "新线索",
        "待判读",
        "疑似",
        "排除",
        "存疑",
        "待下发",
        "待核查",
        "核查中",
        "待审核",
        "属实",
        "不属实",
        "合法合规",
        "转问题",
        "归档观察",
    ]
    assert [zh.say(f"lead_state.{state}") for state in rules.LEAD_STATES] == told
    reached = {to for state in rules.LEAD_STATES for to in rules.moves("lead", state)}
    assert reached == set(rules.LEAD_STATES) - {"new"}
    assert [state for state in rules.LEAD_STATES if not rules.moves("lead", state)] == ["problem"]


def test_the_main_road_of_a_problem_leads_to_closing():
    """待汇总 to 已销号 in the order of the trade; relapse reopens."""
    road = ["pooled", "to_hand_over", "handed_over", "rectifying", "closing_asked", "verifying", "announced", "closed"]
    for state, to in pairwise(road):
        assert to in rules.moves("problem", state)
    assert rules.moves("problem", "closed") == ["relapsed"]
    assert set(rules.PROBLEM_STATES) == set(road) | {"returned", "filed", "transferred", "relapsed"}


def test_every_move_names_known_states_and_roles():
    """A slip of the pen in the data file is found here."""
    states = {"lead": rules.LEAD_STATES, "order": rules.ORDER_STATES, "problem": rules.PROBLEM_STATES}
    states["draw"] = rules.DRAW_STATES
    states |= dict.fromkeys(rules.CONTRACTORS, rules.SURVEY_STATES)
    # A line of a register is there or withdrawn.
    states |= dict.fromkeys(("item", "cap", "visit", "officer", "positive"), ("open", ""))
    for move in data.rules("rules")["moves"]:
        assert {*move["from"], *move["to"]} <= set(states[move["object"]])
        assert set(move["roles"]) <= set(rules.ROLES)
        for role in move["roles"]:
            verb = "order.decide" if move["object"] == "order" else f"{move['object']}.move"
            drafts = move["object"] == "order" and move["to"] == ["withdrawn"]
            leads = role == "leader" and move["to"] == ["problem"]
            assert rules.allowed(role, "order.withdraw" if drafts else verb) or leads


@pytest.mark.parametrize(("kind", "target"), list(product(KINDS, OBJECTS)))
def test_a_contractor_gets_nothing_in_but_surveys_and_assessments(kind, target):
    """Whatever verb on whatever record, in whatever state, undoing or not."""
    verb = kind.replace(".*", ".anything")
    own = verb.partition(".")[0]
    for undoing, state in product((False, True), ("", "open")):
        entry = Entry(verb, (target, "X"), dict(INSPECTION), "open")
        code = _refusal(_act("contractor"), entry, Record(entry.key, 1, state), undoing=undoing)
        assert code == "ledger.contractor"
    if own == target and target in rules.CONTRACTORS:
        rules.admit(_act("contractor"), Entry(verb, (target, "X"), {"cell": "1"}, "open"), Record((target, "X")))


def test_even_a_changed_table_gives_a_contractor_no_inspection(monkeypatch):
    """The guard does not rest on the data file: roles written wrongly open no door."""
    table = {"roles": {"contractor": {"may": ["inspection.*", "lead.*", "survey.*"]}}, "moves": []}
    monkeypatch.setattr(data, "rules", lambda _: table)
    assert not rules.allowed("contractor", "inspection.open")
    assert rules.allowed("contractor", "survey.add")
    entry = Entry("inspection.open", ("inspection", "X"), INSPECTION, "open")
    assert _refusal(_act("contractor"), entry) == "ledger.contractor"


@pytest.mark.parametrize("role", ["reader", "briefing"])
def test_readers_record_nothing(role):
    """Who only reads is refused by name."""
    for kind in ("lead.add", "order.decide", "inspection.open", "survey.add"):
        entry = Entry(kind, (kind.partition(".")[0], "X"), {}, "open")
        assert _refusal(_act(role), entry) == "ledger.not_allowed"


@pytest.mark.parametrize("fields", [{}, {"officer_ids": "a;a", "check_kind": "case"}, {"officer_ids": "a;b"}])
def test_an_inspection_has_a_kind_and_two_officers(fields):
    """One officer twice is one officer."""
    entry = Entry("inspection.open", ("inspection", "X"), fields, "open")
    assert _refusal(_act("leader"), entry) == "ledger.no_inspection"
    rules.admit(_act("leader"), Entry("inspection.open", ("inspection", "X"), INSPECTION, "open"), Record(entry.key))


def test_moves_ask_for_role_reason_and_fields():
    """Each refusal has its own sentence."""
    lead = Record(("lead", "L"), 3, "suspected", {"source": "complaint"})
    move = Entry("lead.move", lead.key, {}, "to_issue")
    assert _refusal(_act("analyst"), move, lead) == "ledger.not_allowed"
    assert _refusal(_act("approver"), move, lead) == "ledger.lacks"
    rules.admit(
        _act("approver"), Entry("lead.move", lead.key, {"order_id": "Q", "human_class": "waste"}, "to_issue"), lead
    )
    away = Entry("lead.move", lead.key, {}, "watched")
    assert _refusal(_act("analyst", " "), away, lead) == "ledger.no_reason"
    assert _refusal(_act("analyst"), Entry("lead.move", lead.key, {}, "closed"), lead) == "ledger.no_move"
    assert rules.needs("lead", "to_issue", "to_check") == (("letter_no", "receiver", "due_on"), False)


@pytest.mark.parametrize("source", ["patch", "hotspot", "fire_point"])
@pytest.mark.parametrize("to", ["to_issue", "to_check", "checking"])
def test_what_only_a_machine_saw_goes_nowhere_unread(source, to, monkeypatch):
    """Even a table of moves without conditions lets no unread lead on site."""
    table = {
        "roles": {"approver": {"may": ["lead.*"]}},
        "moves": [{"object": "lead", "from": ["new"], "to": [to], "roles": ["approver"]}],
    }
    monkeypatch.setattr(data, "rules", lambda _: table)
    lead = Record(("lead", "L"), 1, "new", {"source": source, "machine_class": "waste"})
    assert _refusal(_act("approver"), Entry("lead.move", lead.key, {}, to), lead) == "ledger.unreviewed"
    rules.admit(_act("approver"), Entry("lead.move", lead.key, {"human_class": "waste"}, to), lead)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        (("lead", "L"), "source"),
        (("lead", "L"), "machine_class"),
        (("problem", "P"), "lead_id"),
        (("inspection", "J"), "officer_ids"),
    ],
)
def test_what_a_record_rests_on_is_never_changed(key, field):
    """A patch becomes no complaint, which opens the positive list; an inspection loses no officer."""
    now = Record(key, 3, "open", {field: "told"})
    entry = Entry(f"{key[0]}.note", key, {field: "other"})
    assert _refusal(_act("approver"), entry, now) == "ledger.for_good"
    rules.admit(_act("approver"), Entry(f"{key[0]}.note", key, {field: "told", "note": "x"}), now)


@pytest.mark.parametrize(
    "text",
    [
        "电话13912345678",
        "230103198001011234 反映",
        "证号23010319800101123X",
        "电话１３９１２３４５６７８",
        "139-1234-5678",
        "139 1234 5678 反映",
    ],
)
def test_phone_and_identity_numbers_stay_outside(text):
    """Neither as a reason nor in a field; the refusal does not repeat them."""
    for act, fields in ((_act("analyst", text), {}), (_act("analyst"), {"note": text})):
        with pytest.raises(WorkbenchError) as refusal:
            rules.admit(act, Entry("lead.add", ("lead", "L"), fields, "new"), Record(("lead", "L")))
        assert refusal.value.code == "ledger.personal"
        assert "1234" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "91130200699229617X",
        "911302307808371268",
        "编号 20260406123456789",
        "约 13900 平方米",
        "c13912345678f",
        "911302199001011268",
        "示环 139-1234 号",
    ],
)
def test_codes_and_figures_pass(text):
    """Credit codes, long numbers and areas are no persons."""
    rules.admit(_act("analyst", text), Entry("lead.add", ("lead", "L"), {}, "new"), Record(("lead", "L")))


def test_the_rest_of_the_refusals():
    """No name, no such role, no such record, there already, a verb of another record."""
    add = Entry("lead.add", ("lead", "L"), {}, "new", 0)
    assert _refusal(Act(" ", "analyst", NOW), add) == "ledger.no_name"
    assert _refusal(_act("chief"), add) == "ledger.unknown_role"
    assert _refusal(_act("analyst"), Entry("lead.move", ("lead", "L"), {}, "to_read")) == "ledger.no_record"
    assert _refusal(_act("analyst"), add, Record(add.key, 1, "new")) == "ledger.there_already"
    with pytest.raises(ValueError, match="records no"):
        rules.admit(_act("analyst"), Entry("lead.add", ("order", "L"), {}, "drafted"), Record(("order", "L")))
    with pytest.raises(WorkbenchError):
        rules.needs("lead", "new", "confirmed")


def test_the_usual_way_on_goes_from_a_new_lead_to_a_closed_problem():
    """What asks for a reason goes back or aside and is left out; a record that is done with has no way on."""
    assert rules.usual("lead", "suspected") == {"to_issue": ("approver",)}
    assert rules.usual("problem", "announced") == {"closed": ("approver",)}
    for kind, first, last in (("lead", "new", "problem"), ("problem", "pooled", "closed")):
        reached, waiting = {first}, [first]
        while waiting:
            new = set(rules.usual(kind, waiting.pop())) - reached
            reached |= new
            waiting += new
        assert last in reached
        assert not rules.usual(kind, last)
    assert not rules.usual("lead", "excluded")


def test_a_contractor_is_nowhere_on_the_way_of_a_lead_or_problem():
    """Neither usual moves nor others name the role."""
    for kind, states in (("lead", rules.LEAD_STATES), ("problem", rules.PROBLEM_STATES)):
        for state in states:
            assert not rules.moves(kind, state, "contractor")
            assert not any("contractor" in roles for roles in rules.usual(kind, state).values())
