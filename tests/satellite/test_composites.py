"""Composites: planted clouds and dates, an independent median, laziness, seasons."""

from datetime import date

import dask
import dask.array as da
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gis.errors import WorkbenchError
from satellite import composites
from satellite.composites import Preference

DAYS = [date(2024, 6, 1), date(2024, 6, 11), date(2024, 6, 21)]


def _scenes(values, days=DAYS, names=("red", "nir")):
    """Scenes whose every pixel tells its date: the value plus a tenth of the band's position."""
    values = np.asarray(values, np.float32)
    bands = {name: (("time", "y", "x"), values + np.float32(0.1 * at)) for at, name in enumerate(names)}
    rows, columns = values.shape[1:]
    return xr.Dataset(
        bands, coords={"time": np.array(days, "datetime64[ns]"), "y": np.arange(rows), "x": np.arange(columns)}
    )


def _clear(flags, scenes):
    return xr.DataArray(flags, dims=("time", "y", "x"), coords=scenes.coords)


def _made(rows=40, columns=50, seed=1):
    rng = np.random.default_rng(seed)
    scenes = _scenes(rng.uniform(0, 0.3, (3, rows, columns)))
    return scenes, _clear(rng.random((3, rows, columns)) > 0.3, scenes)


def test_the_nearest_clear_date_is_taken():
    """Without cloud the wanted day wins everywhere; under cloud another date steps in, and the record says which."""
    scenes = _scenes(np.arange(3)[:, None, None] * np.ones((3, 6, 6)))
    clear = np.ones((3, 6, 6), bool)
    clear[1, :3] = False
    clear[:, 0, 0] = False
    made = composites.best_pixel(
        scenes, _clear(clear, scenes), on=date(2024, 6, 12), preference=Preference(cloud_weight=0)
    )
    assert (made["date_index"][3:] == 1).all()
    assert (made["date_index"].to_numpy()[:3].ravel()[1:] == 2).all()
    assert made["date_index"][0, 0] == composites.NO_DATE
    assert np.isnan(made["red"][0, 0])
    assert made["red"][4, 4] == 1
    assert made["nir"][4, 4] == pytest.approx(1.1)
    assert made["observations"].to_numpy()[[0, 1, 5], [0, 1, 5]].tolist() == [0, 2, 3]
    assert made["date_index"].attrs["dates"] == "2024-06-01 2024-06-11 2024-06-21"


def test_cloud_is_shunned():
    """Beside a cloud a date ten days off is better than the day itself; far from it the day itself is."""
    scenes = _scenes(np.zeros((3, 1, 200)))
    clear = np.ones((3, 1, 200), bool)
    clear[1, 0, :100] = False
    made = composites.best_pixel(scenes, _clear(clear, scenes), on=date(2024, 6, 11))
    assert made["date_index"][0, 101] != 1
    assert (made["date_index"][0, 150:] == 1).all()


@settings(max_examples=30, deadline=None)
@given(
    values=hnp.arrays(np.float32, (5, 3, 4), elements=st.floats(0, 1, width=32)),
    clear=hnp.arrays(np.bool_, (5, 3, 4)),
)
def test_the_median_is_that_of_numpy(values, clear):
    """Each band's median over the clear dates is NumPy's, NaN where no date is clear."""
    days = [date(2024, 6, each) for each in range(1, 6)]
    scenes = _scenes(values, days)
    made = composites.median(scenes, _clear(clear, scenes))
    for row in range(3):
        for column in range(4):
            kept = scenes["nir"].to_numpy()[clear[:, row, column], row, column]
            value = float(made["nir"][row, column])
            assert np.isnan(value) if not len(kept) else value == pytest.approx(np.median(kept), abs=1e-6)
            at = int(made["date_index"][row, column])
            assert clear[at, row, column] if len(kept) else at == composites.NO_DATE


def test_a_date_that_lacks_one_band_is_not_taken():
    """All bands of a pixel come from one date, so a date with a hole in one of them does not count."""
    scenes, _ = _made()
    scenes["nir"][0] = np.nan
    made = composites.median(scenes, _clear(np.ones((3, 40, 50), bool), scenes))
    assert (made["observations"] == 2).all()
    assert (made["date_index"] > 0).all()


@pytest.mark.parametrize("verb", ["best", "median", "season"])
def test_lazy_and_eager_agree(verb):
    """In tiles of any size the same comes out, across their seams too; nothing is computed before it is asked for."""
    scenes, clear = _made()
    days = [date(2022, 6, 1), date(2023, 6, 11), date(2024, 6, 5)]
    scenes = scenes.assign_coords(time=np.array(days, "datetime64[ns]"))
    clear = clear.assign_coords(time=scenes["time"])

    def run(bands, flags):
        if verb == "best":
            return composites.best_pixel(bands, flags, on=date(2024, 6, 9), preference=Preference(cloud_px=4))
        if verb == "median":
            return composites.median(bands, flags)
        return composites.same_season(bands, flags, on=date(2025, 6, 8))

    with dask.config.set(scheduler=_refused):
        lazy = run(scenes.chunk({"time": 1, "y": 16, "x": 23}), clear.chunk({"time": 1, "y": 40}))
    assert all(isinstance(each.data, da.Array) for each in lazy.data_vars.values())
    xr.testing.assert_allclose(lazy.compute(scheduler="synchronous"), run(scenes, clear))


def test_a_scene_smaller_than_the_margin():
    """Forty pixels and a distance to cloud of fifty are no hindrance."""
    scenes, clear = _made()
    eager = composites.best_pixel(scenes, clear, on=date(2024, 6, 9))
    lazy = composites.best_pixel(scenes.chunk({"y": 8}), clear.chunk({"x": 25}), on=date(2024, 6, 9))
    xr.testing.assert_allclose(lazy.compute(scheduler="synchronous"), eager)


def _refused(*_, **__):
    raise AssertionError("computed before it was asked for")


def test_only_dates_of_the_season_count():
    """Three years back, fifteen days either side, not the year itself, across New Year and on 29 February too."""
    days = [
        date(2021, 6, 1),
        date(2022, 5, 17),
        date(2022, 5, 16),
        date(2023, 6, 16),
        date(2024, 6, 1),
        date(2025, 6, 1),
    ]
    assert composites.seasonal(days, date(2025, 6, 1)).tolist() == [1, 3, 4]
    winter = [date(2023, 12, 25), date(2024, 1, 10), date(2024, 1, 19), date(2023, 1, 1)]
    assert composites.seasonal(winter, date(2025, 1, 3)).tolist() == [0, 1, 3]
    assert composites.seasonal([date(2023, 3, 1)], date(2024, 2, 29), within_days=0).tolist() == [0]


def test_the_baseline_tells_level_spread_and_dates():
    """The median of the season's dates, 1.4826 times their MAD, and positions among all dates."""
    days = [date(2020, 6, 1), date(2022, 6, 1), date(2023, 6, 5), date(2023, 9, 1), date(2024, 5, 30)]
    values = np.array([9, 1, 2, 8, 4], np.float32)[:, None, None] * np.ones((5, 2, 2), np.float32)
    scenes = _scenes(values, days, names=("red",))
    clear = np.ones((5, 2, 2), bool)
    clear[[1, 2], 0, 0] = False
    made = composites.same_season(scenes, _clear(clear, scenes), on=date(2025, 6, 1))
    assert made["red"].to_numpy().tolist() == [[4, 2], [2, 2]]
    assert made["date_index"].to_numpy().tolist() == [[4, 2], [2, 2]]
    assert made["red_spread"][1, 1] == pytest.approx(1.4826)
    assert np.isnan(made["red_spread"][0, 0])
    assert made["date_index"].dtype == np.int16


def test_what_cannot_be_composed_is_told():
    """No scene, no date of the season, no sensible preference."""
    scenes, clear = _made()
    with pytest.raises(WorkbenchError) as refusal:
        composites.median(scenes.isel(time=slice(0)), clear.isel(time=slice(0)))
    assert refusal.value.code == "composites.too_few"
    with pytest.raises(WorkbenchError) as refusal:
        composites.same_season(scenes, clear, on=date(2025, 12, 1))
    assert refusal.value.code == "composites.no_dates"
    with pytest.raises(ValueError, match="no preference"):
        Preference(cloud_weight=2)
