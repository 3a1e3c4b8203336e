"""Complaints as tables: who complained, to be kept apart, and which texts name that person all the same. Pure."""

from collections.abc import Mapping

import pandas as pd

from cross_check import data, forms
from cross_check.ledger.complainants import Person
from gis import entries

_LEAST = 2
"""Characters of a name below which a text does not tell a person by it."""


def persons(rows: pd.DataFrame) -> dict[int, Person]:
    """Return who complained by row; rows without a number, or that name nobody, are left out.

    Parameters
    ----------
    rows : DataFrame of str
        As ``readers.read_rows`` gives it, under the headings ``complainants`` of forms.toml.
    """
    told = forms.headings(rows, data.rules("forms")["complainants"]["columns"])
    number = told.pop("source_ref", None)
    if number is None or not told:
        return {}
    found = {}
    for at, row in zip(rows.index, rows.to_dict("records"), strict=True):
        said = {column: str(row[heading]).strip() for column, heading in told.items()}
        if any(said.values()) and str(row[number]).strip():
            found[int(at)] = Person(str(row[number]).strip(), **said)
    return found


def naming(rows: pd.DataFrame, told: Mapping[int, Person]) -> pd.DataFrame:
    """Return a fault for each cell of a lead that holds what its own row tells of the person; the value is not told.

    Words of forms.toml that stand for nobody, such as that for "anonymous", are no names.

    Returns
    -------
    DataFrame
        row, column, code ``complaints.names_person``, value "".
    """
    form = data.rules("forms")
    nobody = {entries.plain(word) for word in form["complainants"]["nobody"]}
    read = forms.headings(rows, form["leads"]["columns"]).values()
    marks = {at: _marks(person, nobody) for at, person in told.items()}
    faults = []
    for column in read:
        texts = zip(rows.index, rows[column].astype(str), strict=True)
        wrong = pd.Series([_names(text, marks.get(at, ())) for at, text in texts], rows.index, bool)
        faults.append(entries.faults_where(wrong, column, "complaints.names_person", pd.Series("", rows.index)))
    return entries.joined(faults)


def _marks(person: Person, nobody: set[str]) -> tuple[str, ...]:
    """Return what a text would tell a person by."""
    # A district alone is an address of many; one with a number leads to a door.
    address = person.address if any(map(str.isdigit, person.address)) else ""
    known = (entries.plain(each) for each in (person.name, person.phone, address, person.identity_no))
    return tuple(each for each in known if len(each) >= _LEAST and each not in nobody)


def _names(text: str, marks: tuple[str, ...]) -> bool:
    if not marks:
        return False
    text = entries.plain(text, keep_brackets=True)
    return any(each in text for each in marks)
