"""Leads: neighbours, regions and zones of planted patches, stable ids, and nothing lost without a reason."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from cross_check import leads
from gis import codes, files, regions, register
from gis.crs import STORAGE, metric_at
from gis.errors import TableFaults
from satellite import patches

METRIC = metric_at(125.1)
EAST, NORTH = 430_000.0, 5_060_000.0


def _patches(*places, classes=None, score=0.5):
    """Squares of 100 m at offsets (metres) from a point in Daqing."""
    squares = [box(EAST + x, NORTH + y, EAST + x + 100, NORTH + y + 100) for x, y in places]
    count = len(places)
    table = {
        "patch_id": [f"P{at}" for at in range(count)],
        "machine_class": classes or ["waste"] * count,
        "score": np.broadcast_to(score, count).astype(float),
        "area_m2": 10_000.0,
        "before_on": pd.Timestamp("2024-06-18"),
        "after_on": pd.Timestamp("2025-06-20"),
        "d_ndvi": -0.4,
        "d_ndwi": 0.1,
        "d_ndbi": 0.2,
    }
    return gpd.GeoDataFrame(table, geometry=squares, crs=METRIC).to_crs(STORAGE)


def _sites(*places):
    stems = [f"91230600MA1XX{at:03d}"[:16] for at in range(len(places))]
    table = {
        "site_id": [f"S{at}" for at in range(len(places))],
        "name": [f"site {at}" for at in range(len(places))],
        "credit_code": codes.complete_credit_codes(pd.Series(stems, dtype="str")),
        "permit_no": pd.Series(None, index=range(len(places)), dtype="str"),
        "industry_code": "2611",
        "permit_category": "key",
        "key_lists": "water",
        "positive_list": False,
        "operating": "running",
        "division_code": "230600",
    }
    points = [Point(EAST + x, NORTH + y) for x, y in places]
    return gpd.GeoDataFrame(table, geometry=points, crs=METRIC).to_crs(STORAGE)


def _zones(*boxes):
    table = {"zone_id": [f"Z{at}" for at in range(len(boxes))], "name": "zone", "kind": "reserve"}
    squares = [box(EAST + w, NORTH + s, EAST + e, NORTH + n) for w, s, e, n in boxes]
    return gpd.GeoDataFrame(table, geometry=squares, crs=METRIC).to_crs(STORAGE)


@pytest.fixture(scope="module")
def areas():
    """The shipped sketch of the prefectures."""
    return files.read_sketch()


def _find(changed, areas, sites=None, zones=None, params=None):
    no_sites = _sites((0, 0)).iloc[:0]
    no_zones = _zones((0, 0, 1, 1)).iloc[:0]
    return leads.find(
        changed, no_sites if sites is None else sites, areas, no_zones if zones is None else zones, params=params
    )


def test_the_nearest_site_is_named_with_its_distance(areas):
    """Distance runs from the patch's edge, in metres."""
    found = _find(_patches((0, 0)), areas, _sites((400, 50), (-250, 50)))
    assert found.leads["site_id"].tolist() == ["S1"]
    assert found.leads["distance_m"].tolist() == pytest.approx([250], abs=1)


def test_a_site_beyond_the_distance_is_no_neighbour(areas):
    """At 600 m nobody is named, unless one asks for farther."""
    sites = _sites((700, 50))
    assert _find(_patches((0, 0)), areas, sites).leads["site_id"].isna().all()
    wide = _find(_patches((0, 0)), areas, sites, params=leads.Params(within_m=1000))
    assert wide.leads["site_id"].tolist() == ["S0"]


def test_two_sites_at_one_place_do_not_double_the_lead(areas):
    """A tie is broken by id; the lead stays one row."""
    assert _find(_patches((0, 0)), areas, _sites((300, 50), (300, 50))).leads["site_id"].tolist() == ["S0"]


def test_zones_touched_are_all_named_and_raise_the_priority(areas):
    """A patch in two zones carries both, and goes before its twin outside."""
    found = _find(_patches((0, 0), (5000, 0)), areas, zones=_zones((-500, -500, 50, 50), (-500, -500, 500, 500)))
    first, second = found.leads.itertuples()
    assert (first.patch_id, first.zone_ids) == ("P0", "Z0;Z1")
    assert pd.isna(second.zone_ids)
    assert first.priority > second.priority


def test_the_division_is_where_the_patch_lies(areas):
    """The responsible division comes from the regions, not from a neighbour's register."""
    assert _find(_patches((0, 0)), areas, _sites((300, 0))).leads["division_code"].tolist() == ["230600"]


def test_unclassified_patches_are_counted_not_lost(areas):
    """They become no lead unless asked for, and their number is told."""
    changed = _patches((0, 0), (900, 0), classes=["waste", "other"])
    found = _find(changed, areas)
    assert len(found.leads) == 1
    assert found.left_out == {"leads.unclassified": 1}
    assert len(_find(changed, areas, params=leads.Params(unclassified=True)).leads) == 2


def test_images_without_classes_give_leads_all_the_same(areas):
    """Where no patch could be classified, all become leads."""
    found = _find(_patches((0, 0), (900, 0), classes=["other", "other"]), areas)
    assert (len(found.leads), found.left_out) == (2, {})


def test_ids_and_order_do_not_depend_on_the_order_of_rows(areas):
    """The same patches give the same leads, whatever the order of the tables."""
    changed, sites = _patches((0, 0), (900, 0), (0, 900)), _sites((300, 0), (1000, 300))
    first = _find(changed, areas, sites).leads
    again = _find(changed[::-1], areas, sites[::-1]).leads
    assert first["lead_id"].tolist() == again["lead_id"].tolist()
    assert first["site_id"].tolist() == again["site_id"].tolist()


def test_priority_grows_with_score_and_stays_within_bounds(areas):
    """Stronger change comes first; no priority leaves 0 to 1."""
    found = _find(_patches((0, 0), (900, 0), (1800, 0), score=[0.1, 0.9, 0.5]), areas)
    assert found.leads["patch_id"].tolist() == ["P1", "P2", "P0"]
    assert found.leads["priority"].between(0, 1).all()


def test_a_new_lead_is_unread(areas):
    """The machine's class stands, no person's does, and the state is new."""
    lead = _find(_patches((0, 0)), areas).leads.iloc[0]
    assert (lead["machine_class"], lead["state"]) == ("waste", "new")
    assert pd.isna(lead["human_class"])


def test_no_patches_give_no_leads(areas):
    """A quiet pair is an empty table in the schema's form."""
    found = _find(_patches((0, 0)).iloc[:0], areas)
    assert found.leads.empty
    assert set(leads.SCHEMA.columns) <= set(found.leads.columns)


def test_a_bad_table_is_refused_with_rows(areas):
    """A patch with a score above 1 stops the step before anything is joined."""
    with pytest.raises(TableFaults) as refusal:
        _find(_patches((0, 0), score=1.5), areas)
    assert refusal.value.faults[["column", "code"]].to_numpy().tolist() == [["score", "table.too_large"]]


def test_the_schemas_agree():
    """Leads carry what patches, register and zones define."""
    assert {"patch_id", "machine_class", "score", "area_m2"} <= set(patches.SCHEMA.columns) & set(leads.SCHEMA.columns)
    assert "site_id" in register.SCHEMA.columns
    assert "zone_id" in regions.ZONES.columns
