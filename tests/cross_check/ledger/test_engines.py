"""Engines: where the ledger lives and whether its migrations make what the tables say."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import NullPool, inspect

from cross_check.ledger import engines
from cross_check.ledger.tables import METADATA
from gis.errors import WorkbenchError


def test_the_project_file_is_the_default_and_the_environment_goes_before(monkeypatch, tmp_path):
    """Without a word the ledger is one file of the project."""
    monkeypatch.delenv(engines.URL, raising=False)
    assert engines.url_of(tmp_path / "a.sqlite") == f"sqlite:///{tmp_path / 'a.sqlite'}"
    monkeypatch.setenv(engines.URL, "postgresql://x/y")
    assert engines.url_of(tmp_path / "a.sqlite") == "postgresql://x/y"


def test_migrations_make_what_the_tables_say_and_run_again_for_nothing(tmp_path):
    """Alembic finds no difference between the database it made and the tables."""
    url = f"sqlite:///{tmp_path / 'deep' / 'ledger.sqlite'}"
    engines.opened(url)
    engine = engines.opened(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert found == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@pytest.fixture
def migrated(monkeypatch):
    """Return the databases that are migrated, one entry each time."""
    found, whole = [], engines.migrate
    monkeypatch.setattr(engines, "migrate", lambda engine: [found.append(engine.url.database), whole(engine)])
    return found


def test_opening_twice_migrates_once_and_takes_no_lock(migrated, tmp_path):
    """While another holds the only place of a writer, a ledger whose tables are made is opened and read."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    first = engines.opened(url)
    assert isinstance(first.pool, NullPool)
    with first.connect() as writing, writing.execution_options(**engines.WRITING).begin():
        assert set(METADATA.tables) <= set(inspect(engines.opened(url)).get_table_names())
    assert len(migrated) == 1


def test_a_file_that_was_removed_or_restored_is_migrated_anew(migrated, tmp_path):
    """Also where an older copy is written over the file, which keeps its identity, or stands where it stood."""
    path, old = tmp_path / "ledger.sqlite", tmp_path / "old.sqlite"
    url = f"sqlite:///{path}"
    engines.engine_of(f"sqlite:///{old}").connect().close()
    engines.opened(url)
    path.unlink()
    engines.opened(url)
    assert len(migrated) == 2
    kept = path.stat().st_ino
    shutil.copyfile(old, path)
    engines.opened(url)
    assert (len(migrated), path.stat().st_ino) == (3, kept)
    path.unlink()
    shutil.copyfile(old, path)
    assert set(METADATA.tables) <= set(inspect(engines.opened(url)).get_table_names())
    assert len(migrated) == 4


def test_threads_open_many_ledgers_at_once(tmp_path):
    """Each gets its own tables, and no migration writes through the connection of another."""
    urls = [f"sqlite:///{tmp_path / str(at)}.sqlite" for at in range(12)] * 2
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(engines.opened, urls))
    assert all(set(METADATA.tables) <= set(inspect(engine).get_table_names()) for engine in made)


@pytest.mark.parametrize("url", ["nonsense", "nosuchbase://x", "postgresql://u:pw@127.0.0.1:1/x"])
def test_what_is_no_database_is_told(url):
    """One sentence, whatever is wrong with the address."""
    with pytest.raises(WorkbenchError) as refusal:
        engines.opened(url)
    assert refusal.value.code == "ledger.no_database"


def test_migrations_ship_with_the_package():
    """The folder that Alembic reads lies beside the module."""
    assert (Path(engines.__file__).parent / "migrations" / "env.py").is_file()
