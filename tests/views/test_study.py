"""A hotspot study: what is counted, how it is judged, and that its evidence is complete."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from gis.crs import STORAGE
from gis.errors import WorkbenchError
from views import study
from views.study import Asked

REGIONS = gpd.GeoDataFrame({"division_code": ["230600"]}, geometry=[box(124, 45, 125.4, 46.4)], crs=STORAGE)
NONE = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=STORAGE)
ASKED = Asked("complaint", "square_5", "2024-01-01", "2024-12-31")


@pytest.fixture(scope="module")
def events():
    """Return 150 scattered complaints and 40 about one place, half of each in 2023."""
    rng = np.random.default_rng(5)
    lon = np.concatenate([rng.uniform(124.05, 125.35, 150), 124.7 + rng.normal(0, 0.02, 40)])
    lat = np.concatenate([rng.uniform(45.05, 46.35, 150), 45.7 + rng.normal(0, 0.015, 40)])
    days = pd.to_datetime([f"{2023 + number % 2}-05-{1 + number % 28:02d}" for number in range(190)])
    columns = {"signal_id": [f"C{number}" for number in range(190)], "kind": "complaint", "seen_on": days}
    signals = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE)
    return study.events_of({"signals": signals, "leads": NONE}, "complaint")


def counted(asked, events):
    """Return the events laid into cells."""
    return study.count(asked, events, study.tiles_of(asked.cells, REGIONS), NONE)


def test_only_the_kind_and_period_asked_for_count(events):
    """Half of the events lie in the year; none is a fire point."""
    found = counted(ASKED, events)
    assert len(found.events) == 95
    assert set(found.events["seen_on"].dt.year) == {2024}
    assert study.events_of({"signals": NONE, "leads": NONE}, "fire_point").empty


@pytest.mark.parametrize("cells", ["square_5", "square_10", "hexagon_6"])
@pytest.mark.parametrize("statistic", ["gi", "moran"])
def test_the_planted_place_is_found_by_every_way(events, cells, statistic):
    """Whatever cells and statistic, a hot cell lies at the planted place."""
    asked = Asked("complaint", cells, "2023-01-01", "2024-12-31", statistic=statistic)
    found = counted(asked, events)
    table = study.judge(asked, found)
    hot = table[table["bin"] > 0]
    assert hot.geometry.union_all().buffer(0.05).contains(Point(124.7, 45.7))
    assert int(table["count"].sum()) == int((found.places >= 0).sum()) > 180


@pytest.mark.parametrize(("cells", "windows"), [("square_5", "near"), ("square_5", "both"), ("hexagon_6", "wide")])
def test_evidence_is_every_record_of_the_window(events, cells, windows):
    """Records and neighbours' counts both add up to the window that was judged; the nearest stands first."""
    asked = Asked("complaint", cells, "2023-01-01", "2024-12-31", windows=windows)
    found = counted(asked, events)
    table = study.judge(asked, found)
    for place in (0, 7, 40):
        cell = table.iloc[[place]]
        seen = study.evidence(found, cell)
        assert len(seen.records) == cell["window_count"].iloc[0] == seen.members["count"].sum()
        assert seen.members["cell_id"].iloc[0] == cell["cell_id"].iloc[0]
        assert seen.records["distance_m"].is_monotonic_increasing


def test_cells_of_a_file_have_the_evidence_of_those_that_touch(events):
    """Of squares whose making is unknown the nine that touch speak, as the window of 3 x 3 does."""
    asked = Asked("complaint", "square_5", "2023-01-01", "2024-12-31", windows="near")
    found = counted(asked, events)
    table = study.judge(asked, found)
    cell = table.iloc[[0]]
    known, guessed = study.evidence(found, cell), study.nearby(table, found.events, cell)
    assert set(guessed.members["cell_id"]) == set(known.members["cell_id"])
    assert set(guessed.records["event_id"]) == set(known.records["event_id"])


def test_regions_serve_as_cells_and_leads_as_events():
    """A lead stands at a point inside it and counts in the region that holds it."""
    shapes = [box(124.5, 45.5, 124.6, 45.6), box(124.7, 45.5, 124.8, 45.6)]
    columns = {"lead_id": ["L0", "L1"], "after_on": pd.Timestamp("2025-06-20")}
    leads = gpd.GeoDataFrame(columns, geometry=shapes, crs=STORAGE)
    events = study.events_of({"signals": NONE, "leads": leads}, "lead")
    asked = Asked("lead", "region", "2025-06-01", "2025-06-30")
    assert set(events.geometry.geom_type) == {"Point"}
    assert counted(asked, events).counts.tolist() == [2]


def test_nothing_to_count_is_refused(events):
    """A period without events and an exposure without enterprises are refused by name."""
    with pytest.raises(WorkbenchError) as empty:
        counted(Asked("complaint", "square_5", "1999-01-01", "1999-12-31"), events)
    with pytest.raises(WorkbenchError) as bare:
        counted(Asked("complaint", "square_5", "2023-01-01", "2024-12-31", exposure="enterprises"), events)
    assert (empty.value.code, bare.value.code) == ("hotspots_page.no_events", "hotspots_page.no_exposure")


def test_a_file_that_does_not_tell_has_no_warnings():
    """Few cases are marked where the table says so, and nowhere else."""
    assert study.few(pd.DataFrame({"bin": [0, 3]})).tolist() == [False, False]
    assert study.few(pd.DataFrame({"few": [True, None]})).tolist() == [True, False]


def test_recipe_of_a_file_is_what_would_be_asked_here(events):
    """The command's recipe names the same study; other cells or an exposure have no counterpart."""
    signals = events.rename(columns={"event_id": "signal_id"}).assign(kind="complaint")
    layers = {"signals": signals, "leads": NONE}
    recipe = {
        "kind": "complaint",
        "cell_m": 3000.0,
        "radii": [1.5, 3.0],
        "statistic": "gi",
        "tail": "hot",
        "method": "bh",
    }
    asked = study.asked_by(recipe | {"between": ["2024-01-01", "2024-06-30"]}, layers)
    assert asked == Asked("complaint", "square_3", "2024-01-01", "2024-06-30")
    assert study.asked_by(recipe, layers).first == "2023-05-01"
    assert study.asked_by(recipe | {"cell_m": 3456.0}, layers) is None
    assert study.asked_by(recipe | {"exposure": "area"}, layers) is None
