"""Radar and networks over a province: borders, and two worker processes against one thread."""

from datetime import date

import numpy as np
import pytest
from scipy import ndimage
from shapely.geometry import Point

from cross_check import chain, detections, province, sensors
from cross_check.files import Project
from cross_check.province import Order, Pair
from gis import files
from satellite import files as images
from satellite.files import PairFiles
from tests.satellite import networks_made, provinces, tifs

EDGE, TILE = 260, 130
CORNERS = ((118, 118), (40, 120), (190, 60))
"""Squares of 24 pixels: across the corner of four tiles, across a border, inside a tile."""


@pytest.fixture(scope="module")
def radars(tmp_path_factory):
    """Two mosaics of speckle with three squares ten times as bright on the second date."""
    folder = tmp_path_factory.mktemp("radar")
    rng = np.random.default_rng(5)
    ground = np.exp(ndimage.gaussian_filter(rng.normal(size=(1, EDGE, EDGE)), (0, 6, 6)) * 3)
    paths = []
    for name in ("before_20210601.tif", "after_20210801.tif"):
        image = ground * rng.gamma(4, 1 / 4, ground.shape)
        for top, left in CORNERS if name.startswith("after") else ():
            image[:, top : top + 24, left : left + 24] *= 10
        paths.append(tifs.write(folder / name, image.astype(np.float32), names=("vv",)))
    return folder, Pair(paths[0], paths[1], tile_px=TILE)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A network by lot with its description, and two mosaics of three bands."""
    folder = tmp_path_factory.mktemp("network")
    networks_made.siamese(folder / "net.onnx", bands=3)
    (folder / "net.toml").write_text(
        'model = "net.onnx"\ninputs = ["before", "after"]\noutput = "probability"\nscale = 1.0\n'
        "tile_px = 64\noverlap_px = 16\nthreshold = 0.6\nsmallest_m2 = 4000\n"
    )
    rng = np.random.default_rng(6)
    first = ndimage.gaussian_filter(rng.normal(size=(3, EDGE, EDGE)), (0, 2, 2)).astype(np.float32)
    second = first + 0.02 * rng.normal(size=first.shape).astype(np.float32)
    for top, left in CORNERS:
        second[:, top : top + 24, left : left + 24] += 4
    paths = [
        tifs.write(folder / name, image.astype(np.float32), names=("blue", "green", "red"))
        for name, image in (("before_20210601.tif", first), ("after_20210801.tif", second))
    ]
    return folder, Pair(paths[0], paths[1], tile_px=TILE)


def _met(found, corner):
    placed = found.to_crs("EPSG:32652")
    top, left = corner
    middle = Point(400_000 + 10 * (left + 12), 5_100_000 - 10 * (top + 12))
    return placed[placed.geometry.buffer(30).contains(middle)]


@pytest.mark.parametrize("kind", ["radar", "network"])
def test_squares_across_borders_are_one_patch(kind, request):
    """Each square is met by one patch of about its size, also across the corner of four tiles."""
    folder, pair = request.getfixturevalue("radars" if kind == "radar" else "network")
    step = _run(kind, folder, pair, "one", Order(workers=1))
    assert step.figures["tiles"] == 4
    found = files.read_layer(folder / "one" / "patches.parquet")
    for corner in CORNERS:
        met = _met(found, corner)
        assert len(met) == 1
        assert met.geometry.area.iloc[0] == pytest.approx(240**2, rel=0.35)


@pytest.mark.enable_socket
@pytest.mark.parametrize("kind", ["radar", "network"])
def test_two_processes_give_the_same_to_the_byte(kind, request):
    """Two threads, then two workers of a real scheduler: all files but the GeoPackage are the same."""
    folder, pair = request.getfixturevalue("radars" if kind == "radar" else "network")
    _run(kind, folder, pair, "one", Order(workers=1))
    _run(kind, folder, pair, "threads", Order(workers=2))
    assert provinces.contents(folder / "threads") == provinces.contents(folder / "one")
    with provinces.cluster(folder) as (address, _):
        _run(kind, folder, pair, "cluster", Order(scheduler=address))
    assert provinces.contents(folder / "cluster") == provinces.contents(folder / "one")


def test_the_rasters_are_those_of_the_whole(radars):
    """The tile's score is the whole image's, up to the tile's own no-change law: the same pixels lie highest."""
    folder, pair = radars
    _run("radar", folder, pair, "one", Order(workers=1))
    sensors.detect_radar_pair(pair.before, pair.after, folder / "whole")
    whole, _ = images.read_change(folder / "whole" / "change.tif")
    tile, _ = images.read_change(folder / "one" / "tiles" / "r001c001" / "change.tif")
    assert tile.shape == (TILE, TILE)
    assert (tile == whole[TILE:, TILE:]).mean() > 0.97


@pytest.mark.parametrize("kind", ["radar", "network"])
def test_a_province_counts_as_a_look(kind, request, tmp_path):
    """Two squares are seen by an optical pair too: two looks there, none lent to the third, and none for a re-run."""
    folder, pair = request.getfixturevalue("radars" if kind == "radar" else "network")
    made, days = Project(tmp_path), (date(2021, 6, 5), date(2021, 8, 3))
    optical = _optical(made.imagery, CORNERS[:2])
    chain.detect(optical, made.detect, dates=days, project=made)
    out = made.folder / f"province-{kind}"
    for _ in range(2):
        step = _run(kind, folder, pair, out, Order(workers=1), project=made)
        found = files.read_layer(out / "patches.parquet")
        assert [_met(found, corner)["looks"].iloc[0] for corner in CORNERS] == [2, 2, 1]
        assert step.figures["seen_again"] == 2
        assert [each.sensor for each in detections.made(made)] == ["optical", kind]
    chain.detect(optical, made.detect, dates=days, project=made)
    again = files.read_layer(made.patches)
    assert [_met(again, corner)["looks"].iloc[0] for corner in CORNERS[:2]] == [2, 2]
    assert _met(again, CORNERS[2]).empty
    assert not set(found["patch_id"]) & set(again["patch_id"])


def _optical(folder, corners):
    """Write two dates of textured ground on the same grid, some squares brighter on the second."""
    rng = np.random.default_rng(1)
    ground = rng.normal(0, 1, (4, EDGE, EDGE)).cumsum(axis=1).cumsum(axis=2) * 0.02 + 100
    before, after = (ground + rng.normal(0, 0.3, ground.shape) for _ in range(2))
    for top, left in corners:
        after[:, top : top + 24, left : left + 24] += np.array([12.0, 8.0, -9.0, 10.0])[:, None, None]
    folder.mkdir(parents=True)
    names = ("blue", "green", "red", "nir")
    paths = [
        tifs.write(folder / f"{name}.tif", image.astype(np.float32), names=names)
        for name, image in (("before", before), ("after", after))
    ]
    return PairFiles(*paths)


def _run(kind, folder, pair, name, order, project=None):
    if kind == "radar":
        return province.detect_radar(pair, folder / name, project=project, order=order)
    return province.detect_network(folder / "net.toml", pair, folder / name, project=project, order=order)
