"""Items: from STAC, as a table, and which files of them are wanted."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
import shapely

from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError
from satellite import offers
from satellite.offers import Asset, Offer, as_table, from_stac
from satellite.providers import Holding, provider
from tests.satellite import stacs

MD5 = "d50110" + "0" * 32


def made(name="a", **changes):
    """Return an item over Harbin."""
    item = Offer(
        name,
        "dataspace",
        "sentinel2-l2a",
        "c",
        name,
        datetime(2026, 5, 10, 2, 30, tzinfo=UTC),
        shapely.box(126, 45, 127, 46),
    )
    return replace(item, **changes)


def test_items_come_as_a_table():
    """Sorted by time, once each, in the storage system; a moment in UTC and its day in Beijing."""
    beijing = timezone(timedelta(hours=8))
    late = made("b", sensed_at=datetime(2026, 5, 10, 1, 0, tzinfo=beijing), cloud_percent=12.5, size_mb=1090.0)
    found = as_table([made(), late, made()], "test")
    assert found.crs == STORAGE
    assert found["scene_id"].tolist() == ["b", "a"]
    assert found["sensed_at"].tolist()[0] == np.datetime64("2026-05-09T17:00:00")
    assert [day.day for day in found["seen_on"]] == [10, 10]
    assert found["cloud_percent"].tolist()[0] == 12.5
    assert math.isnan(found["cloud_percent"].tolist()[1])


def test_nothing_found_is_an_empty_table():
    """With the columns of the schema and no row."""
    found = as_table([], "test")
    assert len(found) == 0
    assert list(found.columns) == list(offers.SCHEMA.columns)
    assert found.crs == STORAGE


def test_impossible_values_are_refused_at_the_door():
    """A scene with 140 % of clouds does not pass the schema."""
    with pytest.raises(TableFaults) as refused:
        as_table([made(cloud_percent=140.0)], "test")
    assert refused.value.faults["column"].tolist() == ["cloud_percent"]


def test_object_storage_gives_way_to_https():
    """Copernicus Data Space: s3 first, the web address as an alternate, size and checksum told once."""
    asset = {
        "href": "s3://eodata/B04.jp2",
        "type": "image/jp2",
        "file:size": 7,
        "file:checksum": MD5,
        "alternate": {
            "https": {"href": "https://download.dataspace.copernicus.eu/odata/v1/Products(u)/Nodes(n)/$value"}
        },
        "bands": [{"name": "B04", "eo:common_name": "red"}],
    }
    found = from_stac(stacs.item("S2", B04_10m=asset), provider="dataspace", sensor="sentinel2-l2a")
    red = found.assets["B04_10m"]
    assert red.href.startswith("https://download.")
    assert (red.size, red.checksum.algorithm, red.names) == (7, "md5", ("red", "B04"))
    assert red.file_name("S2") == "B04_10m.jp2"
    assert found.size_mb == pytest.approx(7e-6)


def test_a_checksum_of_another_kind_hides_no_image():
    """BLAKE3 cannot be verified here: the file comes without, and its SHA-256 stands in the receipt."""
    asset = {"href": "https://example.cn/a.tif", "file:checksum": "1e20" + "0" * 64}
    found = from_stac(stacs.item("S2", red=asset), provider="p", sensor="s")
    assert found.assets["red"].checksum is None


def test_a_product_is_called_like_its_scene():
    """An address that ends in ``$value`` is no name."""
    product = Asset("Product", "https://example.cn/odata/v1/Products(1)/$value", media_type="application/zip")
    assert product.file_name("S2A_MSIL2A_1") == "S2A_MSIL2A_1.zip"


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("https://example.cn/a/B04.tif?sig=x", "B04.tif"),
        ("https://example.cn/%2e%2e%2fetc%2fpasswd.tif", "passwd.tif"),
        ("https://example.cn/..", "k"),
        ("https://example.cn/a%00b.tif", "a_b.tif"),
        ("https://example.cn/.hidden.tif", "k"),
        ("https://example.cn/黑龙江.tif", "黑龙江.tif"),
    ],
)
def test_names_stay_in_their_folder(href, name):
    """A catalogue's address cannot climb out, hide a file or end a string early."""
    assert Asset("k", href).file_name("s") == name


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "..", "a/b\\c", "\x00", ""])
def test_any_name_is_one_plain_file(name):
    """Scene ids come from outside too."""
    kept = offers.safe(name)
    assert kept
    assert "/" not in kept
    assert "\\" not in kept
    assert kept not in {".", ".."}


def test_a_signature_is_not_shown():
    """Receipts hold where a file came from, without what opens it."""
    assert Asset("k", "https://u:p@example.cn:8443/a.tif?sig=x#y").shown == "https://example.cn:8443/a.tif"


def test_bands_are_found_by_key_by_name_and_by_the_items_own():
    """The catalogue's key first, then the common name itself, then what the item says of its bands."""
    holding = Holding("c", {"red": "B04_10m"}, whole="Product")
    own = Asset("X8", "https://example.cn/x8.tif", names=("nir",))
    files = {"B04_10m": Asset("B04_10m", "r"), "scl": Asset("scl", "s"), "X8": own, "Product": Asset("Product", "p")}
    item = made(assets=files)
    assert [asset.key for asset in item.wanted(["red", "scl", "nir", "red"], holding)] == ["B04_10m", "scl", "X8"]
    assert [asset.key for asset in item.wanted([], holding)] == ["Product"]
    with pytest.raises(WorkbenchError) as refused:
        item.wanted(["swir16"], holding)
    assert refused.value.code == "catalog.no_band"


def test_without_a_product_all_known_bands_are_wanted():
    """And where none is known, all files but the small picture."""
    files = {key: Asset(key, key) for key in ("red", "info", "thumbnail")}
    assert [asset.key for asset in made(assets=files).wanted([], Holding("c", {"red": "red", "nir": "nir"}))] == ["red"]
    assert [asset.key for asset in made(assets=files).wanted([], Holding("c"))] == ["red", "info"]


def test_the_small_picture_is_found():
    """Under the catalogue's key for it, else under the usual one."""
    item = made(assets={"thumbnail": Asset("thumbnail", "t"), "rendered_preview": Asset("rendered_preview", "r")})
    assert item.thumbnail(provider("planetary-computer").holding("sentinel2-l2a")).key == "rendered_preview"
    assert item.thumbnail(provider().holding("sentinel2-l2a")).key == "thumbnail"
    assert made().thumbnail(Holding("c")) is None


def test_an_item_may_tell_a_span_instead_of_a_moment():
    """Composites have ``datetime: null``; three dimensions become two."""
    told = stacs.item("m")
    told["properties"] = {"datetime": None, "start_datetime": "2026-05-01T00:00:00Z"}
    told["geometry"] = {"type": "Polygon", "coordinates": [[[126, 45, 1], [127, 45, 1], [127, 46, 1], [126, 45, 1]]]}
    found = from_stac(told, provider="p", sensor="s")
    assert found.sensed_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert not found.footprint.has_z
    assert math.isnan(found.cloud_percent)
