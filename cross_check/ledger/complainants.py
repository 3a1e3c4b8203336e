"""Rim: who complained. A database of its own that nothing else opens or joins; the ledger knows numbers only.

Every look at a name is an event of the ledger, with who looked and why, and without the name.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, String, Table, Text, delete, insert, select
from sqlalchemy.schema import CreateSchema

from cross_check.ledger import engines
from cross_check.ledger.events import Act, Entry
from cross_check.ledger.store import Ledger
from gis.errors import WorkbenchError

SCHEMA = "complainants"

_METADATA = MetaData(schema=SCHEMA)
_PEOPLE = Table(
    "people",
    _METADATA,
    Column("number", String(120), primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("identity_no", Text, nullable=False),
)


@dataclass(frozen=True)
class Person:
    """Who complained under a number. What it says is never printed by accident: its text form shows nothing."""

    number: str
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    identity_no: str = field(default="", repr=False)


def opened(file: Path) -> Engine:
    """Return the database of complainants: a file that its owner alone may read, or a schema of the ledger's server.

    Raises
    ------
    WorkbenchError
        ``ledger.no_database``.
    """
    server = os.environ.get(engines.URL, "")
    if server and not server.startswith("sqlite"):
        engine = engines.opened(server)
        with engine.begin() as connection:
            connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        engine = engines.engine_of(f"sqlite:///{file.resolve()}").execution_options(schema_translate_map={SCHEMA: None})
    _METADATA.create_all(engine)
    return engine


def keep(people: Engine, ledger: Ledger, act: Act, told: Iterable[Person], beside: Sequence[Entry] = ()) -> int:
    """Keep who complained, and record that it was kept; return how many.

    A number that is known already is written anew. What is told ``beside``, such as the leads of the complaints, is
    recorded in the same act.

    Raises
    ------
    WorkbenchError
        ``ledger.not_allowed``; see ``rules.admit``. Nothing is kept then.
    """
    persons = {person.number: person for person in told}
    kept = [Entry("complainant.keep", ("complainant", number), {}, "open") for number in persons]
    ledger.append(act, [*beside, *kept])
    if not persons:
        return 0
    rows = [
        {name: getattr(person, name) for name in ("number", "name", "phone", "address", "identity_no")}
        for person in persons.values()
    ]
    with people.connect() as connection, connection.execution_options(**engines.WRITING).begin():
        connection.execute(delete(_PEOPLE).where(_PEOPLE.c.number.in_(list(persons))))
        connection.execute(insert(_PEOPLE), rows)
    return len(persons)


def reveal(people: Engine, ledger: Ledger, act: Act, number: str) -> Person:
    """Return who complained under a number; the look is recorded first, with its reason.

    Raises
    ------
    WorkbenchError
        ``ledger.no_reason``; ``ledger.not_allowed``; ``ledger.no_record``.
    """
    if not act.why.strip():
        raise WorkbenchError("ledger.no_reason", "Give a reason")
    ledger.append(act, [Entry("complainant.reveal", ("complainant", number))])
    with people.connect() as connection, connection.begin():
        row = connection.execute(select(_PEOPLE).where(_PEOPLE.c.number == number)).mappings().one_or_none()
    if row is None:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=number)
    return Person(**row)
