"""Images on disk: grids, masks, damaged files, and what is written is what is read."""

from datetime import date

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from gis.errors import WorkbenchError
from satellite import files, synthetic
from satellite.files import PairFiles
from satellite.patches import Grid

NORTH_UP = Affine(10, 0, 600_000, 0, -10, 5_060_000)


def _write(path, data, *, transform=NORTH_UP, crs="EPSG:32651", nodata=None, names=None, tags=None):
    profile = {"driver": "GTiff", "count": len(data), "height": data.shape[1], "width": data.shape[2]}
    profile |= {"dtype": data.dtype.name, "crs": crs, "transform": transform, "nodata": nodata}
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(data)
        for at, name in enumerate(names or (), start=1):
            sink.set_band_description(at, name)
        sink.update_tags(**(tags or {}))
    return path


def _ramp(bands=3, rows=40, columns=50):
    return np.arange(bands * rows * columns, dtype=np.float32).reshape(bands, rows, columns)


def _refusal(before, after, *clear):
    with pytest.raises(WorkbenchError) as refusal, files.open_pair(PairFiles(before, after, clear)) as pair:
        pair.read(slice(None))
    return refusal.value


def test_one_grid_is_read_as_it_stands(tmp_path):
    """Two files of one grid come back pixel by pixel."""
    data = _ramp()
    paths = [_write(tmp_path / name, data) for name in ("a.tif", "b.tif")]
    with files.open_pair(PairFiles(*paths)) as pair:
        before, after = pair.read(slice(5, 9), slice(10, 20))
    assert np.array_equal(before, data[:, 5:9, 10:20])
    assert np.array_equal(after, before)


def test_the_common_part_of_offset_images_is_compared(tmp_path):
    """The second image starts 7 pixels east and 4 south: the common part lines up on the ground."""
    data = _ramp()
    moved = NORTH_UP @ Affine.translation(7, 4)
    before = _write(tmp_path / "a.tif", data)
    after = _write(tmp_path / "b.tif", data[:, 4:, 7:], transform=moved)
    with files.open_pair(PairFiles(before, after)) as pair:
        assert (pair.grid.rows, pair.grid.columns) == (36, 43)
        first, second = pair.read(slice(None))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("upturned", [(False, True), (True, False), (True, True)])
def test_images_that_run_north_are_compared_too(tmp_path, upturned):
    """Whichever of both has its first row in the south, and the second covers less: the same ground is read."""
    data = _ramp() + 1
    paths = []
    for name, turned, (top, left) in zip("ab", upturned, ((0, 0), (4, 7)), strict=True):
        part, transform = data[:, top:, left:], NORTH_UP @ Affine.translation(left, top)
        if turned:
            part, transform = part[:, ::-1], transform @ Affine(1, 0, 0, 0, -1, part.shape[1])
        paths.append(_write(tmp_path / f"{name}.tif", np.ascontiguousarray(part), transform=transform))
    with files.open_pair(PairFiles(*paths)) as pair:
        assert (pair.grid.rows, pair.grid.columns) == (36, 43)
        first, second = pair.read(slice(None))
    assert np.array_equal(first, data[:, 4:, 7:][:, :: -1 if upturned[0] else 1])
    assert np.array_equal(first, second)


def test_another_resolution_is_brought_to_the_first_grid(tmp_path):
    """A 20 m image is resampled onto the 10 m grid: a smooth ramp keeps its values."""
    columns = np.broadcast_to(np.arange(50, dtype=np.float32), (3, 40, 50)).copy()
    coarse = columns.reshape(3, 20, 2, 25, 2).mean(axis=(2, 4))
    before = _write(tmp_path / "a.tif", columns)
    after = _write(tmp_path / "b.tif", coarse, transform=NORTH_UP @ Affine.scale(2))
    with files.open_pair(PairFiles(before, after)) as pair:
        first, second = pair.read(slice(None))
    assert second[:, 5:-5, 5:-5] == pytest.approx(first[:, 5:-5, 5:-5], abs=0.1)


def test_a_shift_is_taken_back(tmp_path):
    """An image whose content lies 2 px east and 1 px south reads as if it did not."""
    data = _ramp()
    moved = np.roll(data, (1, 2), axis=(1, 2))
    before, after = _write(tmp_path / "a.tif", data), _write(tmp_path / "b.tif", moved)
    with files.open_pair(PairFiles(before, after)) as pair:
        first, second = pair.shifted(2.0, 1.0).read(slice(None))
    assert second[:, 3:-3, 3:-3] == pytest.approx(first[:, 3:-3, 3:-3])


def test_strips_cover_the_image_once(tmp_path):
    """Strips of whole rows tile the image, the last one shorter."""
    data = _ramp()
    paths = [_write(tmp_path / name, data) for name in ("a.tif", "b.tif")]
    with files.open_pair(PairFiles(*paths)) as pair:
        strips = [(first, counts.before) for first, counts in pair.ahead(rows=16)]
    assert [(first, first + before.shape[1]) for first, before in strips] == [(0, 16), (16, 32), (32, 40)]
    assert np.array_equal(np.concatenate([before for _, before in strips], axis=1), data)


def test_nodata_and_masks_become_nan(tmp_path):
    """Nodata by band, and every mask, hide pixels of both dates."""
    data = (_ramp() + 1).astype(np.uint16)
    data[1, 3, 4] = 0
    mask = np.ones((1, 40, 50), np.uint8)
    mask[0, 20, 20] = 0
    before, after = (_write(tmp_path / name, data, nodata=0) for name in ("a.tif", "b.tif"))
    clear = _write(tmp_path / "clear.tif", mask)
    with files.open_pair(PairFiles(before, after, (clear,))) as pair:
        first, second = pair.read(slice(None))
    assert np.isnan(first[1, 3, 4])
    assert np.isnan(second[:, 20, 20]).all()
    assert np.isnan(first).sum() == 4


def test_a_mask_that_covers_less_hides_the_rest(tmp_path):
    """Where a mask has no pixel nothing is known to be clear."""
    before, after = (_write(tmp_path / name, _ramp()) for name in ("a.tif", "b.tif"))
    clear = _write(tmp_path / "clear.tif", np.ones((1, 40, 25), np.uint8))
    with files.open_pair(PairFiles(before, after, (clear,))) as pair:
        first, _ = pair.read(slice(None))
    assert np.isnan(first[:, :, 25:]).all()
    assert np.isfinite(first[:, :, :25]).all()


def test_every_bad_pair_has_its_sentence(tmp_path):
    """Each fault of a pair is refused by its own code."""
    good = _write(tmp_path / "good.tif", _ramp())
    cut = tmp_path / "cut.tif"
    cut.write_bytes(good.read_bytes()[:2000])
    text = tmp_path / "text.tif"
    text.write_text("no image")
    bad = {
        "detect.no_crs": _write(tmp_path / "nocrs.tif", _ramp(), crs=None),
        "detect.other_crs": _write(tmp_path / "other.tif", _ramp(), crs="EPSG:32652"),
        "detect.few_bands": _write(tmp_path / "one.tif", _ramp(bands=1)),
        "detect.no_overlap": _write(tmp_path / "far.tif", _ramp(), transform=NORTH_UP @ Affine.translation(900, 0)),
        "detect.rotated": _write(tmp_path / "turned.tif", _ramp(), transform=NORTH_UP @ Affine.rotation(10)),
        "files.missing": tmp_path / "missing.tif",
    }
    assert {code: _refusal(good, path).code for code, path in bad.items()} == {code: code for code in bad}
    assert [_refusal(good, path).code for path in (cut, text)] == ["detect.unreadable"] * 2
    assert _refusal(good, good, cut).code == "detect.unreadable"


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        ("x.tif", {"ACQUISITION_DATE": "2024-06-18"}, date(2024, 6, 18)),
        ("x.tif", {"TIFFTAG_DATETIME": "2019:01:14 10:11:12"}, date(2019, 1, 14)),
        ("S2A_20250620T023541.tif", {}, date(2025, 6, 20)),
        ("2024-02-30.tif", {}, None),
        ("plot1234567890.tif", {}, None),
    ],
)
def test_the_date_of_an_image(tmp_path, name, tags, expected):
    """Tags speak before the name, and a day that does not exist is none."""
    assert files.seen_on(_write(tmp_path / name, _ramp(), tags=tags)) == expected


def test_a_raster_written_is_read(tmp_path):
    """A change map survives its way through a Cloud Optimized GeoTIFF."""
    grid = Grid(CRS.from_epsg(32651), NORTH_UP, 40, 50)
    change = np.random.default_rng(1).choice([0, 1, 255], (40, 50)).astype(np.uint8)
    files.write_raster(change, grid, tmp_path / "change.tif", nodata=255, tags={"A": "b"})
    read, where = files.read_change(tmp_path / "change.tif")
    assert np.array_equal(read, change)
    assert (where.transform, where.rows, where.columns) == (grid.transform, 40, 50)
    assert [path.name for path in tmp_path.iterdir()] == ["change.tif"]


def test_a_scene_written_is_read(tmp_path):
    """A synthetic scene keeps its bands, date and reflectance to the fourth digit."""
    scene = synthetic.scene(synthetic.make_world(1, size_px=200), 0)
    path = tmp_path / "scene.tif"
    files.write_scene(scene, path)
    with rasterio.open(path) as source:
        assert source.descriptions == tuple(scene.data_vars)
        assert source.read(1) / 1e4 == pytest.approx(scene["blue"].to_numpy(), abs=6e-5)
        assert source.tags()["SYNTHETIC"].startswith("YES")
        assert source.bounds.left == pytest.approx(float(scene["x"][0]) - 5)
    assert files.seen_on(path) == synthetic.DATES[0]


def test_a_picture_is_rgb_and_small(tmp_path):
    """The picture of an image has three bands of bytes and at most the asked size."""
    path = _write(tmp_path / "a.tif", _ramp(rows=100, columns=300), names=["B04", "B03", "B02"])
    picture = files.read_picture(path, most_px=60)
    assert picture.pixels.shape == (20, 60, 3)
    assert picture.pixels.dtype == np.uint8
    assert picture.bbox == (600_000, 5_059_000, 603_000, 5_060_000)


def test_scale_and_offset_give_physical_values(tmp_path):
    """Counts with a declared scale and offset read as reflectance, straight or warped."""
    data = (_ramp() + 1000).astype(np.uint16)
    path = _write(tmp_path / "a.tif", data)
    with rasterio.open(path, "r+") as image:
        image.scales, image.offsets = (1e-4,) * 3, (-0.1,) * 3
    with files.open_pair(PairFiles(path, path)) as pair:
        for one in (pair, pair.shifted(0.0, 0.0)):
            assert one.read(slice(None))[1] == pytest.approx(_ramp() * 1e-4, abs=1e-5)
        shifted = pair.shifted(1.0, 0.0).read(slice(None))[1]
    assert shifted[:, 5:-5, 5:-5] == pytest.approx(_ramp()[:, 5:-5, 6:-4] * 1e-4, abs=1e-4)


def test_transparency_is_no_band(tmp_path):
    """An RGBA image pairs by its three colours, and what is transparent is not observed; warped too."""
    data = np.concatenate([_ramp() % 200 + 1, np.full((1, 40, 50), 255)]).astype(np.uint8)
    data[3, :, :5] = 0
    profile = {"driver": "GTiff", "count": 4, "height": 40, "width": 50, "dtype": "uint8", "crs": "EPSG:32651"}
    with rasterio.open(tmp_path / "a.tif", "w", transform=NORTH_UP, photometric="rgb", alpha="yes", **profile) as sink:
        sink.write(data)
    with files.open_pair(PairFiles(tmp_path / "a.tif", tmp_path / "a.tif")) as pair:
        assert len(pair.names) == 3
        before, after = pair.shifted(0.4, 0.0).read(slice(None))
    assert np.isnan(before[:, :, :5]).all()
    assert np.isfinite(before[:, :, 5:]).all()
    assert np.isnan(after[:, :, :3]).all()


def test_an_empty_border_is_not_observed(tmp_path):
    """Zeros in all bands are the border of a delivery where nobody declared a nodata value."""
    data = (_ramp() + 1).astype(np.uint16)
    data[:, :, :8] = 0
    data[0, 20, 20] = 0
    path = _write(tmp_path / "a.tif", data)
    with files.open_pair(PairFiles(path, path)) as pair:
        before, _ = pair.read(slice(None))
    assert np.isnan(before[:, :, :8]).all()
    assert np.isfinite(before[:, :, 8:]).all()


def test_a_part_of_a_pair_is_the_window_of_the_whole(tmp_path):
    """Pixels and place of a part are those of the window it was cut from, in every thread."""
    before = _write(tmp_path / "before.tif", _ramp(), nodata=-1)
    after = _write(tmp_path / "after.tif", _ramp() + 7, nodata=-1)
    with files.open_pair(PairFiles(before, after)) as pair:
        part = pair.part((8, 30), (12, 41))
        wanted = pair.read(slice(8, 30), slice(12, 41))
        for found, right in zip(part.read(slice(None)), wanted, strict=True):
            np.testing.assert_array_equal(found, right)
        ahead = np.concatenate([counts.after for _, counts in part.ahead(rows=5)], axis=1)
        np.testing.assert_array_equal(ahead, wanted[1])
        assert part.grid.transform == pair.grid.transform @ Affine.translation(12, 8)


@pytest.mark.parametrize("rows", [3, 7, 8, 38, 60])
def test_strips_come_with_the_rows_of_their_neighbours(tmp_path, rows):
    """A halo holds what lies above and below a strip, and beyond the scene what is not observed."""
    paths = [_write(tmp_path / f"{name}.tif", _ramp(), nodata=-1) for name in ("before", "after")]
    halo = 3
    with files.open_pair(PairFiles(*paths)) as pair:
        whole = np.pad(pair.counts(slice(None)).before, ((0, 0), (halo, halo), (0, 0)), constant_values=-1)
        tops = []
        for top, counts in pair.ahead(rows=rows, halo=halo):
            tops.append(top)
            own = min(rows, pair.grid.rows - top)
            np.testing.assert_array_equal(counts.before, whole[:, top : top + own + 2 * halo])
        assert tops == list(range(0, pair.grid.rows, rows))
