"""False leads: what no change looks like, and the threshold that lets through as many false leads as were asked for.

A user asks for false leads per 1,000 square kilometres. Three steps lead from there to a threshold on the score:

1. *How noise clusters.* Noise that the smoothing and the sensor tie together over some pixels exceeds a threshold in
   groups. How many groups of at least the smallest area a square kilometre holds, for pixels that exceed it with
   probability p, was counted in simulated fields (``data/false_groups.toml``, ``tools/false_groups.py``); the length
   over which the noise hangs together is measured in the image itself.
2. *Which p that allows*, by inverting the count.
3. *Which score an unchanged pixel exceeds with p*, by a gamma law fitted to the no-change mass of the image, or to a
   pair of earlier years in which nothing of note changed.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from gis.errors import WorkbenchError
from satellite import tails

Array = NDArray[np.float64]
Image = NDArray[np.float32]

AREA_M2 = 1e9
"""The area that false leads are counted on: 1,000 square kilometres."""
LEAST_CHANCE = 1e-12
"""The no-change law is not asked further beyond its data than this."""

_RANKS = (0.2, 0.55)
_TAIL = 0.01
_FEWEST_A_VARIATE = 100
_HALF, _NEVER = 0.5, 1e-15
_MOST_CHANGED = 0.7
_SETTLED = 1e-4
_LAGS_PX = (1, 2, 4, 8)
_FAINT = 0.1
_TAKEN = 0.4
_SURE = 0.99
_PARTS = 20
_EDGE_RANK = 0.4
_EDGE_MARGIN = 6.0
_TABLE = Path(__file__).parent / "data" / "false_groups.toml"


@dataclass(frozen=True)
class Null:
    """Distribution of squared change strength where nothing changed: a gamma law fitted to the no-change mass.

    Attributes
    ----------
    shape, scale : float
        Of the gamma law of the squared strength.
    changed_share : float
        Estimated share of pixels beyond it, 0 to 1.
    spread : tuple of float
        Of the variates whose squares the strength sums, see ``tails.spreads``: the tail reaches farther by what
        ``tails.lengthening`` says. Empty where all are alike.
    """

    shape: float
    scale: float
    changed_share: float
    spread: tuple[float, ...] = ()

    def threshold(self, false_alarm: float) -> float:
        """Return the strength that an unchanged pixel exceeds with probability ``false_alarm`` (0 to 1)."""
        farther = tails.lengthening(tuple(self.spread), false_alarm, _RANKS) if self.spread else 1.0
        return farther * float(np.sqrt(special.gammainccinv(self.shape, false_alarm) * self.scale))

    def chance(self, threshold: float) -> float:
        """Return the probability that an unchanged pixel exceeds a strength; with ``spread`` 1e-15 at least."""
        if not self.spread or threshold <= self.threshold(_HALF):
            return float(special.gammaincc(self.shape, threshold**2 / self.scale))
        if threshold >= self.threshold(_NEVER):
            return _NEVER
        bounds = np.log(_NEVER), np.log(_HALF)
        return float(np.exp(optimize.brentq(lambda at: self.threshold(np.exp(at)) - threshold, *bounds, rtol=1e-4)))


def fit_null(strengths: Array, *, rounds: int = 50) -> Null:
    """Fit the no-change law to the lower part of the strengths, where change hardly reaches.

    A plain chi-square is far too narrow on real pairs (land cover mixes many variances), and Otsu's threshold cuts
    through the noise when change is rare. The lower quantiles hold no-change pixels alone, so a gamma law is matched
    to two of them; the share of changed pixels is then re-estimated from what exceeds the law, and the quantiles'
    ranks are corrected for it (the empirical null of Efron 2004, JASA 99, 96-104). The share is first taken to be as
    large as it may be: were it taken to be none, the law would have to hold much change too, and nothing exceed it.

    Parameters
    ----------
    strengths : (n,) array
        Finite strengths of a sample of pixels.
    rounds : int
        Corrections of the share at most; they end when it moves no more.

    Raises
    ------
    WorkbenchError
        ``detect.no_variation`` if the strengths do not vary.
    """
    squared = np.sort(np.square(strengths, dtype=np.float64))
    changed = _MOST_CHANGED
    for _ in range(rounds):
        low, high = (squared[int(rank * (1 - changed) * (squared.size - 1))] for rank in _RANKS)
        if not 0 < low < high:
            raise WorkbenchError("detect.no_variation", "The two images do not differ in any measurable way")
        shape = tails.gamma_shape(high / low, _RANKS)
        scale = high / special.gammaincinv(shape, _RANKS[1])
        beyond = 1 - np.searchsorted(squared, special.gammainccinv(shape, _TAIL) * scale) / squared.size
        before, changed = changed, float(np.clip((beyond - _TAIL) / (1 - _TAIL), 0, _MOST_CHANGED))
        if abs(changed - before) < _SETTLED:
            break
    return Null(shape, float(scale), changed)


def spread(departures: Array, null: Null) -> tuple[float, ...]:
    """Return how the variates of unchanged pixels spread, see ``Null``; nothing where they are too few.

    Parameters
    ----------
    departures : (k, n) array
        See ``scores.departures``.
    null : Null
        Pixels beyond its 1 % point take no part.
    """
    unchanged = departures[:, np.square(departures).sum(axis=0) < null.threshold(_TAIL) ** 2]
    if unchanged.shape[1] < _FEWEST_A_VARIATE * len(departures):
        return ()
    return tails.spreads(unchanged)


def edge(strengths: Array, varied: Array) -> float:
    """Return how much of its squared strength a pixel on an edge is forgiven, for each unit of variance around it.

    What is left of misregistration, and resampling, moves an edge by a fraction of a pixel: unchanged ground departs in
    proportion to how much both dates vary around it. The lower quantiles of the squared strength, where change hardly
    reaches, are followed over twentieths of the pixels from the smoothest to the most varied; where they do not rise,
    nothing is forgiven.

    Parameters
    ----------
    strengths, varied : (n,) array
        Strength and variance (see ``score_pixels.score``) of a sample of pixels, finite.

    Returns
    -------
    float
        For ``scores.strength``, with a margin: a few edges depart far more than most.
    """
    order = np.argsort(varied)
    parts = [part for part in np.array_split(order, _PARTS) if part.size]
    level = np.array([np.mean(varied[part]) for part in parts])
    height = np.array([np.quantile(np.square(strengths[part]), _EDGE_RANK) for part in parts])
    if not (height > 0).all() or not np.median(level) > 0:
        return 0.0
    tried = np.exp(np.linspace(-12, 6, 90)) / np.median(level)
    misfit = [np.var(np.log(height / (1 + each * level))) for each in tried]
    return float(_EDGE_MARGIN * tried[int(np.argmin(misfit))])


def length_px(strengths: list[Image], null: Null) -> float:
    """Return over how many pixels the strength of unchanged ground hangs together.

    Parameters
    ----------
    strengths : list of (rows, columns) float32
        Windows of the scene, NaN where not observed.
    null : Null
        Pixels beyond its 1 % point take no part.

    Returns
    -------
    float
        Standard deviation in pixels of the Gaussian that would tie white noise together as much: a lag of h pixels
        whose squares correlate by r stands for h / (2 sqrt(-ln sqrt(r))); the longest of several lags counts. Without
        the tail they correlate less: what that takes was simulated, for 1 to 6 variates, and is given back.
    """
    limit, taken = null.threshold(_TAIL), _TAKEN / np.sqrt(max(2 * null.shape, 1.0))
    longest = 0.0
    for lag in _LAGS_PX:
        tied = _correlation(strengths, lag, limit)
        tied += taken * tied * (1 - tied)
        if tied > _FAINT:
            longest = max(longest, float(lag / (2 * np.sqrt(-np.log(min(np.sqrt(tied), 0.999))))))
    low, high = _table()[0][[0, -1]]
    return float(np.clip(longest, low, high))


def expected(most: float) -> float:
    """Return how many false leads may be expected on an area that shall hold ``most`` at most, in 99 of 100 cases.

    The mean of a Poisson law, whose probability of at most n is the upper incomplete gamma function of n + 1.
    """
    return float(special.gammaincinv(most + 1, 1 - _SURE))


def rate(chance: float, *, smallest_px: int, length_px: float, pixel_m2: float) -> float:
    """Return the expected false leads per 1,000 km2.

    Parameters
    ----------
    chance : float
        Probability that an unchanged pixel exceeds the threshold.
    smallest_px : int
        Smaller groups are no leads.
    length_px : float
        See ``length_px``.
    pixel_m2 : float
    """
    level, slope = _line(smallest_px, length_px)
    return float(10.0 ** (level + slope * np.log10(chance)) * AREA_M2 / pixel_m2)


def chance(wanted: float, *, smallest_px: int, length_px: float, pixel_m2: float) -> float:
    """Return the probability per pixel that leaves a wanted number of false leads per 1,000 km2.

    It lies between ``LEAST_CHANCE`` and 1 %, beyond which noise groups grow together.
    """
    level, slope = _line(smallest_px, length_px)
    allowed = (np.log10(wanted * pixel_m2 / AREA_M2) - level) / slope
    return float(np.clip(10.0**allowed, LEAST_CHANCE, _TAIL))


@cache
def _table() -> tuple[Array, Array, Array, Array]:
    with _TABLE.open("rb") as stream:
        table = tomllib.load(stream)
    lengths, sizes, level, slope = (
        np.array(table[name], float) for name in ("lengths_px", "sizes_px", "level", "slope")
    )
    return lengths, sizes, level, slope


def _line(smallest_px: int, length: float) -> tuple[float, float]:
    """Return level and slope of log10(groups a pixel) over log10(p), between the lengths and sizes of the table."""
    lengths, sizes, level, slope = _table()
    size = np.log(max(smallest_px, 1))
    found = [[_along(np.log(sizes), row, size) for row in table] for table in (level, slope)]
    at = np.log(np.clip(length, lengths[0], lengths[-1]))
    first, second = (float(np.interp(at, np.log(lengths), column)) for column in found)
    return first, second


def _along(sizes: Array, row: Array, size: float) -> float:
    """Interpolate along a row of the table; beyond sizes that noise reached, its last step goes on."""
    known = np.isfinite(row)
    sizes, row = sizes[known], row[known]
    if size <= sizes[-1]:
        return float(np.interp(size, sizes, row))
    return float(row[-1] + (row[-1] - row[-2]) / (sizes[-1] - sizes[-2]) * (size - sizes[-1]))


def _correlation(strengths: list[Image], lag: int, limit: float) -> float:
    """Return the correlation of strengths a lag apart, along rows and columns, of pixels below a limit."""
    sums = np.zeros(6)
    for window in strengths:
        for one, other in ((window[:-lag], window[lag:]), (window[:, :-lag], window[:, lag:])):
            with np.errstate(invalid="ignore"):
                both = (one < limit) & (other < limit)
            x, y = one[both].astype(np.float64), other[both].astype(np.float64)
            sums += (x.size, x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum())
    count, total, other_total, xx, yy, xy = sums
    if count == 0:
        return 0.0
    spread = (xx - total**2 / count) * (yy - other_total**2 / count)
    return float((xy - total * other_total / count) / np.sqrt(spread)) if spread > 0 else 0.0
