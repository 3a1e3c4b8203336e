"""Accuracy: what a map is worth, from a stratified sample of places that people looked at.

P. Olofsson et al. (2014): Good practices for estimating area and assessing accuracy of land change. Remote Sensing of
Environment 148, 42-57. Strata may be finer than the classes of the map (a class by month), as in S. V. Stehman (2014):
Estimating area and map accuracy for stratified random sampling when the strata are different from the map classes.
International Journal of Remote Sensing 35, 4923-4939; with one stratum a class both give the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

FEWEST = 5
"""No share is told of fewer sampled places than this."""

_NOUGHT = 1e-9
"""A standard error below this is what rounding leaves of none."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A share or an area with its 95 % interval; all NaN where fewer than five places stand behind it.

    Attributes
    ----------
    value, low, high : float
    error : float
        Standard error.
    places : int
        Sampled places behind it: for a user's accuracy those mapped as the class, for a producer's those found as it.
    """

    value: float
    low: float
    high: float
    error: float
    places: int

    @property
    def told(self) -> bool:
        """Whether there are enough places to tell it."""
        return bool(np.isfinite(self.value))


@dataclass(frozen=True)
class Assessment:
    """What a sample says about a map.

    Attributes
    ----------
    matrix : DataFrame
        Sampled places: a row a class of the map, a column a class that people found.
    overall : Estimate
    users, producers : dict of Estimate
        By class: the share of what the map says that is so, the share of what is so that the map says.
    areas : dict of Estimate
        By class, in the unit of the strata's sizes: what there is, whatever the map says.
    mapped : dict of float
        By class: what the map says.
    """

    matrix: pd.DataFrame
    overall: Estimate
    users: dict[str, Estimate]
    producers: dict[str, Estimate]
    areas: dict[str, Estimate]
    mapped: dict[str, float]


def assess(sample: pd.DataFrame, strata: pd.DataFrame, *, confidence: float = 0.95) -> Assessment:
    """Estimate accuracy and areas.

    Parameters
    ----------
    sample : DataFrame
        stratum, mapped, found: a row a place.
    strata : DataFrame
        stratum, mapped, size: a row a stratum, its class on the map and its area.
    confidence : float
        Of the intervals, 0 to 1.

    Raises
    ------
    ValueError
        If a place lies in no stratum, or a stratum has fewer than two places: then nothing can be estimated.
    """
    classes = list(dict.fromkeys([*strata["mapped"], *sorted(sample["found"].unique())]))
    place = _Places.of(sample, strata)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    mapped, found = sample["mapped"].to_numpy(), sample["found"].to_numpy()
    whole = np.ones(len(sample))
    total = float(strata["size"].sum())
    matrix = pd.crosstab(pd.Categorical(mapped, classes), pd.Categorical(found, classes), dropna=False)
    matrix.index, matrix.columns = pd.Index(classes, name="mapped"), pd.Index(classes, name="found")
    users, producers, areas = {}, {}, {}
    for name in classes:
        right = ((mapped == name) & (found == name)).astype(float)
        users[name] = place.ratio(right, (mapped == name).astype(float), z)
        producers[name] = place.ratio(right, (found == name).astype(float), z)
        share = place.ratio((found == name).astype(float), whole, z)
        low, high = share.low * total, share.high * total
        areas[name] = Estimate(share.value * total, low, high, share.error * total, share.places)
    overall = place.ratio((mapped == found).astype(float), whole, z)
    sizes = strata.groupby("mapped")["size"].sum()
    return Assessment(matrix, overall, users, producers, areas, {name: float(sizes.get(name, 0)) for name in classes})


def share(hits: int, places: int, *, confidence: float = 0.95) -> Estimate:
    """Return a plain share with Wilson's interval (Wilson 1927), NaN of fewer than five places.

    Parameters
    ----------
    hits, places : int
    confidence : float
    """
    if places < FEWEST:
        return Estimate(np.nan, np.nan, np.nan, np.nan, places)
    low, high = _wilson(hits / places, places, float(stats.norm.ppf((1 + confidence) / 2)))
    value = hits / places
    return Estimate(value, low, high, float(np.sqrt(value * (1 - value) / places)), places)


def sample_size(sizes: Sequence[float], users: Sequence[float], error: float) -> int:
    """Return how many places give the overall accuracy with a standard error (Olofsson et al. 2014, equation 13).

    Parameters
    ----------
    sizes : sequence of float
        Areas of the strata.
    users : sequence of float
        What user's accuracy is expected in each, 0 to 1.
    error : float
        Wanted standard error of the overall accuracy, above 0.

    Raises
    ------
    ValueError
        If ``error`` is not above 0.
    """
    if not error > 0:
        raise ValueError(f"the wanted error is above 0, not {error}")
    weight = np.asarray(sizes, float) / np.sum(sizes)
    spread = np.sqrt(np.asarray(users) * (1 - np.asarray(users)))
    return int(np.ceil(((weight * spread).sum() / error) ** 2))


def allocate(sizes: Mapping[str, float], places: int, *, fewest: int = 50) -> dict[str, int]:
    """Share out places: ``fewest`` to each rare stratum, the others by area (Olofsson et al. 2014, section 5.1.2).

    Parameters
    ----------
    sizes : mapping of str to float
        Area of each stratum.
    places : int
        Wanted in all; more come out if there are many rare strata.
    fewest : int
        Of each stratum whose share by area would be less.
    """
    found: dict[str, int] = {}
    open_ = dict(sizes)
    while open_:
        left, total = max(places - sum(found.values()), 0), sum(open_.values())
        rare = [name for name, size in open_.items() if left * size / total < fewest]
        if not rare:
            return {name: found.get(name) or round(left * size / total) for name, size in sizes.items()}
        for name in rare:
            found[name] = fewest
            del open_[name]
    return {name: found[name] for name in sizes}


@dataclass(frozen=True)
class _Places:
    """The sample by strata: the stratum of each place, and each stratum's weight and number of places."""

    stratum: NDArray[np.intp]
    weight: Values
    count: Values

    @classmethod
    def of(cls, sample: pd.DataFrame, strata: pd.DataFrame) -> "_Places":
        known = pd.Index(strata["stratum"])
        at = known.get_indexer(sample["stratum"])
        if (at < 0).any():
            raise ValueError("a sampled place lies in no stratum")
        count = np.bincount(at, minlength=len(known)).astype(float)
        if (count < 2).any():  # noqa: PLR2004 - a variance takes two
            raise ValueError("a stratum has fewer than two sampled places")
        size = strata["size"].to_numpy(float)
        return cls(at, size / size.sum(), count)

    def ratio(self, above: Values, below: Values, z: float) -> Estimate:
        """Estimate a ratio of two means with its stratified variance (Stehman 2014, equations 27 and 28)."""
        places = int(below.sum())
        mean_above, mean_below = self._means(above), self._means(below)
        share_below = float((self.weight * mean_below).sum())
        if places < FEWEST or not share_below > 0:
            return Estimate(np.nan, np.nan, np.nan, np.nan, places)
        value = float((self.weight * mean_above).sum()) / share_below
        rest = above - value * below
        gap = rest - self._means(rest)[self.stratum]
        spread = np.bincount(self.stratum, gap**2, len(self.count)) / (self.count - 1)
        error = float(np.sqrt((self.weight**2 * spread / self.count).sum())) / share_below
        if error > _NOUGHT:
            return Estimate(value, max(value - z * error, 0.0), min(value + z * error, 1.0), error, places)
        # All right or all wrong: the variance of the sample is 0, certainty is not.
        low, high = _wilson(value, places, z)
        return Estimate(value, low, high, error, places)

    def _means(self, values: Values) -> Values:
        return np.bincount(self.stratum, values, len(self.count)) / self.count


def _wilson(value: float, places: int, z: float) -> tuple[float, float]:
    middle = (value + z**2 / (2 * places)) / (1 + z**2 / places)
    half = z * np.sqrt(value * (1 - value) / places + z**2 / (4 * places**2)) / (1 + z**2 / places)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))
