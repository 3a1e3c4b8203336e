"""Gaofen and Ziyuan."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import gaofen, packages
from tests.satellite import made_scenes

COUNTS = np.full((4, 40, 50), 400)


def made(tmp_path, **told):
    return gaofen.product(packages.opened(made_scenes.gaofen(tmp_path, COUNTS, **told)))


def test_what_a_product_says_of_itself(tmp_path):
    """From the XML beside the image, in a folder and in the archive it is delivered in."""
    place = made_scenes.gaofen(tmp_path, COUNTS)
    for path in (place, made_scenes.tarred(place, gzipped=True)):
        told = gaofen.product(packages.opened(path)).description
        assert told.scene_id == "GF1_WFV3_E126.5_N45.8_20180601_L1A0003229034"
        assert (told.platform, told.sensor, told.gsd_m, told.cloud_percent) == ("GF1", "gaofen1-wfv", 16, 3)
        assert told.bands == ("blue", "green", "red", "nir")
        assert told.footprint.bounds == (126.49, 45.79, 126.51, 45.81)


@pytest.mark.parametrize("center", ["2018-06-01 10:45:12", "2018-06-01 02:45:12"])
def test_beijing_time_and_utc_are_told_apart_by_daylight(tmp_path, center):
    """No product says which clock it follows, but none is taken at night."""
    assert made(tmp_path, center=center).description.sensed_at == datetime(2018, 6, 1, 2, 45, 12, tzinfo=UTC)


def test_reflectance_follows_the_published_coefficients(tmp_path):
    """2018, WFV3, green: gain 0.1728; pi L d^2 / (E cos z) with the sun at 27.5 degrees, written out by hand."""
    green = made(tmp_path).rasters[1]
    distance = 1 - 0.01672 * math.cos(math.radians(0.9856 * (152 - 4)))
    expected = math.pi * (0.1728 * 400) * distance**2 / (1854.10 * math.cos(math.radians(27.5)))
    assert 400 * green.scale + green.offset == pytest.approx(expected, rel=1e-6)
    assert distance == pytest.approx(1.0140, abs=2e-4)


def test_a_products_own_coefficients_win(tmp_path):
    """AbsCeof of newer products, and no mark."""
    product = made(tmp_path, own="0.1,0.2,0.3,0.4")
    first, second = product.rasters[:2]
    assert second.scale / first.scale == pytest.approx(2 * 1944.68 / 1854.10)
    assert product.description.marks == ()


def test_other_years_and_unknown_cameras_are_marked(tmp_path):
    """The nearest year's coefficients are said to be so; without any the pixels stay counts."""
    later = made(tmp_path, stem="GF1_WFV3_E126.5_N45.8_20230601_L1A0003229034", center="2023-06-01 10:45:12")
    assert later.description.marks == ("scene.gains_of_another_year",)
    stem = "GF1B_PMS_E126.5_N45.8_20230601_L1A0003229034"
    raw = made(tmp_path, stem=stem, center="2023-06-01 10:45:12")
    assert raw.description.marks == ("scene.uncalibrated",)
    assert (raw.rasters[0].scale, raw.rasters[0].units) == (1.0, "counts")


def test_ziyuan_is_read_the_same_way(tmp_path):
    """Published gains of 2013 for the first satellite."""
    product = made(tmp_path, stem="ZY3_MUX_E126.5_N45.8_20130601_L1A0001151234", center="2013-06-01 10:50:00")
    assert product.description.sensor == "ziyuan3-mux"
    assert product.rasters[0].scale / product.rasters[1].scale == pytest.approx(0.2551 / 0.2353 * 1854.10 / 1944.68)


def test_rational_polynomials_come_from_the_rpb(tmp_path):
    """Scales, offsets and four lists of twenty; a broken one is told, a missing one means a map grid."""
    place = made_scenes.gaofen(tmp_path, COUNTS)
    rpc = gaofen.product(packages.opened(place)).rasters[0].rpc
    assert (rpc.lat_off, rpc.long_off, rpc.height_off, rpc.line_scale) == (45.8, 126.5, 150.0, 20.0)
    assert rpc.line_num_coeff[2] == -1.0
    assert len(rpc.samp_den_coeff) == 20
    file = next(place.glob("*.rpb"))
    file.write_text(file.read_text().replace("latScale", "x"))
    with pytest.raises(WorkbenchError) as refusal:
        gaofen.product(packages.opened(place))
    assert refusal.value.code == "scene.bad_metadata"
    file.unlink()
    assert gaofen.product(packages.opened(place)).rasters[0].rpc is None


def test_the_panchromatic_image_is_left_aside(tmp_path):
    """A PMS product has two images; bands come from the multispectral one."""
    stem = "GF2_PMS1_E126.5_N45.8_20180601_L1A0003229034"
    place = made_scenes.gaofen(tmp_path, COUNTS, stem=stem)
    for ending in ("tiff", "xml", "rpb"):
        (place / f"{stem}.{ending}").rename(place / f"{stem}-MSS1.{ending}")
    (place / f"{stem}-PAN1.tiff").write_bytes(b"")
    rasters = gaofen.product(packages.opened(place)).rasters
    assert len(rasters) == 4
    assert all("MSS1" in raster.address for raster in rasters)
