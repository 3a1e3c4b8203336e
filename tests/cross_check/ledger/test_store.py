"""The store: one transaction, one chain, and what happens when two people or a power cut come in between."""

import copy
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from cross_check.ledger import engines, events, rules, store
from cross_check.ledger.events import Act, Entry
from gis.errors import WorkbenchError
from tests.cross_check.cases import refused

NOW = datetime(2026, 4, 6, 8, 0, tzinfo=UTC)
ANALYST = Act("甲", "analyst", NOW, "判读")
CHIEF = Act("乙", "approver", NOW, "批准")


@pytest.fixture
def ledger(tmp_path):
    """Return an empty ledger on SQLite."""
    return store.opened(tmp_path / "ledger.sqlite")


def _add(name, **fields):
    return Entry("lead.add", ("lead", name), {"source": "complaint"} | fields, "new", 0)


def _move(name, to, seen=None, **fields):
    return Entry("lead.move", ("lead", name), fields, to, seen)


def _raw(ledger, *statements):
    with ledger.engine.connect() as connection, connection.execution_options(**engines.WRITING).begin():
        for statement in statements:
            connection.execute(text(statement))


def test_an_act_is_recorded_with_its_state(ledger):
    """An event tells who, when, from, to and why; the record is as the event leaves it."""
    ledger.append(ANALYST, [_add("L1", division_code="230100")])
    made = ledger.append(ANALYST, [_move("L1", "to_read", note="下周")])
    assert (made[0].who, made[0].role, made[0].at) == ("甲", "analyst", "2026-04-06T08:00:00Z")
    assert (made[0].from_state, made[0].to_state, made[0].why) == ("new", "to_read", "判读")
    assert made[0].changes == {"note": (None, "下周")}
    record = ledger.record(("lead", "L1"))
    assert (record.version, record.state) == (2, "to_read")
    assert record.fields == {"source": "complaint", "division_code": "230100", "note": "下周"}


def test_an_act_is_recorded_whole_or_not_at_all(ledger):
    """One refused entry of several leaves nothing behind."""
    assert refused(ledger.append, ANALYST, [_add("L1"), _move("L1", "confirmed")]) == "ledger.no_move"
    assert ledger.events() == []
    assert ledger.record(("lead", "L1")).version == 0


def test_of_two_people_the_second_sees_both_versions(ledger):
    """Who acts on an outdated version gets the present one and what happened since."""
    ledger.append(ANALYST, [_add("L1")])
    ledger.append(ANALYST, [_move("L1", "to_read", 1)])
    with pytest.raises(store.Conflict) as conflict:
        ledger.append(CHIEF, [_move("L1", "to_read", 1)])
    assert conflict.value.code == "ledger.conflict"
    assert conflict.value.now.state == "to_read"
    assert conflict.value.entry.seen == 1
    assert [event.who for event in conflict.value.since] == ["甲"]
    assert copy.copy(conflict.value).now == conflict.value.now


def test_undo_reverses_an_act_as_a_whole_and_deletes_nothing(ledger):
    """Two leads moved at once go back at once; the events stay, and the undo can be undone."""
    ledger.append(ANALYST, [_add("L1"), _add("L2")])
    made = ledger.append(ANALYST, [_move("L1", "to_read", note="x"), _move("L2", "to_read")])
    back = ledger.undo(CHIEF, made[1].number)
    assert [ledger.record(("lead", name)).state for name in ("L1", "L2")] == ["new", "new"]
    assert "note" not in ledger.record(("lead", "L1")).fields
    assert {event.reverses for event in back} == {made[0].act}
    assert refused(ledger.undo, CHIEF, made[0].number) == "ledger.undone"
    ledger.undo(CHIEF, back[0].number)
    assert ledger.record(("lead", "L1")).fields["note"] == "x"
    assert len(ledger.events()) == 8
    assert ledger.verify().whole


def test_undo_of_an_addition_withdraws_and_the_number_can_come_again(ledger):
    """A withdrawn record is listed no more; added again it continues its own history."""
    made = ledger.append(ANALYST, [_add("L1")])
    ledger.undo(CHIEF, made[0].number)
    assert ledger.records("lead") == []
    ledger.append(ANALYST, [_add("L1")])
    assert ledger.record(("lead", "L1")).version == 3


def test_undo_of_several_events_on_one_record(ledger):
    """An act that moved one lead twice is taken back in the right order."""
    made = ledger.append(ANALYST, [_add("L1"), _move("L1", "to_read", a=1), _move("L1", "excluded", a=2)])
    ledger.undo(CHIEF, made[0].number)
    assert ledger.record(("lead", "L1")).state == ""
    assert ledger.verify().whole


def test_undo_needs_a_reason_and_nothing_built_on_it(ledger):
    """What later events build on is not pulled away from under them."""
    made = ledger.append(ANALYST, [_add("L1")])
    ledger.append(ANALYST, [_move("L1", "to_read")])
    assert refused(ledger.undo, CHIEF, made[0].number) == "ledger.touched_later"
    assert refused(ledger.undo, CHIEF, 99) == "ledger.no_event"
    assert refused(ledger.undo, Act("甲", "analyst", NOW), 2) == "ledger.no_reason"


def test_acts_are_taken_back_one_after_the_other(ledger):
    """The last, then the one before; what was taken back and then brought again stands in the way once more."""
    made = [ledger.append(ANALYST, [_add("L1")]), ledger.append(ANALYST, [_move("L1", "to_read", note="x")])]
    made.append(ledger.append(ANALYST, [_move("L1", "excluded")]))
    last = ledger.undo(CHIEF, made[2][0].number)
    back = ledger.undo(CHIEF, last[0].number)
    assert refused(ledger.undo, CHIEF, made[1][0].number) == "ledger.touched_later"
    ledger.undo(CHIEF, back[0].number)
    ledger.undo(CHIEF, made[1][0].number)
    assert (ledger.record(("lead", "L1")).state, "note" in ledger.record(("lead", "L1")).fields) == ("new", False)
    ledger.undo(CHIEF, made[0][0].number)
    assert ledger.records("lead") == []
    assert ledger.verify().whole


@pytest.mark.parametrize("statement", ["UPDATE events SET who = 'x'", "DELETE FROM events"])
def test_the_database_itself_keeps_events(ledger, statement):
    """Even outside the program an event is neither changed nor deleted."""
    ledger.append(ANALYST, [_add("L1")])
    with pytest.raises(DatabaseError):
        _raw(ledger, statement)
    assert ledger.verify().whole


def _ten(ledger):
    for number in range(10):
        ledger.append(ANALYST, [_add(f"L{number}")])
    return ledger.verify().head


@pytest.mark.parametrize(
    ("damage", "fault", "number"),
    [
        ("UPDATE events SET who = 'x' WHERE number = 4", "ledger.altered", 4),
        ("UPDATE events SET changes = '{\"a\":[null,1]}' WHERE number IN (7, 9)", "ledger.altered", 7),
        ("DELETE FROM events WHERE number = 5", "ledger.missing", 5),
        ("DELETE FROM events WHERE number > 8", "ledger.cut_off", 9),
    ],
)
def test_verify_names_the_first_altered_event(ledger, damage, fault, number):
    """Whoever gets round the triggers is found by number."""
    _ten(ledger)
    _raw(ledger, "DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete", damage)
    found = ledger.verify()
    assert (found.fault, found.number) == (fault, number)


def test_verify_finds_an_altered_state_and_a_chain_written_anew(ledger, tmp_path):
    """The stored state is compared with the fold, and the head with a seal noted elsewhere."""
    head = _ten(ledger)
    assert ledger.verify(head).whole
    other = store.opened(tmp_path / "other.sqlite")
    other.append(CHIEF, [_add("L0")])
    assert other.verify(head).fault == "ledger.other_head"
    _raw(ledger, "UPDATE records SET state = 'confirmed' WHERE object_id = 'L3'")
    found = ledger.verify()
    assert (found.fault, found.name) == ("ledger.state_altered", "L3")


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path, monkeypatch):
    """The sentence names neither address nor password."""
    monkeypatch.setenv(engines.URL, "postgresql://hdq:secret@127.0.0.1:1/nothing")
    with pytest.raises(WorkbenchError) as refusal:
        store.opened(tmp_path / "x.sqlite")
    assert refusal.value.code == "ledger.no_database"
    assert "secret" not in str(refusal.value)


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "move", "undo", "note"]), st.integers(0, 4), st.integers(0, 5)), max_size=25
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_fold_of_all_events_is_the_stored_state(tmp_path_factory, steps):
    """Whatever is done or refused, state equals fold and the chain is whole."""
    ledger = store.opened(tmp_path_factory.mktemp("fold") / "ledger.sqlite")
    for what, which, other in steps:
        key = ("lead", f"L{which}")
        try:
            if what == "add":
                ledger.append(ANALYST, [_add(key[1], n=other), _add(f"L{other}") if other > 4 else _move(key[1], None)])
            elif what == "move":
                onward = rules.moves("lead", ledger.record(key).state)
                to = onward[other % len(onward)] if onward else "to_read"
                ledger.append(CHIEF, [_move(key[1], to, human_class="waste", order_id="Q1")])
            elif what == "undo":
                ledger.undo(CHIEF, other + 1)
            else:
                ledger.append(ANALYST, [_move(key[1], None, note=other or None)])
        except WorkbenchError:
            continue
    chain = ledger.events()
    told = events.fold(chain)
    assert told == {key: ledger.record(key) for key in told}
    assert len(ledger.records("lead")) == sum(bool(record.state) for record in told.values())
    assert [event.number for event in chain] == list(range(1, len(chain) + 1))
    assert ledger.verify().whole


WRITER = textwrap.dedent("""
    import sys
    from datetime import datetime, UTC
    from pathlib import Path
    from cross_check.ledger import store
    from cross_check.ledger.events import Act, Entry
    import random
    ledger, rng = store.opened(Path(sys.argv[1])), random.Random(int(sys.argv[2]))
    for at in range(1000):
        name = f"{sys.argv[2]}-{at}"
        size = rng.randint(1, 4)
        act = Act("w", "analyst", datetime.now(UTC), "x")
        made = ledger.append(act, [
            Entry("lead.add", ("lead", f"{name}-{n}"), {"n": rng.random(), "s": "\u7ebf" * n}, "new", 0)
            for n in range(size)
        ])
        sys.stdout.write(f"{made[-1].number} {made[-1].seal}\\n")
        sys.stdout.flush()
""")


def test_a_killed_writer_loses_no_committed_event_and_leaves_the_chain_whole(tmp_path):
    """Writers are killed at random moments among 1,000 random writes; whatever they reported as written is there."""
    rng = random.Random(5)  # noqa: S311 - moments, not secrets
    path, reported = tmp_path / "ledger.sqlite", []
    store.opened(path)
    for life in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(life)],
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[3])},
        )
        lines = [writer.stdout.readline() for _ in range(rng.randint(1, 60))]
        os.kill(writer.pid, signal.SIGKILL)
        lines += writer.stdout.readlines()
        # It did not end by itself: it died in the middle of its writing.
        assert writer.wait() == -signal.SIGKILL
        writer.stdout.close()
        reported += [line.split() for line in lines if line.endswith("\n")]
    ledger = store.opened(path)
    seals = {event.number: event.seal for event in ledger.events()}
    assert len(reported) >= 4
    assert all(seals[int(number)] == seal for number, seal in reported)
    found = ledger.verify()
    assert (found.fault, found.events) == ("", len(seals))
    by_act = {}
    for event in ledger.events():
        by_act.setdefault(event.act, []).append(event.object_id)
    assert len({name.rsplit("-", 1)[0] for names in by_act.values() for name in names}) == len(by_act)


def _write_some(path, who, count):
    ledger = store.opened(Path(path)) if "://" not in path else store.Ledger(engines.opened(path))
    for number in range(count):
        ledger.append(Act(who, "analyst", NOW, "x"), [_add(f"{who}-{number}")])


def _together(place, writers=4, count=15):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_some, args=(place, f"w{number}", count)) for number in range(writers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * writers


def test_writers_at_once_stand_in_line(tmp_path):
    """Four processes that write at once make one chain with every event."""
    path = tmp_path / "ledger.sqlite"
    _together(str(path), writers=3)
    ledger = store.opened(path)
    assert len(ledger.records("lead")) == 45
    assert ledger.verify().whole


@pytest.fixture
def postgres():
    """Return the URL of an empty PostgreSQL schema of its own, gone afterwards."""
    url = os.environ.get("HDQ_TEST_POSTGRES")
    if not url:
        pytest.skip("HDQ_TEST_POSTGRES names no PostgreSQL")
    from sqlalchemy import make_url

    name = f"hdq_{os.getpid()}"
    engine = engines.engine_of(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    own = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
    yield own.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


def test_the_same_on_postgresql(postgres):
    """Chain, state, undo, conflict, triggers and writers at once hold on PostgreSQL too."""
    ledger = store.Ledger(engines.opened(postgres))
    made = ledger.append(ANALYST, [_add("L1"), _move("L1", "to_read", a="值")])
    with pytest.raises(store.Conflict):
        ledger.append(CHIEF, [_move("L1", "excluded", 1)])
    ledger.undo(CHIEF, made[0].number)
    for statement in ("UPDATE events SET who = 'x'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(DatabaseError):
            _raw(ledger, statement)
    _together(postgres, writers=3, count=10)
    assert len(ledger.records("lead")) == 30
    assert events.fold(ledger.events())[("lead", "w0-3")] == ledger.record(("lead", "w0-3"))
    assert ledger.verify().whole


def test_a_move_is_taken_back_by_those_who_may_make_it(ledger):
    """An analyst undoes no approval and does none again; a third party takes back no examination of its report."""
    read = {"human_class": "waste", "order_id": "Q1"}
    ledger.append(ANALYST, [_add("L1"), _move("L1", "to_read"), _move("L1", "suspected", **read)])
    issued = ledger.append(CHIEF, [_move("L1", "to_issue")])
    assert refused(ledger.undo, ANALYST, issued[0].number) == "ledger.not_allowed"
    back = ledger.undo(CHIEF, issued[0].number)
    assert refused(ledger.undo, ANALYST, back[0].number) == "ledger.not_allowed"
    ledger.undo(CHIEF, back[0].number)
    assert ledger.record(("lead", "L1")).state == "to_issue"
    third, report = Act("丁", "contractor", NOW, "更正"), ("survey", "S1")
    made = ledger.append(third, [Entry("survey.add", report, {"finding": "x", "done_on": "2026-04-01"}, "open", 0)])
    sent = ledger.append(ANALYST, [Entry("survey.move", report, {}, "returned")])
    assert refused(ledger.undo, third, sent[0].number) == "ledger.not_allowed"
    ledger.undo(ANALYST, sent[0].number)
    assert ledger.record(report).state == "open"
    # Nothing stands on its own delivery any more.
    ledger.undo(third, made[0].number)
    assert ledger.record(report).state == ""
    assert ledger.verify().whole


def test_no_step_of_a_draw_is_taken_back(ledger):
    """Given up before the public value is out and taken up again after: that would be choosing."""
    key = ("draw", "D1")
    ledger.append(ANALYST, [Entry("draw.announce", key, {}, "announced", 0)])
    over = ledger.append(ANALYST, [Entry("draw.abort", key, {}, "aborted")])
    for act in (ANALYST, CHIEF):
        assert refused(ledger.undo, act, over[0].number) == "ledger.final"
    assert ledger.record(key).state == "aborted"
