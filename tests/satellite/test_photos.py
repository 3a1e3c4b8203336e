"""Photos of a drone."""

from datetime import UTC, datetime

import pytest

from gis.errors import WorkbenchError
from satellite import photos
from tests.satellite import made_scenes


def test_position_height_and_direction(tmp_path):
    """From EXIF and DJI's XMP, the camera's clock on Beijing time."""
    photo = photos.read(made_scenes.photo(tmp_path / "DJI_0001.JPG"))
    assert (photo.lon, photo.lat) == (pytest.approx(126.5342, abs=1e-7), pytest.approx(45.8031, abs=1e-7))
    assert (photo.above_ground_m, photo.yaw, photo.pitch, photo.roll) == (100.03, -63.4, -89.9, 0.0)
    assert photo.altitude_m == 251.52
    assert (photo.focal_mm, photo.focal_35mm, photo.camera) == (12.29, 24.0, "DJI M3E")
    assert photo.taken_at == datetime(2024, 6, 18, 2, 15, 30, tzinfo=UTC)
    assert (photo.width_px, photo.height_px, photo.marks) == (64, 48, ())


def test_south_and_west_are_negative(tmp_path):
    """The letters of EXIF, not a sign, say the side."""
    path = made_scenes.photo(tmp_path / "a.jpg")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"N\x00\x00\x00", b"S\x00\x00\x00", 1))
    assert photos.read(path).lat == pytest.approx(-45.8031, abs=1e-7)


def test_a_photo_without_anything_is_kept_and_marked(tmp_path):
    """Messaging apps strip EXIF and XMP."""
    photo = photos.read(made_scenes.photo(tmp_path / "mmexport.jpg", exif=False, xmp=False))
    assert photo.marks == (photos.NO_POSITION, photos.NO_DIRECTION)
    described = photos.described(photo)
    assert described.footprint is None
    assert described.marks == photo.marks
    only = photos.read(made_scenes.photo(tmp_path / "b.jpg", xmp=False))
    assert only.marks == (photos.NO_DIRECTION,)


def test_a_receiver_without_a_fix_tells_no_position(tmp_path):
    """0, 0 lies in the Gulf of Guinea."""
    photo = photos.read(made_scenes.photo(tmp_path / "a.jpg", lon=0.0, lat=0.0))
    assert photo.lon is None
    assert photos.NO_POSITION in photo.marks


def test_what_is_no_photo_is_told(tmp_path):
    """A missing file and a file of another kind."""
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    for name, code in (("none.jpg", "files.missing"), ("a.jpg", "detect.unreadable")):
        with pytest.raises(WorkbenchError) as refusal:
            photos.read(tmp_path / name)
        assert refusal.value.code == code
