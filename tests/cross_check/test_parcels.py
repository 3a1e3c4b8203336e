"""Orders of images: fetched, receipted, listed; faults of one image stop no other."""

import hashlib
import json
from datetime import UTC, date, datetime

import numpy as np
import pytest
import rasterio

from cross_check import imagery, parcels
from cross_check.files import Project
from cross_check.parcels import Order, fetch, read_orders
from gis import files
from gis.errors import WorkbenchError
from satellite import scenes
from satellite.catalog import Search
from satellite.download import Params
from satellite.providers import Holding, provider
from satellite.questions import Question, in_box
from tests.satellite import dhus, made_scenes, shaky, stacs

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
HERE = "POLYGON ((126 45, 127 45, 127 46, 126 46, 126 45))"
SECRET = {"HDQ_DHUS_USER": dhus.USER, "HDQ_DHUS_PASSWORD": dhus.PASSWORD}
QUICK = Params(first_wait_s=0.0, tries=2)


def image(value):
    """Return a small GeoTIFF over Harbin as bytes."""
    profile = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "uint16", "crs": "EPSG:32652"}
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile, transform=rasterio.Affine(10, 0, 300_000, 0, -10, 5_000_000)) as file:
            file.write(np.full((1, 8, 8), value, dtype="uint16"))
        return memory.read()


RED, NIR = image(1000), image(3000)


def asset(server, path, content, *, right=True):
    """Return an asset with size and checksum as a catalogue tells them."""
    digits = hashlib.sha256(content).hexdigest() if right else "0" * 64
    return {
        "href": f"{server.url(path)}?sig=hidden",
        "file:size": len(content),
        "file:checksum": f"1220{digits}",
        "gsd": 10,
    }


@pytest.fixture
def world(tmp_path):
    """A project, a store of images and a catalogue that tells of two scenes in them."""
    with shaky.serving(**{"a/B04.tif": RED, "a/B08.tif": NIR, "b/B04.tif": RED}) as store:
        good = stacs.item("S2_a", B04_10m=asset(store, "a/B04.tif", RED), B08_10m=asset(store, "a/B08.tif", NIR))
        bad = stacs.item("S2_b", B04_10m=asset(store, "b/B04.tif", RED, right=False))
        good["properties"]["s2:processing_baseline"] = "05.10"
        with stacs.small(good, bad) as api:
            yield Project(tmp_path / "project"), store, api


def order(api, *ids, bands=()):
    """Return an order at the catalogue, which holds Sentinel-2 as Copernicus does."""
    made = provider(api.address, {})
    holding = Holding("sentinel-2-l2a", {"red": "B04_10m", "nir": "B08_10m"})
    return Order(type(made)(**(vars(made) | {"sensors": {"sentinel2-l2a": holding}})), "sentinel2-l2a", ids, bands)


def test_an_image_is_fetched_receipted_and_listed(world):
    """Bands under common names in an item beside the files; a receipt without signatures; one row in the list."""
    project, _, api = world
    delivery = fetch(project, order(api, "S2_a"), at=NOW, environment={}, params=QUICK)
    assert delivery.faults == ()
    assert dict(delivery.step.figures) == {
        "scenes": 1,
        "files": 2,
        "megabytes": pytest.approx((len(RED) + len(NIR)) / 1e6, abs=0.05),
    }
    receipt, folder = delivery.step.outputs
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == ["B04.tif", "B08.tif", "item.json"]
    assert (folder / "B08.tif").read_bytes() == NIR
    told = json.loads(receipt.read_text(encoding="utf-8"))
    assert [(row["key"], row["action"], row["verified"]) for row in told["files"]] == [
        ("B04_10m", "download", "sha256"),
        ("B08_10m", "download", "sha256"),
    ]
    assert "hidden" not in receipt.read_text(encoding="utf-8") + (folder / "item.json").read_text(encoding="utf-8")
    row = imagery.listing(project).iloc[0]
    assert (row["scene_id"], row["sensor"], row["bands"]) == ("S2_a", "sentinel2-l2a", "red nir")
    assert imagery.place(project, row["path"]) == folder


def test_what_was_fetched_opens_as_a_scene(world):
    """The folder says of itself what it is, with the offset of its processing baseline."""
    project, _, api = world
    folder = fetch(project, order(api, "S2_a"), at=NOW, environment={}, params=QUICK).step.outputs[1]
    product = scenes.product(folder)
    assert (product.description.scene_id, product.description.bands) == ("S2_a", ("red", "nir"))
    assert {raster.offset for raster in product.rasters} == {-0.1}


def test_a_fault_of_one_image_stops_no_other(world):
    """It is told with its reason, receipted, and not listed; the same order given again fetches nothing twice."""
    project, store, api = world
    delivery = fetch(project, order(api, "S2_b", "S2_a"), at=NOW, environment={}, params=QUICK)
    assert [(title, fault.code) for title, fault in delivery.faults] == [("S2_b", "download.wrong_checksum")]
    assert imagery.listing(project)["scene_id"].tolist() == ["S2_a"]
    told = files.read_json(delivery.step.outputs[0])
    assert told["files"][0]["code"] == "download.wrong_checksum"
    asked = len(store.asked)
    again = fetch(project, order(api, "S2_a"), at=NOW, environment={}, params=QUICK)
    assert len(store.asked) == asked
    assert dict(again.step.figures)["files"] == 2
    assert len(imagery.listing(project)) == 1


def test_bands_may_come_one_after_the_other(world):
    """The second order adds to the folder; the list knows one image with both."""
    project, _, api = world
    for bands in (("red",), ("nir",)):
        fetch(project, order(api, "S2_a", bands=bands), at=NOW, environment={}, params=QUICK)
    found = imagery.listing(project)
    assert found["bands"].tolist() == ["red nir"]


def test_a_mirror_gives_products_and_tells_of_archives(tmp_path):
    """A zip under the product's name with the server's MD5; one that lies in the archive is asked back."""
    project = Project(tmp_path)
    ready = dhus.Scene("a", "2026-05-10T02:30:31Z", 1, HERE, content=b"PK made of bytes")
    asleep = dhus.Scene("b", "2026-05-11T02:30:31Z", 1, HERE, online=False)
    with dhus.serving(ready, asleep) as mirror:
        made = Order(provider(f"dhus:{mirror.address}", {}), "sentinel2-l2a", ("a", "b"))
        delivery = fetch(project, made, at=NOW, environment=SECRET, params=QUICK)
    assert [fault.code for _, fault in delivery.faults] == ["catalog.offline"]
    row = imagery.listing(project).iloc[0]
    path = imagery.place(project, row["path"])
    assert (path.name, path.read_bytes()) == (f"{ready.title}.zip", ready.content)
    written = "".join(each.read_text(encoding="utf-8") for each in project.imagery.rglob("*.json"))
    assert dhus.PASSWORD not in written


def test_a_mirrors_product_is_listed_under_its_own_name(tmp_path):
    """A mirror knows it by a number that says nothing to people; the list takes the name that the product tells."""
    project = Project(tmp_path / "project")
    flat = {native: np.full((12, 12), 2000) for native in ("B02", "B03", "B04", "B08")}
    archive = made_scenes.zipped(made_scenes.sentinel2(tmp_path, flat))
    with dhus.serving(dhus.Scene("0f3c", "2026-05-10T02:30:31Z", 1, HERE, content=archive.read_bytes())) as mirror:
        made = Order(provider(f"dhus:{mirror.address}", {}), "sentinel2-l2a", ("0f3c",))
        fetch(project, made, at=NOW, environment=SECRET, params=QUICK)
    row = imagery.listing(project).iloc[0]
    assert (row["scene_id"], row["bands"]) == (archive.stem, "blue green red nir")


def test_a_folder_of_images_is_ordered_from_like_a_server(world, tmp_path):
    """What one project fetched another takes over, by copy and checksum."""
    project, _, api = world
    fetch(project, order(api, "S2_a"), at=NOW, environment={}, params=QUICK)
    archive = provider(str(project.imagery), {})
    question = Question(in_box(126, 45, 127, 46), (date(2026, 5, 1), date(2026, 5, 31)))
    assert [offer.scene_id for offer in Search(archive, question)] == ["S2_a"]
    other = Project(tmp_path / "other")
    delivery = fetch(other, Order(archive, "sentinel2-l2a", ("S2_a",), ("nir",)), at=NOW, environment={}, params=QUICK)
    assert (delivery.step.outputs[1] / "B08.tif").read_bytes() == NIR
    assert imagery.listing(other)["bands"].tolist() == ["nir"]


def test_a_saved_list_is_an_order(world, tmp_path):
    """One order a catalogue and sensor; rows may have been taken out."""
    _, _, api = world
    question = Question(in_box(126, 45, 127, 46), (date(2026, 5, 1), date(2026, 5, 31)), collection="sentinel-2-l2a")
    found = Search(provider(api.address, {}), question).table()
    files.write_table(found, tmp_path / "found.gpkg")
    (made,) = read_orders(tmp_path / "found.gpkg", {})
    assert (made.scene_ids, made.sensor, made.provider.address) == (("S2_a", "S2_b"), "sentinel2-l2a", api.address)
    files.write_table(found[["title", "geometry"]], tmp_path / "other.gpkg")
    with pytest.raises(WorkbenchError) as refused:
        read_orders(tmp_path / "other.gpkg", {})
    assert refused.value.code == "imagery.no_list"


def test_hostile_names_stay_in_the_project(world):
    """A scene that is called like a path, and two files of one name."""
    project, store, api = world
    api.items = [stacs.item("../../out", x=asset(store, "a/B04.tif", RED), y=asset(store, "b/B04.tif", RED))]
    made = Order(provider(api.address, {}), "sentinel2-l2a", ("../../out",))
    (_, folder) = fetch(project, made, at=NOW, environment={}, params=QUICK).step.outputs
    assert folder.resolve().is_relative_to(project.imagery.resolve())
    assert sorted(path.name for path in folder.glob("*.tif")) == ["x-B04.tif", "y-B04.tif"]


def test_unknown_ids_fetch_nothing(world):
    """The catalogue's sentence, and an untouched project."""
    project, _, api = world
    with pytest.raises(WorkbenchError) as refused:
        fetch(project, order(api, "S2_a", "none"), at=NOW, environment={}, params=QUICK)
    assert refused.value.code == "catalog.not_found"
    assert not project.imagery.exists()
    assert parcels.Delivery(step=None).faults == ()
