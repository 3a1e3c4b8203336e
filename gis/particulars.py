"""Particulars: what a register says of a site beyond identity, place and permit. A file need not have any of it.

A blank cell says nothing and keeps what is known; a word for nothing (gis/data/particulars.toml) clears it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

from gis import codes, coordinates, data, entries, schema, units

SUPERVISION = ("key", "ordinary")
LEVELS = ("national", "provincial", "municipal", "county")
"""Whose list of polluters a site is on, the highest first."""

PERSONS = ("legal_person", "contact", "contact_phone")
"""Who stands for a site; never in what is published."""

LATER = ("pollution_types", "management_level", "scale", "organisation_code", "sensitive_points", *PERSONS)
"""Columns that registers learned to hold later than the others; events from before lack them."""


SCHEMA = schema.table(
    {
        "supervision": schema.text(schema.one_of(*SUPERVISION), nullable=True),
        "special_object": schema.text(schema.one_of("yes", "no"), nullable=True),
        "listed_years": schema.text(nullable=True),
        "positive_until": schema.day(nullable=True),
        "positive_document": schema.text(nullable=True),
        "river_basin": schema.text(nullable=True),
        "park": schema.text(nullable=True),
        "grid_cell": schema.text(nullable=True),
        "address": schema.text(nullable=True),
        "county_code": schema.text(nullable=True),
        "unit_id": schema.text(nullable=True),
        "facilities": schema.text(nullable=True),
        **{column: schema.text(nullable=True) for column in coordinates.RECORD},
        **{column: schema.text(nullable=True) for column in LATER},
        "management_level": schema.text(schema.one_of(*LEVELS), nullable=True),
    }
)
"""``supervision`` and ``special_object`` are two fields: a site may be both ordinary and special. ``listed_years`` is
the set of years on each key list, such as ``air:2023,2024;water:2024``. ``county_code`` and ``unit_id`` (gis/units.py)
say where it lies and who answers for it, ``facilities`` joins facility numbers with ``;``, ``pollution_types`` joins
codes of gis/data/particulars.toml and, as they are written, kinds that it does not know."""

NOTHING = ""
"""Stands for a cell that clears what is known."""

_PLAIN = (
    "positive_document", "river_basin", "park", "grid_cell", "address", "scale", "sensitive_points", *PERSONS,
)  # fmt: skip
_SEPARATORS = r"[;,/|\u3001\uff0c\uff1b\s]+"
_YEAR = r"(?:19|20)\d\d"


def read(
    rows: pd.DataFrame,
    prefectures: pd.Series,
    key_lists: pd.Series,
    told: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, entries.Faults, dict[str, str]]:
    """Return the particulars that a file has headings for, their faults, and the user's heading of each.

    Parameters
    ----------
    rows : DataFrame of str
        Raw, with the user's headings; the index holds the row numbers the user sees.
    prefectures : Series of str
        The prefecture's code of each row; tells the two counties called Xiangyang apart.
    key_lists : Series of str
        Codes of key lists joined with ``;`` as ``entries.key_lists`` reads them; the year column belongs to them.
    told : mapping, optional
        Headings by column that were found out otherwise, before those that are known; "" for none.

    Returns
    -------
    values : DataFrame
        Only the columns of ``SCHEMA`` that the file has; a missing value says nothing, ``NOTHING`` clears.
    faults : list of DataFrame
    headings : dict
        By column of ``SCHEMA``.
    """
    ours = {column: heading for column, heading in (told or {}).items() if column in SCHEMA.columns}
    headings = {column: heading for column, heading in {**known_headings(rows.columns), **ours}.items() if heading}
    columns, faults = {}, []
    for column, heading in headings.items():
        texts = rows[heading].str.strip()
        nothing = texts.isin(data.words("particulars")["nothing"]["words"])
        said = texts.mask(nothing, "")
        values, wrong = _values(column, said, prefectures, key_lists)
        faults.append(entries.faults_where((said != "") & wrong, column, f"particulars.bad_{column}", texts))
        columns[column] = values.mask(said == "").mask(nothing, NOTHING)
    return pd.DataFrame(columns, index=rows.index, dtype=object), faults, headings


def updated(known: pd.DataFrame, said: pd.DataFrame, key_lists: pd.Series, year: int) -> pd.DataFrame:
    """Return all particulars of some sites after a file has spoken.

    Parameters
    ----------
    known : DataFrame
        What the register says (``SCHEMA``), missing throughout for new sites; index the site ids.
    said : DataFrame
        As ``read`` returns it, same index.
    key_lists : Series
        The sites' key lists of the file, joined with ``;``; same index.
    year : int
        Counts for key lists where the file names no year.
    """
    after = known.astype(object)
    for column in said.columns.intersection(list(SCHEMA.columns)).drop("listed_years", errors="ignore"):
        spoken = said[column]
        after[column] = after[column].where(spoken.isna(), spoken.where(spoken != NOTHING, None))
    years = said["listed_years"] if "listed_years" in said else pd.Series(None, index=said.index, dtype=object)
    whole = [_union(*row, year) for row in zip(known["listed_years"], years, key_lists, strict=True)]
    after["listed_years"] = pd.Series(whole, index=after.index, dtype=object)
    return _typed(after)


def nothing_known(index: pd.Index) -> pd.DataFrame:
    """Return particulars (``SCHEMA``) of sites of which nothing is said."""
    return _typed(pd.DataFrame(None, index=index, columns=list(SCHEMA.columns), dtype=object))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    days = pd.to_datetime(table["positive_until"]).astype("datetime64[us]")
    return table.astype("str").where(table.notna()).astype("str").assign(positive_until=days)


def known_headings(found: Iterable[str]) -> dict[str, str]:
    """Return the user's heading for each column of ``SCHEMA`` that gis/data/particulars.toml knows."""
    by_plain = {_plain(heading): heading for heading in reversed(list(found))}
    told = {}
    for column, spellings in data.words("particulars")["columns"].items():
        known = [_plain(spelling) for spelling in spellings if _plain(spelling) in by_plain]
        if known:
            told[_COLUMNS.get(column, column)] = by_plain[known[0]]
    return told


def spellings() -> dict[str, list[str]]:
    """Return how people call each column of ``SCHEMA`` that a file may have."""
    return {_COLUMNS.get(column, column): words for column, words in data.words("particulars")["columns"].items()}


_COLUMNS = {"list_years": "listed_years", "county": "county_code", "unit": "unit_id"}
"""Columns that a file calls otherwise than the register."""


def _values(column: str, texts: pd.Series, prefectures: pd.Series, key_lists: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the values of one column, missing where unread, and which texts are wrong."""
    if column in _PLAIN:
        return texts, pd.Series(data=False, index=texts.index)
    readers = {
        "supervision": lambda: texts.map(_plain).map(_spellings("supervision")),
        "special_object": lambda: texts.map(_plain).map(_spellings("special_object")),
        "listed_years": lambda: _listed(texts, key_lists),
        "positive_until": lambda: pd.to_datetime(texts, errors="coerce", format="mixed").dt.strftime("%Y-%m-%d"),
        "county_code": lambda: _counties(texts, prefectures),
        "unit_id": lambda: units.declared(texts, prefectures),
        "facilities": lambda: texts.map(_facilities),
        "pollution_types": lambda: _several(texts, "pollution_types"),
        "management_level": lambda: texts.map(_plain).map(_spellings("management_level")),
        "organisation_code": lambda: texts.map(lambda text: _plain(text).replace("-", "").upper() or None),
    }
    values = readers[column]()
    return values, values.isna()


def _listed(texts: pd.Series, key_lists: pd.Series) -> pd.Series:
    """Return each row's key lists with the row's years; missing where there is no year in the cell."""
    years = texts.map(lambda text: ",".join(sorted(set(re.findall(_YEAR, text)))) or None)
    lists = key_lists.reindex(texts.index).fillna("")
    joined = [
        ";".join(f"{one}:{year}" for one in row.split(";") if one) if isinstance(year, str) else None
        for row, year in zip(lists, years, strict=True)
    ]
    return pd.Series(joined, index=texts.index, dtype=object)


def _counties(texts: pd.Series, prefectures: pd.Series) -> pd.Series:
    pairs = pd.Series(list(zip(texts, prefectures.reindex(texts.index), strict=True)), index=texts.index)
    told = {pair: codes.county_named(pair[0], str(pair[1])) or None for pair in pairs.unique()}
    return pairs.map(told)


def _facilities(text: str) -> str | None:
    """Return facility numbers joined with ``;``, None where one is malformed."""
    numbers = pd.Series([part for part in re.split(_SEPARATORS, text) if part], dtype=str)
    return ";".join(sorted(set(numbers))) if codes.facilities_valid(numbers).all() else None


def _several(texts: pd.Series, column: str) -> pd.Series:
    """Return the codes of several words in one cell, joined with ``;``; words that are not known stay as they are."""
    known = _spellings(column)

    def read(text: str) -> str | None:
        parts = [part for part in re.split(_SEPARATORS, text) if part]
        return ";".join(sorted({known.get(_plain(part), part) for part in parts})) or None

    return texts.map({text: read(text) for text in texts.unique()})


def _union(known: object, said: object, key_lists: object, year: int) -> str | None:
    """Return the years of each list: those known, those said, and ``year`` for lists without a year."""
    years: dict[str, set[str]] = {}
    for text in (known, said):
        for part in str(text).split(";") if isinstance(text, str) and text else ():
            name, _, few = part.partition(":")
            years.setdefault(name, set()).update(few.split(","))
    if not (isinstance(said, str) and said) and isinstance(key_lists, str):
        for name in filter(None, key_lists.split(";")):
            years.setdefault(name, set()).add(str(year))
    return ";".join(f"{name}:{','.join(sorted(few))}" for name, few in sorted(years.items())) or None


def _plain(text: str) -> str:
    half = unicodedata.normalize("NFKC", str(text)).casefold().replace("_", " ")
    return "".join(half.split())


def _spellings(column: str) -> dict[str, str]:
    return {_plain(word): code for code, words in data.words("particulars")[column].items() for word in words}
