"""Targets: what a changed surface most likely is, by rules over physically signed quantities.

The rules use ratios only, so they hold for any unit of the bands. They are presets a reader can check, not a trained
model; a patch that meets none is ``other``. Bands that an image lacks leave the rules that need them out.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from satellite import indices
from satellite.indices import Bands

CLASSES = ("construction", "excavation", "waste", "burn", "turbid_water", "clearing", "other")

_NEEDED = ("blue", "green", "red", "nir", "swir16", "swir22")


@dataclass(frozen=True)
class Rules:
    """Thresholds of the rules, all of them index values or ratios."""

    water: float = 0.1
    """MNDWI above this on both dates is water."""
    redder_water: float = 1.25
    """Red over green rising by this factor over water is turbidity."""
    wood: float = 0.58
    """NBR above this before the change is closed wood: dense and moist."""
    cleared: float = 0.2
    """Fall of NDVI of wood that was felled."""
    bare: float = 0.36
    """NDVI below this after the change is bare or nearly so."""
    lost_green: float = 0.15
    """Fall of NDVI that a surface which was built on, dug up or covered shows at least."""
    burnt: float = 0.1
    """NBR below this after a fall of ``burn_fall`` is a burn scar."""
    burn_fall: float = 0.2
    """Fall of NBR of a burn; Key and Benson (2006) put low severity at 0.1 to 0.27."""
    darker: float = 0.92
    """Visible brightness ratio below which a surface became darker: char, not ploughed soil."""
    brighter: float = 1.7
    """Visible brightness ratio above which bare earth is subsoil, not ploughed topsoil."""
    much_brighter: float = 2.1
    """Visible brightness ratio above which a grey surface is a roof or concrete, not a heap."""
    earthy: float = 0.2
    """(red - blue) / (red + blue) above this is soil or sand; roofs and waste are greyer."""


def classify(before: Bands, after: Bands, rules: Rules) -> NDArray[np.uint8]:
    """Return the class of changed pixels or patches: 1 + position in ``CLASSES``.

    Parameters
    ----------
    before, after : dict
        Common band name to (n,) array.
    rules : Rules

    Returns
    -------
    (n,) uint8
        All ``other`` where a band that the rules need is missing.
    """
    names = np.full(len(next(iter(before.values()))), "other")
    if all(band in before for band in _NEEDED):
        names = _decide(before, after, rules)
    numbers = np.zeros(len(names), np.uint8)
    for number, name in enumerate(CLASSES, start=1):
        numbers[names == name] = number
    return numbers


def differences(before: Bands, after: Bands) -> pd.DataFrame:
    """Return ``d_<index>`` (after minus before) for every index, a row a patch; NaN where its bands are missing."""
    known = indices.available(before)
    size = len(next(iter(before.values())))
    columns = {
        f"d_{name}": index(after) - index(before) if name in known else np.full(size, np.nan)
        for name, (index, _) in indices.INDICES.items()
    }
    return pd.DataFrame(columns)


def _decide(before: Bands, after: Bands, rules: Rules) -> NDArray[np.str_]:
    """Let the first rule that holds decide; the order goes from the most specific surface to the least."""
    wet = np.minimum(indices.mndwi(before), indices.mndwi(after)) > rules.water
    turbid = wet & (_ratio(after) > rules.redder_water * _ratio(before))
    dry = np.maximum(indices.mndwi(before), indices.mndwi(after)) < rules.water
    bare = dry & (indices.ndvi(after) < rules.bare)
    lit = _brightness(after) / _brightness(before)
    fall = indices.nbr(before) - indices.nbr(after)
    burnt = dry & (indices.nbr(after) < rules.burnt) & (fall > rules.burn_fall) & (lit < rules.darker)
    earthy = _redness(after) > rules.earthy
    lost_green = indices.ndvi(before) - indices.ndvi(after)
    lost = bare & (lost_green > rules.lost_green)
    choices = {
        "turbid_water": turbid,
        "burn": burnt,
        "clearing": dry & (indices.nbr(before) > rules.wood) & (lost_green > rules.cleared),
        "excavation": lost & earthy & (lit > rules.brighter),
        "construction": lost & ~earthy & (lit > rules.much_brighter),
        "waste": lost & ~earthy,
    }
    return np.select(list(choices.values()), list(choices), default="other")


def _brightness(bands: Bands) -> NDArray[np.float64]:
    return (bands["blue"] + bands["green"] + bands["red"]) / 3


def _redness(bands: Bands) -> NDArray[np.float64]:
    return (bands["red"] - bands["blue"]) / (bands["red"] + bands["blue"])


def _ratio(bands: Bands) -> NDArray[np.float64]:
    return bands["red"] / bands["green"]
