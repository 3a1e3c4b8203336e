"""Rim: patches of a detection held against what else a project knows: earlier pictures, fire points, zones, fields.

What is left out stays countable and readable: the recipe counts it by reason, and left-out.gpkg holds each patch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import comparisons
from cross_check.files import Project
from gis import files
from satellite import burns, differences, field_work, merging, outlined, seasons, zoning
from satellite.files import PairFiles
from satellite.indices import Bands
from satellite.presets import Preset

MOST_PICTURES = 12
"""Earlier pictures that are asked at most, the latest ones."""
_WHOLE_PARCEL = 0.6


@dataclass(frozen=True)
class Judged:
    """Patches that stay, those left out with their ``reason``, how many by reason, and what the user is told."""

    patches: gpd.GeoDataFrame
    left_out: gpd.GeoDataFrame
    counts: Mapping[str, int]
    warnings: tuple[str, ...]


def demand(project: Project | None, preset: Preset) -> None:
    """Refuse a search that the project lacks the layers for.

    Raises
    ------
    WorkbenchError
        ``zoning.no_layer``.
    """
    zoning.demand(_layer(project.zones if project is not None else None), preset.zones)


def judge(found: gpd.GeoDataFrame, pair: PairFiles, project: Project | None, preset: Preset) -> Judged:
    """Judge the patches of a detection.

    Parameters
    ----------
    found : GeoDataFrame
        See ``findings.SCHEMA``.
    pair : PairFiles
    project : Project, optional
        Without one nothing but the season is known.
    preset : Preset

    Raises
    ------
    WorkbenchError
        As ``demand``; ``detect.unreadable`` for a picture that cannot be read.
    """
    said: list[str] = []
    reasons = pd.Series("", index=found.index, dtype=object)
    if preset.field_work and project is not None:
        earlier = pictures(project, pair, found)
        said += [] if earlier or found.empty else ["judging.no_earlier"]
        reasons[_worked(found, pair, earlier)] = "seen_before"
        reasons[(reasons == "") & _whole_parcels(found, _layer(project.layers / "cropland.parquet"))] = "whole_parcel"
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
    found = seasons.weigh(found, preset.season_days, preset.season_rule)
    kept, left_out = found[reasons == ""], found[reasons != ""].assign(reason=reasons[reasons != ""])
    merged = merging.merge(kept, within_m=preset.merge_m)
    table = merged.patches.assign(changed=np.array(differences.numbers(merged.patches), object))
    counts = left_out["reason"].value_counts().to_dict() | {"merged": merged.absorbed}
    return Judged(table, left_out, {str(name): int(count) for name, count in counts.items()}, tuple(said))


def pictures(project: Project, pair: PairFiles, found: gpd.GeoDataFrame) -> list[Path]:
    """Return the project's pictures that are older than the pair, the latest first."""
    days = found["before_on"].dropna()
    if days.empty:
        return []
    first, own = days.min().date(), {pair.before.resolve(), pair.after.resolve()}
    dated = comparisons.dated(project)
    older = sorted(((day, path) for day, path in dated if day < first and path.resolve() not in own), reverse=True)
    return [path for _, path in older[:MOST_PICTURES]]


def _worked(found: gpd.GeoDataFrame, pair: PairFiles, earlier: Sequence[Path]) -> np.ndarray:
    """Tell which patches are field work, by the earlier pictures."""
    asked = found["machine_class"].isin(field_work.CLASSES).to_numpy()
    worked = np.zeros(len(found), bool)
    if not earlier or not asked.any():
        return worked
    outlines = found.geometry[asked]
    before, after, *then = (_medians(path, outlines, pair) for path in (pair.before, pair.after, *earlier))
    # A picture that has none of the bands tells nothing.
    worked[asked] = field_work.seen_before(before, after, then) if after else False
    return worked


def _medians(path: Path, outlines: gpd.GeoSeries, pair: PairFiles) -> Bands:
    clear = pair.clear if path in (pair.before, pair.after) else comparisons.masks(path)
    return outlined.read(path, clear, outlines, field_work.NEEDED).medians()


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
