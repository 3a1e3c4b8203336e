"""Crowds: changes that many places around show at once, as fields do when a region is sown, mulched or harvested.

Two dates alone cannot tell a heap of slag from a field under mulch. But whoever digs or dumps does so in one place, and
field work is done in dozens of parcels in the same weeks: where the ground looked alike before, and looks alike
now, in many separate places within a few kilometres, the change is field work until somebody shows otherwise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from satellite.field_work import NEEDED, state
from satellite.indices import Bands

CLASSES = ("excavation", "waste", "other")
"""Classes that a crowd speaks against. Roofs, cleared wood, burns and plumes are no work on fields, however many."""


@dataclass(frozen=True)
class Params:
    """What is a crowd.

    Attributes
    ----------
    places : int
        Other places with the same change; those within one cell are one place.
    within_m : float
        Half the edge of the square around a patch in which they lie.
    cell_m : float
        Edge of a cell: parcels are a few hundred metres long, and one may break into several patches.
    before : (float, float, float)
        Greenness, logarithm of brightness and redness (see ``field_work.state``) may differ by so much before ...
    after : (float, float, float)
        ... and after the change.
    """

    places: int = 5
    within_m: float = 5000.0
    cell_m: float = 500.0
    before: tuple[float, float, float] = (0.15, 0.35, 0.1)
    after: tuple[float, float, float] = (0.06, 0.15, 0.05)


def places(before: Bands, after: Bands, xy: NDArray[np.float64], params: Params | None = None) -> NDArray[np.int64]:
    """Return in how many other places each patch's change was seen.

    Parameters
    ----------
    before, after : dict
        Common band name to (n,) means under the patches: blue, red and nir at least.
    xy : (n, 2) float64
        A point in each patch, metres.
    params : Params, optional

    Returns
    -------
    (n,) int64
        0 where a band is missing or a date did not see the patch.
    """
    params = params or Params()
    found = np.zeros(len(xy), np.int64)
    if not before.keys() & after.keys() >= NEEDED:
        return found
    reach = (*params.before, *params.after, params.within_m, params.within_m)
    columns = (*state(before), *state(after), *np.asarray(xy, float).T)
    scaled = np.column_stack([column / each for column, each in zip(columns, reach, strict=True)])
    known = np.flatnonzero(np.isfinite(scaled).all(axis=1))
    if known.size:
        cells = np.floor(xy[known] / params.cell_m).astype(np.int64)
        tree = cKDTree(scaled[known])
        for at, near in zip(known, tree.query_ball_point(scaled[known], 1.0, p=np.inf), strict=True):
            found[at] = len(np.unique(cells[near], axis=0)) - 1
    return found
