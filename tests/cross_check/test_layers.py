"""The bureau's own layers on disk: they take the place of the sketch, or nothing changes."""

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box

from cross_check import chain, layers
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
    assert len(chain.regions_of(project)) == 13
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
