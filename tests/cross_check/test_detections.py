"""Detections that a project remembers: planted truth over three dates."""

from datetime import date

import numpy as np
import pytest
import rasterio

from cross_check import chain, detections, sensors
from cross_check.files import Project
from gis import files
from satellite.files import PairFiles
from tests.satellite import tifs

DAYS = (date(2024, 6, 1), date(2024, 7, 10), date(2024, 8, 30))


def _image(path, seed, *pits):
    """Write a scene of textured ground with some pits (rows, columns) that are brighter in all bands."""
    rng = np.random.default_rng(1)
    ground = rng.normal(0, 1, (4, 160, 160)).cumsum(axis=1).cumsum(axis=2) * 0.02 + 100
    data = ground + np.random.default_rng(seed).normal(0, 0.3, ground.shape)
    for rows, columns in pits:
        data[:, rows, columns] += np.array([12.0, 8.0, -9.0, 10.0])[:, None, None]
    profile = {"driver": "GTiff", "count": 4, "height": 160, "width": 160, "dtype": "float32", "crs": "EPSG:32651"}
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(path, "w", transform=rasterio.Affine(10, 0, 600_000, 0, -10, 5_060_000), **profile) as sink:
        sink.write(data.astype(np.float32))
        sink.descriptions = ("blue", "green", "red", "nir")
    return path


LASTING, PASSING = (slice(40, 52), slice(40, 52)), (slice(100, 112), slice(100, 112))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Three dates: a lasting pit and one that is gone at the third; detected 1-2, 1-3 and 1-2 once more."""
    made = Project(tmp_path_factory.mktemp("looks"))
    first = _image(made.imagery / "a.tif", 2)
    second = _image(made.imagery / "b.tif", 3, LASTING, PASSING)
    third = _image(made.imagery / "c.tif", 4, LASTING)

    def run(after, days):
        chain.detect(PairFiles(first, after), made.detect, dates=days, project=made)
        return files.read_layer(made.patches)

    early = run(second, DAYS[:2])
    late = run(third, (DAYS[0], DAYS[2]))
    return made, early, late, run(second, DAYS[:2])


def test_a_lasting_change_is_one_patch_with_two_looks(project):
    """The second pair finds the lasting pit under the number that the first gave it, with two looks."""
    _, early, late, _ = project
    assert len(early) == 2
    assert set(early["looks"]) == {1}
    assert late["patch_id"].isin(early["patch_id"]).tolist() == [True]
    assert late["looks"].tolist() == [2]
    assert late["first_on"].dt.date.tolist() == [DAYS[1]]


def test_a_passing_change_is_told_to_be_gone(project):
    """Detected once more, the first pair has the same numbers; the pit that a later image did not show says so."""
    _, early, late, again = project
    assert sorted(again["patch_id"]) == sorted(early["patch_id"])
    lasting = again["patch_id"].isin(late["patch_id"])
    assert again.loc[lasting, ["looks", "missed"]].to_numpy().tolist() == [[2, 0]]
    assert again.loc[~lasting, ["looks", "missed"]].to_numpy().tolist() == [[1, 1]]


def test_the_same_detection_is_remembered_once(project):
    """Three runs of two different pairs are two detections, in the order in which they came first."""
    made = detections.made(project[0])
    assert [each.turn for each in made] == [1, 2]
    assert [each.after_on.date() for each in made] == [DAYS[1], DAYS[2]]


def test_words_and_numbers_go_into_the_package(project):
    """The GeoPackage says what changed in numbers, in Chinese and in English."""
    table = project[1]
    assert table["changed"].str.contains(r"NDVI [+-]0\.\d\d|NDWI").all()
    assert (table["changed_zh"].str.len() > 0).all()
    assert (table["changed_en"].str.len() > 0).all()


def test_radar_is_a_look_of_another_sensor(project):
    """Radar of the last two dates shows the lasting pit: both sensors count each other, the optical number stays."""
    made, _, late, _ = project
    rng = np.random.default_rng(5)
    radar = rng.gamma(8, 1 / 8, (2, 1, 160, 160)).astype(np.float32)
    radar[1][:, *LASTING] *= 10
    placed = {"crs": "EPSG:32651", "corner": (600_000, 5_060_000)}
    paths = [tifs.write(made.folder / f"radar{at}.tif", data, **placed) for at, data in enumerate(radar)]
    out = made.folder / "radar"
    sensors.detect_radar_pair(*paths, out, dates=(DAYS[0], DAYS[2]))
    found = detections.remember(made, out, "radar")
    assert found["looks"].tolist() == [3]
    assert files.read_layer(out / "patches.gpkg")["looks"].tolist() == [3]
    assert not found["patch_id"].isin(late["patch_id"]).any()
    pair = PairFiles(made.imagery / "a.tif", made.imagery / "c.tif")
    chain.detect(pair, made.detect, dates=(DAYS[0], DAYS[2]), project=made)
    again = files.read_layer(made.patches)
    assert again["patch_id"].tolist() == late["patch_id"].tolist()
    assert again[["looks", "missed"]].to_numpy().tolist() == [[3, 0]]
