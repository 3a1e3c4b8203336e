"""STAC: a real API server on PostgreSQL, and a small one that shows what pages and questions go over the line."""

import hashlib
import logging
from dataclasses import replace
from datetime import date
from itertools import islice

import numpy as np
import pytest
import rasterio
import shapely

from gis.errors import WorkbenchError
from satellite import stac
from satellite.catalog import Search, by_id
from satellite.checksums import plain
from satellite.download import fetch
from satellite.fetch_plan import Wanted
from satellite.providers import Holding, Provider, provider
from satellite.questions import Question, in_box
from satellite.sessions import connected
from tests.satellite import shaky, stacs

HARBIN = in_box(126.0, 45.5, 127.0, 46.0)
MAY = (date(2026, 5, 1), date(2026, 5, 31))
SECRET = {"HDQ_STAC_USER": "analyst", "HDQ_STAC_PASSWORD": "secret-word"}


def named(address, **changes):
    """Return a provider that holds Sentinel-2 as public ones do."""
    sensors = {"sentinel2-l2a": Holding("sentinel-2-l2a", {"red": "B04_10m"})}
    return replace(provider(address, {}), sensors=sensors, **changes)


def ask(address, environment=None, **question):
    """Search Harbin in May, or otherwise."""
    asked = {"area": HARBIN, "between": MAY} | question
    return Search(named(address), Question(**asked), {} if environment is None else environment)


@pytest.fixture(scope="module")
def images():
    """A COG that lies on a server which gives parts, and its bytes."""
    values = np.arange(1024 * 1024, dtype="uint16").reshape(1, 1024, 1024) % 4093
    profile = {"driver": "COG", "width": 1024, "height": 1024, "count": 1, "dtype": "uint16", "crs": "EPSG:32652"}
    with rasterio.MemoryFile() as memory:
        with memory.open(
            **profile, transform=rasterio.Affine(10, 0, 300_000, 0, -10, 5_100_000), compress="deflate"
        ) as file:
            file.write(values)
        content = memory.read()
    with shaky.serving(**{"red.tif": content}) as server:
        yield server, content, values[0]


@pytest.fixture(scope="module")
def real(tmp_path_factory, images):
    """The address of the real server with 230 scenes over Harbin and some others."""
    server, content, _ = images
    red = {
        "href": server.url("red.tif"),
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "file:size": len(content),
        "file:checksum": "1220" + hashlib.sha256(content).hexdigest(),
    }
    many = [
        stacs.item(f"S2_{n:03d}", f"2026-05-{1 + n % 28:02d}T02:{n // 28:02d}:00Z", cloud=n % 100, B04_10m=red)
        for n in range(230)
    ]
    others = [
        stacs.item("elsewhere", box=(130, 45, 131, 46)),
        stacs.item("before", "2026-04-30T15:59:59Z"),
        stacs.item("first", "2026-04-30T16:00:00Z"),
        stacs.item("last", "2026-05-31T15:59:59Z"),
        stacs.item("after", "2026-05-31T16:00:00Z"),
        stacs.item("corner", box=(126.99, 44, 128, 45.51)),
    ]
    with stacs.real(tmp_path_factory.mktemp("stac"), *many, *others) as address:
        yield address


def test_the_real_server_is_searched_through_all_pages(real):
    """Area, Beijing days and all pages: none lost, none twice, the earliest first."""
    found = ask(real).table()
    expected = {f"S2_{n:03d}" for n in range(230)} | {"first", "last", "corner"}
    assert set(found["scene_id"]) == expected
    assert len(found) == len(expected)
    assert found["sensed_at"].is_monotonic_increasing
    assert found.iloc[0]["scene_id"] == "first"
    assert found.iloc[0]["seen_on"].date() == date(2026, 5, 1)


def test_the_real_server_filters_clouds(real):
    """CQL2: as many as were planted, each under the limit; the limit itself belongs to it."""
    found = ask(real, max_cloud=20.0).table()
    planted = {f"S2_{n:03d}" for n in range(230) if n % 100 <= 20} | {"first", "last", "corner"}
    assert set(found["scene_id"]) == planted
    assert found["cloud_percent"].max() == 20


def test_the_real_server_cuts_by_polygon_not_by_box(real):
    """``intersects``: a triangle whose box touches a scene, but whose area does not, finds nothing of it."""
    triangle = shapely.Polygon([(127.2, 45.6), (128.5, 45.6), (128.5, 44.0)])
    assert set(ask(real, area=triangle).table()["scene_id"]) == {"corner"}
    aside = shapely.Polygon([(128.2, 45.6), (129.5, 45.6), (129.5, 44.0), (128.2, 44.0)])
    assert len(ask(real, area=aside).table()) == 0


def test_the_real_server_gives_scenes_by_name(real):
    """In the order asked; a name that is not there is told."""
    search = ask(real)
    assert [item.scene_id for item in by_id(search, ("S2_007", "elsewhere"))] == ["S2_007", "elsewhere"]
    with pytest.raises(WorkbenchError) as refused:
        by_id(search, ("S2_007", "none"))
    assert refused.value.params["scene"] == "none"


def test_files_of_the_real_server_come_by_parts(real, images, tmp_path):
    """A cut download goes on by HTTP Range to the checksum that the item tells, and a window is read from afar."""
    server, content, values = images
    (item,) = by_id(ask(real), ("S2_001",))
    (asset,) = item.wanted(["red"], named(real).holding("sentinel2-l2a"))
    assert (asset.size, asset.checksum) == (len(content), plain("sha256", hashlib.sha256(content).hexdigest()))
    cuts = [20_000]
    server.cut = lambda *_: cuts.pop() if cuts else None
    session = connected(named(real), {}, retries=0)
    done = fetch(Wanted(asset.href, tmp_path / asset.file_name("S2_001"), asset.size, asset.checksum), session)
    assert (done.action, done.path.name, done.verified) == ("resume", "red.tif", "sha256")
    assert done.path.read_bytes() == content
    before = len(server.asked)
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"), rasterio.open(f"/vsicurl/{asset.href}") as image:
        window = image.read(1, window=rasterio.windows.Window(512, 512, 64, 64))
    assert (window == values[512:576, 512:576]).all()
    read = [asked for asked in server.asked[before:] if asked["method"] == "GET"]
    assert read
    assert all("range" in asked for asked in read)


def test_nothing_is_asked_before_somebody_looks():
    """Making a search asks nobody; the first item costs the landing page and one page; no further is fetched."""
    with stacs.small(*(stacs.item(f"s{n}") for n in range(25))) as server:
        search = ask(server.address)
        assert server.asked == []
        assert [item.scene_id for item in islice(search, 3)] == ["s0", "s1", "s2"]
        assert len(server.asked) == 1
        assert len(search.table(at_most=12)) == 12
        assert len(server.asked) == 3
        assert len(search.table()) == 25


def test_the_question_goes_over_the_line_whole():
    """Collection, area, the UTC seconds of Beijing days, and clouds in CQL2."""
    with stacs.small() as server:
        ask(server.address, max_cloud=30.0).table()
        (asked,) = server.asked
    assert asked["collections"] == ["sentinel-2-l2a"]
    assert shapely.equals(shapely.geometry.shape(asked["intersects"]), HARBIN)
    assert asked["datetime"] == "2026-04-30T16:00:00Z/2026-05-31T15:59:59Z"
    assert asked["filter"] == {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 30.0]}
    assert asked["filter-lang"] == "cql2-json"


@pytest.mark.parametrize(("conforms", "key"), [((stacs.QUERY,), "query"), ((), None)])
def test_a_weaker_server_is_asked_for_less(conforms, key):
    """With the older ``query``, or without any filter: what is too cloudy is then left out here."""
    with stacs.small(stacs.item("clear"), stacs.item("cloudy", cloud=31), stacs.item("untold", cloud=None)) as server:
        server.conforms = (stacs.CORE, stacs.SEARCH, *conforms)
        found = ask(server.address, max_cloud=30.0).table()["scene_id"].tolist()
    assert found == ["clear", "untold"]
    assert [name for name in ("filter", "query") if name in server.asked[0]] == ([key] if key else [])


def test_a_server_that_tells_nothing_of_itself_is_asked_all_the_same():
    """Without ``conformsTo``, as static catalogues and old servers are."""
    with stacs.small(stacs.item("a")) as server:
        server.conforms = ()
        assert [item.scene_id for item in ask(server.address)] == ["a"]


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (401, "{}", "catalog.refused"),
        (403, "no", "catalog.refused"),
        (404, "<html>", "catalog.bad_answer"),
        (503, "maintenance", "catalog.bad_answer"),
        (200, "<html>portal</html>", "catalog.bad_answer"),
        (200, "[]", "catalog.bad_answer"),
        (200, '{"features": [{"id": "a"}]}', "catalog.bad_answer"),
    ],
)
def test_other_answers_are_told(status, text, code):
    """Refusals, maintenance, portals and half answers, by the host alone."""
    with stacs.small() as server:
        server.instead = (status, text)
        with pytest.raises(WorkbenchError) as refused:
            ask(server.address).table()
    assert (refused.value.code, refused.value.params["host"]) == (code, "127.0.0.1")


def test_a_server_that_is_down_is_told():
    """Nobody listens any more."""
    with stacs.small() as server:
        pass
    with pytest.raises(WorkbenchError) as refused:
        ask(server.address).table()
    assert refused.value.code == "catalog.unreachable"


def test_a_bureaus_own_server_gets_its_password_and_no_log_does(caplog):
    """Basic authentication; neither the password nor its coded form is in a log of the finest grain or in a text."""
    caplog.set_level(logging.DEBUG)
    with stacs.small(stacs.item("a")) as server:
        server.wants = "Basic YW5hbHlzdDpzZWNyZXQtd29yZA=="
        search = ask(server.address, SECRET)
        assert [item.scene_id for item in search] == ["a"]
        with pytest.raises(WorkbenchError) as refused:
            ask(server.address, SECRET | {"HDQ_STAC_PASSWORD": "wrong-word"}).table()
    assert refused.value.code == "catalog.refused"
    assert caplog.records
    for secret in ("secret-word", "wrong-word", "YW5hbHlzdDpzZWNyZXQtd29yZA", "YW5hbHlzdD"):
        assert secret not in caplog.text + repr(search) + repr(refused.value) + repr(search.provider)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_sensor_that_a_catalogue_lacks_is_told_before_asking():
    """With those it has."""
    with stacs.small() as server:
        with pytest.raises(WorkbenchError) as refused:
            ask(server.address, sensor="landsat-c2-l2").table()
        assert server.asked == []
    assert refused.value.code == "catalog.no_sensor"
    assert refused.value.params["known"] == "sentinel2-l2a"


def test_a_collection_may_be_named():
    """A bureau calls its own as it likes."""
    with stacs.small() as server:
        list(stac.search(Provider("own", "stac", server.address), Question(HARBIN, MAY, collection="影像"), {}))
    assert server.asked[0]["collections"] == ["影像"]
