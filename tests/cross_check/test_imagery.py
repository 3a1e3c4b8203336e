"""A project's images: the area they are looked for in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from cross_check import imagery
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from tests.satellite import made_scenes


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


NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def tif(path, value=1.0):
    """Write a small GeoTIFF over Harbin."""
    path.parent.mkdir(parents=True, exist_ok=True)
    transform = rasterio.Affine(10, 0, 300_000, 0, -10, 5_000_000)
    profile = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "float32", "crs": "EPSG:32652"}
    with rasterio.open(path, "w", **profile, transform=transform) as file:
        file.write(np.full((1, 8, 8), value, dtype="float32"))
    return path


def test_an_image_on_disk_is_listed_by_content(tmp_path):
    """With footprint, day and sensor; the same bytes elsewhere are the same image, at its newer place."""
    project = Project(tmp_path / "project")
    path = tif(tmp_path / "shot.tif")
    step = imagery.add(project, path, at=NOW, seen_on=date(2026, 5, 10))
    assert dict(step.figures) == {"fresh": 1, "known": 0, "passed": 0}
    row = imagery.listing(project).iloc[0]
    assert (row["scene_id"], row["seen_on"].date(), row["origin"]) == ("shot", date(2026, 5, 10), "disk")
    assert row["content"] == files.sha256(path)
    assert row["geometry"].area > 0
    moved = project.folder / "images" / "b.tif"
    moved.parent.mkdir(parents=True)
    path.rename(moved)
    again = imagery.add(project, moved, at=NOW, seen_on=date(2026, 5, 10))
    assert dict(again.figures)["known"] == 1
    assert imagery.listing(project)["path"].tolist() == ["images/b.tif"]


def test_a_folder_of_images_is_listed_at_once(tmp_path):
    """What is no image is counted and passed over."""
    project = Project(tmp_path / "project")
    for value in (1, 2):
        tif(tmp_path / "in" / f"{value}.tif", value)
    (tmp_path / "in" / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "in" / ".hidden").write_text("x", encoding="utf-8")
    told = []
    step = imagery.add(
        project, tmp_path / "in", at=NOW, seen_on=date(2026, 5, 10), progress=lambda *each: told.append(each)
    )
    assert dict(step.figures) == {"fresh": 2, "known": 0, "passed": 1}
    assert told[0] == (0, 3, "imagery.adding")


def test_an_image_without_a_day_is_refused_and_the_list_stays(tmp_path):
    """Of two, one without: neither is listed, and the sentence says what to do."""
    project = Project(tmp_path / "project")
    tif(tmp_path / "in" / "scene_20260510.tif")
    tif(tmp_path / "in" / "undated.tif", 2.0)
    with pytest.raises(WorkbenchError) as refused:
        imagery.add(project, tmp_path / "in", at=NOW)
    assert refused.value.code == "imagery.no_date"
    assert not project.scenes.exists()


def test_a_photo_belongs_to_a_flight(tmp_path):
    """Alone it is refused with the command that takes photos; beside images it is passed over."""
    project, folder = Project(tmp_path / "project"), tmp_path / "delivery"
    for day in (10, 12):
        tif(folder / f"scene_202605{day}.tif", float(day))
    photo = made_scenes.photo(folder / "DJI_0001.JPG")
    with pytest.raises(WorkbenchError, match="hdq drone photos") as refused:
        imagery.add(project, photo, at=NOW)
    assert refused.value.code == "imagery.photo"
    assert dict(imagery.add(project, folder, at=NOW).figures) == {"fresh": 2, "known": 0, "passed": 1}


def test_an_unknown_thing_is_told(tmp_path):
    """A text is no image; a folder of texts gives an empty addition."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "notes.txt"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(WorkbenchError):
        imagery.add(Project(tmp_path / "p"), path, at=NOW)
    assert dict(imagery.add(Project(tmp_path / "p"), path.parent, at=NOW).figures)["passed"] == 1


def test_a_folders_content_is_its_names_and_bytes(tmp_path):
    """Notes under hidden names do not count; a renamed file does."""
    tif(tmp_path / "a" / "1.tif")
    before = imagery.content_of(tmp_path / "a")
    (tmp_path / "a" / ".1.tif.json").write_text("{}", encoding="utf-8")
    assert imagery.content_of(tmp_path / "a") == before
    (tmp_path / "a" / "1.tif").rename(tmp_path / "a" / "2.tif")
    assert imagery.content_of(tmp_path / "a")[0] != before[0]


def test_two_who_list_at_once_lose_nothing(tmp_path):
    """Eight threads add an image each; all eight are listed."""
    project = Project(tmp_path / "project")
    paths = [tif(tmp_path / f"{value}.tif", value) for value in range(8)]

    def add(path):
        return imagery.add(project, path, at=NOW, seen_on=date(2026, 5, 10)).figures["fresh"]

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, paths)) == 8
    assert len(imagery.listing(project)) == 8


def test_images_are_named_by_path_or_id(tmp_path):
    """An id of the list gives its place; a file of that name goes first; of two, the one added last."""
    project = Project(tmp_path / "project")
    for number, value in enumerate((1.0, 2.0)):
        path = tif(tmp_path / str(number) / "S2A_T52TCQ_20260510.tif", value)
        imagery.add(project, path, at=NOW.replace(hour=4 + number))
    assert imagery.located(project, ["S2A_T52TCQ_20260510"]) == (path,)
    assert imagery.located(project, [str(path), path.stem]) == (path, path)
    path.unlink()
    with pytest.raises(WorkbenchError) as refused:
        imagery.located(project, [path.stem])
    assert refused.value.code == "scene_ids.gone"


def test_an_unknown_id_is_told_with_the_nearest(tmp_path):
    """One mistyped letter names the id that was meant; nonsense and an empty list are told as such."""
    project = Project(tmp_path / "project")
    said = []
    for name in ("S2A_T52TCQ_20260511", "t52tcq", "zzz"):
        with pytest.raises(WorkbenchError) as refused:
            imagery.located(project, [name])
        assert refused.value.code == "scene_ids.none"
    imagery.add(project, tif(tmp_path / "S2A_T52TCQ_20260510.tif"), at=NOW)
    for name in ("S2A_T52TCQ_20260511", "t52tcq", "zzz"):
        with pytest.raises(WorkbenchError) as refused:
            imagery.located(project, [name])
        said.append((refused.value.code, refused.value.params.get("near")))
    near = ("scene_ids.near", "S2A_T52TCQ_20260510")
    assert said == [near, near, ("scene_ids.unlike", None)]
