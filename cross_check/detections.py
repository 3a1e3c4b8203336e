"""Rim: the detections that a project has made, so that a patch seen again keeps its number and gains looks.

A folder a detection: its patches, its change map or those of its tiles, its sensor and the days of its images. The
same images compared in the same way are the same detection, and take its place.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check.files import Project
from gis import files, schema
from gis.crs import STORAGE
from satellite import files as images
from satellite import outlined, patches, repeats

_COLUMNS = [name for name in repeats.KNOWN.columns if name not in {"turn", "sensor"}]


@dataclass(frozen=True)
class Kept:
    """A detection that was made: its folder, place in the order, the days of its images or None, and its sensor."""

    folder: Path
    turn: int
    before_on: pd.Timestamp | None
    after_on: pd.Timestamp | None
    sensor: str = repeats.SENSORS[0]

    @property
    def patches(self) -> gpd.GeoDataFrame:
        """Its patches, see ``repeats.KNOWN``."""
        return files.read_layer(self.folder / "patches.parquet").assign(turn=self.turn, sensor=self.sensor)


def name_of(recipe: Mapping[str, Any]) -> str:
    """Return the name of a detection: the same images compared in the same way give the same."""
    inputs = recipe["inputs"]
    contents = [inputs["before"]["sha256"], inputs["after"]["sha256"], *(each["sha256"] for each in inputs["clear"])]
    said = [contents, recipe["method"], recipe["params"], recipe.get("preset")]
    return "D" + hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:12]


def made(project: Project) -> list[Kept]:
    """Return the detections of a project in the order in which they were made."""
    found = []
    for path in sorted(project.detections.glob("D*/facts.json")):
        facts = files.read_json(path)
        days = [pd.Timestamp(str(day)) if day else None for day in (facts["before_on"], facts["after_on"])]
        sensor = str(facts.get("sensor", repeats.SENSORS[0]))
        found.append(Kept(path.parent, int(str(facts["turn"])), days[0], days[1], sensor))
    return sorted(found, key=lambda each: each.turn)


def settle(
    found: gpd.GeoDataFrame, project: Project | None, name: str, *, sensor: str = repeats.SENSORS[0]
) -> gpd.GeoDataFrame:
    """Return patches under the ids that a project knows them by, with looks of all its detections.

    ``missed`` counts the later images of other detections by the same sensor that saw the place unchanged. Without a
    project every patch is new to it.
    """
    kept = made(project) if project is not None else []
    known = [each.patches for each in kept]
    table = repeats.settle(found, _together(known), sensor=sensor)
    others = [each for each in kept if each.folder.name != name and each.sensor == sensor]
    return table.assign(missed=_missed(table, others))


def keep(
    project: Project,
    out: Path,
    recipe: Mapping[str, Any],
    found: gpd.GeoDataFrame,
    *,
    sensor: str = repeats.SENSORS[0],
) -> None:
    """Remember a detection.

    Parameters
    ----------
    project : Project
    out : Path
        Folder with its change.tif, or with those of its tiles.
    recipe : mapping
    found : GeoDataFrame
        Its patches as settled.
    sensor : str
    """
    name, before = name_of(recipe), {each.folder.name: each.turn for each in made(project)}
    turn = before.get(name, max(before.values(), default=0) + 1)
    days = {f"{name}_on": recipe["inputs"][name]["seen_on"] for name in ("before", "after")}
    with files.folder_written_aside(project.detections / name) as aside:
        files.write_table(found[_COLUMNS], aside / "patches.parquet")
        for change in changes(out):
            shutil.copy2(change, aside / (change.name if change.parent == out else f"change-{change.parent.name}.tif"))
        files.write_json({"turn": turn, "sensor": sensor, **days}, aside / "facts.json")


def changes(out: Path) -> list[Path]:
    """Return the change maps of a result: one, or one a tile."""
    return [out / "change.tif"] if (out / "change.tif").is_file() else sorted(out.glob("tiles/*/change.tif"))


def remember(project: Project, out: Path, sensor: str) -> gpd.GeoDataFrame:
    """Settle and keep what radar or a network found in a folder, so that it counts as looks of another sensor.

    Returns
    -------
    GeoDataFrame
        The patches of the folder with ``own_id``, ``first_on``, ``looks`` and ``missed``, as they now stand there.
    """
    recipe = files.read_json(out / "recipe.json")
    settled = settle(files.read_layer(out / "patches.gpkg"), project, name_of(recipe), sensor=sensor)
    files.write_table(settled, out / "patches.gpkg")
    keep(project, out, recipe, settled, sensor=sensor)
    return settled


def _missed(found: gpd.GeoDataFrame, others: list[Kept]) -> np.ndarray:
    """Count the later images of other detections that saw each patch's place unchanged."""
    days: list[set[pd.Timestamp | None]] = [set() for _ in range(len(found))]
    for other, unchanged in _unchanged(found, others):
        for at in np.flatnonzero(unchanged):
            days[at].add(other.after_on)
    return np.array([len(each) for each in days], int)


def _unchanged(found: gpd.GeoDataFrame, others: list[Kept]) -> Iterator[tuple[Kept, np.ndarray]]:
    if found.empty or found["after_on"].isna().any():
        return
    before, after = found["before_on"].min(), found["after_on"].max()
    for other in others:
        # Only a pair that begins before the change, and ends with another image after it, can miss it.
        if other.before_on is None or other.after_on is None or other.before_on > before or other.after_on <= after:
            continue
        shown = _shown(sorted(other.folder.glob("change*.tif")), found.geometry)
        yield other, repeats.unchanged(shown)


def _shown(maps: Sequence[Path], outlines: gpd.GeoSeries) -> pd.DataFrame:
    """Return the shares of each outline that change maps saw and hold for changed, see ``repeats.unchanged``."""
    sums = np.zeros((3, len(outlines)))
    for path in maps:
        inside = np.flatnonzero(outlines.intersects(outlined.extent(path, outlines.crs)))
        if inside.size:
            change, grid = images.read_change(path)
            for at, value in enumerate((patches.UNSEEN, patches.CHANGED)):
                held = (change == value).astype(np.float32)
                share = patches.zonal(held, grid, outlines.iloc[inside], ("sum", "count")).fillna(0)
                sums[at, inside] += share["sum"].to_numpy()
            sums[2, inside] += share["count"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame({"seen": 1 - sums[0] / sums[2], "changed": sums[1] / sums[2]})


def _together(tables: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        return gpd.GeoDataFrame({name: [] for name in repeats.KNOWN.columns}, geometry="geometry", crs=STORAGE)
    joined: gpd.GeoDataFrame = schema.demand(
        gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=STORAGE), repeats.KNOWN, "known patches"
    )
    return joined
