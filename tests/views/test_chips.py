"""Two dates are stretched alike: what did not change looks the same."""

import io

import numpy as np
import pytest
import rioxarray  # noqa: F401
import xarray as xr
from PIL import Image

from views import chips


def window(values):
    """Return bands on a small Web Mercator grid."""
    height, width = values.shape[1:]
    grid = {"y": 5_700_000 - 10.0 * np.arange(height), "x": 13_900_000 + 10.0 * np.arange(width)}
    return xr.DataArray(values.astype("float32"), dims=("band", "y", "x"), coords=grid).rio.write_crs(3857)


def pixels(png):
    """Return a PNG as an array (y, x, RGBA)."""
    return np.asarray(Image.open(io.BytesIO(png)))


def test_unchanged_pixels_look_the_same_on_both_dates():
    """A bright heap on the later date does not darken the fields around it on that date alone."""
    rng = np.random.default_rng(1)
    before = rng.uniform(0.05, 0.3, (3, 20, 20))
    after = before.copy()
    after[:, 5:9, 5:9] = 0.9
    ends = chips.limits(window(before), window(after))
    first, last = (pixels(chips.png(window(each), ends)) for each in (before, after))
    changed = np.zeros((20, 20), dtype=bool)
    changed[5:9, 5:9] = True
    assert (first[~changed] == last[~changed]).all()
    assert (first[changed] != last[changed]).any()


def test_limits_are_the_percentiles_of_both_dates():
    """2 and 98 per cent of the pooled values, band by band."""
    before, after = np.full((1, 10, 10), 0.0), np.linspace(0, 1, 100).reshape(1, 10, 10)
    low, high = chips.limits(window(before), window(after))
    pooled = np.concatenate([before.ravel(), after.ravel()])
    assert low[0] == pytest.approx(np.percentile(pooled, 2), abs=1e-6)
    assert high[0] == pytest.approx(np.percentile(pooled, 98), abs=1e-6)


def test_together_keeps_the_balance_of_colours():
    """With one pair of limits a grey pixel stays grey."""
    values = np.stack([np.linspace(0, 1, 100).reshape(10, 10) * scale for scale in (1.0, 0.5, 0.2)])
    values[:, 0, 0] = 0.15
    picture = pixels(chips.png(window(values), chips.limits(window(values), window(values), together=True)))
    assert len(set(picture[0, 0, :3])) == 1


def test_unseen_pixels_are_transparent_and_alone_give_no_error():
    """NaN in any band is transparent; a window of NaN alone is a transparent picture."""
    values = np.full((3, 4, 4), 0.5)
    values[1, 0, 0] = np.nan
    picture = pixels(chips.png(window(values), chips.limits(window(values), window(values))))
    assert picture[0, 0, 3] == 0
    assert picture[1, 1, 3] == 255
    nothing = window(np.full((3, 4, 4), np.nan))
    assert not pixels(chips.png(nothing, chips.limits(nothing, nothing))).any()


def test_dates_of_other_bands_are_refused():
    """Three bands cannot be compared with one."""
    with pytest.raises(ValueError, match="same bands"):
        chips.limits(window(np.zeros((3, 2, 2))), window(np.zeros((1, 2, 2))))


def test_bounds_are_the_outer_edges_in_degrees():
    """The picture lies where its pixels' edges are."""
    (south, west), (north, east) = chips.bounds(window(np.zeros((3, 10, 20))))
    assert south < north
    assert east - west == pytest.approx(200 / 6_378_137 * 57.29578, rel=1e-3)
