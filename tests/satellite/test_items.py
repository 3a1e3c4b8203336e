"""STAC items with their images beside them."""

import json

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import items, packages
from tests.satellite import made_scenes

COUNTS = np.full((32, 32), 2000, np.uint16)
OFFSET = {"red": {"raster:bands": [{"scale": 0.0001, "offset": -0.1, "nodata": 0}]}}


def reflectance(tmp_path, **told):
    product = items.product(packages.opened(made_scenes.item(tmp_path, {"red": COUNTS}, **told)))
    raster = product.rasters[0]
    return 2000 * raster.scale + raster.offset


def test_the_offset_is_applied_once(tmp_path):
    """By the asset's own words, unless the catalogue took it off already; by the baseline where the asset is silent."""
    cases = [
        (OFFSET, {}, 0.1),
        (OFFSET, {"earthsearch:boa_offset_applied": True}, 0.2),
        (OFFSET, {"earthsearch:boa_offset_applied": False}, 0.1),
        ({}, {"s2:processing_baseline": "05.10"}, 0.1),
        ({}, {"s2:processing_baseline": "03.01"}, 0.2),
        ({}, {}, 0.2),
    ]
    for at, (assets, properties, expected) in enumerate(cases):
        found = reflectance(tmp_path / str(at), assets=assets, properties=properties)
        assert found == pytest.approx(expected)


def test_what_an_item_says(tmp_path):
    """Names, sun from its height, cloud, outline; previews are no bands."""
    place = made_scenes.item(tmp_path, {"red": COUNTS, "B08": COUNTS, "scl": COUNTS.astype(np.uint8)})
    product = items.product(packages.opened(place))
    assert product.description.bands == ("red", "nir", "scl")
    assert product.description.sun.zenith == pytest.approx(25.5)
    assert product.description.cloud_percent == 12.5
    assert product.rasters[-1].units == "classes"


def test_landsat_and_radar_items(tmp_path):
    """Landsat's own factors where the asset gives none; radar in power unless the asset says dB."""
    place = made_scenes.item(tmp_path, {"nir08": COUNTS}, collection="landsat-c2-l2", name="LC09_x")
    raster = items.product(packages.opened(place)).rasters[0]
    assert (raster.name, raster.scale, raster.offset) == ("nir", 0.0000275, -0.2)
    for unit, expected in ((None, "linear_power"), ("dB", "dB")):
        told = {"vv": {"raster:bands": [{"unit": unit}]}}
        place = made_scenes.item(
            tmp_path / str(unit), {"vv": COUNTS}, assets=told, collection="sentinel-1-rtc", name="S1A_rtc"
        )
        assert items.product(packages.opened(place)).rasters[0].units == expected


def test_assets_that_are_not_here(tmp_path):
    """Fetched files lie beside the item under their own names; without any it says that they are to be fetched."""
    place = made_scenes.item(tmp_path, {"red": COUNTS})
    file = next(place.glob("*.json"))
    told = json.loads(file.read_text())
    told["assets"]["red"]["href"] = "https://example.org/data/red.tif"
    file.write_text(json.dumps(told))
    assert items.product(packages.opened(place)).description.bands == ("red",)
    (place / "red.tif").unlink()
    with pytest.raises(WorkbenchError) as refusal:
        items.product(packages.opened(place))
    assert refusal.value.code == "scene.not_fetched"


@pytest.mark.parametrize("href", ["../../red.tif", "/etc/red.tif"])
def test_assets_that_climb_out_are_refused(tmp_path, href):
    """An item may not make the program read elsewhere."""
    place = made_scenes.item(tmp_path, {"red": COUNTS})
    file = next(place.glob("*.json"))
    file.write_text(file.read_text().replace("./red.tif", href))
    with pytest.raises(WorkbenchError) as refusal:
        items.product(packages.opened(place))
    assert refusal.value.code == "rows.climbing_entry"
