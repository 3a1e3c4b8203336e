"""Images on no map grid."""

import numpy as np
import pytest
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC
from rasterio.transform import RPCTransformer

from satellite import packages, placing
from satellite.gaofen import product
from satellite.products import Gains
from tests.satellite import made_scenes


@pytest.fixture
def rpc(tmp_path):
    """Return the polynomials of a made product, bent a little so that every term counts."""
    plain = product(packages.opened(made_scenes.gaofen(tmp_path, np.ones((4, 60, 80))))).rasters[0].rpc
    rng = np.random.default_rng(4)
    lists = ("line_num_coeff", "line_den_coeff", "samp_num_coeff", "samp_den_coeff")
    bent = {name: list(np.array(getattr(plain, name)) + rng.normal(0, 1e-3, 20)) for name in lists}
    kept = [f"{part}_{what}" for part in ("height", "lat", "line", "long", "samp") for what in ("off", "scale")]
    return RPC(**{name: getattr(plain, name) for name in kept}, **bent)


@pytest.mark.parametrize("height_m", [0.0, 150.0, 420.0])
def test_polynomials_agree_with_gdal(rpc, height_m):
    """To a hundredth of a pixel over the image and beyond, at any height."""
    rng = np.random.default_rng(1)
    lon, lat = 126.5 + rng.uniform(-0.011, 0.011, 50), 45.8 + rng.uniform(-0.011, 0.011, 50)
    with RPCTransformer(rpc) as gdal:
        rows, columns = gdal.rowcol(lon, lat, zs=np.full(50, height_m), op=float)
    found = placing.rpc_pixels(rpc, lon, lat, height_m)
    # GDAL counts from the corner of the first pixel, these count from its centre.
    assert np.allclose(found[0], np.array(rows) - 0.5, atol=0.01)
    assert np.allclose(found[1], np.array(columns) - 0.5, atol=0.01)


def test_height_moves_the_image(rpc):
    """Two hundred metres above the mean height are a tenth of half the image here, as planted."""
    low, high = (
        placing.rpc_pixels(rpc, np.array([126.5]), np.array([45.8]), height)[0][0] for height in (150.0, 350.0)
    )
    assert high - low == pytest.approx(0.05 * 2 * 30, rel=0.1)


def test_ties_are_met_and_smooth_between():
    """Exactly at the points, to a twentieth of a pixel between them on a curved image, nowhere outside."""
    place = lambda row, column: (128 + 1e-4 * column + 2e-9 * row**2, 46 - 1e-4 * row + 1e-9 * column**2)  # noqa: E731
    points = [
        GroundControlPoint(row, column, *place(row, column))
        for row in range(0, 401, 50)
        for column in range(0, 401, 50)
    ]
    ties = placing.Ties(points)
    rng = np.random.default_rng(2)
    rows, columns = rng.uniform(60, 340, 80), rng.uniform(60, 340, 80)
    found = ties.pixels(*place(rows, columns))
    assert np.allclose(found[0] + 0.5, rows, atol=0.05)
    assert np.allclose(found[1] + 0.5, columns, atol=0.05)
    assert np.isnan(ties.pixels(np.array([127.0]), np.array([46.0]))[0]).all()
    with pytest.raises(ValueError, match="3 tie points"):
        placing.Ties(points[:3])


def test_gains_are_interpolated_both_ways_and_held_beyond():
    """Halfway between two lines and two columns is the mean of the four; one line alone holds everywhere."""
    gains = Gains((0, 10), ((0, 20), (0, 20)), ((100.0, 200.0), (300.0, 400.0)))
    assert placing.gains_at(gains, np.array([5.0, -3.0, 40.0]), np.array([10.0, 0.0, 50.0])).tolist() == [250, 100, 400]
    assert placing.gains_at(Gains((0,), ((0, 20),), ((1.0, 2.0),)), np.array([99.0]), np.array([10.0])).tolist() == [
        1.5
    ]


def test_values_are_taken_between_pixels():
    """Bilinear within, the nearest where asked, unknown outside and where half of the weight is unknown."""
    values = np.array([[1.0, 3.0], [5.0, np.nan]], np.float32)
    rows, columns = np.array([0.0, 0.5, -0.6, 0.4, 0.9]), np.array([0.5, 0.0, 0.0, 0.4, 0.9])
    found = placing.taken(values, rows, columns)
    assert found[:2].tolist() == [2.0, 3.0]
    assert np.isnan(found[[2, 4]]).all()
    assert np.isfinite(found[3])
    assert placing.taken(values, np.array([0.4]), np.array([0.6]), nearest=True).tolist() == [3.0]
    assert np.isnan(placing.taken(np.empty((0, 0), np.float32), rows, columns)).all()
