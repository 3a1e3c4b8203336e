"""Flights: from files on disk to coverage, registration and volumes; what cannot be done is said and loses nothing."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely.geometry import box

from cross_check import flights
from cross_check.files import Project
from cross_check.flights import Brought
from gis import files
from gis.errors import WorkbenchError
from satellite import synthetic_flights
from satellite.heaps import Params
from tests.satellite import flown


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with two flights, the second one moved by 4 m and 3 m, and its photos."""
    folder = tmp_path_factory.mktemp("flights")
    project = Project(folder / "project")
    first, second = flown.flights(folder, moved=(4.0, 3.0))
    flights.add(project, "spring", Brought(*first, date(2025, 4, 20), {"drone": "M3E"}))
    flights.add(project, "summer", Brought(*second, date(2025, 6, 1)))
    flights.take_photos(project, "summer", flown.photos(folder / "photos"))
    return project, folder


def test_images_come_in_as_cogs(made):
    """Pixels are those of the source, its hash and the facts of the flight stand in the record."""
    project, folder = made
    known = flights.facts_of(project, "spring")
    assert known["flown_on"] == "2025-04-20"
    assert known["facts"] == {"drone": "M3E"}
    assert known["dsm"]["sha256"] == files.sha256(folder / "dsm0.tif")
    with rasterio.open(folder / "dsm0.tif") as source, rasterio.open(project.flights / "spring" / "dsm.tif") as cog:
        assert np.array_equal(source.read(), cog.read())
    assert flights.listing(project)["flight"].tolist() == ["summer", "spring"]


def test_photos_are_placed_and_checked(made):
    """Fourteen photos: twelve with a position and one of them twice, one stripped copy that looks like another."""
    project, _ = made
    table = files.read_layer(project.flights / "summer" / "photos.parquet")
    remarks = pd.read_csv(project.flights / "summer" / "remarks.csv")
    assert len(table) == 14
    assert (table["state"] == "placed").sum() == 13
    assert remarks["remark"].value_counts().to_dict() == {
        "no_position": 1,
        "same_file": 1,
        "look_alike": 1,
        "gap": 1,
    }
    assert remarks.loc[remarks["remark"] == "look_alike", "other"].tolist() == ["DJI_0002.JPG"]
    assert remarks.loc[remarks["remark"] == "gap", "seconds"].tolist() == [300.0]


def test_cells_get_their_share(made, tmp_path):
    """A cell under the flight is covered, one beside it is not; the record keeps the total."""
    project, _ = made
    where = flown.WHERE
    west, south, east, north = (541_010, 5_073_500, 541_120, 5_073_590)
    cells = gpd.GeoDataFrame(
        {"cell_id": ["in", "out"]},
        geometry=[box(west, south, east, north), box(west + 900, south, east + 900, north)],
        crs=where.crs,
    )
    cells.to_crs(4490).to_file(tmp_path / "cells.gpkg")
    step = flights.cover(project, "summer", tmp_path / "cells.gpkg")
    assert step.figures["outside"] == 0
    table = files.read_layer(project.flights / "summer" / "coverage.parquet").set_index("cell_id")
    assert table.loc["in", "covered"] > 0.9
    assert table.loc["out", "covered"] == 0
    assert step.figures["covered"] == pytest.approx(
        flights.facts_of(project, "summer")["coverage"]["covered"], abs=1e-3
    )


def test_photos_beside_the_task_are_told(made, tmp_path):
    """Cells far away are touched by no photo: each with a footprint is remarked once, however often that is asked."""
    project, _ = made
    far = gpd.GeoDataFrame({"cell_id": ["far"]}, geometry=[box(545_000, 5_073_500, 545_100, 5_073_590)], crs=4551)
    far.to_crs(4490).to_file(tmp_path / "far.gpkg")
    near = gpd.GeoDataFrame({"cell_id": ["in"]}, geometry=[box(541_010, 5_073_500, 541_120, 5_073_590)], crs=4551)
    near.to_crs(4490).to_file(tmp_path / "near.gpkg")
    for _ in range(2):
        assert flights.cover(project, "summer", tmp_path / "far.gpkg").figures["outside"] == 13
    told = flights.remarks(project.flights / "summer" / "remarks.csv")
    assert (told["remark"] == "outside").sum() == 13
    flights.cover(project, "summer", tmp_path / "near.gpkg")
    assert len(flights.remarks(project.flights / "summer" / "remarks.csv")) == 4


def test_a_flight_is_moved_onto_an_earlier_one(made):
    """The planted 5 m are found to 0.1 m and taken out; measured again nothing is left; pixels stay as flown."""
    project, folder = made
    before = files.sha256(project.flights / "summer" / "ortho.tif")
    step = flights.register(project, "summer", "spring")
    assert step.figures["shift_m"] == pytest.approx(5.0, abs=0.1)
    assert step.figures["residual_m"] < 0.1
    assert flights.facts_of(project, "summer")["moved_m"] == pytest.approx([-4.0, -3.0], abs=0.1)
    assert files.sha256(project.flights / "summer" / "ortho.tif") == before
    with rasterio.open(folder / "ortho0.tif") as one, rasterio.open(step.outputs[0]) as other:
        assert (other.transform.c, other.transform.f) == pytest.approx((one.transform.c, one.transform.f), abs=0.1)
    again = flights.register(project, "summer", "spring")
    assert again.figures["shift_m"] == pytest.approx(step.figures["shift_m"])


def test_volumes_of_flights_that_lie_apart(made):
    """Between flights 5 m apart the planted volumes come back within 3 %, the shift is in the recipe."""
    project, _ = made
    step = flights.measure_volumes(project, ("spring", "summer"))
    table = files.read_layer(flights.volume_folder(project, ("spring", "summer")) / "heaps.parquet")
    truth = [abs(synthetic_flights.planted(flown.WHERE, [heap]).sum()) * flown.WHERE.pixel_m2 for heap in flown.HEAPS]
    assert sorted(table["volume_m3"]) == pytest.approx(sorted(truth), rel=0.03)
    assert step.figures["heaps"] == 2
    assert step.figures["pits"] == 1
    recipe = files.read_json(flights.volume_folder(project, ("spring", "summer")) / "recipe.json")
    assert recipe["flights"] == ["spring", "summer"]
    assert recipe["inputs"][1]["sha256"]
    assert {path.name for path in step.outputs} == {"difference.tif", "heaps.gpkg", "heaps.parquet", "recipe.json"}
    assert flights.volumes(project) == [("spring", "summer")]


def test_stable_ground_may_be_brought(made, tmp_path):
    """With polygons of stable ground only that ground is asked; the recipe names them by hash."""
    project, _ = made
    quiet = gpd.GeoDataFrame(geometry=[box(541_000, 5_073_482, 541_060, 5_073_550)], crs=flown.WHERE.crs)
    quiet.to_crs(4490).to_file(tmp_path / "stable.gpkg")
    flights.measure_volumes(project, ("spring", "summer"), params=Params(0.9), stable=tmp_path / "stable.gpkg")
    recipe = files.read_json(flights.volume_folder(project, ("spring", "summer")) / "recipe.json")
    assert recipe["stable"]["sha256"] == files.sha256(tmp_path / "stable.gpkg")
    assert 0.1 < recipe["ground"]["share"] < 0.5


def test_a_coarse_satellite_image_serves_too(made, tmp_path):
    """An image of ten times the pixel size tells the offset to a fraction of its pixels."""
    project, _ = made
    wide = synthetic_flights.grid(900, 1000)
    fine = flown.picture(wide, seed=3)
    coarse = fine.reshape(3, 180, 5, 200, 5).mean(axis=(2, 4)).round().astype(np.uint8)
    image = flown.write(tmp_path / "s2.tif", coarse, synthetic_flights.grid(180, 200, gsd_m=2.5))
    ortho = flown.write(tmp_path / "wide.tif", fine, wide, moved=(-6.0, 2.0))
    flights.add(project, "wide", Brought(ortho=ortho, flown_on=date(2025, 7, 1)))
    step = flights.register(project, "wide", image)
    assert flights.facts_of(project, "wide")["moved_m"] == pytest.approx([6.0, -2.0], abs=0.4)
    assert step.figures["residual_m"] < 0.4


def test_a_new_image_forgets_the_old_move(made, tmp_path):
    """What was measured on the images before does not hold for new ones."""
    project, _ = made
    grid = synthetic_flights.grid(200, 200)
    one = flown.write(tmp_path / "a.tif", flown.picture(grid), grid)
    flights.add(project, "new", Brought(ortho=one, flown_on=date(2025, 7, 1)))
    known = flights.facts_of(project, "new") | {"moved_m": [1.0, 2.0], "registration": {}}
    files.write_json(known, project.flights / "new" / "flight.json")
    flights.add(project, "new", Brought(ortho=one))
    assert "moved_m" not in flights.facts_of(project, "new")


@pytest.mark.parametrize(
    ("code", "ask"),
    [
        ("flights.bad_id", lambda project, _: flights.add(project, "../x", Brought(ortho=None))),
        ("flights.bad_id", lambda project, _: flights.register(project, "volumes", "spring")),
        ("flights.nothing", lambda project, _: flights.add(project, "x", Brought())),
        ("flights.no_date", lambda project, folder: flights.add(project, "x", Brought(folder / "ortho0.tif"))),
        ("flights.no_photos", lambda project, folder: flights.take_photos(project, "x", folder / "project")),
        ("flights.unread_photos", lambda project, folder: flights.cover(project, "spring", folder / "dsm0.tif")),
        ("flights.no_ortho", lambda project, _: flights.register(project, "nobody", "spring")),
        ("flights.no_dsm", lambda project, _: flights.measure_volumes(project, ("spring", "nobody"))),
        ("flights.reversed", lambda project, _: flights.measure_volumes(project, ("summer", "spring"))),
    ],
)
def test_what_cannot_be_done_is_said(made, code, ask):
    """Each refusal has its sentence, and no flight appears by it."""
    project, folder = made
    known = set(flights.listing(project)["flight"])
    with pytest.raises(WorkbenchError) as refusal:
        ask(project, folder)
    assert refusal.value.code == code
    assert set(flights.listing(project)["flight"]) == known


def test_nothing_in_common_is_not_guessed(made, tmp_path):
    """Two orthomosaics of other ground are refused, not moved."""
    project, _ = made
    grid = synthetic_flights.grid(240, 280)
    other = flown.write(tmp_path / "b.tif", flown.picture(grid, seed=99), grid)
    flights.add(project, "elsewhere", Brought(ortho=other, flown_on=date(2025, 8, 1)))
    with pytest.raises(WorkbenchError) as refusal:
        flights.register(project, "elsewhere", "spring")
    assert refusal.value.code == "flights.unmeasured"
