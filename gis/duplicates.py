"""Duplicates: rows of a register that may be one site, with score and reasons. A person decides; nothing merges itself.

Pairs come from equal credit codes, equal names in one prefecture, and places near each other; the evidence is weighed
as Fellegi and Sunter (1969, doi:10.1080/01621459.1969.10501049) do, with weights from gis/data/duplicates.toml.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from gis import codes, data, history, nearness, schema
from gis.crs import EQUAL_AREA
from gis.errors import WorkbenchError

CANDIDATES = schema.table(
    {
        "left_id": schema.text(),
        "right_id": schema.text(),
        "left_name": schema.text(),
        "right_name": schema.text(),
        "division_code": schema.text(),
        "score": schema.number(0, 1),
        "distance_m": schema.number(0),
        "likeness": schema.number(0, 1),
        "reasons": schema.text(),
    }
)
"""A pair a row, ``left_id`` before ``right_id``. ``likeness`` is that of the names without idle parts; ``reasons``
joins the evidence with ``;``, what speaks against too. Codes of the evidence have their words under [duplicates]."""


@dataclass(frozen=True)
class Params:
    """What a bureau may set.

    Attributes
    ----------
    within_m : float
        Sites farther apart are compared only if code or name is equal.
    same_place_m : float
        So near counts as one place.
    far_m : float
        So far apart speaks against.
    alike : float
        Likeness of names from which they count as alike, 0 to 1.
    crowd : int
        More sites in exactly one place share a default position, not a site: their place is no evidence.
    least_score : float
        Pairs below are not told.
    """

    within_m: float = 300.0
    same_place_m: float = 50.0
    far_m: float = 2000.0
    alike: float = 0.8
    crowd: int = 5
    least_score: float = 0.5


def find(
    enterprises: gpd.GeoDataFrame,
    *,
    among: Iterable[str] | None = None,
    settled: Iterable[tuple[str, str]] = (),
    params: Params | None = None,
) -> pd.DataFrame:
    """Return pairs of sites that may be one.

    Parameters
    ----------
    enterprises : GeoDataFrame
        See ``register.SCHEMA``.
    among : iterable of str, optional
        Only pairs with at least one of these sites, such as those of a file that comes in.
    settled : iterable of (str, str)
        Pairs that a person has found to be two sites; in any order.
    params : Params, optional

    Returns
    -------
    DataFrame
        See ``CANDIDATES``, by falling score.
    """
    params = params or Params()
    sites = enterprises.sort_values("site_id", ignore_index=True)
    places = sites.geometry.to_crs(EQUAL_AREA)
    names = sites["name"].map(_plain)
    crowded = sites.geometry.to_wkb().groupby(sites.geometry.to_wkb()).transform("size") > params.crowd
    pairs = _pairs(sites, places[~crowded], names, params.within_m)
    if among is not None:
        wanted = sites["site_id"].isin(set(among)).to_numpy()
        pairs = pairs[wanted[pairs[:, 0]] | wanted[pairs[:, 1]]]
    left, right = pairs[:, 0], pairs[:, 1]
    likeness = process.cpdist(names.iloc[left], names.iloc[right], scorer=fuzz.ratio, dtype=np.float64) / 100
    distance_m = places.iloc[left].distance(places.iloc[right], align=False).to_numpy()
    evidence = _evidence(sites, pairs, likeness, params)
    placed = ~(crowded.to_numpy()[left] | crowded.to_numpy()[right])
    evidence |= {
        "same_place": placed & (distance_m <= params.same_place_m),
        "near": placed & (distance_m > params.same_place_m) & (distance_m <= params.within_m),
        "far": distance_m > params.far_m,
    }
    table = pd.DataFrame(
        {
            "left_id": sites["site_id"].to_numpy()[left],
            "right_id": sites["site_id"].to_numpy()[right],
            "left_name": sites["name"].to_numpy()[left],
            "right_name": sites["name"].to_numpy()[right],
            "division_code": sites["division_code"].to_numpy()[left],
            "score": _score(evidence, len(pairs)),
            "distance_m": distance_m,
            "likeness": likeness,
            "reasons": _reasons(evidence, len(pairs)),
        }
    )
    known = {tuple(sorted(pair)) for pair in settled}
    open_pairs = [pair not in known for pair in zip(table["left_id"], table["right_id"], strict=True)]
    told = table[np.array(open_pairs, dtype=bool) & (table["score"] >= params.least_score)]
    ordered = told.sort_values(["score", "left_id", "right_id"], ascending=[False, True, True], ignore_index=True)
    return schema.demand(ordered, CANDIDATES, "duplicates")


def sides(state: gpd.GeoDataFrame, left_id: str, right_id: str) -> pd.DataFrame:
    """Return two sites side by side for the person who decides: column, left, right, differs.

    Parameters
    ----------
    state : GeoDataFrame
        See ``history.STATE``.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site`` if one of them is not in the register.
    """
    _demand_sites(state, left_id, right_id)
    both = pd.DataFrame(state.set_index("site_id").loc[[left_id, right_id]])
    both["geometry"] = [f"{place.x:.6f}, {place.y:.6f}" for place in both["geometry"]]
    texts = both.astype(object).where(both.notna(), "").astype(str).T.set_axis(["left", "right"], axis=1)
    table = texts.rename_axis("column").reset_index()
    return table.assign(differs=table["left"] != table["right"])


def merged(state: gpd.GeoDataFrame, keep_id: str, gone_id: str, take: Iterable[str] = ()) -> gpd.GeoDataFrame:
    """Return the changes (``history.CHANGES``) that make one site of two, as a person has decided.

    Parameters
    ----------
    state : GeoDataFrame
        See ``history.STATE``.
    keep_id, gone_id : str
        The site that stays, with its id, and the one that goes.
    take : iterable of str
        Columns whose value comes from the one that goes. Cells that are empty in the one that stays are filled anyway.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site``; ``duplicates.one_site`` if the two ids are one; ``duplicates.keep_the_permit`` if only
        the one that goes has a permit number; ``duplicates.no_column`` for a column that cannot be taken.
    """
    _demand_sites(state, keep_id, gone_id)
    rows = pd.DataFrame(state).set_index("site_id", drop=False)
    kept, gone = rows.loc[keep_id].astype(object), rows.loc[gone_id].astype(object)
    if pd.isna(kept["permit_no"]) and not pd.isna(gone["permit_no"]):
        raise WorkbenchError(
            "duplicates.keep_the_permit", "Only {site} has a permit number; keep that one", site=gone_id
        )
    for column in take:
        if column not in rows or column in {"site_id", "permit_no"}:
            raise WorkbenchError("duplicates.no_column", "{column} cannot be taken over", column=column)
        kept[column] = gone[column]
    whole = kept.where(kept.notna(), gone)
    after = gpd.GeoDataFrame([whole.to_dict()], crs=state.crs)
    return history.changes(state, history.completed(after), [gone_id])


def _demand_sites(state: gpd.GeoDataFrame, *ids: str) -> None:
    for site in ids:
        if site not in set(state["site_id"]):
            raise WorkbenchError("duplicates.no_site", "The register has no site {site}", site=site)
    if len(set(ids)) < len(ids):
        raise WorkbenchError("duplicates.one_site", "{site} stands on both sides", site=ids[0])


def _pairs(
    sites: gpd.GeoDataFrame, places: gpd.GeoSeries, names: pd.Series, within_m: float
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return positions of sites worth comparing, (n, 2), the first below the second, each pair once."""
    near = nearness.within(places, places, within_m)
    at = places.index.to_numpy()
    by_place = np.column_stack([at[near["place"]], at[near["thing"]]])
    prefecture = sites["division_code"].map(codes.prefecture_of)
    found = [by_place, _alike(sites["credit_code"]), _alike(prefecture + names)]
    pairs = np.concatenate(found).astype(np.int64)
    return np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)


def _alike(keys: pd.Series) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return pairs of positions with one key, (n, 2)."""
    repeated = keys[keys.duplicated(keep=False)]
    table = pd.DataFrame({"key": repeated.to_numpy(), "at": repeated.index})
    joined = table.merge(table, on="key")
    return joined[["at_x", "at_y"]].to_numpy(dtype=np.int64).reshape(-1, 2)


def _evidence(
    sites: gpd.GeoDataFrame,
    pairs: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    likeness: np.ndarray,
    params: Params,
) -> dict[str, np.ndarray]:
    """Return what speaks for and against each pair, places apart; one flag a pair."""

    def both(column: str) -> tuple[np.ndarray, np.ndarray]:
        values = sites[column].fillna("").to_numpy(dtype=object)
        return values[pairs[:, 0]], values[pairs[:, 1]]

    evidence = {}
    for column, word in (("permit_no", "permit"), ("credit_code", "credit_code"), ("industry_code", "industry")):
        left, right = both(column)
        known = (left != "") & (right != "")
        evidence[f"same_{word}"] = known & (left == right)
        evidence[f"other_{word}"] = known & (left != right)
    numbers = sites["name"].map(_numbers).to_numpy(dtype=object)
    left, right = numbers[pairs[:, 0]], numbers[pairs[:, 1]]
    same_numbers = (left == right) | (left == "") | (right == "")
    return evidence | {
        "same_name": likeness == 1,
        "alike_name": (likeness >= params.alike) & (likeness < 1) & same_numbers,
        "other_number": (likeness >= params.alike) & (likeness < 1) & ~same_numbers,
        "other_name": likeness < params.alike,
    }


def _score(evidence: dict[str, np.ndarray], count: int) -> np.ndarray:
    weights = data.words("duplicates")["weights"]
    bits = np.full(count, float(weights["prior"]))
    for name, held in evidence.items():
        bits += weights[name] * held
    return 1 / (1 + np.exp2(-bits))


def _reasons(evidence: dict[str, np.ndarray], count: int) -> list[str]:
    names = list(evidence)
    flags = np.column_stack(list(evidence.values())) if count else np.empty((0, len(names)), dtype=bool)
    return [";".join(name for name, held in zip(names, row, strict=True) if held) for row in flags]


def _plain(name: str) -> str:
    """Return a name in half width and small letters without its idle parts, whole if nothing would be left."""
    half = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    plain = half
    for idle in data.words("duplicates")["names"]["idle"]:
        plain = plain.replace(idle, "")
    return plain or half


def _numbers(name: str) -> str:
    """Return the numerals and the like of a name: works number one is not number two."""
    kept = set(data.words("duplicates")["names"]["numerals"])
    return "".join(letter for letter in unicodedata.normalize("NFKC", name) if letter in kept)
