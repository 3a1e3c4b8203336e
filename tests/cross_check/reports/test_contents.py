"""What may be shown: never an excluded lead, in public no lead, route or visit."""

from dataclasses import fields, replace

import numpy as np
import pytest
from pyproj import CRS

from cross_check.reports.contents import Contents, area_of, checked
from gis.errors import TableFaults
from gis.pictures import Picture


def test_excluded_leads_are_left_out_and_the_human_class_wins(contents, brief):
    """Six leads, one excluded, one reclassified by a person."""
    leads = checked(contents, brief).leads
    assert leads["lead_id"].tolist() == ["L0", "L1", "L2", "L3", "L4"]
    assert leads["shown_class"].tolist()[:2] == ["excavation", "construction"]


def test_a_public_brief_shows_no_leads_and_no_visits(contents, brief):
    """Leads are unconfirmed, visits unannounced; the register and the hotspots stay."""
    shown = checked(contents, replace(brief, classification="public"))
    there = {field.name for field in fields(Contents) if getattr(shown, field.name) is not None}
    assert there == {"regions", "zones", "hotspots", "enterprises"}


def test_a_table_that_breaks_its_schema_is_refused(contents, brief):
    """A score above one is a fault of the leads."""
    with pytest.raises(TableFaults, match="leads"):
        checked(replace(contents, leads=contents.leads.assign(score=1.5)), brief)


def test_an_area_is_where_its_picture_lies():
    """The corners of a picture in Gauss-Krueger lie within the area's degrees."""
    bbox = (541_000.0, 5_070_000.0, 545_000.0, 5_074_000.0)
    area = area_of("某区", Picture(np.zeros((4, 4, 3), np.uint8), bbox, CRS.from_epsg(4551)))
    west, south, east, north = area.bbox
    assert (west, east) == pytest.approx((126.53, 126.58), abs=0.01)
    assert (south, north) == pytest.approx((45.77, 45.80), abs=0.01)
