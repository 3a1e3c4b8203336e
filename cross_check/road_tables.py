"""Road tables: the bureau's own driving times and lengths between places."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cross_check.travel import Floats, Ints
from gis import schema
from gis.errors import WorkbenchError

PAIRS = schema.table(
    {
        "from_id": schema.text(),
        "to_id": schema.text(),
        "km": schema.number(0),
        "minutes": schema.number(0),
    }
)
"""One row a pair of places, named by target, site or lodging id; a pair without its way back has the same both ways."""

_TOLD = 3


@dataclass(frozen=True)
class RoadTable:
    """Driving times by id.

    Attributes
    ----------
    ids : list of str
    metres : array (n, n)
        NaN where nothing is known.
    minutes : array (n, n)
        The same.
    """

    ids: list[str]
    metres: Floats
    minutes: Floats

    def table(self, ids: list[str], places: Floats) -> tuple[Floats, Ints]:
        """Return metres and minutes of the places asked for, see ``route_cases.Roads``.

        Raises
        ------
        ValueError
            If there are not as many ids as places.
        WorkbenchError
            ``roads.not_in_table`` if a place or a pair is missing.
        """
        if len(ids) != len(places):
            raise ValueError("every place has an id")
        where = {name: number for number, name in enumerate(self.ids)}
        strange = [name for name in ids if name not in where]
        rows = np.array([where.get(name, 0) for name in ids], dtype=np.int64)
        metres, minutes = self.metres[np.ix_(rows, rows)], self.minutes[np.ix_(rows, rows)]
        same = np.eye(len(ids), dtype=bool)
        lost = np.argwhere(~same & ~(np.isfinite(metres) & np.isfinite(minutes)))
        if strange or len(lost):
            named = strange or [f"{ids[start]} - {ids[end]}" for start, end in lost]
            raise WorkbenchError(
                "roads.not_in_table",
                "The road table lacks {count} places or pairs: {names}",
                count=len(named),
                names=", ".join(named[:_TOLD]),
            )
        return np.where(same, 0.0, metres), np.ceil(np.where(same, 0.0, minutes) - 1e-9).astype(np.int64)


def from_pairs(pairs: pd.DataFrame, source: str) -> RoadTable:
    """Return a road table from pairs.

    Parameters
    ----------
    pairs : DataFrame
        See ``PAIRS``.
    source : str
        What the user calls the table.

    Raises
    ------
    TableFaults
        With every fault by row.
    WorkbenchError
        ``roads.twice`` if a pair stands twice.
    """
    pairs = schema.demand(pairs, PAIRS, source)
    twice = pairs[pairs.duplicated(["from_id", "to_id"])]
    if len(twice):
        one = twice.iloc[0]
        raise WorkbenchError(
            "roads.twice", "{source} has {start} - {end} twice", source=source, start=one["from_id"], end=one["to_id"]
        )
    ids = sorted({*pairs["from_id"], *pairs["to_id"]})
    where = {name: number for number, name in enumerate(ids)}
    rows, columns = pairs["from_id"].map(where).to_numpy(), pairs["to_id"].map(where).to_numpy()
    found = []
    for values in (pairs["km"] * 1000, pairs["minutes"]):
        matrix = np.full((len(ids), len(ids)), np.nan)
        matrix[columns, rows] = values
        matrix[rows, columns] = values
        found.append(matrix)
    return RoadTable(ids, found[0], found[1])


def from_matrices(ids: list[str], km: Floats, minutes: Floats, source: str) -> RoadTable:
    """Return a road table from square matrices, as a ``.npz`` file holds them.

    Raises
    ------
    WorkbenchError
        ``roads.bad_matrix`` if the shapes differ or a value is negative, ``roads.twice`` if an id stands twice.
    """
    shape = (len(ids), len(ids))
    if km.shape != shape or minutes.shape != shape or (km < 0).any() or (minutes < 0).any():
        raise WorkbenchError(
            "roads.bad_matrix",
            "{source} must hold ids and square tables km and minutes of {count} rows, none below 0",
            source=source,
            count=len(ids),
        )
    doubles = sorted({name for name in ids if ids.count(name) > 1})
    if doubles:
        raise WorkbenchError(
            "roads.twice", "{source} has {start} - {end} twice", source=source, start=doubles[0], end=doubles[0]
        )
    return RoadTable(ids, km.astype(np.float64) * 1000, minutes.astype(np.float64))
