"""Past: what pairs of earlier years, in which nothing of note changed, say of how far noise reaches.

The no-change law of a pair is fitted to the mass of its pixels; whether its tail holds far out, and how noise groups
there, that law and the simulated fields behind ``false_leads`` only assume. Patches of a pair of earlier years are
counted instead: how many of them hold up to a threshold that one pixel exceeds with probability p, on how much ground.
Probabilities carry over to another pair, strengths do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.errors import WorkbenchError
from satellite.false_leads import AREA_M2, LEAST_CHANCE

FEWEST = 5
"""Patches below this number give no slope of a tail; then one decade of p is one decade of patches."""
_TOP_SHARE = 0.5
_STEEPEST, _FLATTEST = 4.0, 0.25


@dataclass(frozen=True)
class Past:
    """Patches of earlier pairs.

    Attributes
    ----------
    tails : tuple of float
        Of each patch minus the decimal logarithm of the chance up to which it holds, the farthest first.
    area_m2 : float
        Ground seen in the pairs, all together.
    pairs : tuple of str
        What was compared, for the record.
    """

    tails: tuple[float, ...]
    area_m2: float
    pairs: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a past without ground."""
        if not self.area_m2 > 0:
            raise ValueError("the earlier pairs saw no ground")

    def chance(self, wanted: float) -> float:
        """Return the probability per pixel at which so many patches per 1,000 km2 would have been found in the past.

        Parameters
        ----------
        wanted : float
            Patches per 1,000 km2, more than 0.

        Returns
        -------
        float
            Between ranks of the patches that were found; beyond the farthest along the exponential tail of the upper
            half (Hill 1975, Annals of Statistics 3, 1163-1174).

        Raises
        ------
        WorkbenchError
            ``past.nothing`` if no patch was found: then the past says nothing of the tail.
        """
        if not self.tails:
            raise WorkbenchError(
                "past.nothing",
                "The earlier pairs show no difference at all, not even noise: they say nothing of a threshold",
            )
        allowed, tails = wanted * self.area_m2 / AREA_M2, np.array(self.tails)
        if allowed >= 1:
            ranks = np.arange(1, tails.size + 1)
            told = float(np.interp(allowed + 0.5, ranks, tails))
        else:
            told = float(tails[0] + np.log10(1 / allowed) / self.slope)
        return float(max(10.0**-told, LEAST_CHANCE))

    @property
    def slope(self) -> float:
        """Decades of patches for each decade of the chance."""
        tails = np.array(self.tails)
        if tails.size < FEWEST:
            return 1.0
        top = tails[: max(FEWEST, int(_TOP_SHARE * tails.size))]
        spread = float(np.mean(top[:-1] - top[-1]))
        return float(np.clip(1 / (np.log(10) * spread), _FLATTEST, _STEEPEST)) if spread > 0 else _STEEPEST


def joined(parts: Sequence[Past]) -> Past:
    """Return several earlier pairs as one past."""
    tails = sorted((each for part in parts for each in part.tails), reverse=True)
    return Past(tuple(tails), sum(part.area_m2 for part in parts), tuple(name for part in parts for name in part.pairs))
