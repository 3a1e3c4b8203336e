"""Rim: where a ledger lives. SQLite in the project folder, or any PostgreSQL by URL; its tables made at first use.

Opening asks the database itself, by a read without a lock, whether its tables are up to date. A memory of what was
migrated would be wrong after a file was restored: a copy over it keeps the file's identity, and a removed one's is
given again.
"""

import os
from functools import cache
from pathlib import Path
from threading import Lock

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from gis.errors import WorkbenchError

URL = "HDQ_LEDGER_URL"
"""Environment variable that names a database for the ledger instead of the project's own file."""

WRITING = {"hdq_writing": True}
"""Execution option of a connection that is going to write."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_MS = 60_000
_LOCK = 20_260_401
"""Number of the advisory lock under which PostgreSQL is migrated."""
_LOCKS: dict[int, Lock] = {}
"""By process: a fork must not wait for a thread that it has not got."""


def url_of(file: Path) -> str:
    """Return the URL of a project's ledger: the one of the environment, else that of a file."""
    return os.environ.get(URL) or f"sqlite:///{file.resolve()}"


def there(file: Path) -> bool:
    """Say whether a project has a ledger: a file of its own, or the database of the environment."""
    return bool(os.environ.get(URL)) or file.is_file()


def opened(url: str) -> Engine:
    """Return an engine on a ledger whose tables are up to date.

    Raises
    ------
    WorkbenchError
        ``ledger.no_database`` if the URL is none or the database does not answer.
    """
    try:
        engine = engine_of(url)
        if not _up_to_date(engine):
            migrate(engine)
    except (ArgumentError, OperationalError, ModuleNotFoundError) as fault:
        # Neither the URL nor the driver's sentence is told: both may hold a password.
        raise WorkbenchError("ledger.no_database", "The ledger's database does not answer") from fault
    return engine


def engine_of(url: str) -> Engine:
    """Return an engine; SQLite gets write-ahead logging, a wait for other writers and full synchronisation."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, poolclass=NullPool, connect_args={"timeout": _BUSY_MS / 1000})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    module = psycopg if parsed.get_backend_name() == "postgresql" else None
    return create_engine(parsed, poolclass=NullPool, module=module)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; of two processes that come at once, one waits and finds them made."""
    # Alembic hands a migration its connection through a module: two threads would write through each other's.
    lock = _LOCKS.setdefault(os.getpid(), Lock())
    with lock, engine.connect() as connection, connection.execution_options(**WRITING).begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _up_to_date(engine: Engine) -> bool:
    with engine.connect() as connection, connection.begin():
        return MigrationContext.configure(connection).get_current_revision() == _head()


@cache
def _head() -> str | None:
    """Return the newest migration."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _prepare(raw: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin too late: a reader that turns writer would fail instead of wait.
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("hdq_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
