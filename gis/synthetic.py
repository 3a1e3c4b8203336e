"""A synthetic Heilongjiang with planted truth: zones, a register and signals. No row stands for a real unit.

Same generator state, same result, byte for byte. Regions come in as an argument, so any layer will do.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gis import codes, data, register, scatter, schema
from gis.crs import EQUAL_AREA, STORAGE
from gis.regions import SCHEMA as REGIONS
from gis.regions import ZONES, division_of
from gis.signals import SCHEMA as SIGNALS

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

STRAW_WINDOWS = (((9, 15), (12, 10)), ((3, 10), (5, 15)))
"""The windows of the straw ban, each from (month, day) to (month, day), both included."""

_DAYS = 366
_NEAR_M = 250.0
_TOWN_SHARE = 0.75
_TOWN_SPREAD_M = 5_000.0
_POSITIVE_SHARE = 0.04
_STOPPED_SHARE = 0.06
_SECOND_SITE_SHARE = 0.03
_ELSEWHERE_SHARE = 0.1
_RECEIPT_SHARE = 0.85
_LIST_SHARE = 0.6
_SIMPLIFIED_LIST_SHARE = 0.05
_REFERENCE = 100_000
_TRIES = 2_000


def window_weights(windows: Sequence[tuple[tuple[int, int], tuple[int, int]]], outside: float) -> Floats:
    """Return a weight a day of the (leap) year, shape (366,): 1 within the windows, ``outside`` elsewhere."""
    weights = np.full(_DAYS, outside)
    for first, last in windows:
        weights[_day_of_year(*first) : _day_of_year(*last) + 1] = 1.0
    return weights


def month_weights(months: Sequence[float]) -> Floats:
    """Return a weight a day of the (leap) year, shape (366,), from twelve weights a month, January first.

    Raises
    ------
    ValueError
        If there are not twelve.
    """
    if len(months) != 12:  # noqa: PLR2004
        raise ValueError(f"twelve months, not {len(months)}")
    days = pd.date_range("2024-01-01", "2024-12-31")
    weights: Floats = np.asarray(months, dtype=float)[days.month - 1]
    return weights


@dataclass(frozen=True)
class SignalPlan:
    """What signals to make.

    Attributes
    ----------
    kind : str
        One of ``gis.signals.KINDS``.
    first_on : date
        First day; ``months`` months from there.
    background : int
        Events without a cause, spread over the regions and the days.
    clusters : int
        Planted clusters; their discs keep apart.
    events : (int, int)
        Fewest and most planted events of a cluster.
    radius_m : (float, float)
    longest_months : int
        A cluster lasts between one and so many times 30 days.
    towns_share : float
        Share of the background that lies around seats and towns, 0 (even over the area) to 1.
    day_weights : ndarray or None
        Weight a day of the year, shape (366,), see ``window_weights`` and ``month_weights``; None is all alike.
    """

    kind: str
    first_on: dt.date
    months: int = 36
    background: int = 6000
    clusters: int = 12
    events: tuple[int, int] = (15, 60)
    radius_m: tuple[float, float] = (5_000.0, 20_000.0)
    longest_months: int = 3
    towns_share: float = 0.0
    day_weights: Floats | None = None


def zones(
    rng: np.random.Generator, regions: gpd.GeoDataFrame, count: int = 40, near: Sequence[tuple[float, float]] = ()
) -> gpd.GeoDataFrame:
    """Return planted reserves, drinking-water zones and red-line areas (``gis.regions.ZONES``).

    Parameters
    ----------
    rng : Generator
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``. Zones end where the regions end.
    count : int
    near : sequence of (lon, lat)
        The first zones have their middle here.
    """
    regions = schema.demand(regions, REGIONS, "regions")
    province = regions.union_all()
    kinds = data.words("synthetic")["zones"]
    names = list(kinds)
    drawn = rng.choice(len(names), size=count, p=[kinds[name]["share"] for name in names])
    centres = scatter.even(rng, province, count)
    centres[: len(near)] = _wishes(near, count)
    rows, outlines = [], []
    for number, (place, centre) in enumerate(zip(drawn, centres, strict=True), start=1):
        kind = kinds[names[place]]
        outlines.append(scatter.blob(rng, centre, 1000 * rng.uniform(*kind["radius_km"])).intersection(province))
        rows.append((f"Z{number:03d}", _worded("zone", kind["noun"], number), names[place]))
    table = gpd.GeoDataFrame(rows, columns=["zone_id", "name", "kind"], geometry=outlines, crs=STORAGE)
    return schema.demand(table, ZONES, "zones")


def enterprises(
    rng: np.random.Generator,
    regions: gpd.GeoDataFrame,
    count: int = 20_000,
    near: Sequence[tuple[float, float]] = (),
) -> gpd.GeoDataFrame:
    """Return a register (``gis.register.SCHEMA``) of invented sites clustered around seats and towns.

    Parameters
    ----------
    rng : Generator
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.
    count : int
    near : sequence of (lon, lat)
        The first sites lie within 250 m of these places, one each.

    Notes
    -----
    Credit codes are well formed, but their organisation part begins with XX, which no register issues: none can be
    taken for a real firm. A few firms have several sites. All sites under key management stand on a key list.
    """
    regions = schema.demand(regions, REGIONS, "regions")
    home, lonlat = _placed(rng, regions, _wishes(near, count), count)
    divisions = regions["division_code"].to_numpy(dtype=object)[home]
    kinds = pd.DataFrame(data.words("synthetic")["kinds"])
    kind = _kinds(rng, regions, home, kinds)
    category = _categories(rng, kinds, kind)
    industry = kinds["code"].to_numpy(dtype=object)[kind]
    credit = _credit_codes(rng, divisions, industry)
    permit = _permit_nos(rng, credit, category)
    operating = np.where(rng.random(count) < _STOPPED_SHARE, "stopped", "running").astype(object)
    place = gpd.GeoSeries(gpd.points_from_xy(*lonlat.T), crs=STORAGE)
    table = gpd.GeoDataFrame(
        {
            "site_id": register.site_ids(pd.Series(credit), pd.Series(permit), place),
            "name": _names(regions["name_zh"].to_numpy(dtype=object)[home], kinds["noun"].to_numpy(dtype=object)[kind]),
            "credit_code": credit,
            "permit_no": permit,
            "industry_code": industry,
            "permit_category": category,
            "key_lists": _key_lists(rng, kinds, kind, category),
            "positive_list": _positive(rng, industry, operating),
            "operating": operating,
            "division_code": divisions,
        },
        geometry=place,
        crs=STORAGE,
    )
    return schema.demand(table, register.SCHEMA, "enterprises")


def signals(
    rng: np.random.Generator, regions: gpd.GeoDataFrame, plan: SignalPlan
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return dated points (``gis.signals.SCHEMA``) and the clusters planted in them.

    Returns
    -------
    events : GeoDataFrame
        By date; nothing in it tells planted from background.
    truth : GeoDataFrame
        One row a cluster: cluster_id, kind, radius_m, from, to (dates, both included), events (planted ones),
        rate_ratio (all events over those expected there and then from the background), geometry (a disc, EPSG:4490).

    Raises
    ------
    ValueError
        If so many discs do not fit into the regions.
    """
    regions = schema.demand(regions, REGIONS, "regions")
    days, weights = _calendar(plan)
    places = [_background(rng, regions, plan.towns_share, plan.background)]
    dates = [rng.choice(days, size=plan.background, p=weights)]
    centres, radii = _discs(rng, regions, plan)
    expected = plan.background * _shares(rng, regions, plan, centres, radii)
    rows = []
    for number, (centre, radius_m) in enumerate(zip(centres, radii, strict=True)):
        window = _window(rng, plan, weights)
        size = int(rng.integers(plan.events[0], plan.events[1], endpoint=True))
        places.append(scatter.in_disc(rng, centre, radius_m, size))
        dates.append(rng.choice(days[window], size=size, p=weights[window] / weights[window].sum()))
        ratio = 1 + size / (expected[number] * weights[window].sum())
        rows.append((f"K{number + 1:02d}", plan.kind, radius_m, days[window][0], days[window][-1], size, ratio))
    return _events(plan.kind, np.concatenate(dates), np.concatenate(places)), _truth(rows, centres)


def _day_of_year(month: int, day: int) -> int:
    return dt.date(2024, month, day).timetuple().tm_yday - 1


def _wishes(near: Sequence[tuple[float, float]], count: int) -> Floats:
    return np.reshape(np.asarray(near, dtype=float), (-1, 2))[:count]


def _worded(pattern: str, noun: str, number: int, place: str = "") -> str:
    words = data.words("synthetic")
    return str(words[pattern]).format(mark=words["mark"], noun=noun, number=number, place=place)


def _rules(regions: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return weight, more and none of each region; one the words do not know is an ordinary one."""
    known = data.words("synthetic")["prefectures"]
    ordinary = {"weight": 5, "more": {}, "none": []}
    return [known.get(code, ordinary) for code in regions["division_code"]]


def _region_weights(regions: gpd.GeoDataFrame) -> Floats:
    weights = np.array([rule["weight"] for rule in _rules(regions)], dtype=float)
    shares: Floats = weights / weights.sum()
    return shares


def _centres(region: Any) -> Floats:  # noqa: ANN401 - a named tuple that pandas makes
    """Return the seat and, after it, the towns of a region, (k, 2)."""
    towns = np.array([(float(row["lon"]), float(row["lat"])) for row in data.rows("towns")])
    inside = shapely.contains_xy(region.geometry, towns[:, 0], towns[:, 1])
    return np.concatenate([[(region.seat_lon, region.seat_lat)], towns[inside]])


def _placed(rng: np.random.Generator, regions: gpd.GeoDataFrame, wishes: Floats, count: int) -> tuple[Whole, Floats]:
    """Return the position of each site's region and its place, (count,) and (count, 2)."""
    home = rng.choice(len(regions), size=count, p=_region_weights(regions))
    lonlat = np.empty((count, 2))
    for position, region in enumerate(regions.itertuples()):
        mine = np.flatnonzero(home == position)
        town = int(len(mine) * _TOWN_SHARE)
        lonlat[mine[:town]] = scatter.around(rng, region.geometry, _centres(region), _TOWN_SPREAD_M, town)
        lonlat[mine[town:]] = scatter.even(rng, region.geometry, len(mine) - town)
    distance_m = _NEAR_M * np.sqrt(rng.random(len(wishes)))
    lonlat[: len(wishes)] = scatter.moved(wishes, distance_m, rng.uniform(0, 2 * np.pi, len(wishes)))
    found = division_of(gpd.GeoSeries(gpd.points_from_xy(*lonlat[: len(wishes)].T), crs=STORAGE), regions)
    home[: len(wishes)] = pd.Index(regions["division_code"]).get_indexer(found)
    return home, lonlat


def _kinds(rng: np.random.Generator, regions: gpd.GeoDataFrame, home: Whole, kinds: pd.DataFrame) -> Whole:
    drawn = np.zeros(len(home), dtype=np.int64)
    for position, rule in enumerate(_rules(regions)):
        weights = kinds["weight"] * kinds["code"].map(rule["more"]).fillna(1) * ~kinds["code"].isin(rule["none"])
        mine = home == position
        drawn[mine] = rng.choice(len(kinds), size=int(mine.sum()), p=weights / weights.sum())
    return drawn


def _categories(rng: np.random.Generator, kinds: pd.DataFrame, kind: Whole) -> Texts:
    bounds = np.cumsum(np.array(kinds["categories"].tolist()), axis=1)[kind]
    place = (rng.random(len(kind))[:, None] >= bounds[:, :2]).sum(axis=1)
    drawn: Texts = np.array(register.PERMIT_CATEGORIES, dtype=object)[place]
    return drawn


def _key_lists(rng: np.random.Generator, kinds: pd.DataFrame, kind: Whole, category: Texts) -> list[str | None]:
    """Key management means a place on a key list (rules of 2023); others are on one now and then."""
    chances = rng.random((len(kind), len(register.KEY_LISTS)))
    lists: list[str | None] = []
    for own, chance, one in zip(kinds["lists"].to_numpy()[kind], chances, category, strict=True):
        share = _LIST_SHARE if one == "key" else _SIMPLIFIED_LIST_SHARE if one == "simplified" else 0.0
        wished = [name for place, name in enumerate(own) if chance[place] < share]
        chosen = sorted(wished, key=register.KEY_LISTS.index)
        lists.append(";".join(chosen or (own[:1] if one == "key" else [])) or None)
    return lists


def _positive(rng: np.random.Generator, industry: Texts, operating: Texts) -> npt.NDArray[np.bool_]:
    barred = codes.is_heavy(pd.Series(industry)) | pd.Series(industry).isin(data.words("synthetic")["barred"])
    eligible = np.flatnonzero(~barred.to_numpy() & (operating == "running"))
    listed = np.zeros(len(industry), dtype=bool)
    size = min(len(eligible), round(_POSITIVE_SHARE * len(industry)))
    listed[rng.choice(eligible, size=size, replace=False)] = True
    return listed


def _credit_codes(rng: np.random.Generator, divisions: Texts, industry: Texts) -> Texts:
    """Return a code a site; a firm's second site bears the code of the first. The division inside is a county's."""
    count = len(divisions)
    seat = np.where(rng.random(count) < _ELSEWHERE_SHARE, rng.permutation(divisions), divisions)
    counties = {code: codes.counties(code) or [code] for code in np.unique(divisions)}
    pick = rng.random(count)
    registered = [counties[code][int(share * len(counties[code]))] for code, share in zip(seat, pick, strict=True)]
    authority = pd.Series(industry).str[:2].map({"03": "93", "84": "12"}).fillna("91")
    number = pd.Series(rng.choice(1_000_000, size=count, replace=False)).astype(str).str.zfill(6)
    whole: Texts = codes.complete_credit_codes(authority + pd.Series(registered) + "XX" + number).to_numpy(dtype=object)
    second = rng.random(count) < _SECOND_SITE_SHARE
    firsts = np.flatnonzero(~second)
    if len(firsts):
        whole[second] = whole[rng.choice(firsts, size=int(second.sum()))]
    return whole


def _permit_nos(rng: np.random.Generator, credit: Texts, category: Texts) -> Texts:
    sequence = (pd.Series(credit).groupby(credit).cumcount() + 1).astype(str).str.zfill(3)
    registration = category == "registration"
    mark = np.where(registration, rng.choice(list("WXYZ"), size=len(credit)), "P").astype(object)
    numbers: Texts = (pd.Series(credit) + sequence + pd.Series(mark)).to_numpy(dtype=object)
    numbers[registration & (rng.random(len(credit)) >= _RECEIPT_SHARE)] = None
    return numbers


def _names(places: Texts, nouns: Texts) -> list[str]:
    number = pd.Series(1, index=range(len(places))).groupby([places, nouns]).cumsum()
    return [_worded("enterprise", noun, one, place) for place, noun, one in zip(places, nouns, number, strict=True)]


def _calendar(plan: SignalPlan) -> tuple[npt.NDArray[np.datetime64], Floats]:
    """Return the days of a plan and their shares, which sum to 1."""
    end = pd.Timestamp(plan.first_on) + pd.DateOffset(months=plan.months)
    days = pd.date_range(plan.first_on, end, inclusive="left")
    weights = np.ones(_DAYS) if plan.day_weights is None else plan.day_weights
    shares = np.array([weights[_day_of_year(day.month, day.day)] for day in days], dtype=float)
    return days.to_numpy(), shares / shares.sum()


def _window(rng: np.random.Generator, plan: SignalPlan, weights: Floats) -> slice:
    length = int(rng.integers(30, 30 * plan.longest_months, endpoint=True))
    total = np.concatenate([[0.0], np.cumsum(weights)])
    # The fourth power keeps a window within its season instead of half across its end.
    starts = (total[length:] - total[:-length]) ** 4
    first = int(rng.choice(len(starts), p=starts / starts.sum()))
    return slice(first, first + length)


def _background(rng: np.random.Generator, regions: gpd.GeoDataFrame, towns_share: float, count: int) -> Floats:
    town = int(rng.binomial(count, towns_share))
    even = scatter.even(rng, regions.union_all(), count - town)
    return rng.permutation(np.concatenate([even, _around_towns(rng, regions, town)]))


def _around_towns(rng: np.random.Generator, regions: gpd.GeoDataFrame, count: int) -> Floats:
    sizes = rng.multinomial(count, _region_weights(regions))
    return np.concatenate(
        [
            scatter.around(rng, region.geometry, _centres(region), 2 * _TOWN_SPREAD_M, int(size))
            for region, size in zip(regions.itertuples(), sizes, strict=True)
        ]
    )


def _discs(rng: np.random.Generator, regions: gpd.GeoDataFrame, plan: SignalPlan) -> tuple[Floats, Floats]:
    """Return centres (k, 2) and radii of discs inside the regions, at least the largest radius apart."""
    radii = rng.uniform(*plan.radius_m, size=plan.clusters)
    tried = _background(rng, regions, plan.towns_share, _TRIES)
    plane = gpd.GeoSeries(gpd.points_from_xy(*tried.T), crs=STORAGE).to_crs(EQUAL_AREA)
    depth = plane.distance(regions.to_crs(EQUAL_AREA).union_all().boundary).to_numpy()
    xy = np.column_stack([plane.x, plane.y])
    centres: list[int] = []
    for place in range(_TRIES):
        if len(centres) == plan.clusters:
            break
        radius_m = radii[len(centres)]
        gaps = np.hypot(*(xy[centres] - xy[place]).T) - radii[: len(centres)] - radius_m
        if depth[place] >= radius_m and (gaps >= radii.max()).all():
            centres.append(place)
    if len(centres) < plan.clusters:
        raise ValueError(f"{plan.clusters} discs do not fit into the regions")
    return tried[centres], radii


def _shares(
    rng: np.random.Generator, regions: gpd.GeoDataFrame, plan: SignalPlan, centres: Floats, radii: Floats
) -> Floats:
    """Return which share of the background each disc holds: exact for the even part, sampled for the towns' part."""
    even: Floats = np.pi * radii**2 / regions.to_crs(EQUAL_AREA).area.sum()
    if plan.towns_share == 0:
        return even
    lon, lat = _around_towns(rng, regions, _REFERENCE).T
    discs = [scatter.disc(centre, radius_m) for centre, radius_m in zip(centres, radii, strict=True)]
    towns = np.array([shapely.contains_xy(disc, lon, lat).mean() for disc in discs])
    shares: Floats = (1 - plan.towns_share) * even + plan.towns_share * towns
    return shares


def _events(kind: str, dates: npt.NDArray[np.datetime64], places: Floats) -> gpd.GeoDataFrame:
    order = np.lexsort((places[:, 1], places[:, 0], dates))
    ids = [f"{kind[0].upper()}{number:06d}" for number in range(1, len(order) + 1)]
    columns = {"signal_id": ids, "kind": kind, "seen_on": dates[order]}
    geometry = gpd.points_from_xy(*places[order].T)
    return schema.demand(gpd.GeoDataFrame(columns, geometry=geometry, crs=STORAGE), SIGNALS, "signals")


def _truth(rows: Sequence[tuple[object, ...]], centres: Floats) -> gpd.GeoDataFrame:
    columns = ["cluster_id", "kind", "radius_m", "from", "to", "events", "rate_ratio"]
    table = pd.DataFrame(rows, columns=columns)
    discs = [scatter.disc(centre, radius_m) for centre, radius_m in zip(centres, table["radius_m"], strict=True)]
    return gpd.GeoDataFrame(table, geometry=discs, crs=STORAGE)
