"""Road tables: pairs and matrices in, what is missing told by name."""

import numpy as np
import pandas as pd
import pytest

from cross_check import road_tables
from gis.errors import TableFaults, WorkbenchError

PAIRS = pd.DataFrame(
    {"from_id": ["a", "b", "c"], "to_id": ["b", "a", "a"], "km": [10.0, 12.0, 5.0], "minutes": [9.2, 11.0, 4.0]}
)


def test_pairs_hold_both_ways_unless_told_apart():
    """A pair with its way back keeps both; one without is the same both ways; minutes are rounded up."""
    table = road_tables.from_pairs(PAIRS, "roads")
    metres, minutes = table.table(["b", "a"], np.zeros((2, 2)))
    assert metres.tolist() == [[0.0, 12000.0], [10000.0, 0.0]]
    assert minutes.tolist() == [[0, 11], [10, 0]]
    assert table.table(["a", "c"], np.zeros((2, 2)))[1].tolist() == [[0, 4], [4, 0]]


def test_missing_places_and_pairs_are_named():
    """A place not in the table and a pair never driven are refused with their names."""
    table = road_tables.from_pairs(PAIRS, "roads")
    for ids, name in ((["a", "x"], "x"), (["b", "c"], "b - c")):
        with pytest.raises(WorkbenchError) as refused:
            table.table(ids, np.zeros((2, 2)))
        assert refused.value.code == "roads.not_in_table"
        assert name in refused.value.params["names"]


def test_bad_tables_are_refused():
    """A negative length by row, a pair twice, matrices of other shapes, an id twice."""
    with pytest.raises(TableFaults):
        road_tables.from_pairs(PAIRS.assign(km=-1.0), "roads")
    with pytest.raises(WorkbenchError) as refused:
        road_tables.from_pairs(pd.concat([PAIRS, PAIRS[:1]]), "roads")
    assert refused.value.code == "roads.twice"
    square = np.zeros((2, 2))
    for ids, km, code in (
        (["a"], square, "bad_matrix"),
        (["a", "b"], square - 1, "bad_matrix"),
        (["a", "a"], square, "twice"),
    ):
        with pytest.raises(WorkbenchError) as refused:
            road_tables.from_matrices(ids, km, square, "roads.npz")
        assert refused.value.code == f"roads.{code}"
    held = road_tables.from_matrices(["a", "b"], square + 3, square + 2, "roads.npz")
    assert held.table(["a", "b"], square)[0].tolist() == [[0.0, 3000.0], [3000.0, 0.0]]
