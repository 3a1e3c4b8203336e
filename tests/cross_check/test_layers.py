"""The bureau's own layers on disk: they take the place of the sketch, or nothing changes."""

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from cross_check import areas, layers
from cross_check.files import Project
from gis import files
from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path / "project")


def written(path, **columns):
    """A layer as GeoPackage."""
    geometry = columns.pop("geometry")
    gpd.GeoDataFrame(columns, geometry=geometry, crs=STORAGE).to_file(path, driver="GPKG")
    return path


def test_own_prefectures_take_the_place_of_the_sketch(tmp_path, project):
    """All that reads regions reads them; a layer with a fault changes nothing."""
    sketch = files.read_sketch()
    own = sketch.geometry.simplify(0)
    good = written(tmp_path / "a.gpkg", 区划代码=sketch["division_code"], geometry=own)
    step, notes = layers.import_divisions(good, project, "prefecture")
    assert step.figures["count"] == 13
    assert notes.empty
    assert len(areas.regions_of(project)) == 13
    before = project.regions.read_bytes()
    bad = written(tmp_path / "b.gpkg", 区划代码=sketch["division_code"].replace("230100", "110000"), geometry=own)
    with pytest.raises(TableFaults):
        layers.import_divisions(bad, project, "prefecture")
    assert project.regions.read_bytes() == before


def test_counties_and_rivers_have_files_of_their_own(tmp_path, project):
    """The prefectures stay the sketch."""
    county = written(tmp_path / "c.gpkg", code=["230102"], geometry=[box(126, 45, 127, 46)])
    _, notes = layers.import_divisions(county, project, "county")
    assert notes["code"].tolist() == ["regions.missing"]
    river = written(tmp_path / "r.gpkg", name=["松花江"], geometry=[LineString([(126, 45), (127, 46)])])
    layers.import_layer(river, project, "river")
    assert files.read_layer(project.counties)["division_code"].tolist() == ["230102"]
    assert files.read_layer(project.layers / "river.parquet")["name"].tolist() == ["松花江"]
    assert not project.regions.exists()


def test_zones_of_one_kind_replace_their_own_kind_only(tmp_path, project):
    """Reserves come, water sources come, reserves come again: two kinds, the newest of each."""
    for kind, name in (("reserve", "甲"), ("water_source", "乙"), ("reserve", "丙")):
        layers.import_layer(
            written(tmp_path / f"{name}.gpkg", name=[name], geometry=[box(126, 45, 127, 46)]), project, kind
        )
    zones = files.read_layer(project.zones).set_index("kind")["name"]
    assert zones.to_dict() == {"water_source": "乙", "reserve": "丙"}


def test_a_table_is_no_layer(tmp_path, project):
    """And a faulty feature refuses the whole file."""
    (tmp_path / "t.csv").write_text("名称\n甲\n", encoding="utf-8")
    with pytest.raises(WorkbenchError):
        layers.import_layer(tmp_path / "t.csv", project, "park")
    line = written(tmp_path / "l.gpkg", name=["甲"], geometry=[LineString([(126, 45), (127, 46)])])
    with pytest.raises(TableFaults):
        layers.import_layer(line, project, "park")
    assert not project.folder.exists()


@pytest.fixture
def asked(project):
    """A reserve and a river; a site in the one, a site 1,112 m south of the other; a lead half in the reserve."""
    sites = gpd.GeoDataFrame(
        {"site_id": ["S1", "S2"]}, geometry=[Point(126.05, 45.05), Point(126.5, 45.4)], crs=STORAGE
    )
    lead = gpd.GeoDataFrame({"lead_id": ["L1"]}, geometry=[box(126.09, 45.0, 126.11, 45.01)], crs=STORAGE)
    zone = {"zone_id": ["Z"], "name": ["湿地"], "kind": ["reserve"]}
    river = {"feature_id": ["R"], "name": ["河"], "kind": ["river"]}
    for columns, shape, path in (
        (zone, box(126.0, 45.0, 126.1, 45.1), project.zones),
        (river, LineString([(126.4, 45.41), (126.6, 45.41)]), project.layers / "river.parquet"),
    ):
        files.write_table(gpd.GeoDataFrame(columns, geometry=[shape], crs=STORAGE), path)
    files.write_table(sites, project.enterprises)
    files.write_table(lead, project.leads)
    return project


def test_overlap_tells_what_lies_in_what_and_how_far(asked):
    """One site of two; half of the lead."""
    inside = layers.overlaps(asked, "sites", "reserve")
    assert inside[["id", "other", "name"]].to_numpy().tolist() == [["S1", "Z", "湿地"]]
    half = layers.overlaps(asked, "leads", "reserve")
    assert half["id"].tolist() == ["L1"]
    assert half["share"].iloc[0] == pytest.approx(0.5, abs=0.001)


def test_the_nearest_feature_is_told_with_its_distance(asked):
    """Only within the distance asked for."""
    found = layers.nearest(asked, "sites", "river", 2000)
    assert found[["id", "name"]].to_numpy().tolist() == [["S2", "河"]]
    assert found["distance_m"].iloc[0] == pytest.approx(1112, abs=15)
    assert layers.nearest(asked, "sites", "river", 500).empty


def test_divisions_can_be_asked_too_and_a_layer_that_is_missing_is_named(asked):
    """The sketch where the bureau has none of its own; the other site lies beyond the province."""
    assert layers.overlaps(asked, "sites", "prefecture")["id"].tolist() == ["S2"]
    with pytest.raises(WorkbenchError) as caught:
        layers.overlaps(asked, "sites", "park")
    assert caught.value.code == "files.missing"
