"""Rim: a series on disk. A folder with series.json, the baseline and the present state as Zarr.

series.json names the folders that hold. A new state is written whole beside the old one, then series.json is replaced
by a rename, then the old state goes; so a killed update leaves the old state, and is simply run again.
"""

import os
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import zarr
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from zarr.codecs import BloscCodec

from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import series
from satellite.looks import Look, Reader, Tile
from satellite.patches import Grid
from satellite.series import STATES, Baseline, Params, Watch

Image = NDArray[np.float32]
Planes = dict[str, "zarr.Array[Any]"]
Result = TypeVar("Result")

TILE_PX = 512
_WORKERS = os.cpu_count() or 1
_WAITING = 2 * _WORKERS
_BASELINE = {"coefficients": (5, "int16"), "spread": (0, "uint16"), "looks": (0, "uint16"), "seasons": (0, "uint32")}
_WATCH = {"run": (0, "int8"), "days": (3, "uint16"), "departure": (0, "int16")}
_SAMPLE_STEP = 4
_PLACES = "images.json"


@dataclass(frozen=True)
class Record:
    """What series.json says.

    Attributes
    ----------
    index : str
    grid : Grid
    params : Params
    typical : float
        See ``series.typical_spread``.
    history, looks : list of dict
        Name, SHA-256 and day of each image: those of the baseline and those taken in since.
    baseline, watch : str
        Folders of the baseline and of the present state.
    counted : dict
        Pixels in each state by its name, after the last look; empty before the first one.
    observed_px : int
        Pixels that the last look saw and that have a baseline for its day.
    """

    index: str
    grid: Grid
    params: Params
    typical: float
    history: list[dict[str, str]]
    looks: list[dict[str, str]]
    baseline: str
    watch: str
    counted: dict[str, int] = field(default_factory=dict)
    observed_px: int = 0

    @property
    def history_ends_on(self) -> date:
        """Last day of the history."""
        return date.fromisoformat(max(each["seen_on"] for each in self.history))

    @property
    def last_on(self) -> date:
        """Day of the last look, of the history's last one where none was taken in."""
        return date.fromisoformat(self.looks[-1]["seen_on"]) if self.looks else self.history_ends_on


def fit(
    history: Sequence[Look], folder: Path, *, index: str = "ndvi", params: Params, progress: Progress = silent
) -> Record:
    """Learn the baseline of a series from images and begin its state anew; a series that was there is replaced.

    Memory holds one tile of all images at a time. The grid of the first image is that of the series.

    Raises
    ------
    WorkbenchError
        ``series.few_looks`` if too few images lie in season; see also ``looks.Reader``.
    """
    kept = [each for each in history if params.counts(each.seen_on)]
    if len({each.seen_on for each in kept}) < params.fewest_looks:
        raise WorkbenchError(
            "series.few_looks",
            "{count} images lie in the snow-free season; at least {fewest} are needed",
            count=len(kept),
            fewest=params.fewest_looks,
        )
    serial = _next(folder)
    days = [each.seen_on for each in kept]
    with ExitStack() as stack:
        first = stack.enter_context(Reader(kept[0], None, index))
        opened = [first, *(stack.enter_context(Reader(each, first.grid, index)) for each in kept[1:])]
        baseline = _made(folder / f"baseline-{serial}", first.grid, _BASELINE)

        def learn(tile: Tile, stacked: Image) -> NDArray[np.uint16]:
            found = series.fit(stacked, days, params)
            _put(baseline, tile, vars(found))
            return found.spread[::_SAMPLE_STEP, ::_SAMPLE_STEP].ravel()

        parts = tiles(first.grid)
        read = ((tile, np.stack([each.read(tile) for each in opened])) for tile in parts)
        spreads = list(_side_by_side(learn, read, len(parts), progress, "series.fitting"))
    _made(folder / f"watch-{serial}", first.grid, _WATCH)
    typical = series.typical_spread(np.concatenate(spreads), params)
    names = [each.described() for each in kept]
    _note(kept, names, folder)
    described = sorted(names, key=lambda each: each["seen_on"])
    record = Record(index, first.grid, params, typical, described, [], f"baseline-{serial}", f"watch-{serial}")
    _commit(record, folder)
    return record


def update(newest: Look, folder: Path, *, progress: Progress = silent) -> Record:
    """Take one image into the state, reading nothing of the history; the last one once more changes nothing.

    Raises
    ------
    WorkbenchError
        ``series.not_later`` unless the image is later than all before; ``series.out_of_season``, ``series.none``; see
        also ``looks.Reader``.
    """
    record = read(folder)
    if not record.params.counts(newest.seen_on):
        raise WorkbenchError(
            "series.out_of_season", "{day} lies in the season of snow and is not compared", day=newest.seen_on
        )
    described = newest.described()
    if record.looks[-1:] == [described]:
        return record
    if newest.seen_on <= record.last_on:
        raise WorkbenchError(
            "series.not_later",
            "{day} is not later than the last look of {last}",
            day=newest.seen_on,
            last=record.last_on,
        )
    after = replace(record, looks=[*record.looks, described], watch=f"watch-{_next(folder)}")
    known, old = _opened(folder / record.baseline), _opened(folder / record.watch)
    new = _made(folder / after.watch, record.grid, _WATCH)

    today = (newest.seen_on - date(1970, 1, 1)).days

    def take(tile: Tile, image: Image) -> tuple[Counter[str], int]:
        baseline, watch = Baseline(**_got(known, tile)), Watch(**_got(old, tile))
        watch = series.advance(watch, baseline, image, newest.seen_on, typical=record.typical, params=record.params)
        _put(new, tile, vars(watch))
        return Counter(counts(series.states(watch, baseline, record.params))), int((watch.days[2] == today).sum())

    parts = tiles(record.grid)
    with Reader(newest, record.grid, record.index) as reader:
        arriving = ((tile, reader.read(tile)) for tile in parts)
        told = list(_side_by_side(take, arriving, len(parts), progress, "series.updating"))
    counted = sum((each for each, _ in told), Counter(dict.fromkeys(STATES.values(), 0)))
    after = replace(
        after, counted={name: counted[name] for name in STATES.values()}, observed_px=sum(seen for _, seen in told)
    )
    _note([newest], [described], folder)
    _commit(after, folder)
    return after


def read(folder: Path) -> Record:
    """Return what is on record about a series.

    Raises
    ------
    WorkbenchError
        ``series.none`` if there is no series in the folder.
    """
    if not (folder / "series.json").is_file():
        raise WorkbenchError("series.none", "There is no series yet; fit one to a history first")
    said: dict[str, Any] = files.read_json(folder / "series.json")
    grid = said.pop("grid")
    params = said.pop("params")
    params["snow_free"] = tuple(params["snow_free"])
    return Record(
        grid=Grid(CRS.from_wkt(grid["crs"]), Affine(*grid["transform"]), grid["rows"], grid["columns"]),
        params=Params(**params),
        **said,
    )


def read_tiles(folder: Path, *, only: Tile | None = None) -> Iterator[tuple[Tile, Baseline, Watch]]:
    """Yield the baseline and the present state, tile by tile, or of one tile.

    Raises
    ------
    WorkbenchError
        ``series.none``.
    """
    record = read(folder)
    known, now = _opened(folder / record.baseline), _opened(folder / record.watch)
    for tile in [only] if only else tiles(record.grid):
        yield tile, Baseline(**_got(known, tile)), Watch(**_got(now, tile))


def read_states(folder: Path) -> NDArray[np.uint8]:
    """Return the state of every pixel, (rows, columns) uint8; see ``series.STATES``.

    Raises
    ------
    WorkbenchError
        ``series.none``.
    """
    record = read(folder)
    whole = np.empty((record.grid.rows, record.grid.columns), np.uint8)
    for tile, baseline, watch in read_tiles(folder):
        whole[tile] = series.states(watch, baseline, record.params)
    return whole


def places(folder: Path) -> dict[str, tuple[Path, Path | None]]:
    """Return where each image and its mask lay when it was taken in, by the image's SHA-256."""
    if not (folder / _PLACES).is_file():
        return {}
    said: dict[str, Any] = files.read_json(folder / _PLACES)

    def found(name: str | None) -> Path | None:
        return (folder / name).resolve() if name else None

    return {content: (image, found(clear)) for content, (name, clear) in said.items() if (image := found(name))}


def counts(state: NDArray[np.uint8]) -> dict[str, int]:
    """Return how many pixels are in each state, by its name."""
    found = np.bincount(state.ravel(), minlength=256)
    return {name: int(found[number]) for number, name in STATES.items()}


def tiles(grid: Grid) -> list[Tile]:
    """Return the tiles of a grid, row by row; results depend on them a little, so they are the same for all looks."""
    return [
        (slice(top, min(top + TILE_PX, grid.rows)), slice(left, min(left + TILE_PX, grid.columns)))
        for top in range(0, grid.rows, TILE_PX)
        for left in range(0, grid.columns, TILE_PX)
    ]


def _side_by_side(
    work: Callable[[Tile, Image], Result],
    arriving: Iterable[tuple[Tile, Image]],
    total: int,
    progress: Progress,
    code: str,
) -> Iterator[Result]:
    """Do the work of a few tiles at once while the next are read; results come in the order of the tiles."""
    waiting: deque[Future[Result]] = deque()
    done = 0
    with ThreadPoolExecutor(_WORKERS) as pool:
        for tile, image in arriving:
            waiting.append(pool.submit(work, tile, image))
            if len(waiting) >= _WAITING:
                yield waiting.popleft().result()
                done += 1
                progress(done, total, code)
        while waiting:
            yield waiting.popleft().result()
            done += 1
            progress(done, total, code)


def _next(folder: Path) -> int:
    """Return the number of the next state and clear away what a killed run left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    held: tuple[str, ...] = ()
    if (folder / "series.json").is_file():
        record = read(folder)
        held = (record.baseline, record.watch)
    _sweep(folder, held)
    return 1 + max((int(name.rsplit("-", 1)[1]) for name in held), default=0)


def _commit(record: Record, folder: Path) -> None:
    """Make a record the valid one, then let go of what it no longer names."""
    said = {name: value for name, value in vars(record).items() if name not in {"grid", "params"}}
    grid = record.grid
    said["params"] = asdict(record.params)
    said["grid"] = {
        "crs": grid.crs.to_wkt(),
        "transform": list(grid.transform)[:6],
        "rows": grid.rows,
        "columns": grid.columns,
    }
    files.write_json(said, folder / "series.json")
    _sweep(folder, (record.baseline, record.watch))


def _note(taken: Sequence[Look], names: Sequence[dict[str, str]], folder: Path) -> None:
    """Note where images lie, for looking back at single pixels; the series itself never needs them again."""
    known: dict[str, Any] = files.read_json(folder / _PLACES) if (folder / _PLACES).is_file() else {}
    for look, name in zip(taken, names, strict=True):
        paths = (look.image, look.clear)
        known[name["sha256"]] = [os.path.relpath(path.resolve(), folder.resolve()) if path else None for path in paths]
    files.write_json(known, folder / _PLACES)


def _sweep(folder: Path, held: tuple[str, ...]) -> None:
    for pattern in ("baseline-*", "watch-*"):
        for stale in folder.glob(pattern):
            if stale.name not in held:
                shutil.rmtree(stale)


def _made(path: Path, grid: Grid, arrays: dict[str, tuple[int, str]]) -> Planes:
    group = zarr.open_group(path, mode="w")
    # Bits of neighbours are alike where nothing happens: shuffled, most of a state packs to nothing.
    packing = BloscCodec(cname="lz4", clevel=1, shuffle="bitshuffle")
    made = {}
    for name, (planes, kind) in arrays.items():
        deep = (planes,) if planes else ()
        made[name] = group.create_array(
            name,
            shape=(*deep, grid.rows, grid.columns),
            chunks=(*deep, TILE_PX, TILE_PX),
            dtype=kind,
            compressors=packing,
            fill_value=0,
        )
    return made


def _opened(path: Path) -> Planes:
    """Return the arrays of a folder; looking them up anew for each tile would cost as much as reading them."""
    return dict(zarr.open_group(path, mode="r").arrays())


def _got(planes: Planes, tile: Tile) -> dict[str, Any]:
    return {name: np.asarray(array[(..., *tile)]) for name, array in planes.items()}


def _put(planes: Planes, tile: Tile, values: dict[str, Any]) -> None:
    for name, value in values.items():
        planes[name][(..., *tile)] = value
