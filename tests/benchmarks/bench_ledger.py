"""The ledger's price beside plain SQLite: events written with chain and state, a fold of 100,000 events, verification.

The plain side writes the same columns into one table of the same file system with the same journal and synchronisation,
one transaction an act; what the ledger does more is reading the record, the door's rules, the seal and the state.
"""

import sqlite3
import time

import pytest

from cross_check.ledger import events, seals, store
from cross_check.ledger.events import Act, Entry
from tests.cross_check import cases

pytestmark = pytest.mark.benchmark

ALONE, AT_ONCE, LONG = 500, 20_000, 100_000
LEAST_ALONE_S, LEAST_AT_ONCE_S = 20, 1_000
LONGEST_FOLD_S, LONGEST_VERIFY_S = 5.0, 30.0
ACT = Act("甲", "analyst", cases.NOW, "因")
SAME = ("甲", "analyst", ACT.at_utc, "", "new", "因")
FIELDS = {
    "lon": 126.5,
    "lat": 45.5,
    "source": "patch",
    "machine_class": "waste",
    "score": 0.8,
    "division_code": "230100",
}


def _entry(number):
    return Entry("lead.add", ("lead", f"L{number:07}"), FIELDS, "new", 0)


def _plain(path, acts, each):
    """Write rows of the same columns, some an act, and return how many a second."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (number INTEGER PRIMARY KEY, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)")
    changes = seals.canonical({name: [None, value] for name, value in FIELDS.items()})
    started = time.perf_counter()
    for act in range(acts):
        connection.execute("BEGIN IMMEDIATE")
        rows = [
            (act * each + at + 1, 1, "lead.add", "lead", f"L{at}", 1, *SAME, changes, 0, "0" * 64, "0" * 64)
            for at in range(each)
        ]
        connection.executemany("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        connection.execute("COMMIT")
    return acts * each / (time.perf_counter() - started)


def test_events_a_second_beside_plain_inserts(tmp_path):
    """One by one as people decide, and 20,000 in one act as an import does."""
    ledger = store.opened(tmp_path / "l.sqlite")
    started, worked = time.perf_counter(), time.process_time()
    for number in range(ALONE):
        ledger.append(ACT, [_entry(number)])
    alone, worked = ALONE / (time.perf_counter() - started), (time.process_time() - worked) / ALONE
    plain_alone = _plain(tmp_path / "a.sqlite", ALONE, 1)
    started = time.perf_counter()
    ledger.append(ACT, [_entry(number) for number in range(ALONE, ALONE + AT_ONCE)])
    at_once = AT_ONCE / (time.perf_counter() - started)
    plain_at_once = _plain(tmp_path / "b.sqlite", 1, AT_ONCE)
    print(f"one by one: {alone:,.0f}/s, plain {plain_alone:,.0f}/s, ratio {plain_alone / alone:.1f}")
    print(f"of it {1000 * worked:.1f} ms of processor time an event, the rest waits for the disk")
    print(f"in one act: {at_once:,.0f}/s, plain {plain_at_once:,.0f}/s, ratio {plain_at_once / at_once:.1f}")
    assert ledger.verify().whole
    assert alone > LEAST_ALONE_S
    assert at_once > LEAST_AT_ONCE_S


def test_fold_and_verification_of_many_events(tmp_path):
    """100,000 events of 25,000 leads, four each: read, folded, sealed anew, compared with the stored state."""
    ledger = store.opened(tmp_path / "l.sqlite")
    leads, moves = LONG // 4, ("to_read", "suspected", "to_read")
    for first in range(0, leads, 5_000):
        numbers = range(first, min(first + 5_000, leads))
        made = [_entry(number) for number in numbers]
        for to in moves:
            made += [Entry("lead.move", ("lead", f"L{number:07}"), {"human_class": "waste"}, to) for number in numbers]
        ledger.append(ACT, made)
    started = time.perf_counter()
    chain = ledger.events()
    reading = time.perf_counter() - started
    started = time.perf_counter()
    state = events.fold(chain)
    folding = time.perf_counter() - started
    started = time.perf_counter()
    found = ledger.verify()
    verifying = time.perf_counter() - started
    print(f"{LONG:,} events: read {reading:.1f} s, folded {folding:.1f} s, verified {verifying:.1f} s")
    assert found.whole
    assert (found.events, len(state)) == (LONG, leads)
    assert folding < LONGEST_FOLD_S
    assert verifying < LONGEST_VERIFY_S
