"""Several images on one grid."""

import numpy as np
import pytest

from gis.errors import WorkbenchError
from satellite import stacks
from tests.satellite import tifs


def test_strips_with_a_halo_cover_the_image_once(tmp_path, monkeypatch):
    """Inner rows of all strips together are the whole image."""
    monkeypatch.setattr(stacks, "STRIP_ROWS", 7)
    values = np.arange(2 * 20 * 5, dtype=np.uint16).reshape(2, 20, 5) + 1
    paths = [tifs.write(tmp_path / f"{name}.tif", values + at) for at, name in enumerate("ab")]
    with stacks.Stack(paths) as stack:
        assert stack.whole_numbers
        assert stack.names == ("band1", "band2")
        parts = [data[:, :, inner] for _, inner, data in stack.strips(halo=3)]
    whole = np.concatenate(parts, axis=2)
    assert np.array_equal(whole[0], values)
    assert np.array_equal(whole[1], values + 1)


def test_bands_are_picked_by_name(tmp_path):
    """In the wanted order, whatever the sensor calls them; nodata is NaN."""
    values = np.stack([np.full((4, 5), at, np.uint8) for at in (1, 2, 3)])
    values[1, 0, 0] = 0
    path = tifs.write(tmp_path / "a.tif", values, names=("B02", "B03", "B04"), nodata=0)
    with stacks.Stack([path], ("red", "green")) as stack:
        data = stack.read((slice(0, 4), slice(0, 5)))[0]
    assert data[0].tolist() == np.full((4, 5), 3).tolist()
    assert np.isnan(data[1, 0, 0])
    assert np.nansum(data[1]) == 2 * 19


def test_unequal_images_are_refused(tmp_path):
    """A missing file, a missing band, another number of bands, another CRS."""
    good = tifs.write(tmp_path / "a.tif", np.ones((1, 4, 5), np.float32), names=("red",))
    two = tifs.write(tmp_path / "b.tif", np.ones((2, 4, 5), np.float32))
    other = tifs.write(tmp_path / "c.tif", np.ones((1, 4, 5), np.float32), crs="EPSG:32651")
    cases = [
        ("files.missing", [good, tmp_path / "none.tif"], ()),
        ("stack.no_band", [good], ("nir",)),
        ("stack.other_bands", [good, two], ()),
        ("series.other_crs", [good, other], ()),
    ]
    for code, paths, wanted in cases:
        with pytest.raises(WorkbenchError) as refusal:
            stacks.Stack(paths, wanted)
        assert refusal.value.code == code
