"""Rim: a whole province by tiles, for the command line: change between two dates, and series of many tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from cross_check import sensor_tiles
from cross_check.chain import Step
from gis import files
from gis.progress import Progress, silent
from satellite import cluster, detection, seams, tiles
from satellite.cluster import Finished, Task, Tell, no_one
from satellite.files import PairFiles
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


def detect(pair: Pair, out: Path, *, params: detection.Params | None = None, order: Order | None = None) -> Step:
    """Compare two dates of a province.

    Writes a folder a tile into ``tiles``, the patches of all, joined over the borders of tiles, to patches.gpkg and
    patches.parquet, and recipe.json.

    Parameters
    ----------
    pair : Pair
    out : Path
        Finished tiles of an earlier run into it are kept.
    params : detection.Params, optional
    order : Order, optional

    Raises
    ------
    WorkbenchError
        See ``satellite.tiles`` and ``satellite.cluster.run``.
    """
    params = params or detection.Params()
    return _put_together(_compared(pair, params), out, asdict(params), params.smallest_m2, order)


def detect_radar(pair: Pair, out: Path, *, smallest_m2: float = 1000.0, order: Order | None = None) -> Step:
    """Compare radar images of two dates of a province; files as of ``detect``.

    Raises
    ------
    WorkbenchError
        See ``cross_check.sensor_tiles.of_radar`` and ``satellite.cluster.run``.
    """
    tasks = sensor_tiles.of_radar(*_resolved(pair), tile_px=pair.tile_px, dates=pair.dates)
    return _put_together(tasks, out, {"method": "radar", "smallest_m2": smallest_m2}, smallest_m2, order)


def detect_network(model: Path, pair: Pair, out: Path, *, order: Order | None = None) -> Step:
    """Run a network of the user's own over two dates of a province; files as of ``detect``.

    Raises
    ------
    WorkbenchError
        See ``cross_check.sensor_tiles.of_network`` and ``satellite.cluster.run``.
    """
    tasks = sensor_tiles.of_network(model.resolve(), *_resolved(pair), tile_px=pair.tile_px, dates=pair.dates)
    return _put_together(tasks, out, {"method": "network", "model": model.name}, 0.0, order)


def _resolved(pair: Pair) -> tuple[Path, Path, tuple[Path, ...]]:
    return pair.before.resolve(), pair.after.resolve(), tuple(mask.resolve() for mask in pair.clear)


def _put_together(
    tasks: Sequence[Task], out: Path, params: Mapping[str, object], smallest_m2: float, order: Order | None
) -> Step:
    """Run the tasks, join the patches of all tiles and write what was found."""
    done = _run(tasks, out / "tiles", order)
    written = [each.folder / "patches.parquet" for each in done]
    found = seams.join([files.read_layer(path) for path in written if path.is_file()], smallest_m2=smallest_m2)
    refused = {each.key: each.figures["refused"] for each in done if "refused" in each.figures}
    figures = {"patches": len(found.patches), "joined": found.joined, "too_small": found.too_small}
    figures["refused"] = len(refused)
    recipe = {
        "tiles": {each.key: files.sha256(each.folder / "recipe.json") for each in done},
        "refused": refused,
        "params": dict(params),
        "figures": figures,
    }
    files.write_table(found.patches, out / "patches.parquet")
    files.write_table(found.patches, out / "patches.gpkg")
    files.write_json(recipe, out / "recipe.json")
    outputs = tuple(out / name for name in ("patches.gpkg", "patches.parquet", "recipe.json", "tiles"))
    return Step("chain.province_detected", {**_figures(done), **figures}, outputs)


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
    before, after = pair.before.resolve(), pair.after.resolve()
    if before.is_dir() and after.is_dir():
        return tiles.of_folders(before, after, dates=pair.dates, false_alarm=params.false_alarm)
    both = PairFiles(before, after, tuple(mask.resolve() for mask in pair.clear))
    return tiles.of_mosaic(both, tile_px=pair.tile_px, dates=pair.dates, false_alarm=params.false_alarm)


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
