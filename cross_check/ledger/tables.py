"""The ledger's tables as SQLAlchemy sees them; migrations/ makes them."""

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

EVENTS = Table(
    "events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", Integer, nullable=False, index=True),
    Column("kind", String(60), nullable=False),
    Column("object_kind", String(40), nullable=False),
    Column("object_id", String(120), nullable=False),
    Column("version", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", String(20), nullable=False),
    Column("from_state", String(40), nullable=False),
    Column("to_state", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("reverses", Integer, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    UniqueConstraint("object_kind", "object_id", "version", name="events_follow"),
)
"""One row an event; triggers forbid to change or delete one. ``changes`` is canonical JSON."""

RECORDS = Table(
    "records",
    METADATA,
    Column("object_kind", String(40), primary_key=True),
    Column("object_id", String(120), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(40), nullable=False, index=True),
    Column("fields", Text, nullable=False),
)
"""The present state, written in the transaction of the event that makes it. ``fields`` is canonical JSON."""

HEAD = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("seal", String(64), nullable=False),
)
"""One row: the last event. Writers lock it, so that they stand in line."""
