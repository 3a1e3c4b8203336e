"""Waters: each water body held against its own earlier dates of the same season: turbid, black, green.

No limit fits all waters: a brown river is brown every June. So a body's sign on a day (the median of an index over its
clear pixels) is told from the same body's earlier days within 45 days of the season by a robust z: the difference
from their median over 1.4826 times their median absolute deviation, corrected for few dates (Croux and Rousseeuw 1992,
COMPSTAT, 411-428). How large z must be follows from the number of dates by Student's law, so that few dates find
little.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gis import schema
from satellite import indices, patches, seasons, series, targets
from satellite.outlined import Pixels

Values = NDArray[np.float64]

BODIES = schema.table(
    {
        "body_id": schema.text(unique=True),
        "name": schema.text(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)

STATES = ("seen", "ice", "dry", "clouded", "few_pixels")
VERDICTS = ("finding", "usual", "few_dates", "ice", "dry", "clouded", "few_pixels", "not_seen")

READINGS = schema.table(
    {
        "body_id": schema.text(),
        "seen_on": schema.day(),
        "sign": schema.text(),
        "index": schema.text(),
        "value": schema.number(nullable=True),
        "pixels": schema.whole(),
        "clear_share": schema.number(0, 1),
        "state": schema.text(schema.one_of(*STATES)),
    }
)
"""A row a body, day and sign: ``value`` is the median of the index, ``pixels`` how many clear ones it stands on."""

FINDINGS = schema.table(
    {
        "body_id": schema.text(),
        "name": schema.text(),
        "sign": schema.text(),
        "index": schema.text(nullable=True),
        "seen_on": schema.day(),
        "verdict": schema.text(schema.one_of(*VERDICTS)),
        "value": schema.number(nullable=True),
        "usual": schema.number(nullable=True),
        "spread": schema.number(nullable=True),
        "z": schema.number(nullable=True),
        "least_z": schema.number(nullable=True),
        "dates": schema.whole(),
        "last_on": schema.day(nullable=True),
        "pixels": schema.whole(),
        "clear_share": schema.number(0, 1),
        "area_m2": schema.number(0),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""A row a body and sign: ``usual`` and ``spread`` of its ``dates`` earlier days, ``z`` positive towards the sign,
``least_z`` what makes it a finding, ``last_on`` the last of the earlier days."""


@dataclass(frozen=True)
class Sign:
    """What tells of a state of water: indices in order of choice, the side that counts, and the least spread."""

    indices: tuple[str, ...]
    side: int
    floor: float


SIGNS = {
    "turbid_water": Sign(("ndti",), 1, 0.02),
    "black_water": Sign(("brightness",), -1, 0.08),
    "algae": Sign(("ndci", "ndvi"), 1, 0.02),
}
"""``floor``: what dates differ by through haze and sun alone, so that a pond of few even days does not cry wolf."""

_BRIGHTNESS, _VISIBLE = targets.QUANTITIES["brightness"]
_CORRECTION = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}
_NORMAL = 1.4826
_MOST_ICE = 0.2
_DRY = -0.1
_GREEN = 1.2


@dataclass(frozen=True)
class Params:
    """When a body may be judged, and what makes a finding.

    Attributes
    ----------
    season_days : int
        Earlier days count within so many days of the same day of the year.
    fewest_dates : int
    fewest_px : int
        Clear pixels of the body.
    least_clear : float
        Share of the body that must be clear, 0 to 1.
    false_findings : float
        Share of bodies in their usual state that may be called a finding, 0 to 1.
    least_z : float
        No smaller z is a finding, however many dates there are.
    """

    season_days: int = seasons.MOST_APART_DAYS
    fewest_dates: int = 5
    fewest_px: int = 20
    least_clear: float = 0.5
    false_findings: float = 1e-3
    least_z: float = 3.5

    def __post_init__(self) -> None:
        """Refuse values without meaning."""
        if self.fewest_dates < 3 or not 0 < self.false_findings < 1 or not 0 <= self.least_clear <= 1:  # noqa: PLR2004
            raise ValueError("fewest_dates is at least 3; false_findings and least_clear lie between 0 and 1")


def observe(pixels: Pixels, ids: Iterable[str], seen_on: date, *, params: Params | None = None) -> pd.DataFrame:
    """Return what a picture shows of each body that lies on it (``READINGS``).

    Parameters
    ----------
    pixels : Pixels
        Of the bodies' outlines, a rim of a pixel left out.
    ids : iterable of str
        Of the bodies, in the order of the outlines.
    seen_on : date
    params : Params, optional
    """
    params = params or Params()
    names, seen = np.array(list(ids), object), pixels.seen
    on_it = pixels.covered > 0
    share = seen / np.maximum(pixels.covered, 1)
    states = np.full(len(names), "seen", object)
    states[_dry(pixels)] = "dry"
    states[_over(pixels, _ice(pixels.bands)) > _MOST_ICE] = "ice"
    states[seen < params.fewest_px] = "few_pixels"
    states[(share < params.least_clear) & (pixels.covered >= params.fewest_px)] = "clouded"
    parts = []
    for sign, told in SIGNS.items():
        index = next((each for each in told.indices if _needed(each) <= pixels.bands.keys()), None)
        if index is None:
            continue
        value = _median(pixels, _index(pixels.bands, index))
        table = {"body_id": names, "seen_on": pd.Timestamp(seen_on), "sign": sign, "index": index, "value": value}
        parts.append(pd.DataFrame(table | {"pixels": seen, "clear_share": share, "state": states})[on_it])
    if not parts:
        return pd.DataFrame({name: [] for name in READINGS.columns})
    readings: pd.DataFrame = schema.demand(pd.concat(parts, ignore_index=True), READINGS, "readings")
    return readings


def judge(
    bodies: gpd.GeoDataFrame, readings: pd.DataFrame, on: date, *, params: Params | None = None
) -> gpd.GeoDataFrame:
    """Hold each body's signs on a day against its own earlier days.

    Parameters
    ----------
    bodies : GeoDataFrame
        See ``BODIES``.
    readings : DataFrame
        See ``READINGS``; of ``on`` and earlier days, later ones take no part.
    on : date
    params : Params, optional

    Returns
    -------
    GeoDataFrame
        See ``FINDINGS``, findings first by falling z. Bodies that could not be judged say why.
    """
    params = params or Params()
    day = pd.Timestamp(on)
    areas = patches.areas_m2(bodies.geometry)
    groups = dict(tuple(readings.groupby(["body_id", "sign"])))
    rows = []
    for body, name, geometry, area_m2 in zip(bodies["body_id"], bodies["name"], bodies.geometry, areas, strict=True):
        known = {"body_id": body, "name": name, "seen_on": day, "area_m2": area_m2, "geometry": geometry}
        rows += [known | {"sign": sign} | _judged(groups.get((body, sign)), sign, day, params) for sign in SIGNS]
    table = gpd.GeoDataFrame(rows, columns=list(FINDINGS.columns), geometry="geometry", crs=bodies.crs)
    first = table.assign(first=table["verdict"].ne("finding")).sort_values(
        ["first", "z", "body_id"], ascending=[True, False, True], ignore_index=True
    )
    checked: gpd.GeoDataFrame = schema.demand(first.drop(columns="first"), FINDINGS, "water findings")
    return checked


def as_patches(found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the findings as patches (``patches.SCHEMA``), so that they become leads as others do.

    ``score`` is 1 - least_z / z; ``changed`` says the index, its change and z; the id follows from body, sign and day.
    """
    hit = found[found["verdict"] == "finding"].reset_index(drop=True)
    spoken = [f"{row.body_id}|{row.sign}|{row.seen_on:%Y-%m-%d}" for row in hit.itertuples()]
    by = (hit["value"] - hit["usual"]).astype(float)
    table = gpd.GeoDataFrame(
        {
            "patch_id": ["P" + hashlib.sha256(each.encode()).hexdigest()[:12] for each in spoken],
            "machine_class": np.full(len(hit), "turbid_water", object),
            "score": (1 - hit["least_z"] / hit["z"]).astype(float).clip(0, 1),
            "area_m2": hit["area_m2"],
            "before_on": hit["last_on"],
            "after_on": hit["seen_on"],
            "target": hit["sign"],
            "changed": [
                f"{index.upper()} {change:+.2f}, z {z:.1f}"
                for index, change, z in zip(hit["index"], by, hit["z"], strict=True)
            ],
            "z": hit["z"],
            "looks": np.ones(len(hit), int),
        },
        geometry=hit.geometry.to_numpy(),
        crs=found.crs,
    )
    for name in patches.SCHEMA.columns:
        if name.startswith("d_"):
            table[name] = by.where(hit["index"] == name[2:], np.nan)
    checked: gpd.GeoDataFrame = schema.demand(table, patches.SCHEMA, "patches")
    return checked


def _judged(readings: pd.DataFrame | None, sign: str, day: pd.Timestamp, params: Params) -> dict[str, object]:
    """Return verdict and numbers of one body and sign."""
    blank: dict[str, object] = {"index": None, "value": np.nan, "usual": np.nan, "spread": np.nan, "z": np.nan}
    blank |= {"least_z": np.nan, "dates": 0, "last_on": pd.NaT, "pixels": 0, "clear_share": 0.0}
    now = None if readings is None else readings[readings["seen_on"] == day]
    if readings is None or now is None or now.empty:
        return blank | {"verdict": "not_seen"}
    best = now.sort_values("pixels").iloc[-1]
    blank |= {name: best[name] for name in ("index", "value", "pixels", "clear_share")}
    if best["state"] != "seen" or not np.isfinite(best["value"]):
        return blank | {"verdict": best["state"] if best["state"] != "seen" else "few_pixels"}
    then = _history(readings, best["index"], day, params)
    blank |= {"dates": len(then), "last_on": then["seen_on"].max() if len(then) else pd.NaT}
    if len(then) < params.fewest_dates:
        return blank | {"verdict": "few_dates"}
    usual, spread = _robust(then["value"].to_numpy(dtype=float), SIGNS[sign].floor)
    z = float(SIGNS[sign].side * (best["value"] - usual) / spread)
    least = max(params.least_z, float(stats.t.isf(params.false_findings, len(then) - 1)))
    numbers = {"usual": usual, "spread": spread, "z": z, "least_z": least}
    return blank | numbers | {"verdict": "finding" if z >= least else "usual"}


def _history(readings: pd.DataFrame, index: str, day: pd.Timestamp, params: Params) -> pd.DataFrame:
    """Return the earlier readings that count: seen, of the same index and season, one a day."""
    earlier = readings[(readings["seen_on"] < day) & (readings["state"] == "seen") & (readings["index"] == index)]
    apart = [seasons.apart_days(each.date(), day.date()) for each in earlier["seen_on"]]
    return earlier[np.array(apart, int) <= params.season_days].drop_duplicates("seen_on")


def _robust(values: Values, floor: float) -> tuple[float, float]:
    """Return median and robust spread of a new value, the error of the median in it."""
    count = len(values)
    usual = float(np.median(values))
    corrected = _CORRECTION.get(count, count / (count - 0.8))
    spread = max(float(np.median(np.abs(values - usual))) * _NORMAL * corrected, floor)
    return usual, spread * float(np.sqrt(1 + np.pi / 2 / count))


def _needed(index: str) -> set[str]:
    return set(_VISIBLE if index == "brightness" else indices.find(index).bands.values())


def _index(bands: Mapping[str, NDArray[np.float32]], name: str) -> NDArray[np.floating]:
    with np.errstate(invalid="ignore", divide="ignore"):
        if name == "brightness":
            return np.asarray(np.log(_BRIGHTNESS(bands)))  # type: ignore[arg-type]  # any float
        return np.asarray(indices.compute(bands, name))


def _median(pixels: Pixels, values: NDArray[np.floating]) -> Values:
    only = np.isfinite(values)
    kept = Pixels(pixels.outline[only], {"value": values[only].astype(np.float32)}, pixels.covered)
    return kept.medians()["value"]


def _over(pixels: Pixels, where: NDArray[np.bool_]) -> Values:
    """Return the share of each outline's seen pixels that something holds for."""
    count = np.bincount(pixels.outline, weights=where, minlength=pixels.covered.size)
    return np.asarray(count / np.maximum(pixels.seen, 1))


def _ice(bands: Mapping[str, NDArray[np.float32]]) -> NDArray[np.bool_]:
    """Tell which pixels are snow or ice: a bloom is bright in the near infrared too, but not in the red."""
    frozen = series.snow(bands)
    return frozen & (bands["nir"] < _GREEN * bands["red"]) if {"nir", "red"} <= bands.keys() else frozen


def _dry(pixels: Pixels) -> NDArray[np.bool_]:
    """Tell which bodies hold no water: told by short-wave infrared alone, which algae do not hide."""
    if not {"green", "swir16"} <= pixels.bands.keys():
        return np.zeros(pixels.covered.size, bool)
    with np.errstate(invalid="ignore"):
        return np.asarray(_median(pixels, _index(pixels.bands, "mndwi")) < _DRY)
