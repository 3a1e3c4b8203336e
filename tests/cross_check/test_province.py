"""A province by tiles: borders joined, and a real scheduler with two workers against one process."""

from datetime import date, timedelta

import numpy as np
import pytest
import rasterio
from scipy import ndimage
from shapely.geometry import Point, box

from cross_check import comparisons, province
from cross_check.files import Project
from cross_check.province import Order, Pair
from gis import files
from gis.errors import WorkbenchError
from satellite import states, synthetic
from tests.satellite import provinces, tifs

EDGE, TILE = 390, 130


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory):
    """Two mosaics of nine tiles, compared in this process by one thread."""
    folder = tmp_path_factory.mktemp("province")
    before, after, corners = provinces.write(folder, EDGE, TILE)
    step = province.detect(Pair(before, after, tile_px=TILE), folder / "one", order=Order(workers=1))
    return folder, Pair(before, after, tile_px=TILE), corners, step


def test_squares_across_borders_are_one_patch_each(mosaic):
    """Every planted square is met by exactly one patch of about its size, wherever the borders run."""
    folder, _, corners, step = mosaic
    found = files.read_layer(folder / "one" / "patches.parquet").to_crs("EPSG:32652")
    sizes = found.geometry.area.to_numpy()
    bounds = found.geometry.bounds.to_numpy()
    for top, left in corners:
        middle = (400_000 + 10 * (left + provinces.SIDE_PX / 2), 5_100_000 - 10 * (top + provinces.SIDE_PX / 2))
        met = [
            size
            for size, (west, south, east, north) in zip(sizes, bounds, strict=True)
            if west - 20 < middle[0] < east + 20 and south - 20 < middle[1] < north + 20
        ]
        assert len(met) == 1
        assert met[0] == pytest.approx((10 * provinces.SIDE_PX) ** 2, rel=0.35)
    assert step.figures["joined"] >= 2 * (EDGE // TILE - 1)
    assert step.figures["tiles"] == 9


def test_threads_give_the_same_to_the_byte(mosaic):
    """Two threads, another folder: every file but the GeoPackage's note of the time is the same."""
    folder, pair, _, _ = mosaic
    province.detect(pair, folder / "threads", order=Order(workers=2))
    assert provinces.contents(folder / "threads") == provinces.contents(folder / "one")


@pytest.mark.enable_socket
def test_a_killed_worker_changes_nothing(mosaic):
    """A real scheduler, two worker processes; the one that finishes first is killed, the result is byte-identical."""
    folder, pair, _, _ = mosaic
    killed = []

    def tell(finished):
        if not killed:
            killed.append(finished.worker)
            provinces.kill(finished.worker)

    with provinces.cluster(folder) as (address, workers):
        step = province.detect(pair, folder / "cluster", order=Order(scheduler=address, tell=tell))
    assert int(killed[0].rpartition(":")[2]) in workers
    assert step.figures["tiles"] == 9
    assert provinces.contents(folder / "cluster") == provinces.contents(folder / "one")


def test_a_second_run_computes_nothing(mosaic):
    """All nine tiles are taken from the journal."""
    folder, pair, _, _ = mosaic
    before = {path: path.stat().st_mtime_ns for path in (folder / "one" / "tiles").rglob("*.tif")}
    step = province.detect(pair, folder / "one")
    assert step.figures["again"] == 9
    assert {path: path.stat().st_mtime_ns for path in (folder / "one" / "tiles").rglob("*.tif")} == before


def test_series_of_many_tiles(tmp_path):
    """Two tiles are fitted and brought up to date; each keeps a series of its own."""
    rng = np.random.default_rng(4)
    for folder, first, count in (("history", date(2020, 4, 20), 14), ("new", date(2021, 6, 3), 1)):
        (tmp_path / folder).mkdir()
        for key in ("52TCS", "52TDS"):
            for at in range(count):
                day = first + timedelta(12 * at)
                image = (0.7 + 0.02 * rng.normal(size=(1, 40, 40))).astype(np.float32)
                tifs.write(tmp_path / folder / f"{key}_{day:%Y%m%d}.tif", image)
    fitted = province.fit(tmp_path / "history", tmp_path / "series")
    updated = province.update(tmp_path / "new", tmp_path / "series")
    assert (fitted.figures["tiles"], updated.figures["tiles"]) == (2, 2)
    assert len(states.read(tmp_path / "series" / "states" / "52TDS").looks) == 1
    assert (tmp_path / "series" / "updated" / "52TCS" / "states.tif").is_file()


@pytest.fixture
def planted(tmp_path):
    """Two dates of four tiles with a shed across their corner and a pit across a border, as they lie and look."""
    names, ends = synthetic.spectra()
    rng = np.random.default_rng(7)
    green = np.clip(0.5 + 0.15 * ndimage.gaussian_filter(rng.normal(size=(260, 260)), 2) * 7, 0.1, 0.9)
    ground = green * ends["crop"][:, None, None] + (1 - green) * ends["black_soil"][:, None, None]
    looks = {"construction": (118, 118, 0.75 * ends["blue_steel"] + 0.25 * ends["concrete"])}
    looks["excavation"] = (40, 120, ends["subsoil"])

    def write(path, *kinds):
        image = ground * rng.normal(1, 0.02, ground.shape)
        for top, left, look in (looks[kind] for kind in kinds):
            image[:, top : top + 24, left : left + 24] = look[:, None, None] * rng.normal(1, 0.02, (len(names), 24, 24))
        path.parent.mkdir(parents=True, exist_ok=True)
        return tifs.write(path, (image * 1e4).astype(np.uint16), names=names, nodata=0)

    pair = write(tmp_path / "a_20240601.tif"), write(tmp_path / "b_20240610.tif", *looks)
    return Pair(*pair, tile_px=130), looks, write


def test_classed_patches_across_borders_keep_their_class(tmp_path, planted):
    """A shed across the corner of four tiles and a pit across a border are one patch each, of their own class."""
    pair, looks, _ = planted
    province.detect(pair, tmp_path / "out", order=Order(workers=1))
    found = files.read_layer(tmp_path / "out" / "patches.parquet").to_crs("EPSG:32652")
    for kind, (top, left, _) in looks.items():
        middle = Point(400_000 + 10 * (left + 12), 5_100_000 - 10 * (top + 12))
        met = found[found.geometry.buffer(20).contains(middle)]
        assert met["machine_class"].tolist() == [kind]
        assert met.geometry.area.iloc[0] == pytest.approx(240**2, rel=0.35)
        assert met["pixels"].iloc[0] == pytest.approx(met["area_m2"].iloc[0] / 100, rel=0.15)
        assert met.geometry.is_valid.all()


def test_a_province_is_judged_as_a_pair_is(tmp_path, planted):
    """The joined list meets the project: ground seen so before is put apart, looks are counted, zones are named."""
    pair, _, write = planted
    made = Project(tmp_path / "project")
    write(made.imagery / "e_20230605.tif", "excavation")
    first = province.detect(pair, made.folder / "province", project=made, order=Order(workers=1))
    found = files.read_layer(made.folder / "province" / "patches.parquet")
    left_out = files.read_layer(made.folder / "province" / "left-out.gpkg")
    recipe = files.read_json(made.folder / "province" / "recipe.json")
    assert (found["machine_class"].tolist(), set(found["looks"])) == (["construction"], {1})
    assert left_out[["machine_class", "reason"]].to_numpy().tolist() == [["excavation", "seen_before"]]
    assert recipe["suppressed"] == {"other_target": 0, "seen_before": 1, "merged": 0}
    assert first.figures["suppressed"] == 1
    assert comparisons.images_of(recipe) == []
    later = Pair(pair.before, write(tmp_path / "c_20240705.tif", "construction"), tile_px=130)
    province.detect(later, made.folder / "later", project=made, order=Order(workers=1))
    again = files.read_layer(made.folder / "later" / "patches.parquet")
    assert again["patch_id"].tolist() == found["patch_id"].tolist()
    assert again["looks"].tolist() == [2]
    gone = Pair(pair.before, write(tmp_path / "d_20240805.tif"), tile_px=130)
    province.detect(gone, made.folder / "gone", project=made, order=Order(workers=1))
    province.detect(pair, made.folder / "province", project=made, order=Order(workers=1))
    told = files.read_layer(made.folder / "province" / "patches.parquet")
    assert told[["looks", "missed"]].to_numpy().tolist() == [[2, 1]]
    with pytest.raises(WorkbenchError) as refusal:
        province.detect(pair, made.folder / "reserve", preset="reserve", project=made)
    assert refusal.value.code == "zoning.no_layer"


def test_what_no_tile_observed_is_one_layer(tmp_path):
    """A hole of nodata over the corner of four tiles is one outline; once all is seen it is gone."""
    before, after, _ = provinces.write(tmp_path, 2 * TILE, TILE)
    with rasterio.open(after, "r+") as sink:
        whole = sink.read()
        sink.write(np.zeros((whole.shape[0], 40, 60), whole.dtype), window=((110, 150), (100, 160)))
    pair = Pair(before, after, tile_px=TILE)
    province.detect(pair, tmp_path / "out", order=Order(workers=1))
    (outline,) = files.read_layer(tmp_path / "out" / "unseen.gpkg").to_crs("EPSG:32652").geometry
    assert outline.buffer(1).contains(box(401_000, 5_098_500, 401_600, 5_098_900))
    assert outline.area < 760 * 560 * 1.01
    with rasterio.open(after, "r+") as sink:
        sink.write(whole)
    province.detect(pair, tmp_path / "out", order=Order(workers=1))
    assert (
        not files.read_layer(tmp_path / "out" / "unseen.gpkg")
        .to_crs("EPSG:32652")
        .intersects(Point(401_150, 5_098_600))
        .any()
    )
