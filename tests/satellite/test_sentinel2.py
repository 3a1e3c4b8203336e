"""Sentinel-2 products from their metadata."""

from datetime import UTC, datetime

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import packages, sentinel2
from tests.satellite import made_scenes

FINE, COARSE = np.full((60, 60), 2000), np.full((30, 30), 3000)


def made(tmp_path, **told):
    safe = made_scenes.sentinel2(tmp_path, {"B04": FINE, "B8A": COARSE, "B11": COARSE}, **told)
    return sentinel2.product(packages.opened(safe))


def test_what_a_product_says_of_itself(tmp_path):
    """Id, day, cloud, sun, outline with longitude first, and the finest file of each band."""
    product = made(tmp_path, scl=np.full((30, 30), 4))
    told = product.description
    assert told.scene_id == "S2B_MSIL2A_20240618T024549_N0510_R132_T52TCR_20240618T052233"
    assert (told.platform, told.level, told.cloud_percent, told.gsd_m) == ("Sentinel-2B", "L2A", 12.5, 10)
    assert told.sensed_at == datetime(2024, 6, 18, 2, 45, 49, 24_000, tzinfo=UTC)
    assert (told.sun.azimuth, told.sun.zenith) == (150.25, 25.5)
    assert told.footprint.bounds == (127.7, 45.0, 129.1, 46.0)
    assert told.facts == {"baseline": "05.10", "orbit": "132", "tile": "52TCR"}
    assert told.bands == ("red", "nir08", "swir16", "scl")
    assert "R10m" in product.rasters[0].address


@pytest.mark.parametrize("level", ["L1C", "L2A"])
def test_the_offset_follows_the_metadata(tmp_path, level):
    """(count - 1000) / 10000 where the product lists offsets, whatever its day; count / 10000 where it lists none."""
    for baseline, offset, expected in (("05.10", -1000, 0.1), ("03.01", None, 0.2), ("05.00", 0, 0.2)):
        raster = made(tmp_path / baseline, level=level, baseline=baseline, offset=offset).rasters[0]
        assert 2000 * raster.scale + raster.offset == pytest.approx(expected)


def test_quantification_is_read_too(tmp_path):
    """A product with another divisor is divided by it."""
    raster = made(tmp_path, quantification=20_000, offset=None).rasters[0]
    assert 2000 * raster.scale == pytest.approx(0.1)


def test_offsets_belong_to_bands(tmp_path):
    """The list counts B8A as the ninth band, after B08."""
    safe = made_scenes.sentinel2(tmp_path, {"B8A": COARSE, "B11": COARSE})
    main = safe / "MTD_MSIL2A.xml"
    main.write_text(main.read_text().replace('band_id="8">-1000', 'band_id="8">-500'))
    rasters = {raster.name: raster for raster in sentinel2.product(packages.opened(safe)).rasters}
    assert rasters["nir08"].offset == pytest.approx(-0.05)
    assert rasters["swir16"].offset == pytest.approx(-0.1)


def test_wanting_metadata_are_told(tmp_path):
    """No time, no divisor, no image, broken XML."""
    for at, (old, new) in enumerate((("START_TIME", "X"), ("BOA_QUANT", "X"), ("</n1:General_Info>", ""))):
        safe = made_scenes.sentinel2(tmp_path / str(at), {"B04": FINE})
        main = safe / "MTD_MSIL2A.xml"
        main.write_text(main.read_text().replace(old, new))
        with pytest.raises(WorkbenchError) as refusal:
            sentinel2.product(packages.opened(safe))
        assert refusal.value.code == "scene.bad_metadata"
    with pytest.raises(WorkbenchError) as refusal:
        sentinel2.product(packages.opened(made_scenes.sentinel2(tmp_path / "none", {})))
    assert refusal.value.code == "scene.bad_metadata"
