"""A project's images: the area they are looked for in."""

import geopandas as gpd
import pytest
import shapely

from cross_check import imagery
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError


def test_a_division_is_found_by_code_and_by_name(tmp_path):
    """In the shipped sketch where a project has no outlines yet; the area covers it and stays near it."""
    sketch = files.read_sketch()
    first = sketch.iloc[0]
    by_code = imagery.area(Project(tmp_path), division=first["division_code"])
    assert shapely.equals(by_code, imagery.area(Project(tmp_path), division=first["name_zh"]))
    assert by_code.buffer(1e-9).covers(first.geometry)
    assert first.geometry.buffer(0.02).covers(by_code)
    assert by_code.is_valid


def test_a_projects_own_outlines_go_first(tmp_path):
    """A bureau's layer is the authority."""
    project = Project(tmp_path)
    own = gpd.GeoDataFrame({"division_code": ["230199"]}, geometry=[shapely.box(126, 45, 127, 46)], crs="EPSG:4490")
    files.write_table(own, project.counties)
    found = imagery.area(project, division="230199")
    assert found.bounds == pytest.approx((126, 45, 127, 46), abs=0.01)


def test_a_county_is_found_in_the_sketch(tmp_path):
    """Where the prefectures do not have the name."""
    county = files.read_county_sketch().iloc[5]
    assert imagery.area(Project(tmp_path), division=county["division_code"]).intersects(county.geometry)


def test_an_unknown_division_is_told(tmp_path):
    """By the name that was typed."""
    with pytest.raises(WorkbenchError) as refused:
        imagery.area(Project(tmp_path), division="Atlantis")
    assert refused.value.params == {"name": "Atlantis"}


def test_a_layer_gives_its_polygons(tmp_path):
    """In any system; points and lines beside them do not count, and alone they are no area."""
    shapes = [shapely.box(300_000, 5_000_000, 310_000, 5_010_000), shapely.Point(0, 0)]
    layer = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:32652")
    layer.to_file(tmp_path / "a.geojson", driver="GeoJSON")
    found = imagery.area(Project(tmp_path), file=tmp_path / "a.geojson")
    assert found.intersects(layer.to_crs("EPSG:4490").geometry.iloc[0].centroid)
    layer.iloc[1:].to_file(tmp_path / "b.geojson", driver="GeoJSON")
    with pytest.raises(WorkbenchError) as refused:
        imagery.area(Project(tmp_path), file=tmp_path / "b.geojson")
    assert refused.value.code == "imagery.no_polygon"
