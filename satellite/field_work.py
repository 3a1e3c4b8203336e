"""Field work: patches whose ground has looked before as it looks now, as fields do between sowing and ploughing.

A field that is bare in June was bare in some other picture of the last years; ground under a shed, a pit or slag never
looked so before. So a patch is field work if an earlier picture shows it in the state after the change, by the
greenness, the brightness and the colour together. Nothing of a map of fields is needed, and one earlier picture
after a harvest suffices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from satellite.indices import Bands

Truth = NDArray[np.bool_]

CLASSES = ("construction", "excavation", "waste", "clearing", "other")
"""Classes that field work is taken for. A burn or a plume is no state that a field returns to."""
NEEDED = frozenset({"blue", "red", "nir"})
"""Common names of the bands that tell."""


@dataclass(frozen=True)
class Params:
    """How alike two states of the ground are.

    Attributes
    ----------
    share : float
        Greenness may differ by this share of the change itself ...
    ndvi : float
        ... and by this much besides.
    brightness : float
        Difference of the natural logarithm of brightness.
    redness : float
        Difference of (red - blue) / (red + blue).
    """

    share: float = 0.25
    ndvi: float = 0.05
    brightness: float = 0.25
    redness: float = 0.08


def seen_before(before: Bands, after: Bands, earlier: Sequence[Bands], *, params: Params | None = None) -> Truth:
    """Tell which patches have looked before as they look now.

    Parameters
    ----------
    before, after : dict
        Common band name to (n,) means under the patches: blue, red and nir at least.
    earlier : sequence of dict
        Medians of pictures earlier than the pair; NaN where one did not see a patch.
    params : Params, optional

    Returns
    -------
    (n,) bool
        False where no earlier picture saw the ground, or where a band is missing.
    """
    params = params or Params()
    found = np.zeros(len(next(iter(after.values()))), bool)
    if not before.keys() & after.keys() >= NEEDED:
        return found
    was, now = state(before), state(after)
    allowed = params.share * np.abs(now[0] - was[0]) + params.ndvi
    for picture in earlier:
        if picture.keys() >= NEEDED:
            then = state(picture)
            with np.errstate(invalid="ignore"):
                alike = np.abs(then[0] - now[0]) < allowed
                alike &= np.abs(then[1] - now[1]) < params.brightness
                alike &= np.abs(then[2] - now[2]) < params.redness
            found |= alike
    return found


def columns(before: Bands, after: Bands) -> dict[str, NDArray[np.float64]]:
    """Return means of both dates under patches as columns of their table, ``before_blue`` and so on, where known."""
    told: dict[str, NDArray[np.float64]] = {}
    for side, bands in (("before", before), ("after", after)):
        told |= {f"{side}_{name}": np.asarray(bands[name]) for name in sorted(NEEDED & bands.keys())}
    return told


def means(found: pd.DataFrame, side: str) -> dict[str, NDArray[np.float64]]:
    """Return what ``columns`` put down of one date, ``before`` or ``after``."""
    named = {name: f"{side}_{name}" for name in sorted(NEEDED)}
    return {name: found[column].to_numpy(np.float64) for name, column in named.items() if column in found}


def state(bands: Bands) -> tuple[NDArray[np.float64], ...]:
    """Return greenness, log brightness and redness."""
    blue, red, nir = (np.asarray(bands[name], np.float64) for name in ("blue", "red", "nir"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (nir - red) / (nir + red), np.log(blue + red), (red - blue) / (red + blue)
