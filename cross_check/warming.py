"""Rim: compiling ahead. On a machine's first run the chain's loops are compiled while other work still goes on.

A compiled loop is kept beside its source, or in the user's cache where that may not be written. Until then the chain
waits half a minute for its compiler, while the demo makes its images on one processor alone: the other is free.
"""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from cross_check import nights, nights_search
from cross_check.nights import Problem, Search
from gis import emerging, windows

_SIZE_PX = 256
_VISITS, _DAYS, _STEPS = 6, 3, 12


@contextmanager
def beside() -> Iterator[None]:
    """Compile in a process of its own what the block is going to call, unless it was compiled before.

    Whatever is not done when the block ends, or needs it, is compiled where it is called.
    """
    if not cold():
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        process = get_context("spawn").Process(target=_ahead, args=(Path(folder),), daemon=True)
        process.start()
        try:
            yield
        finally:
            process.kill()
            process.join()


def cold() -> bool:
    """Tell whether the loop that takes longest to compile, the last one ahead, has not been compiled yet."""
    source = Path(nights_search.__file__)
    kept = Path(str(nights_search.run.stats.cache_path)).glob(f"{source.stem}.run-*.nbi")
    return not any(each.stat().st_mtime > source.stat().st_mtime for each in kept)


def _ahead(folder: Path) -> None:
    # Ctrl-C is for the one who waits: it ends this process too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run(folder)


def run(folder: Path) -> None:
    """Call once what the demo calls, in its order, on next to nothing.

    Parameters
    ----------
    folder : Path
        Gets two small images and what is detected in them.
    """
    # Only here: whoever asks whether all is compiled goes without the chain.
    from cross_check import chain
    from satellite import files, synthetic
    from satellite.files import PairFiles

    world = synthetic.make_world(1, size_px=_SIZE_PX)
    pair = folder / "before.tif", folder / "after.tif"
    for at, path in zip((0, 3), pair, strict=True):
        files.write_scene(synthetic.scene(world, at), path)
    chain.detect(PairFiles(*pair), folder / "detect")
    lattice = windows.Lattice(np.ones((_DAYS, _DAYS), bool), windows.square(1))
    rng = np.random.default_rng(1)
    emerging.analyse(rng.poisson(2.0, (_STEPS, lattice.inside.size)), lattice)
    nights.solve(_round(rng), Search(iterations=1), rng)


def _round(rng: np.random.Generator) -> Problem:
    """Return a round of one team with a few visits, which may sleep where it likes."""
    places = _VISITS + 2
    movable = np.zeros((1, _DAYS + 1), bool)
    movable[:, 1:_DAYS] = True
    clock = np.tile([30, 0, 480], (_VISITS, 1))
    return Problem(
        drives=rng.integers(1, 60, (places, places)),
        visits=np.column_stack([np.arange(2, places), clock]),
        prize=np.full(_VISITS, 1000),
        fees=np.zeros((_VISITS, _DAYS), np.int64),
        rules=np.tile([0, 600, 480, 210, 300, 60], (_DAYS, 1)),
        beds=np.zeros((1, _DAYS + 1), np.int64),
        movable=movable,
        lodgings=np.arange(2),
        most=_VISITS,
    )
