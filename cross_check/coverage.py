"""Rim: a project's scenes made ready: converted, masked, written as an image with its mask, and counted as coverage."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio import features
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from shapely import transform
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from cross_check import imagery
from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import cogs, conversion, coverage, masks, rasters, scenes, sensors, sources
from satellite import files as images
from satellite.coverage import Look
from satellite.patches import Grid
from satellite.probabilities import BANDS as PROBABILITY
from satellite.products import Description
from satellite.scenes import Order

STACK = ("blue", "green", "red", "rededge1", "nir", "swir16", "swir22")
"""Bands that a prepared image has, as far as the scene has them."""

LOOK_PX = 700
"""Longer side of a quick-look."""

_MASKS = ("rededge3", "nir08", "scl", "qa_pixel")
_CELLS = 400
_FEW = 3
_CHUNK_PX = 512
_VERSIONS = ("haidongqing", "numpy", "dask", "xarray", "rasterio")


@dataclass(frozen=True)
class Wish:
    """How scenes are prepared.

    Attributes
    ----------
    bands : tuple of str
        Common names; by default those of ``STACK`` that there are, or all.
    bbox : (west, south, east, north) or None
        Degrees; only this part.
    like : Path or None
        Image whose grid is taken, so that two dates lie on one.
    height_m : float or Path
        Of the ground, for scenes that are not orthorectified.
    snow : bool
        Whether ground under snow counts as usable.
    settings : masks.Settings
    """

    bands: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    like: Path | None = None
    height_m: float | Path = 0.0
    snow: bool = False
    settings: masks.Settings = field(default_factory=masks.Settings)


def convert(paths: Sequence[Path], project: Project, *, progress: Progress = silent) -> Step:
    """Turn the JPEG 2000 images of scenes into COG, once, and unpack tar archives.

    Raises
    ------
    WorkbenchError
        Those of ``scenes.product`` and ``conversion.convert``.
    """
    written = kept = 0
    folders = []
    for path in paths:
        product = scenes.product(conversion.unpacked(path, project.cogs))
        done = conversion.convert(product, project.cogs, progress=progress)
        written, kept = written + done.written, kept + done.kept
        if done.written + done.kept:
            folders.append(done.folder)
    return Step("scene.convert_done", {"scenes": len(paths), "written": written, "kept": kept}, tuple(folders))


def prepare(paths: Sequence[Path], project: Project, wish: Wish, *, progress: Progress = silent) -> Step:
    """Make scenes ready for comparison: image, reasons, mask and recipe each, and a row in the project's coverage.

    A scene that is done stays done when a later one fails; asked again, it is made anew from its converted images.

    Raises
    ------
    WorkbenchError
        Those of ``scenes.load``; ``series.no_date`` for a scene that tells no day.
    """
    made = []
    for done, path in enumerate(paths):
        progress(done, len(paths), "scene.preparing")
        made.append(_prepare(path, project, wish, progress))
    progress(len(paths), len(paths), "scene.prepared")
    last = made[-1]
    clear = float(np.mean([float(row["clear"].iloc[0]) for row in made]))
    folders = tuple(project.folder / row["folder"].iloc[0] for row in made)
    unseen = sum(unscreened(row.iloc[0]) for row in made)
    figures = {"scenes": len(made), "clear_percent": 100 * clear, "name": last["scene_id"].iloc[0]}
    code = "scene.prepare_done"
    if unseen:
        code, figures = "scene.prepare_unscreened", figures | {"unscreened": unseen}
    return Step(code, figures, (*folders, project.coverage))


def unscreened(row: pd.Series) -> bool:
    """Tell of a row of ``read`` whether nothing told clouds from ground; radar, which sees through them, needs none."""
    return row["screened_by"] == "nothing" and sensors.known()[row["sensor"]].kind == "optical"


def months(
    project: Project,
    area: BaseGeometry | None = None,
    *,
    only: Collection[str] = (),
    progress: Progress = silent,
) -> Step:
    """Count what an area has seen of itself month by month, from the masks of the project's prepared scenes.

    Radar sees through clouds but not what optical cameras see: it does not count.

    Parameters
    ----------
    project : Project
    area : Polygon or MultiPolygon, optional
        Longitude and latitude, such as a county; by default all that any prepared scene covers.
    only : collection of str
        Scene ids; by default all.
    progress : callable

    Raises
    ------
    WorkbenchError
        ``scene.none_prepared`` if there is no prepared scene; those of ``read``.
    """
    table = read(project, only=only)
    if len(table):
        table = table[[sensors.known()[code].kind == "optical" for code in table["sensor"]]]
    if table.empty:
        raise WorkbenchError("scene.none_prepared", "No scene is prepared yet")
    grid, cells = _cells(table if area is None else gpd.GeoDataFrame(geometry=[area], crs=STORAGE))
    counted = coverage.months(_looks(table, project, grid, progress), cells)
    files.write_table(counted, project.coverage_months)
    best = counted.loc[counted["observed"].idxmax()]
    figures = {"months": len(counted), "month": best["month"], "observed_percent": 100 * float(best["observed"])}
    return Step("scene.months_done", figures, (project.coverage_months,))


def waiting(project: Project) -> gpd.GeoDataFrame:
    """Return the images of the project's list that are not prepared, the latest first, ``scene_list.SCHEMA``.

    Raises
    ------
    WorkbenchError
        Those of reading the list.
    """
    listed = imagery.listing(project)
    done = read(project)
    if len(done):
        listed = listed[~listed["scene_id"].isin(done["scene_id"])]
    return listed.drop_duplicates("scene_id").sort_values("sensed_at", ascending=False, ignore_index=True)


def read(project: Project, *, only: Collection[str] = ()) -> gpd.GeoDataFrame:
    """Return the project's coverage, ``satellite.coverage.SCHEMA``; without rows if nothing is prepared.

    Raises
    ------
    WorkbenchError
        ``scene_ids.unprepared`` for an id of ``only`` that is not prepared, if anything is.
    """
    if not project.coverage.is_file():
        return gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=STORAGE)
    table = files.read_layer(project.coverage)
    ids = list(table["scene_id"])
    for name in only:
        if name not in ids:
            near = imagery.nearest(name, ids) or ", ".join(ids[-_FEW:])
            english = "No scene of the id {name} is prepared; prepared are {near}"
            raise WorkbenchError("scene_ids.unprepared", english, name=name, near=near)
    return table[table["scene_id"].isin(only)].reset_index(drop=True) if only else table


def quicklook(project: Project, folder: str, *, most_px: int = LOOK_PX) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a prepared scene reduced for the eye: its picture (rows, columns, 3) and its reasons (rows, columns).

    Raises
    ------
    WorkbenchError
        ``files.missing`` or ``detect.unreadable`` if its files are gone or damaged.
    """
    place = project.folder / folder
    for path in (place / "image.tif", place / "reasons.tif"):
        if not path.is_file():
            raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    picture = images.read_picture(place / "image.tif", most_px=most_px)
    with sources.reading(place / "reasons.tif"), rasterio.open(place / "reasons.tif") as source:
        codes = source.read(1, out_shape=picture.pixels.shape[:2], resampling=Resampling.nearest)
    return picture.pixels, codes


def _prepare(path: Path, project: Project, wish: Wish, progress: Progress) -> gpd.GeoDataFrame:
    product = scenes.product(conversion.unpacked(path, project.cogs))
    told = product.description
    if told.sensed_at is None:
        raise WorkbenchError("series.no_date", "{name} tells no date", name=path.name)
    conversion.convert(product, project.cogs, progress=progress)
    names = _bands(told, wish)
    bands = (*names, *_helpers(told, names))
    order = Order(bands, _grid_of(wish.like), wish.bbox, _CHUNK_PX, wish.height_m, project.cogs)
    scene = scenes.load(path, order)
    codes = _codes(scene, told, wish)
    folder = project.cleared / told.scene_id
    tags = {"ACQUISITION_DATE": told.sensed_at.date().isoformat(), "SCENE_ID": told.scene_id}
    counts = cogs.write_codes(codes, folder / "reasons.tif", folder / "clear.tif", snow=wish.snow, tags=tags)
    cogs.write_scene(scene[list(names)].assign_attrs(scene.attrs), folder / "image.tif", tags=tags)
    screen = str(codes.attrs["screened_by"])
    files.write_json(_recipe(path, folder, told, wish, counts, screen), folder / "recipe.json")
    where = folder.relative_to(project.folder).as_posix()
    row = coverage.row(told, counts, screen, where, _outline(scene, told), _gsd(scene))
    known = read(project) if project.coverage.is_file() else None
    files.write_table(coverage.joined(known, row), project.coverage)
    return row


def _bands(told: Description, wish: Wish) -> tuple[str, ...]:
    if wish.bands:
        return wish.bands
    usual = tuple(name for name in STACK if name in told.bands)
    return usual if len(usual) >= 3 else tuple(name for name in told.bands if name not in _MASKS)  # noqa: PLR2004


def _helpers(told: Description, names: Sequence[str]) -> tuple[str, ...]:
    """Return the bands that only the mask needs."""
    if sensors.known()[told.sensor].kind != "optical":
        return ()
    wanted = [*STACK[:6], *_MASKS, *(PROBABILITY if told.sensor == "sentinel2-l1c" else ())]
    return tuple(dict.fromkeys(name for name in wanted if name in told.bands and name not in names))


def _codes(scene: xr.Dataset, told: Description, wish: Wish) -> xr.DataArray:
    """Return the reasons; a scene that is not optical has but those of being there or not."""
    if sensors.known()[told.sensor].kind == "optical" and any(scene[name].attrs.get("units") == "1" for name in scene):
        return masks.classified(scene, wish.settings)
    source = scene["source"]
    codes = (source > rasters.OUTSIDE) * masks.CLEAR + (source == rasters.MISSING) * masks.ABSENT
    return codes.astype(np.uint8).assign_attrs(screened_by="nothing")


def _grid_of(like: Path | None) -> Grid | None:
    if like is None:
        return None
    with sources.opened(like) as source:
        return Grid(CRS.from_user_input(source.crs), source.transform, source.height, source.width)


def _outline(scene: xr.Dataset, told: Description) -> BaseGeometry:
    """Return the footprint of what was prepared: that of the scene within the grid."""
    half = _gsd_native(scene) / 2
    x, y = scene["x"].to_numpy(), scene["y"].to_numpy()
    frame = box(x.min() - half, y.min() - half, x.max() + half, y.max() + half)
    to_storage = Transformer.from_crs(scene.rio.crs, STORAGE, always_xy=True)
    longest = max(frame.bounds[2] - frame.bounds[0], frame.bounds[3] - frame.bounds[1])
    place = transform(frame.segmentize(longest / 8), to_storage.transform, interleaved=False)
    shared = place.intersection(told.footprint) if told.footprint is not None else place
    return shared if shared.geom_type in {"Polygon", "MultiPolygon"} and not shared.is_empty else place


def _gsd_native(scene: xr.Dataset) -> float:
    return abs(float(scene["x"][1] - scene["x"][0])) if scene.sizes["x"] > 1 else 1.0


def _gsd(scene: xr.Dataset) -> float:
    return _gsd_native(scene) * (111_320 if scene.rio.crs.is_geographic else 1)


def _recipe(
    path: Path, folder: Path, told: Description, wish: Wish, counts: NDArray[np.int64], screen: str
) -> dict[str, object]:
    params = asdict(wish) | {"like": wish.like.name if wish.like else None}
    params["height_m"] = wish.height_m.name if isinstance(wish.height_m, Path) else wish.height_m
    return {
        "input": {
            "path": os.path.relpath(path.resolve(), folder.resolve()),
            "sha256": files.sha256(path) if path.is_file() else None,
            "scene_id": told.scene_id,
            "sensor": told.sensor,
            "platform": told.platform,
            "sensed_at": told.sensed_at.isoformat() if told.sensed_at else None,
            "facts": told.facts,
            "marks": list(told.marks),
        },
        "params": params,
        "versions": {name: version(name) for name in _VERSIONS},
        "figures": {"pixels": dict(zip(masks.REASONS, counts.tolist(), strict=True)), "screened_by": screen},
    }


def _cells(area: gpd.GeoDataFrame) -> tuple[Grid, NDArray[np.bool_]]:
    """Return cells of equal area over a table's shapes, at most ``_CELLS`` a side, and which of them belong to it."""
    shapes = area.to_crs(EQUAL_AREA).geometry
    west, south, east, north = shapes.total_bounds
    step = max(east - west, north - south) / _CELLS
    rows, columns = int(np.ceil((north - south) / step)), int(np.ceil((east - west) / step))
    grid = Grid(EQUAL_AREA, Affine(step, 0, west, 0, -step, north), rows, columns)
    inside = features.rasterize(list(shapes), out_shape=(rows, columns), transform=grid.transform, dtype=np.uint8)
    return grid, inside == 1


def _looks(table: gpd.GeoDataFrame, project: Project, grid: Grid, progress: Progress) -> Iterator[Look]:
    for done, (folder, day) in enumerate(zip(table["folder"], table["seen_on"], strict=True)):
        progress(done, len(table), "scene.counting")
        path = project.folder / folder / "reasons.tif"
        with (
            sources.reading(path),
            rasterio.open(path) as source,
            WarpedVRT(
                source,
                crs=grid.crs.to_wkt(),
                transform=grid.transform,
                width=grid.columns,
                height=grid.rows,
                resampling=Resampling.nearest,
            ) as warped,
        ):
            yield Look(day.date(), warped.read(1))
    progress(len(table), len(table), "scene.counted")
