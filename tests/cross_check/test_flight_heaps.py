"""Heaps of a project's single flight."""

from datetime import date

import geopandas as gpd
import pytest
from shapely.geometry import Point

from cross_check import flight_heaps, flights
from cross_check.files import Project
from cross_check.flights import Brought
from gis import files
from gis.errors import WorkbenchError
from satellite import synthetic_flights
from tests.satellite import flown


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with one flight over three planted heaps, and their outlines in degrees."""
    folder = tmp_path_factory.mktemp("lone")
    made = Project(folder / "p")
    second = flown.flights(folder)[1]
    flights.add(made, "summer", Brought(*second, date(2025, 6, 1)))
    west, north = flown.WHERE.transform @ (0, 0)
    shapes = [
        Point(west + each.east_m, north - each.south_m).buffer(
            (2.2 if each.shape == "bank" else 1) * each.radius_m + 0.5
        )
        for each in flown.HEAPS
    ]
    outlines = gpd.GeoDataFrame(geometry=[*shapes, Point(west - 900, north).buffer(9)], crs=flown.WHERE.crs)
    outlines.to_crs(4490).to_file(folder / "outlines.geojson", driver="GeoJSON")
    return made, folder / "outlines.geojson"


def test_heaps_of_one_flight_are_measured_and_kept(project):
    """Within what they state; the outline beside the model is counted; another model makes the result stale."""
    made, outlines = project
    step = flight_heaps.measure(made, "summer", outlines)
    assert {name: step.figures[name] for name in ("heaps", "pits", "unmeasured")} == {
        "heaps": 2,
        "pits": 1,
        "unmeasured": 1,
    }
    table = flight_heaps.read(made, "summer").sort_values("outline")
    for row, heap in zip(table.itertuples(), flown.HEAPS, strict=True):
        truth = abs(synthetic_flights.planted(flown.WHERE, [heap]).sum()) * flown.WHERE.pixel_m2
        assert abs(row.volume_m3 - truth) < 3 * row.error_m3
    assert flight_heaps.level(made, "summer") == 0.95
    assert not flight_heaps.stale(made, "summer")
    facts = flights.folder_of(made, "summer") / "flight.json"
    known = files.read_json(facts)
    files.write_json(known | {"dsm": known["dsm"] | {"sha256": "0"}}, facts)
    assert flight_heaps.stale(made, "summer")
    files.write_json(known, facts)


def test_what_cannot_be_measured_is_told(project, tmp_path):
    """No surface model, no polygon, no outline on the model; nothing is written then."""
    made, outlines = project
    for name, shape in (("far", Point(120, 40).buffer(0.001)), ("points", Point(120, 40))):
        gpd.GeoDataFrame(geometry=[shape], crs=4490).to_file(tmp_path / f"{name}.geojson", driver="GeoJSON")
    asked = (("none", outlines, "flights.no_dsm"), ("summer", tmp_path / "points.geojson", "imagery.no_polygon"))
    for flight, layer, code in (*asked, ("summer", tmp_path / "far.geojson", "flight_heaps.none")):
        with pytest.raises(WorkbenchError) as refused:
            flight_heaps.measure(made, flight, layer)
        assert refused.value.code == code
    assert flight_heaps.read(made, "winter") is None
