"""What pages of leads and orders share."""

from cross_check import casebook
from cross_check.ledger.store import Conflict
from gis.errors import WorkbenchError
from gis.language import catalogue
from tests.cross_check import cases as made
from views import cases

WORDS = catalogue("zh")


def test_codes_in_refusals_are_said_in_words():
    """Fields, roles, rules and reasons of officers."""
    told = {
        "ledger.lacks": ({"name": "L1", "fields": "letter_no, due_on"}, "交办文号、期限"),
        "ledger.not_allowed": ({"role": "briefing", "kind": "lead.add"}, "简报"),
        "orders.refused": ({"name": "L1", "rule": "triage.cap", "where": "文件"}, "频次上限"),
        "orders.officers": ({"name": "O1", "reason": "officers.on_leave"}, "请假"),
    }
    for code, (params, said) in told.items():
        assert said in cases.explain(WORDS, WorkbenchError(code, "x", **params))


def test_history_tells_who_when_from_to_and_why(tmp_path):
    """The newest first, Beijing time, names of fields and values, and nothing as markup."""
    ledger = casebook.opened(made.project(tmp_path / "p"))
    casebook.take_in(ledger, made.act(who="<b>甲</b>"), made.leads(made.lead("1")))
    name = made.lead("1")["lead_id"]
    casebook.read(ledger, made.act(why="现场可见"), name, "suspected", "waste")
    drawn = cases.history(WORDS, ledger.events(("lead", name)))
    assert drawn.index("待判读 → 疑似") < drawn.index("新线索 → 待判读")
    assert "2026-07-01 10:00" in drawn
    assert "人工类别：固废堆存" in drawn
    assert "&lt;b&gt;" in drawn


def test_an_order_keeps_its_refusals_whole():
    """What was written into the ledger comes back as it was."""
    told = {"way": "local", "code": "triage.cap", "document": "d", "article": "a", "hard": True, "facts": {"visits": 2}}
    found = cases.refusal_of(told)
    assert (found.way, found.hard, found.facts) == ("local", True, {"visits": 2})


def test_a_conflict_is_shown_with_both_versions(tmp_path):
    """What one wanted and what stands by now, side by side."""
    ledger = casebook.opened(made.project(tmp_path / "p"))
    casebook.take_in(ledger, made.act(), made.leads(made.lead("1")))
    name = made.lead("1")["lead_id"]
    casebook.read(ledger, made.act(), name, "suspected", "waste", seen=1)
    try:
        casebook.read(ledger, made.act(), name, "excluded", "burn", seen=1)
    except Conflict as conflict:
        drawn = cases._both(WORDS, conflict)
    assert "疑似" in drawn
    assert "焚烧过火" in drawn
