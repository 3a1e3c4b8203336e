"""Hypotheses: what system coordinates may be in, and how probable each is in the light of the evidence.

Bayes' rule over a handful of hypotheses. Evidence is what else is known of the rows: sites whose place is on record,
the division that a row states, and the digits themselves. One row alone never settles much: a known site may be wrong
on record (``_KNOWN_WRONG``) and a stated division too (``_STATED_WRONG``), so certainty needs rows that agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer

from gis import angles, data, systems
from gis.crs import EQUAL_AREA, STORAGE

ZONED, METRES = "zoned", "metres"
"""Forms of coordinates beside ``angles.DECIMAL`` and ``angles.DMS``: metres with and without zone number."""

PACKED = ":dms"
"""Ending of the name of a hypothesis under which 126.3148 means 126 degrees 31 minutes 48 seconds."""

Numbers = npt.NDArray[np.float64]

_SITE_M = 100.0
"""How far two records of one site lie apart when both are right (standard deviation along each axis)."""
_KNOWN_WRONG = 0.02
_STATED_WRONG = 0.01
_ABROAD = 0.001
_BORDER_SOFTNESS_M = 2000.0
_SAMPLE = 200
_IMPOSSIBLE = -1e6
_PAIR_BELOW_SIXTY = 0.6
_ZERO_SECONDS = 0.05
_SHORT_DECIMALS = 0.1
_ZONE_HALF_DEG, _WIDE_ZONE_HALF_DEG = 1.55, 3.05
_WIDE_MERIDIANS = (123.0, 129.0, 135.0)
_WIDE_ZONE, _OUT_OF_ZONE = 0.3, 0.02
_CONTRADICTS = 0.05
_SHIFT_ROWS, _SHIFT_M, _SHIFT_REACH_M = 3, 40.0, 300.0
_SHIFT_DOUBT = 2.5
_UTM_ZONES = (51, 52, 53)


@dataclass(frozen=True)
class Hypothesis:
    """One way to read coordinates.

    Attributes
    ----------
    system : str
        See ``gis.systems``.
    packed : bool
        Decimals are minutes and seconds.
    prior : float
        Probability before the evidence.
    """

    system: str
    packed: bool
    prior: float

    @property
    def name(self) -> str:
        """The system, with ``PACKED`` behind it where decimals are minutes and seconds."""
        return self.system + PACKED * self.packed


@dataclass(frozen=True)
class Evidence:
    """What else is known of the rows.

    Attributes
    ----------
    outlines : GeoSeries
        Divisions of any level by code, in ``gis.crs.EQUAL_AREA``.
    stated : Series of str
        By row: the code among ``outlines`` in which the row says it lies, "" where it does not.
    known : GeoSeries of points
        By row: where the site is on record (EPSG:4490), missing where it is not.
    border_m : float
        How far the outlines may be off: a place this little outside speaks against nothing.
    """

    outlines: gpd.GeoSeries
    stated: pd.Series
    known: gpd.GeoSeries
    border_m: float = 5000.0


@dataclass(frozen=True)
class Weighed:
    """Hypotheses after the evidence.

    Attributes
    ----------
    table : DataFrame
        By falling probability: ``name``, ``system``, ``packed``, ``probability``, ``inside`` (share of the rows within
        the stated division, NaN if none states one), ``known`` (rows with a place on record) and ``known_m`` (median
        distance to it).
    contradicted : Index
        Rows whose place on record fits another hypothesis than the first (or the one taken), and not this one.
    shift_m : float
        Common shift of the rows against their places on record under the same hypothesis, 0 if there is none.
    """

    table: pd.DataFrame
    contradicted: pd.Index
    shift_m: float


def of_degrees(form: str, *, told: str = "", belief: float = 1.0) -> list[Hypothesis]:
    """Return the hypotheses for degrees.

    Parameters
    ----------
    form : str
        ``angles.DECIMAL`` or ``angles.DMS``.
    told : str
        System that the file, the sender's custom or a person names; "" for none.
    belief : float
        Probability that it is right; what is left goes to the others by their own priors.
    """
    priors = data.words("systems")["prior"][form]
    told = systems.place_of(told)
    if told in priors:
        rest = sum(prior for system, prior in priors.items() if system != told)
        priors = {system: belief if system == told else (1 - belief) * prior / rest for system, prior in priors.items()}
    packed = data.words("systems")["belief"]["packed"] if form == angles.DECIMAL else 0.0
    plain = [Hypothesis(system, packed=False, prior=prior * (1 - packed)) for system, prior in priors.items() if prior]
    return plain + [Hypothesis(one.system, packed=True, prior=one.prior * packed) for one in plain if packed]


def of_metres(*, told: str = "", belief: float = 1.0) -> list[Hypothesis]:
    """Return the hypotheses for metres without zone number: Gauss-Krueger by central meridian, and UTM."""
    shares = data.words("systems")["prior"]["metres"]
    names = {
        systems.meridian_zone(3 * zone): shares["gauss_krueger"] / len(systems.ZONES_3) for zone in systems.ZONES_3
    }
    names |= {f"EPSG:326{zone}": shares["utm"] / len(_UTM_ZONES) for zone in _UTM_ZONES}
    if told:
        rest = sum(prior for system, prior in names.items() if system != told)
        names = {system: (1 - belief) * prior / rest for system, prior in names.items()} | {told: belief}
    return [Hypothesis(system, packed=False, prior=prior) for system, prior in names.items() if prior]


def weigh(x: pd.Series, y: pd.Series, hypotheses: Sequence[Hypothesis], evidence: Evidence, taken: str = "") -> Weighed:
    """Return how probable each hypothesis is for rows that share one system.

    Parameters
    ----------
    x, y : Series of float
        Longitude and latitude, or easting and northing, by row.
    hypotheses : sequence of Hypothesis
    evidence : Evidence
    taken : str
        Name of the hypothesis that a person has taken; by default the most probable one.

    Returns
    -------
    Weighed
        Probabilities sum to 1.
    """
    places = [read(one, x, y) for one in hypotheses]
    known = evidence.known.reindex(x.index)
    rows = np.flatnonzero(known.notna().to_numpy())
    misses = [_misses_m(lon[rows], lat[rows], known.iloc[rows]) for lon, lat in places]
    distances = [np.hypot(*miss) for miss in misses]
    matches = np.array([_match(distance) for distance in distances]).reshape(len(hypotheses), len(rows))
    stated = [_stated(lon, lat, x.index, evidence) for lon, lat in places]
    logs = np.array([np.log(one.prior) for one in hypotheses]) + np.log(matches).sum(axis=1)
    logs += np.array([log for log, _ in stated]) + _zones(hypotheses, places) + _digits(hypotheses, x, y)
    weights = np.exp(logs - logs.max())
    table = pd.DataFrame(
        {
            "name": [one.name for one in hypotheses],
            "system": [one.system for one in hypotheses],
            "packed": [one.packed for one in hypotheses],
            "probability": weights / weights.sum(),
            "inside": [inside for _, inside in stated],
            "known": len(rows),
            "known_m": [np.median(distance) if len(rows) else np.nan for distance in distances],
        }
    ).sort_values("probability", ascending=False, kind="stable")
    first = next((place for place, one in enumerate(hypotheses) if one.name == taken), int(table.index[0]))
    against = (matches[first] < _CONTRADICTS * matches.max(axis=0)) if len(rows) else np.zeros(0, dtype=bool)
    return Weighed(table.reset_index(drop=True), x.index[rows[against]], _shift_m(*misses[first]))


def read(hypothesis: Hypothesis, x: pd.Series, y: pd.Series) -> tuple[Numbers, Numbers]:
    """Return longitudes and latitudes (CGCS2000) of coordinates under a hypothesis, NaN where it cannot be."""
    east, north = x.to_numpy(dtype=np.float64), y.to_numpy(dtype=np.float64)
    if hypothesis.packed:
        east, north = unpacked(east), unpacked(north)
    return systems.to_degrees(hypothesis.system, east, north)


def unpacked(values: Numbers) -> Numbers:
    """Return 126.3148 as 126 degrees 31 minutes 48 seconds, NaN where minutes or seconds would be 60 or more."""
    whole, minutes, seconds = _pairs(values)
    right = (minutes < 60) & (seconds < 60)  # noqa: PLR2004
    return np.where(right, whole + minutes / 60 + seconds / 3600, np.nan)


def _pairs(values: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return degrees and the next two pairs of digits; eight decimals are looked at, more are noise."""
    digits = np.round(values * 1e8)
    whole, rest = np.divmod(digits, 1e8)
    minutes, seconds = np.divmod(rest, 1e6)
    return whole, minutes, seconds / 1e4


def _misses_m(lon: Numbers, lat: Numbers, known: gpd.GeoSeries) -> tuple[Numbers, Numbers]:
    """Return how far places lie east and north of those on record, in metres of the sphere of 1 degree = 111.2 km."""
    degree_m = 111_200.0
    east = (lon - known.x.to_numpy()) * degree_m * np.cos(np.radians(known.y.to_numpy()))
    north = (lat - known.y.to_numpy()) * degree_m
    return np.nan_to_num(east, nan=1e7), np.nan_to_num(north, nan=1e7)


def _match(distance_m: Numbers) -> Numbers:
    right = np.exp(-0.5 * (distance_m / _SITE_M) ** 2)
    likelihood: Numbers = (right + _KNOWN_WRONG) / (1 + _KNOWN_WRONG)
    return likelihood


def _shift_m(east: Numbers, north: Numbers) -> float:
    """Return the length of the common shift of the rows that fit, 0 where it is small against their scatter."""
    near = np.hypot(east, north) < _SHIFT_REACH_M
    if near.sum() < _SHIFT_ROWS:
        return 0.0
    middles = np.array([np.median(east[near]), np.median(north[near])])
    scatter = np.array([np.median(np.abs(values[near] - m)) for values, m in zip((east, north), middles, strict=True)])
    # The median's standard error is 1.86 median deviations by the root of the number, for a normal scatter.
    doubt_m = _SHIFT_DOUBT * 1.86 * np.hypot(*scatter) / np.sqrt(near.sum())
    length = float(np.hypot(*middles))
    return length if length > max(_SHIFT_M, doubt_m) else 0.0


def _stated(lon: Numbers, lat: Numbers, index: pd.Index, evidence: Evidence) -> tuple[float, float]:
    """Return the log-likelihood of where a sample of the rows lies, and the share within their stated division."""
    step = max(1, len(index) // _SAMPLE)
    lon, lat, stated = lon[::step], lat[::step], evidence.stated.reindex(index[::step]).fillna("").to_numpy()
    lost = np.isnan(lon) | np.isnan(lat)
    if lost.any():
        return _IMPOSSIBLE, float("nan")
    away_m, has = _distances_m(lon, lat, stated, evidence.outlines)
    beyond = np.maximum(away_m - evidence.border_m, 0) / _BORDER_SOFTNESS_M
    wrong = np.where(has, _STATED_WRONG, _ABROAD)
    log = np.log((np.exp(-beyond) + wrong) / (1 + wrong)).sum()
    return float(log), float((away_m[has] <= evidence.border_m).mean()) if has.any() else float("nan")


@cache
def _to_equal_area() -> Transformer:
    return Transformer.from_crs(STORAGE, EQUAL_AREA, always_xy=True)


def _distances_m(
    lon: Numbers, lat: Numbers, stated: npt.NDArray[np.object_], outlines: gpd.GeoSeries
) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return the distance of places to their stated division, else to the nearest one, and which have one stated."""
    x, y = _to_equal_area().transform(lon, lat)
    points = gpd.GeoSeries(gpd.points_from_xy(np.nan_to_num(x, posinf=1e9), np.nan_to_num(y, posinf=1e9)))
    has = np.isin(stated, outlines.index.to_numpy())
    away_m = np.zeros(len(points))
    for code in np.unique(stated[has]):
        theirs = stated == code
        away_m[theirs] = points[theirs].distance(outlines[code]).to_numpy()
    if not has.all():
        _, near_m = outlines.sindex.nearest(points[~has], return_all=False, return_distance=True)
        away_m[~has] = near_m
    return away_m, has


def _zones(hypotheses: Sequence[Hypothesis], places: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """Return how well rows keep to the zone of their central meridian, as logarithms; 0 for degrees."""
    logs = np.zeros(len(hypotheses))
    for place, (one, (lon, _)) in enumerate(zip(hypotheses, places, strict=True)):
        meridian = systems.meridian_of(one.system)
        if np.isnan(meridian) or np.isnan(lon).any():
            continue
        away = float(np.median(np.abs(lon - meridian)))
        wide = away <= _WIDE_ZONE_HALF_DEG and meridian in _WIDE_MERIDIANS
        logs[place] = np.log(1.0 if away <= _ZONE_HALF_DEG else _WIDE_ZONE if wide else _OUT_OF_ZONE)
    return logs


def _digits(hypotheses: Sequence[Hypothesis], x: pd.Series, y: pd.Series) -> Numbers:
    """Return what pairs of digits say for and against packed minutes and seconds, as logarithms.

    Six of ten pairs of a decimal are below 60, all of a packed one. A minute pair that many rows share counts once.
    """
    packed = np.array([one.packed for one in hypotheses])
    if not packed.any():
        return np.zeros(len(hypotheses))
    both = [_pairs(values.to_numpy(dtype=np.float64)) for values in (x, y)]
    if any((pair >= 60).any() for _, minutes, seconds in both for pair in (minutes, seconds)):  # noqa: PLR2004
        return np.where(packed, _IMPOSSIBLE, 0.0)
    pairs = sum(
        len(np.unique(minutes[minutes > 0])) + len(np.unique(seconds[seconds > 0])) for _, minutes, seconds in both
    )
    zeros = sum(int((seconds == 0).sum()) for _, _, seconds in both)
    short = np.log(_SHORT_DECIMALS) if zeros else 0.0
    return np.where(packed, zeros * np.log(_ZERO_SECONDS), pairs * np.log(_PAIR_BELOW_SIXTY) + short)
