"""Backup and restore: what comes back is what was there, or a refusal."""

import os
import zipfile
from datetime import UTC, datetime

import pytest

from cross_check.ledger import copies, engines, store
from cross_check.ledger.events import Act, Entry
from gis.errors import WorkbenchError

ACT = Act("甲", "approver", datetime(2026, 4, 6, tzinfo=UTC), "因")


@pytest.fixture
def ledger(tmp_path):
    """Return a ledger with three leads, one of them moved and moved back."""
    made = store.opened(tmp_path / "one.sqlite")
    made.append(ACT, [Entry("lead.add", ("lead", f"L{n}"), {"n": n, "名": "值"}, "new", 0) for n in range(3)])
    moved = made.append(ACT, [Entry("lead.move", ("lead", "L1"), {}, "to_read")])
    made.undo(ACT, moved[0].number)
    return made


def test_a_copy_restores_events_state_and_seal(ledger, tmp_path):
    """Every event and record comes back; the copy is the same each time it is made."""
    made = copies.backup(ledger, tmp_path / "copy.zip")
    again = copies.backup(ledger, tmp_path / "again.zip")
    assert made == again
    assert (tmp_path / "copy.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    other = store.opened(tmp_path / "two.sqlite")
    assert copies.restore(tmp_path / "copy.zip", other) == made
    assert other.events() == ledger.events()
    assert other.records("lead") == ledger.records("lead")
    assert other.verify(made.head).whole


def test_a_restored_ledger_goes_on(ledger, tmp_path):
    """The chain continues where the copy ended."""
    copies.backup(ledger, tmp_path / "copy.zip")
    other = store.opened(tmp_path / "two.sqlite")
    copies.restore(tmp_path / "copy.zip", other)
    other.append(ACT, [Entry("lead.move", ("lead", "L2"), {}, "to_read")])
    assert other.verify().events == len(ledger.events()) + 1


def test_restore_writes_over_nothing(ledger, tmp_path):
    """A ledger with events stays as it is."""
    copies.backup(ledger, tmp_path / "copy.zip")
    with pytest.raises(WorkbenchError) as refusal:
        copies.restore(tmp_path / "copy.zip", ledger)
    assert refusal.value.code == "ledger.not_empty"


def _altered(source, target, change):
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as other:
        for name in archive.namelist():
            other.writestr(name, change(name, archive.read(name)))


@pytest.mark.parametrize(
    "change",
    [
        lambda _, body: body.replace(b'"L1"', b'"L9"'),
        lambda name, body: body.split(b"\n", 1)[1] if name.endswith("jsonl") else body,
        lambda name, body: body.replace(b'"events":5', b'"events":6') if name == "manifest.json" else body,
        lambda name, body: b"nonsense" if name.endswith("jsonl") else body,
    ],
)
def test_an_altered_copy_is_refused(ledger, tmp_path, change):
    """Another id, a line less, another count, no JSON: none is taken in, and the ledger stays empty."""
    copies.backup(ledger, tmp_path / "copy.zip")
    _altered(tmp_path / "copy.zip", tmp_path / "bad.zip", change)
    other = store.opened(tmp_path / "two.sqlite")
    with pytest.raises(WorkbenchError) as refusal:
        copies.restore(tmp_path / "bad.zip", other)
    assert refusal.value.code == "ledger.bad_copy"
    assert other.events() == []


def test_what_is_no_copy_is_refused(tmp_path):
    """A missing file and one of another kind."""
    (tmp_path / "x.zip").write_bytes(b"x")
    for name, code in (("x.zip", "ledger.bad_copy"), ("y.zip", "files.missing")):
        with pytest.raises(WorkbenchError) as refusal:
            copies.read(tmp_path / name)
        assert refusal.value.code == code


def test_a_ledger_that_is_not_whole_is_not_copied(ledger, tmp_path):
    """A copy would hide the fault."""
    with ledger.engine.connect() as connection, connection.execution_options(**engines.WRITING).begin():
        connection.exec_driver_sql("DROP TRIGGER events_no_update")
        connection.exec_driver_sql("UPDATE events SET why = 'x' WHERE number = 2")
    with pytest.raises(WorkbenchError) as refusal:
        copies.backup(ledger, tmp_path / "copy.zip")
    assert refusal.value.code == "ledger.bad_ledger"
    assert not (tmp_path / "copy.zip").exists()


def test_a_copy_moves_from_sqlite_to_postgresql(ledger, tmp_path):
    """The same events, state and seal on the other database."""
    url = os.environ.get("HDQ_TEST_POSTGRES")
    if not url:
        pytest.skip("HDQ_TEST_POSTGRES names no PostgreSQL")
    from sqlalchemy import make_url

    name = f"hdq_copy_{os.getpid()}"
    engine = engines.engine_of(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    own = make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
    try:
        other = store.Ledger(engines.opened(own))
        made = copies.backup(ledger, tmp_path / "copy.zip")
        assert copies.restore(tmp_path / "copy.zip", other) == made
        assert other.records("lead") == ledger.records("lead")
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
