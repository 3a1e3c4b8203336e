"""The door of every verb: a table is checked against its schema and all faults come back as rows."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa

from gis.crs import STORAGE
from gis.errors import FAULT_COLUMNS, TableFaults

_CODES = {
    "not_nullable": "table.empty_value",
    "column_in_dataframe": "table.no_column",
    "field_uniqueness": "table.repeated_value",
}


def text(*checks: pa.Check, nullable: bool = False, unique: bool = False) -> pa.Column:
    """Return a column of strings; codes are strings everywhere, for their leading zeros."""
    return pa.Column(str, list(checks), nullable=nullable, unique=unique, coerce=True)


def number(low: float | None = None, high: float | None = None, *, nullable: bool = False) -> pa.Column:
    """Return a column of float64 within [low, high]."""
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low, error="table.too_small"))
    if high is not None:
        checks.append(pa.Check.le(high, error="table.too_large"))
    return pa.Column("float64", checks, nullable=nullable, coerce=True)


def whole() -> pa.Column:
    """Return a column of int64."""
    return pa.Column("int64", coerce=True)


def flag() -> pa.Column:
    """Return a column of booleans."""
    return pa.Column(bool, coerce=True)


def day(*, nullable: bool = False) -> pa.Column:
    """Return a column of dates, kept as datetime64 at midnight."""
    return pa.Column("datetime64[us]", nullable=nullable, coerce=True)


def shape(*kinds: str) -> pa.Column:
    """Return a geometry column limited to some kinds, such as ``"Point"``."""
    return pa.Column(checks=rule(lambda values: gpd.GeoSeries(values).geom_type.isin(kinds), "table.wrong_geometry"))


def one_of(*values: str) -> pa.Check:
    """Return a rule: the value is one of a list."""
    return pa.Check.isin(values, error="table.unknown_value")


def rule(holds: Callable[[pd.Series], pd.Series], code: str) -> pa.Check:
    """Return a rule over a whole column that fails with a catalogue code."""
    return pa.Check(holds, error=code, name=code)


def table(columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    """Return a schema; columns beyond it pass through."""
    return pa.DataFrameSchema(columns, strict=False)


def demand(frame: pd.DataFrame, schema: pa.DataFrameSchema, source: str, *, first_row: int = 2) -> pd.DataFrame:
    """Return the table in its schema's types, or refuse it.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Its index is ignored: rows are numbered by position.
    schema : DataFrameSchema
    source : str
        What the user calls the table; stands in the sentence.
    first_row : int
        Number of the first data row as the user sees it.

    Raises
    ------
    TableFaults
        With every fault as a row.
    ValueError
        If geometry does not come in EPSG:4490.
    """
    try:
        checked = schema.validate(frame.reset_index(drop=True), lazy=True)
    except pa.errors.SchemaErrors as found:
        raise TableFaults(source, _as_rows(found.failure_cases, first_row)) from found
    if isinstance(checked, gpd.GeoDataFrame) and checked.crs != STORAGE:
        raise ValueError(f"{source}: geometry crosses a door in {STORAGE.to_string()} only, not {checked.crs}")
    return checked


def find_faults(frame: pd.DataFrame, schema: pa.DataFrameSchema, *, first_row: int = 2) -> pd.DataFrame:
    """Return every fault of a table as rows (row, column, code, value), in the order of the file."""
    try:
        schema.validate(frame.reset_index(drop=True), lazy=True)
    except pa.errors.SchemaErrors as found:
        return _as_rows(found.failure_cases, first_row)
    return pd.DataFrame(columns=list(FAULT_COLUMNS))


def _as_rows(cases: pd.DataFrame, first_row: int) -> pd.DataFrame:
    missing = cases["check"] == "column_in_dataframe"
    codes = [_code(str(check)) for check in cases["check"]]
    rows = pd.DataFrame(
        {
            "row": [first_row - 1 if pd.isna(index) else int(index) + first_row for index in cases["index"]],
            "column": cases["column"].where(~missing, cases["failure_case"]).astype(str),
            "code": codes,
            "value": cases["failure_case"].where(~missing, "").astype(str),
        }
    )
    return rows.drop_duplicates(["row", "column"]).sort_values(["row", "column"], ignore_index=True)


def _code(check: str) -> str:
    ours = "." in check and "(" not in check
    return _CODES.get(check, check if ours else "table.wrong_type")
