"""Rim: a whole province by tiles, for the command line: change between two dates, and series of many tiles."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd

from cross_check import chain, detections, judging, pair_dates, sensor_tiles
from cross_check.files import Project
from cross_check.pair_dates import Told
from cross_check.steps import Step
from gis import files
from gis.progress import Progress, silent
from satellite import cluster, detection, presets, seams, tiles, unobserved
from satellite import files as images
from satellite.cluster import Finished, Task, Tell, no_one
from satellite.files import PairFiles
from satellite.presets import Preset
from satellite.series import Params


@dataclass(frozen=True)
class Order:
    """How to run.

    Attributes
    ----------
    scheduler : str
        Address of a Dask scheduler, "" for threads of this process.
    workers : int, optional
        How many threads.
    progress : Progress
    tell : callable
        Is told of each tile.
    """

    scheduler: str = ""
    workers: int | None = None
    progress: Progress = silent
    tell: Tell = no_one


@dataclass(frozen=True)
class Pair:
    """Two dates of a province.

    Attributes
    ----------
    before, after : Path
        Two mosaics (GeoTIFF, VRT) that are cut into tiles, or two folders with an image a tile.
    clear : tuple of Path
        Masks of the mosaics (1 = usable); those of folders lie beside their images.
    dates : (date or None, date or None)
        Overrule the dates that the files carry.
    tile_px : int
        Edge of a mosaic's tiles.
    """

    before: Path
    after: Path
    clear: tuple[Path, ...] = ()
    dates: tuple[date | None, date | None] = (None, None)
    tile_px: int = tiles.TILE_PX


def foretold(pair: Pair, preset: Preset, project: Project | None = None) -> Told:
    """Return what the days of a province, and the bands of its first tile, say before any tile is compared.

    Raises
    ------
    WorkbenchError
        See ``satellite.tiles`` and ``satellite.files.open_pair``.
    """
    tasks = _compared(pair, detection.Params())
    return pair_dates.foretold(_pairs(tasks)[0], _days(tasks), preset, project)


def detect(
    pair: Pair,
    out: Path,
    *,
    params: detection.Params | None = None,
    preset: Preset | str = "all",
    project: Project | None = None,
    order: Order | None = None,
) -> Step:
    """Compare two dates of a province.

    Writes a folder a tile into ``tiles``; the patches of all, joined over the borders of tiles and judged as those of a
    single pair are, to patches.gpkg and patches.parquet; those left out with their reason to left-out.gpkg; what no
    tile observed to unseen.gpkg, where there is any; and recipe.json.

    Parameters
    ----------
    pair : Pair
    out : Path
        Finished tiles of an earlier run into it are kept.
    params : detection.Params, optional
        Each tile is searched by the automatic method; false alarms and leads, smallest area and wanted targets hold.
    preset : Preset or str
        See ``chain.detect``.
    project : Project, optional
        Whose earlier pictures, zones, fire points and detections the patches are held against.
    order : Order, optional

    Raises
    ------
    WorkbenchError
        See ``satellite.tiles``, ``satellite.cluster.run`` and ``judging.judge``; ``Preset.demand``.
    """
    params, wanted = params or detection.Params(), presets.standard()[preset] if isinstance(preset, str) else preset
    judging.demand(project, wanted)
    tasks = _compared(pair, params)
    days = _days(tasks)
    wanted.demand(*days)
    done, tables = _tables(tasks, out, order)
    joined = seams.join(tables, smallest_m2=params.smallest_m2)
    recipe = _recipe(done, joined, asdict(params)) | {"preset": wanted.name, "judging": wanted.judging(*days)}
    if not tables:
        return _written(joined.patches, out, recipe, done)
    asked = joined.patches
    if params.wanted is not None:
        asked = asked[asked["target"].isin(params.wanted)]
    judged = judging.judge(asked, _pairs(tasks), project, wanted)
    recipe["suppressed"] = {"other_target": len(joined.patches) - len(asked), **judged.counts}
    with images.open_pair(_pairs(tasks)[0]) as first:
        named = pair_dates.of_bands(first)
    said = named + pair_dates.of_run(days, judging.sight(asked), wanted, project, judged)
    recipe |= {"warnings": said.codes, "judging": said.figures}
    recipe |= {"inputs": _inputs(recipe["tiles"], days), "method": params.method.name}
    found = detections.settle(judged.patches, project, detections.name_of(recipe))
    step = _written(chain.told(found), out, recipe, done)
    files.write_table(chain.told(judged.left_out), out / "left-out.gpkg")
    if project is not None:
        detections.keep(project, out, recipe, found)
    return step


def detect_radar(
    pair: Pair, out: Path, *, smallest_m2: float = 1000.0, project: Project | None = None, order: Order | None = None
) -> Step:
    """Compare radar images of two dates of a province: tiles, their patches joined as they were found, and recipe.json.

    In a project the patches count as looks of another sensor, and its other detections as looks at them; see
    ``detections.settle``.

    Raises
    ------
    WorkbenchError
        See ``cross_check.sensor_tiles.of_radar`` and ``satellite.cluster.run``.
    """
    tasks = sensor_tiles.of_radar(*_resolved(pair), tile_px=pair.tile_px, dates=pair.dates)
    params = {"method": "radar", "smallest_m2": smallest_m2}
    return _put_together(tasks, out, params, _Sight("radar", smallest_m2, project), order)


def detect_network(
    model: Path, pair: Pair, out: Path, *, project: Project | None = None, order: Order | None = None
) -> Step:
    """Run a network of the user's own over two dates of a province; files as of ``detect_radar``.

    Raises
    ------
    WorkbenchError
        See ``cross_check.sensor_tiles.of_network`` and ``satellite.cluster.run``.
    """
    tasks = sensor_tiles.of_network(model.resolve(), *_resolved(pair), tile_px=pair.tile_px, dates=pair.dates)
    params = {"method": "network", "model": model.name}
    return _put_together(tasks, out, params, _Sight("network", 0.0, project), order)


def _resolved(pair: Pair) -> tuple[Path, Path, tuple[Path, ...]]:
    return pair.before.resolve(), pair.after.resolve(), tuple(mask.resolve() for mask in pair.clear)


@dataclass(frozen=True)
class _Sight:
    """What looks: a sensor, the least area of what it finds, and the project that counts its looks."""

    sensor: str
    smallest_m2: float
    project: Project | None


def _put_together(
    tasks: Sequence[Task], out: Path, params: Mapping[str, object], sight: _Sight, order: Order | None
) -> Step:
    """Run the tasks, join the patches of all tiles, count looks and write what was found."""
    done, tables = _tables(tasks, out, order)
    joined = seams.join(tables, smallest_m2=sight.smallest_m2)
    recipe = _recipe(done, joined, params)
    if not tables:
        return _written(joined.patches, out, recipe, done)
    recipe |= {"inputs": _inputs(recipe["tiles"], _days(tasks)), "method": sight.sensor}
    found = detections.settle(joined.patches, sight.project, detections.name_of(recipe), sensor=sight.sensor)
    step = _written(found, out, recipe, done)
    if sight.project is not None:
        detections.keep(sight.project, out, recipe, found, sensor=sight.sensor)
    return step


def _tables(tasks: Sequence[Task], out: Path, order: Order | None) -> tuple[list[Finished], list[gpd.GeoDataFrame]]:
    """Run the tasks and return what is done and the patches of each tile that could be compared."""
    done = _run(tasks, out / "tiles", order)
    written = [each.folder / "patches.parquet" for each in done]
    return done, [files.read_layer(path) for path in written if path.is_file()]


def _recipe(done: Sequence[Finished], joined: seams.Joined, params: Mapping[str, object]) -> dict[str, Any]:
    return {
        "tiles": {each.key: files.sha256(each.folder / "recipe.json") for each in done},
        "refused": {each.key: each.figures["refused"] for each in done if "refused" in each.figures},
        "params": dict(params),
        "figures": {"joined": joined.joined, "too_small": joined.too_small},
    }


def _written(found: gpd.GeoDataFrame, out: Path, recipe: dict[str, Any], done: Sequence[Finished]) -> Step:
    """Write the patches and the recipe, its figures completed."""
    figures = recipe["figures"]
    figures |= {"patches": len(found), "refused": len(recipe["refused"])}
    figures["suppressed"] = sum(recipe.get("suppressed", {}).values())
    figures["seen_again"] = int((found["looks"] > 1).sum()) if "looks" in found else 0
    files.write_table(found, out / "patches.parquet")
    files.write_table(found, out / "patches.gpkg")
    files.write_json(recipe, out / "recipe.json")
    unseen = unobserved.join([tiles.sides(each.folder) for each in done])
    (out / "unseen.gpkg").unlink(missing_ok=True)
    if len(unseen):
        files.write_table(unseen, out / "unseen.gpkg")
    outputs = tuple(out / name for name in ("patches.gpkg", "patches.parquet", "recipe.json", "tiles"))
    said = {"warnings": recipe.get("warnings", ()), "judging": recipe.get("judging", {})}
    return Step("chain.province_detected", {**_figures(done), **figures, **said}, outputs)


def _pairs(tasks: Sequence[Task]) -> list[PairFiles]:
    """Return what was compared, each pair once however many tiles were cut from it."""
    taken = (task.arguments for task in tasks)
    return list(dict.fromkeys(PairFiles(each["before"], each["after"], tuple(each["clear"])) for each in taken))


def _days(tasks: Sequence[Task]) -> tuple[date | None, date | None]:
    """Return the first day of the earlier images and the last of the later ones."""
    before, after = ([task.arguments["dates"][at] for task in tasks if task.arguments["dates"][at]] for at in (0, 1))
    return tiles.days((min(before, default=None), max(after, default=None)))


def _inputs(done: Mapping[str, str], days: Sequence[date | None]) -> dict[str, Any]:
    """Return what was compared for a record: the tiles' own recipes hold the hash of each image."""
    told = hashlib.sha256(json.dumps(done, sort_keys=True).encode()).hexdigest()
    ends = {name: day.isoformat() if day else None for name, day in zip(("before", "after"), days, strict=True)}
    return {**{name: {"sha256": told, "seen_on": day} for name, day in ends.items()}, "clear": []}


def fit(
    images: Path, series: Path, *, index: str = "ndvi", params: Params | None = None, order: Order | None = None
) -> Step:
    """Learn the baseline of each tile's series from a folder of images named after tile and day.

    Raises
    ------
    WorkbenchError
        See ``satellite.tiles`` and ``satellite.states.fit``.
    """
    arguments = {"index": index, "params": tiles.params_of(params or Params())}
    tasks = tiles.of_series(images.resolve(), series.resolve() / "states", "fit", arguments)
    return Step("chain.province_fitted", _figures(_run(tasks, series / "fitted", order)), (series,))


def update(images: Path, series: Path, *, order: Order | None = None) -> Step:
    """Take a folder of new images into the series of their tiles; each tile's states.tif tells what stands.

    Raises
    ------
    WorkbenchError
        See ``satellite.tiles`` and ``satellite.states.update``.
    """
    tasks = tiles.of_series(images.resolve(), series.resolve() / "states", "update", {})
    done = _run(tasks, series / "updated", order)
    return Step("chain.province_updated", _figures(done), (series / "updated",))


def _compared(pair: Pair, params: detection.Params) -> list[Task]:
    before, after, clear = _resolved(pair)
    asked = {"false_alarm": params.false_alarm, "false_leads": params.false_leads}
    if before.is_dir() and after.is_dir():
        return tiles.of_folders(before, after, dates=pair.dates, asked=asked)
    both = PairFiles(before, after, clear)
    return tiles.of_mosaic(both, tile_px=pair.tile_px, dates=pair.dates, asked=asked)


def _run(tasks: Sequence[Task], folder: Path, order: Order | None) -> list[Finished]:
    how = order or Order()
    return cluster.run(
        tasks, folder, scheduler=how.scheduler, workers=how.workers, progress=how.progress, tell=how.tell
    )


def _figures(done: Sequence[Finished]) -> dict[str, float]:
    fresh = [each for each in done if not each.again]
    return {
        "tiles": len(done),
        "again": len(done) - len(fresh),
        "seconds": sum(each.seconds for each in fresh) / max(len(fresh), 1),
        "memory_mb": max((each.memory_mb for each in fresh), default=0.0),
        "workers": len({each.worker for each in fresh}),
    }
