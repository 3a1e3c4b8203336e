"""Rim: patches of a detection held against what else a project knows: earlier pictures, fire points, zones, fields.

What is left out stays countable and readable: the recipe counts it by reason, and left-out.gpkg holds each patch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cross_check import comparisons
from cross_check.files import Project
from gis import files
from satellite import burns, crowds, differences, field_work, merging, outlined, phases, rims, seasons, zoning
from satellite.files import PairFiles
from satellite.indices import Bands
from satellite.presets import Preset
from satellite.seasons import Sight

MOST_PICTURES = 12
"""Earlier pictures of a place that are asked at most, the latest ones."""
_WHOLE_PARCEL = 0.6


@dataclass(frozen=True)
class Judged:
    """Patches that stay, those left out with their ``reason``, how many by reason, and what the user is told.

    ``moved`` is the share of the picture that turned greener or barer together, see ``phases``; NaN where unknown.
    """

    patches: gpd.GeoDataFrame
    left_out: gpd.GeoDataFrame
    counts: Mapping[str, int]
    warnings: tuple[str, ...]
    moved: float = float("nan")


def demand(project: Project | None, preset: Preset) -> None:
    """Refuse a search that the project lacks the layers for.

    Raises
    ------
    WorkbenchError
        ``zoning.no_layer``.
    """
    zoning.demand(_layer(project.zones if project is not None else None), preset.zones)


def judge(found: gpd.GeoDataFrame, pairs: Sequence[PairFiles], project: Project | None, preset: Preset) -> Judged:
    """Judge the patches of a detection.

    Parameters
    ----------
    found : GeoDataFrame
        See ``findings.SCHEMA``.
    pairs : sequence of PairFiles
        What was compared: one pair, or one a tile.
    project : Project, optional
        Without one nothing but the pair and its season is known.
    preset : Preset

    Raises
    ------
    WorkbenchError
        As ``demand``; ``detect.unreadable`` for a picture that cannot be read.
    """
    said: list[str] = []
    reasons = pd.Series("", index=found.index, dtype=object)
    reasons[rims.of(found, pixel_m(found))] = "rim"
    if preset.field_work:
        earlier = pictures(project, pairs, found) if project is not None else []
        said += [] if earlier or project is None or found.empty else ["judging.no_earlier"]
        reasons = reasons.where(reasons != "", _worked(found, earlier))
        if project is not None:
            whole = _whole_parcels(found, _layer(project.layers / "cropland.parquet"))
            reasons[(reasons == "") & whole] = "whole_parcel"
    zones = _layer(project.zones if project is not None else None)
    if zones is not None:
        found = zoning.mark(found, zones, preset.zones)
        if preset.zones:
            reasons[(reasons == "") & (found["in_zones"] == "")] = "outside_zones"
    points = _points(project)
    if points is not None:
        found = burns.corroborate(found, points)
    elif (found["machine_class"] == "burn").any():
        said.append("judging.no_fire_points")
    found = seasons.weigh(found, preset.season_days, preset.season_rule, preset.calendar, sight(found))
    if preset.season_rule == "refuse":
        reasons[(reasons == "") & (found["out_of_season_days"] > 0)] = "out_of_season"
    kept, left_out = found[reasons == ""], found[reasons != ""].assign(reason=reasons[reasons != ""])
    merged = merging.merge(kept, within_m=preset.merge_m)
    table = merged.patches.assign(changed=np.array(differences.numbers(merged.patches), object))
    # What is of concern comes first: rated by strength alone, the rim of a cloud stands before a river of mud. Where no
    # class is known nothing tells concern from season, and strength is all there is.
    first = ["probability"] if (table["machine_class"] != "other").any() else []
    order = [*first, "score", "patch_id"]
    table = table.sort_values(order, ascending=[name == "patch_id" for name in order], ignore_index=True)
    counts = left_out["reason"].value_counts().to_dict() | {"merged": merged.absorbed}
    counted = {str(name): int(count) for name, count in counts.items()}
    return Judged(table, left_out, counted, tuple(said), _moved(found))


def pictures(project: Project, pairs: Sequence[PairFiles], found: gpd.GeoDataFrame) -> list[Path]:
    """Return the project's pictures that are older than the pairs, the latest first."""
    days = found["before_on"].dropna()
    if days.empty:
        return []
    first, own = days.min().date(), {path.resolve() for pair in pairs for path in (pair.before, pair.after)}
    dated = comparisons.dated(project)
    older = sorted(((day, path) for day, path in dated if day < first and path.resolve() not in own), reverse=True)
    return [path for _, path in older]


def _worked(found: gpd.GeoDataFrame, earlier: Sequence[Path]) -> NDArray[np.object_]:
    """Return why patches are field work: ``seen_before`` in an earlier picture; ``crowd`` where none saw them.

    Of the earlier pictures that saw a patch the latest ``MOST_PICTURES`` are asked.
    """
    reasons = np.full(len(found), "", object)
    asked = np.flatnonzero(found["machine_class"].isin(field_work.CLASSES))
    was, now = (field_work.means(found.iloc[asked], side) for side in ("before", "after"))
    if not (asked.size and was and now):
        return reasons
    outlines = found.geometry.iloc[asked]
    looked, repeated = np.zeros(asked.size, int), np.zeros(asked.size, bool)
    for path in earlier:
        open_ = np.flatnonzero(~repeated & (looked < MOST_PICTURES))
        if not open_.size:
            break
        then = _medians(path, outlines.iloc[open_])
        looked[open_] += np.isfinite(next(iter(then.values()))) if then else 0
        repeated[open_] = field_work.seen_before(_at(was, open_), _at(now, open_), [then])
    crowd = (crowds.of(found.iloc[asked]) | phases.of(found.iloc[asked])) & (looked == 0)
    reasons[asked[crowd]], reasons[asked[repeated]] = "crowd", "seen_before"
    return reasons


def _moved(found: gpd.GeoDataFrame) -> float:
    """Return the largest share of a picture that moved together; NaN where no detection measured it."""
    return float(found["moved"].max()) if "moved" in found else float("nan")


def _medians(path: Path, outlines: gpd.GeoSeries) -> dict[str, NDArray[np.float64]]:
    """Return medians under outlines of a picture, NaN where it did not see one; nothing where it shows none."""
    inside = np.flatnonzero(outlines.intersects(outlined.extent(path, outlines.crs)))
    if not inside.size:
        return {}
    found: dict[str, NDArray[np.float64]] = {}
    read = outlined.read(path, comparisons.masks(path), outlines.iloc[inside], field_work.NEEDED)
    for name, values in read.medians().items():
        found[name] = np.full(len(outlines), np.nan)
        found[name][inside] = values
    return found


def _at(bands: Bands, rows: NDArray[np.intp]) -> Bands:
    return {name: values[rows] for name, values in bands.items()}


def sight(found: gpd.GeoDataFrame) -> Sight:
    """Return how fine the images are that patches come from, and where they lie."""
    if found.empty:
        return seasons.PLAIN
    return Sight(pixel_m(found), float(found.geometry.bounds[["miny", "maxy"]].to_numpy().mean()))


def pixel_m(found: gpd.GeoDataFrame) -> float:
    """Return the edge of a pixel of the images that patches come from."""
    return float(np.sqrt(np.median(found["area_m2"] / found["pixels"]))) if len(found) else 1.0


def _whole_parcels(found: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame | None) -> np.ndarray:
    """Tell which patches of classes that fields are taken for fill most of a parcel of cropland."""
    whole = np.zeros(len(found), bool)
    asked = found["machine_class"].isin(field_work.CLASSES).to_numpy()
    if parcels is None or parcels.empty or not asked.any():
        return whole
    system = parcels.estimate_utm_crs()
    grounds, outlines = parcels.geometry.to_crs(system), found.geometry.to_crs(system)
    patch, parcel = grounds.sindex.query(outlines, predicate="intersects")
    shared = outlines.iloc[patch].intersection(grounds.iloc[parcel], align=False).area.to_numpy()
    filled = shared / grounds.iloc[parcel].area.to_numpy() > _WHOLE_PARCEL
    whole[patch[filled]] = True
    return whole & asked


def _points(project: Project | None) -> gpd.GeoDataFrame | None:
    """Return the project's fire points without those at known sources of heat, None where it has none at all."""
    signals = _layer(project.signals) if project is not None else None
    points = None if signals is None else signals[signals["kind"] == "fire_point"]
    if project is None or points is None or points.empty:
        return None
    fires = _layer(project.fires)
    if fires is None:
        return points
    hot = {each for ids in fires.loc[fires["verdict"] == "heat_source", "signal_ids"] for each in str(ids).split()}
    return points[~points["signal_id"].isin(hot)]


def _layer(path: Path | None) -> gpd.GeoDataFrame | None:
    return files.read_layer(path) if path is not None and path.is_file() else None
