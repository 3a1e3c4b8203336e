"""Crowds: changes that much of the ground around shows at once, as fields do when a region is sown or harvested.

Two dates alone cannot tell a heap of slag from a field under mulch. But field work is done on square kilometres in the
same weeks, and whoever digs or builds does so on hectares, be it in five places or fifteen: where the ground looked
alike before and looks alike now in many separate places within a few kilometres, and that is a share of all the
ground which only fields reach, the change is field work until somebody shows otherwise.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from satellite.field_work import NEEDED, state
from satellite.indices import Bands

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

CLASSES = ("excavation", "waste", "other")
"""Classes that a crowd speaks against. Roofs, cleared wood, burns and plumes are no work on fields, however many."""


@dataclass(frozen=True)
class Params:
    """What is a crowd.

    Attributes
    ----------
    places : int
        Other places with the same change; those within one cell are one place. With 0 the share alone tells.
    within_m : float
        Half the edge of the square around a patch in which they lie.
    cell_m : float
        Edge of a cell: parcels are a few hundred metres long, and one may break into several patches.
    share : float
        Of the ground around, 0 to 1, that must look so before and after: fields reach it, sites do not (see 0085).
    beyond_m : float
        What lies nearer may be the same site, and is no ground around.
    sampled : int
        Pixels of a sample that tell a share; where fewer lie around, ``sparse_m`` is taken instead of ``within_m``.
    sparse_m : float
    before : (float, float, float)
        Greenness, logarithm of brightness and redness (see ``field_work.state``) may differ by so much before ...
    after : (float, float, float)
        ... and after the change.
    """

    places: int = 5
    within_m: float = 5000.0
    cell_m: float = 500.0
    share: float = 0.015
    beyond_m: float = 1000.0
    sampled: int = 300
    sparse_m: float = 20_000.0
    before: tuple[float, float, float] = (0.15, 0.35, 0.1)
    after: tuple[float, float, float] = (0.06, 0.15, 0.05)


@dataclass(frozen=True)
class Ground:
    """What both dates saw at some places: a sample of the scene, or patches.

    Attributes
    ----------
    before, after : dict
        Common band name to (n,) values: blue, red and nir at least.
    xy : (n, 2) float64
        Where, metres.
    """

    before: Bands
    after: Bands
    xy: Reals

    def changes(self, params: Params) -> Reals:
        """Return what the places looked like before and after, (n, 6), in units of what may differ."""
        columns = zip((*state(self.before), *state(self.after)), (*params.before, *params.after), strict=True)
        return np.column_stack([column / each for column, each in columns])

    @property
    def told(self) -> bool:
        """Whether the bands that tell are there."""
        return self.before.keys() & self.after.keys() >= NEEDED


def of(found: pd.DataFrame, params: Params | None = None) -> NDArray[np.bool_]:
    """Tell which patches of a detection are of a crowd, by class and ``alike_share``; none where it is not told."""
    if "alike_share" not in found:
        return np.zeros(len(found), bool)
    most = (params or Params()).share
    return found["machine_class"].isin(CLASSES).to_numpy() & (found["alike_share"].to_numpy(float) >= most)


def shares(patches: Ground, sample: Ground, params: Params | None = None) -> Reals:
    """Return how much of the ground around each patch, 0 to 1, looked as it did and looks as it does.

    Parameters
    ----------
    patches : Ground
        Means under them, and a point in each.
    sample : Ground
        Of all that both dates saw, changed or not.
    params : Params, optional

    Returns
    -------
    (n,) float64
        0 where fewer than ``places`` other places show the change; NaN where the sample holds too little of what lies
        around.
    """
    params = params or Params()
    found = np.zeros(len(patches.xy))
    if not patches.told:
        return found
    asked = np.flatnonzero(places(patches, params) >= params.places)
    changes, looks = patches.changes(params), sample.changes(params)
    asked = asked[np.isfinite(changes[asked]).all(axis=1)]
    changes = changes[asked]
    known = np.flatnonzero(np.isfinite(looks).all(axis=1))
    known = known[np.argsort(sample.xy[known, 1], kind="stable")]
    looks, at, wanted = looks[known], sample.xy[known], patches.xy[asked]
    found[asked] = np.nan
    for within_m in (params.sparse_m, params.within_m):
        band = (
            np.searchsorted(at[:, 1], wanted[:, 1] - within_m),
            np.searchsorted(at[:, 1], wanted[:, 1] + within_m, "right"),
        )
        around, alike = _alike((changes, wanted), (looks, at), band, (within_m, params.beyond_m))
        enough = around >= params.sampled
        found[asked[enough]] = alike[enough] / around[enough]
    return found


def places(patches: Ground, params: Params | None = None) -> Whole:
    """Return in how many other places each patch's change was seen; 0 where a band is missing or a date saw nothing."""
    params = params or Params()
    found = np.zeros(len(patches.xy), np.int64)
    if not patches.told:
        return found
    changes = patches.changes(params)
    known = np.flatnonzero(np.isfinite(changes).all(axis=1) & np.isfinite(patches.xy).all(axis=1))
    known = known[np.argsort(patches.xy[known, 1], kind="stable")]
    changes, at = changes[known], patches.xy[known]
    cells = np.floor(at / params.cell_m).astype(np.int64)
    ends = np.searchsorted(at[:, 1], at[:, 1] + params.within_m, "right")
    starts = np.searchsorted(at[:, 1], at[:, 1] - params.within_m)
    reach = int(np.ceil(params.within_m / params.cell_m)) + 1
    found[known] = _places(changes, at, cells, (starts, ends), (params.within_m, reach))
    return found


@njit(nogil=True, cache=True)
def _places(changes, at, cells, band, reach) -> Whole:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Return in how many other cells each change was seen; places by their second coordinate, bands of their rows."""
    found = np.zeros(len(at), np.int64)
    within_m, wide = reach
    marked = np.zeros((2 * wide + 1, 2 * wide + 1), np.bool_)
    for here in range(len(at)):
        marked[:] = False
        for there in range(band[0][here], band[1][here]):
            if abs(at[there, 0] - at[here, 0]) <= within_m and _like(changes[here], changes[there]):
                marked[cells[there, 0] - cells[here, 0] + wide, cells[there, 1] - cells[here, 1] + wide] = True
        found[here] = marked.sum() - 1
    return found


@njit(nogil=True, cache=True)
def _alike(wanted, sample, band, reach) -> tuple[Whole, Whole]:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Return how much of a sample lies between two squares around places, and how much of that shows their change."""
    changes, places = wanted
    looks, at = sample
    within_m, beyond_m = reach
    around, alike = np.zeros(len(places), np.int64), np.zeros(len(places), np.int64)
    for here in range(len(places)):
        for there in range(band[0][here], band[1][here]):
            away = max(abs(at[there, 0] - places[here, 0]), abs(at[there, 1] - places[here, 1]))
            if beyond_m < away <= within_m:
                around[here] += 1
                alike[here] += _like(changes[here], looks[there])
    return around, alike


@njit(nogil=True, cache=True)
def _like(one, other) -> bool:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Tell whether two changes differ by one unit at most in all that is known of them."""
    for each in range(one.size):  # noqa: SIM110 - a generator is slow to compile
        if abs(one[each] - other[each]) > 1.0:
            return False
    return True
