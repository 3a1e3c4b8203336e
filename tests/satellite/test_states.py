"""A series on disk: the state is that of the verbs, survives a kill and takes nothing twice."""

import multiprocessing
import os
from datetime import date, timedelta

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import looks, series, states
from tests.satellite import tifs

PARAMS = series.Params(around_px=20, fewest_looks=4)
SHAPE = (40, 30)


def _image(day):
    rng = np.random.default_rng(day.toordinal())
    image = (0.7 + 0.03 * rng.normal(size=SHAPE)).astype(np.float32)
    image[rng.random(SHAPE) < 0.1] = np.nan
    if day >= date(2021, 6, 20):
        image[:10, :10] -= 0.4
    return image


def _look(folder, day):
    path = folder / f"ndvi_{day:%Y%m%d}.tif"
    return looks.look(path if path.is_file() else tifs.write(path, _image(day)[None]))


HISTORY = [date(2020, 4, 10) + timedelta(each) for each in range(0, 190, 12)]
NEWER = [date(2021, 6, 1) + timedelta(each) for each in range(0, 70, 10)]


@pytest.fixture
def fitted(tmp_path):
    """A folder with a baseline, and one for images."""
    states.fit([_look(tmp_path, day) for day in HISTORY], tmp_path / "series", params=PARAMS)
    return tmp_path


def _digest(folder):
    record = states.read(folder)
    arrays = [array for _, _, watch in states.read_tiles(folder) for array in vars(watch).values()]
    return [array.tobytes() for array in arrays], record.looks


def test_the_state_on_disk_is_that_of_the_verbs(fitted):
    """Whole-array verbs and tiles on disk agree to the bit, in one tile and the whole record."""
    folder = fitted / "series"
    for day in NEWER:
        record = states.update(_look(fitted, day), folder)
    baseline = series.fit(np.stack([_image(day) for day in HISTORY]), HISTORY, PARAMS)
    watch = series.begin(SHAPE)
    for day in NEWER:
        watch = series.advance(watch, baseline, _image(day), day, typical=record.typical, params=PARAMS)
    assert np.array_equal(states.read_states(folder), series.states(watch, baseline, PARAMS))
    counted = states.counts(states.read_states(folder))
    assert counted["confirmed"] >= 90
    assert record.counted == counted
    assert record.observed_px == np.isfinite(_image(NEWER[-1])).sum()
    assert sum(counted.values()) == SHAPE[0] * SHAPE[1]
    assert record.last_on == NEWER[-1]
    assert record.history_ends_on == HISTORY[-1]
    assert states.read(folder) == record


def test_tiles_cover_the_grid_once(fitted, monkeypatch):
    """Small tiles: the same pixels, each one once, and still the planted change."""
    monkeypatch.setattr(states, "TILE_PX", 16)
    folder = fitted / "small"
    states.fit([_look(fitted, day) for day in HISTORY], folder, params=PARAMS)
    for day in NEWER:
        states.update(_look(fitted, day), folder)
    hits = np.zeros(SHAPE, int)
    for tile in states.tiles(states.read(folder).grid):
        hits[tile] += 1
    assert (hits == 1).all()
    assert (states.read_states(folder)[:10, :10] == series.CONFIRMED).mean() > 0.9


def test_the_same_look_again_changes_nothing(fitted):
    """A nightly job that runs twice leaves what it found; an older or another image of the day is refused."""
    folder = fitted / "series"
    for day in NEWER[:3]:
        states.update(_look(fitted, day), folder)
    before = _digest(folder)
    states.update(_look(fitted, NEWER[2]), folder)
    assert _digest(folder) == before
    other = tifs.write(fitted / "other_20210621.tif", np.zeros((1, *SHAPE), np.float32))
    for late in (_look(fitted, NEWER[0]), looks.look(other)):
        with pytest.raises(WorkbenchError) as refusal:
            states.update(late, folder)
        assert refusal.value.code == "series.not_later"
    assert _digest(folder) == before


def _update_and_die(folder, images, day):
    """Take in a look and fall over before the state is valid."""
    written = states._put
    put = iter(range(4))

    def dying(group, tile, values):
        written(group, tile, values)
        if next(put) == 2:
            os._exit(9)

    states.TILE_PX, states._put, states._WORKERS = 16, dying, 1
    states.update(_look(images, day), folder)


def test_a_killed_update_is_run_again_with_the_same_result(fitted, monkeypatch):
    """Killed in the third tile, the state is the old one; run again, it is what an unharmed run gives."""
    monkeypatch.setattr(states, "TILE_PX", 16)
    for name in ("harmed", "unharmed"):
        states.fit([_look(fitted, day) for day in HISTORY], fitted / name, params=PARAMS)
        for day in NEWER[:4]:
            states.update(_look(fitted, day), fitted / name)
    before = _digest(fitted / "harmed")
    context = multiprocessing.get_context("spawn")
    victim = context.Process(target=_update_and_die, args=(fitted / "harmed", fitted, NEWER[4]))
    victim.start()
    victim.join()
    assert victim.exitcode == 9
    assert len(list((fitted / "harmed").glob("watch-*"))) == 2
    assert _digest(fitted / "harmed") == before
    for name in ("harmed", "unharmed"):
        states.update(_look(fitted, NEWER[4]), fitted / name)
    assert _digest(fitted / "harmed") == _digest(fitted / "unharmed")
    assert len(list((fitted / "harmed").glob("watch-*"))) == 1


def test_winter_and_thin_histories_are_refused(fitted):
    """A look under snow, a history too thin, a folder without a series."""
    folder = fitted / "series"
    cases = {
        "series.out_of_season": lambda: states.update(_look(fitted, date(2021, 12, 20)), folder),
        "series.few_looks": lambda: states.fit([_look(fitted, HISTORY[0])], folder, params=PARAMS),
        "series.none": lambda: states.read(fitted / "nowhere"),
    }
    for code, attempt in cases.items():
        with pytest.raises(WorkbenchError) as refusal:
            attempt()
        assert refusal.value.code == code


def test_fitting_anew_begins_again(fitted):
    """A new baseline replaces the old one and forgets the looks."""
    folder = fitted / "series"
    states.update(_look(fitted, NEWER[0]), folder)
    record = states.fit([_look(fitted, day) for day in HISTORY], folder, params=PARAMS)
    assert record.looks == []
    assert (states.read_states(folder) == series.UNSEEN).all()
    assert sorted(path.name for path in folder.iterdir()) == ["baseline-3", "images.json", "series.json", "watch-3"]
