"""Forms: tables that people bring under their own headings, read into values or told as faults by row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa

from cross_check import data
from gis import entries, schema
from gis.errors import TableFaults

_DAY = r"^\s*(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?!\d)"
_PARTS = r"[;\uff1b\u3001\n]+"


@dataclass(frozen=True)
class Read:
    """What was read of a table.

    Attributes
    ----------
    table : DataFrame
        The rows without a fault, columns as the form names them, index as the file's rows.
    faults : DataFrame
        row, column (the user's heading), code, value; by row.
    """

    table: pd.DataFrame
    faults: pd.DataFrame


def read(rows: pd.DataFrame, form: str, rules: pa.DataFrameSchema) -> Read:
    """Read rows of a file by a form of cross_check/data/forms.toml.

    Parameters
    ----------
    rows : DataFrame of str
        Raw, with the user's headings; the index holds the row numbers the user sees. Empty cells are "".
    form : str
        Such as ``"officers"``.
    rules : DataFrameSchema
        What the values must meet beside the form.

    Returns
    -------
    Read
        A column that the file lacks is missing in every row; one that the form requires is a fault of row 1.
    """
    wanted = data.rules("forms")[form]
    told = headings(rows, wanted["columns"])
    lacking = [column for column in wanted["required"] if column not in told]
    if lacking:
        first = pd.Series(1, index=lacking)
        faults = pd.DataFrame({"row": first, "column": lacking, "code": "table.no_column", "value": ""})
        return Read(pd.DataFrame(columns=list(wanted["columns"])), faults.reset_index(drop=True))
    texts = pd.DataFrame(
        {column: rows[told[column]].astype(str).str.strip() if column in told else "" for column in wanted["columns"]},
        index=rows.index,
    )
    values, faults = _values(texts, wanted)
    faults += entries.empty(texts, wanted["required"])
    wrong = entries.joined(faults)
    good = values[~values.index.isin(wrong["row"])]
    wrong = entries.joined([wrong, _by_rules(good, rules)])
    named = wrong.assign(column=wrong["column"].map(lambda column: told.get(column, column)))
    return Read(values[~values.index.isin(wrong["row"])], named)


def demand(rows: pd.DataFrame, form: str, rules: pa.DataFrameSchema, source: str) -> pd.DataFrame:
    """Read rows and refuse the table if one of them has a fault.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees.
    """
    found = read(rows, form, rules)
    if len(found.faults):
        raise TableFaults(source, found.faults)
    return schema.demand(found.table, rules, source)


def days(texts: pd.Series) -> pd.Series:
    """Return dates written with the year first; NaT where there is none: 05/04 is not guessed."""
    parts = texts.astype(str).str.extract(_DAY)
    return pd.to_datetime(parts[0] + "-" + parts[1] + "-" + parts[2], errors="coerce", format="%Y-%m-%d")


def headings(rows: pd.DataFrame, columns: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the user's heading of each column that can be told; the spelling named first wins."""
    names = [name for name in rows if not (isinstance(rows, gpd.GeoDataFrame) and name == rows.geometry.name)]
    found = {entries.plain(str(name)): str(name) for name in reversed(names)}
    told: dict[str, str] = {}
    for column, spellings in columns.items():
        known = [found[plain] for spelling in spellings if (plain := entries.plain(spelling)) in found]
        free = [name for name in known if name not in told.values()]
        if free:
            told[column] = free[0]
    return told


def _values(texts: pd.DataFrame, wanted: Mapping[str, Any]) -> tuple[pd.DataFrame, entries.Faults]:
    values, faults = texts.mask(texts == "", None).astype(object), []
    for column in wanted.get("days", ()):
        values[column] = days(texts[column])
        faults.append(_unread(texts[column], values[column], column, "forms.bad_day"))
    for column in wanted.get("numbers", ()):
        values[column] = pd.to_numeric(texts[column].str.replace(",", ""), errors="coerce")
        faults.append(_unread(texts[column], values[column], column, "forms.bad_number"))
    several = wanted.get("lists", ())
    for column, spelled in wanted.get("words", {}).items():
        known = {entries.plain(word): code for code, spellings in spelled.items() for word in spellings}
        values[column] = [_coded(text, known, several=column in several) for text in texts[column]]
        faults.append(_unread(texts[column], values[column], column, "table.unknown_value"))
    for column in several:
        values[column] = values[column].map(_joined, na_action="ignore")
    return values, faults


def _coded(text: str, known: Mapping[str, str], *, several: bool) -> str | None:
    parts = [part for part in re.split(_PARTS, text) if part.strip()] if several else [text]
    codes = [known.get(entries.plain(part)) for part in parts]
    return ";".join(code for code in codes if code) if codes and all(codes) else None


def _joined(text: str) -> str:
    return ";".join(part.strip() for part in re.split(_PARTS, text) if part.strip())


def _unread(texts: pd.Series, values: pd.Series, column: str, code: str) -> pd.DataFrame:
    return entries.faults_where((texts != "") & values.isna(), column, code, texts)


def _by_rules(good: pd.DataFrame, rules: pa.DataFrameSchema) -> pd.DataFrame:
    """Return what the schema finds, by the rows the user sees."""
    found = schema.find_faults(good, rules, first_row=0)
    found = found[found["row"] >= 0]
    return found.assign(row=[int(good.index[at]) for at in found["row"]])
