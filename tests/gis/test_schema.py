"""The door: types are settled, and every fault comes back with the row a user sees."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from gis import schema
from gis.crs import STORAGE
from gis.errors import FAULT_COLUMNS, TableFaults

SITES = schema.table(
    {
        "site_id": schema.text(unique=True),
        "kind": schema.text(schema.one_of("key", "ordinary")),
        "note": schema.text(nullable=True),
        "share": schema.number(0, 1, nullable=True),
        "count": schema.whole(),
        "running": schema.flag(),
        "seen_on": schema.day(),
        "geometry": schema.shape("Point"),
    }
)


def sites(**columns):
    """Three rows without a fault; columns may be replaced."""
    values = {
        "site_id": ["0123", "0124", "0125"],
        "kind": ["key", "ordinary", "key"],
        "note": ["a", None, "c"],
        "share": [0.0, 1.0, None],
        "count": [1, 2, 3],
        "running": [True, False, True],
        "seen_on": pd.to_datetime(["2026-04-01", "2026-04-02", "2026-04-03"]),
        "geometry": [Point(126.5, 45.8), Point(126.6, 45.8), Point(126.7, 45.8)],
    }
    return gpd.GeoDataFrame(values | columns, geometry="geometry", crs=STORAGE)


def faults_of(table):
    """Return the faults of a table as tuples."""
    return list(schema.find_faults(table, SITES).itertuples(index=False, name=None))


def test_a_table_without_fault_passes():
    """Nothing is found and nothing is lost."""
    assert faults_of(sites()) == []
    assert schema.demand(sites(), SITES, "sites")["site_id"].tolist() == ["0123", "0124", "0125"]


def test_types_are_settled_at_the_door():
    """Figures that came as text become figures, codes that came as figures become text, days lose nothing."""
    table = sites(site_id=[1, 2, 3], count=["1", "2", "3"], seen_on=["2026-04-01", "2026-04-02", "2026-04-03"])
    checked = schema.demand(table, SITES, "sites")
    assert checked["site_id"].tolist() == ["1", "2", "3"]
    assert checked["count"].dtype == "int64"
    assert checked["seen_on"].dt.strftime("%Y-%m-%d").tolist() == ["2026-04-01", "2026-04-02", "2026-04-03"]


def test_columns_beyond_the_schema_pass():
    """A door asks for what it needs and leaves the rest alone."""
    assert schema.demand(sites(extra=[1, 2, 3]), SITES, "sites")["extra"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("column", "values", "fault"),
    [
        ("site_id", ["a", "b", None], (4, "site_id", "table.empty_value")),
        ("kind", ["key", "other", "key"], (3, "kind", "table.unknown_value")),
        ("share", [0.5, -0.1, 0.5], (3, "share", "table.too_small")),
        ("share", [0.5, 0.5, 1.1], (4, "share", "table.too_large")),
        ("count", ["1", "many", "3"], (3, "count", "table.wrong_type")),
        ("seen_on", ["2026-04-01", "2026-04-31", "2026-04-03"], (3, "seen_on", "table.wrong_type")),
        ("geometry", [box(126, 45, 127, 46), *[Point(126, 45)] * 2], (2, "geometry", "table.wrong_geometry")),
    ],
)
def test_each_fault_has_its_row_column_and_code(column, values, fault):
    """The first row of data is row 2, below the heading."""
    assert [found[:3] for found in faults_of(sites(**{column: values}))] == [fault]


def test_repeated_values_are_told_for_every_row():
    """All rows that share a number are named, for any of them may be the wrong one."""
    found = faults_of(sites(site_id=["a", "b", "a"]))
    assert [(row, code) for row, _, code, _ in found] == [(2, "table.repeated_value"), (4, "table.repeated_value")]


def test_a_missing_column_is_told_once():
    """It stands in the row of the heading."""
    assert faults_of(sites().drop(columns="kind")) == [(1, "kind", "table.no_column", "")]


def test_all_faults_are_told_at_once():
    """Who mends a table mends it once."""
    found = faults_of(sites(kind=["x", "key", "y"], share=[2.0, 0.5, -1.0]))
    assert [(row, column) for row, column, _, _ in found] == [(2, "kind"), (2, "share"), (4, "kind"), (4, "share")]


def test_values_stand_beside_their_faults():
    """A user recognises the cell by what is in it."""
    assert faults_of(sites(kind=["key", "other", "key"]))[0][3] == "other"


def test_rows_are_counted_by_position():
    """The index of a filtered table means nothing to whoever reads the file."""
    table = sites(kind=["key", "key", "other"]).set_index(pd.Index([70, 80, 90]))
    assert faults_of(table)[0][0] == 4


def test_first_row_may_lie_deeper():
    """A table below two heading rows is counted from its own first row."""
    table = sites(kind=["other", "key", "key"])
    assert schema.find_faults(table, SITES, first_row=3)["row"].tolist() == [3]


def test_demand_refuses_with_all_faults():
    """The error names the table as the user calls it and carries the rows."""
    with pytest.raises(TableFaults) as refused:
        schema.demand(sites(kind=["x", "key", "y"]), SITES, "list.xlsx")
    assert str(refused.value) == "list.xlsx: 2 faults in 2 rows; nothing was saved"
    assert tuple(refused.value.faults.columns) == FAULT_COLUMNS


@pytest.mark.parametrize("epsg", [4326, 4551])
def test_other_systems_do_not_cross_a_door(epsg):
    """A geometry in another system is a programmer's mistake, not a user's."""
    with pytest.raises(ValueError, match="EPSG:4490"):
        schema.demand(sites().to_crs(epsg), SITES, "sites")


def test_a_rule_of_ones_own_fails_with_its_code():
    """Modules of the trade bring their rules and sentences."""
    even = schema.table({"n": schema.number()})
    even.columns["n"].checks.append(schema.rule(lambda values: values % 2 == 0, "register.bad_credit_code"))
    found = schema.find_faults(pd.DataFrame({"n": [2, 3]}), even)
    assert found[["row", "code"]].to_numpy().tolist() == [[3, "register.bad_credit_code"]]


@given(st.lists(st.floats(-2, 3), min_size=1, max_size=20))
def test_faults_are_exactly_the_values_out_of_range(values):
    """Nothing outside passes and nothing inside is refused."""
    found = schema.find_faults(pd.DataFrame({"x": values}), schema.table({"x": schema.number(0, 1)}))
    assert found["row"].tolist() == [row for row, value in enumerate(values, start=2) if not 0 <= value <= 1]


def test_an_empty_table_passes():
    """A month without leads is no fault."""
    assert len(schema.demand(sites().iloc[:0], SITES, "sites")) == 0
