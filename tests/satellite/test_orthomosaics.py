"""Orthomosaics: COGs without loss, moves without resampling, two images on one grid."""

import numpy as np
import pytest
import rasterio

from gis.errors import WorkbenchError
from satellite import orthomosaics, registration, synthetic_flights
from satellite.orthomosaics import Image
from tests.satellite import flown

WHERE = synthetic_flights.grid(300, 340)


def test_a_cog_keeps_every_pixel(tmp_path):
    """Values, nodata and system stay; the move shifts the corner alone; the tags say so."""
    heights = np.random.default_rng(1).normal(140, 3, (1, 300, 340)).astype(np.float32)
    heights[0, :9] = -9999
    path = flown.write(tmp_path / "a.tif", heights, WHERE, nodata=-9999.0)
    grid = orthomosaics.to_cog(Image(path, (2.5, -1.0)), tmp_path / "out" / "b.tif", {"FLIGHT": "x"})
    with rasterio.open(tmp_path / "out" / "b.tif") as made:
        assert np.array_equal(made.read(), heights)
        assert made.nodata == -9999
        assert made.tags()["FLIGHT"] == "x"
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (made.transform.c, made.transform.f) == (541_002.5, 5_073_599.0)
        assert made.transform == grid.transform
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["b.tif"]


def test_a_damaged_image_writes_nothing(tmp_path):
    """Half a file is refused by its name, and no COG appears."""
    path = flown.write(tmp_path / "a.tif", flown.picture(WHERE), WHERE)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WorkbenchError):
        orthomosaics.to_cog(Image(path), tmp_path / "b.tif", {})
    assert not (tmp_path / "b.tif").exists()


def test_two_pixel_sizes_meet_on_the_coarser_grid(tmp_path):
    """A fine image is averaged onto a coarse one; where it lies is kept to a fraction of a pixel."""
    fine = flown.picture(WHERE)
    coarse_grid = synthetic_flights.grid(75, 85, gsd_m=2.0)
    coarse = fine.reshape(3, 75, 4, 85, 4).mean(axis=(2, 4)).round().astype(np.uint8)
    one = flown.write(tmp_path / "coarse.tif", coarse, coarse_grid)
    other = flown.write(tmp_path / "fine.tif", fine, WHERE, moved=(3.0, 1.0))
    before, after, grid = orthomosaics.pair(Image(one), Image(other))
    assert grid.transform.a == pytest.approx(2.0)
    assert before.shape == after.shape
    shift = registration.of_arrays(before, after)
    assert (2 * shift.east_px, 2 * shift.south_px) == (pytest.approx(3, abs=0.3), pytest.approx(-1, abs=0.3))
    back = registration.of_arrays(*orthomosaics.pair(Image(one), Image(other, (-3.0, -1.0)))[:2])
    assert back.length_px < 0.1


def test_other_systems_and_degrees_are_brought_together(tmp_path):
    """An image in longitude and latitude lies on one in metres; the grid is made coarser when asked."""
    path = flown.write(tmp_path / "a.tif", flown.picture(WHERE), WHERE)
    with rasterio.open(path) as source:
        from rasterio.vrt import WarpedVRT

        with WarpedVRT(source, crs="EPSG:4490", add_alpha=True) as warped:
            profile = warped.profile | {"driver": "GTiff"}
            with rasterio.open(tmp_path / "degrees.tif", "w", **profile) as sink:
                sink.write(warped.read())
                sink.colorinterp = warped.colorinterp
    before, after, grid = orthomosaics.pair(Image(tmp_path / "degrees.tif"), Image(path), most_px=20_000)
    assert grid.crs.to_epsg() == 4551
    assert before.size <= 20_200
    assert registration.of_arrays(before, after).length_px < 0.2
    assert np.isnan(before).any() or np.isfinite(before).all()


def test_images_apart_are_told(tmp_path):
    """Without a common pixel there is nothing to compare."""
    one = flown.write(tmp_path / "a.tif", flown.picture(WHERE), WHERE)
    other = flown.write(tmp_path / "b.tif", flown.picture(WHERE), WHERE, moved=(5000.0, 0.0))
    with pytest.raises(WorkbenchError, match="do not overlap"):
        orthomosaics.pair(Image(one), Image(other))


def test_polygons_become_pixels():
    """A polygon in the grid's system covers its pixels, none covers nothing."""
    from shapely.geometry import box

    west, north = WHERE.transform @ (10, 20)
    inside = orthomosaics.mask_of(WHERE, [box(west, north - 5, west + 10, north)])
    assert inside.sum() == 200
    assert inside[20:30, 10:30].all()
    assert not orthomosaics.mask_of(WHERE, []).any()
