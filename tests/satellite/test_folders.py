"""A folder searched like a catalogue."""

import json
from datetime import date

import pytest

from gis.errors import WorkbenchError
from satellite import folders
from satellite.catalog import Search
from satellite.providers import Provider, provider
from satellite.questions import Question, for_ids, in_box
from tests.satellite import stacs

HARBIN = in_box(126.0, 45.5, 127.0, 46.0)
MAY = (date(2026, 5, 1), date(2026, 5, 31))


@pytest.fixture
def archive(tmp_path):
    """A folder with two items in a list, one alone in a deeper folder, and other things."""
    many = {"type": "FeatureCollection", "features": [stacs.item("a"), stacs.item("b", cloud=50)]}
    deeper = tmp_path / "2026" / "五月"
    deeper.mkdir(parents=True)
    (tmp_path / "many.json").write_text(json.dumps(many), encoding="utf-8")
    own = stacs.item("c", red="./图像/red.tif", far="https://example.cn/nir.tif")
    (deeper / "c.json").write_text(json.dumps(own), encoding="utf-8")
    (tmp_path / "broken.json").write_text('{"type": "Feature"', encoding="utf-8")
    (tmp_path / "half.json").write_text('{"type": "Feature", "stac_version": "1.0.0", "id": "x"}', encoding="utf-8")
    (tmp_path / "settings.json").write_text("[1, 2]", encoding="utf-8")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    return tmp_path


def search(folder, **question):
    """Search a folder for Harbin in May, or otherwise."""
    asked = {"area": HARBIN, "between": MAY, "collection": "sentinel-2-l2a"} | question
    return [item.scene_id for item in Search(provider(str(folder), {}), Question(**asked))]


def test_items_are_found_wherever_they_lie(archive):
    """In lists and alone, and nothing else counts as an item."""
    assert search(archive) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"max_cloud": 20.0}, ["c", "a"]),
        ({"area": in_box(130, 45, 131, 46)}, []),
        ({"between": (date(2026, 5, 11), date(2026, 5, 31))}, []),
        ({"collection": "", "sensor": "landsat-c2-l2"}, []),
    ],
)
def test_a_folder_filters_as_a_server_does(archive, question, found):
    """By clouds, area, days and collection."""
    assert search(archive, **question) == found


def test_files_are_found_from_their_item(archive):
    """A path beside the item becomes an address on disk; a web address stays."""
    (item,) = folders.search(provider(str(archive), {}), for_ids(("c",), "sentinel2-l2a"))
    place = archive / "2026" / "五月" / "图像" / "red.tif"
    assert item.assets["red"].href == place.as_uri()
    assert item.assets["far"].href == "https://example.cn/nir.tif"


def test_a_folder_that_is_gone_is_told(tmp_path):
    """As a server that is down."""
    with pytest.raises(WorkbenchError) as refused:
        list(folders.search(Provider("x", "folder", str(tmp_path / "gone")), Question(HARBIN, MAY)))
    assert refused.value.code == "catalog.unreachable"
