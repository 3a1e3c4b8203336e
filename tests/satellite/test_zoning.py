"""Patches in protected zones."""

from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import box

from gis.crs import STORAGE
from gis.errors import WorkbenchError
from satellite import zoning
from tests.satellite.test_merging import patches_of

DAY = date(2024, 8, 1)
INSIDE, ACROSS, OUTSIDE = (0, 0, 100, 100), (450, 0, 550, 100), (900, 0, 1000, 100)


def _zones():
    west, south, east, north = patches_of(((-100, -100, 500, 500), "other", 0.1, DAY)).total_bounds
    shape = box(west, south, east, north)
    table = {"zone_id": ["Z1", "Z2"], "name": ["湿地", "红线"], "kind": ["reserve", "red_line"]}
    return gpd.GeoDataFrame(table, geometry=[shape, shape], crs=STORAGE)


def _found():
    return patches_of(*((place, "clearing", 0.5, DAY) for place in (INSIDE, ACROSS, OUTSIDE))).assign(gates="size")


def test_zones_are_named_with_the_share_inside():
    """Inside, across the border and outside; only the kinds that are asked for count."""
    found = zoning.mark(_found(), _zones())
    assert found["in_zones"].tolist() == ["湿地;红线", "湿地;红线", ""]
    assert found["zone_share"].tolist() == pytest.approx([1, 0.5, 0], abs=0.01)
    assert found["gates"].tolist() == ["size;zone", "size;zone", "size"]
    assert zoning.mark(_found(), _zones(), ["reserve"])["in_zones"].tolist() == ["湿地", "湿地", ""]
    assert zoning.mark(_found(), _zones(), ["water_source"])["in_zones"].tolist() == ["", "", ""]


def test_a_search_in_zones_needs_zones():
    """Without a layer, or without one of the kind, it is refused with the kinds; other searches are not."""
    for zones in (None, _zones()):
        with pytest.raises(WorkbenchError) as refusal:
            zoning.demand(zones, ["water_source"])
        assert (refusal.value.code, refusal.value.params["kinds"]) == ("zoning.no_layer", "water_source")
    zoning.demand(_zones(), ["reserve", "water_source"])
    zoning.demand(None, [])
