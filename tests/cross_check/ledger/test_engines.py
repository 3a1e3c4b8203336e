"""Engines: where the ledger lives and whether its migrations make what the tables say."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

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


@pytest.mark.parametrize("url", ["nonsense", "nosuchbase://x", "postgresql://u:pw@127.0.0.1:1/x"])
def test_what_is_no_database_is_told(url):
    """One sentence, whatever is wrong with the address."""
    with pytest.raises(WorkbenchError) as refusal:
        engines.opened(url)
    assert refusal.value.code == "ledger.no_database"


def test_migrations_ship_with_the_package():
    """The folder that Alembic reads lies beside the module."""
    assert (Path(engines.__file__).parent / "migrations" / "env.py").is_file()
