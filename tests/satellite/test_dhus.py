"""A DHuS mirror: a server that speaks as one does, and silence."""

import json
import logging
import socket
from datetime import date

import pytest
import shapely
from shapely import box

from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError
from satellite import dhus, sessions
from satellite.catalog import Search, by_id
from satellite.download import fetch
from satellite.fetch_plan import Wanted
from satellite.providers import provider
from satellite.questions import Question, in_box
from tests.satellite.dhus import PASSWORD, USER, Scene, serving

HARBIN = in_box(126.0, 45.5, 127.0, 46.0)
MAY = (date(2026, 5, 1), date(2026, 5, 31))
HERE = "POLYGON ((126 45, 127 45, 127 46, 126 46, 126 45))"
CREDENTIALS = {"HDQ_DHUS_USER": USER, "HDQ_DHUS_PASSWORD": PASSWORD}


def ask(server, *, environment=CREDENTIALS, **question):
    """Search Harbin in May with at most 30 % of clouds, or otherwise."""
    return search(server, environment=environment, **question).table()


def search(server, *, environment=CREDENTIALS, **question):
    """Return the search, not yet put."""
    asked = {"area": HARBIN, "between": MAY, "max_cloud": 30} | question
    return Search(provider(f"dhus:{server.address}", {}), Question(**asked), environment)


def test_scenes_come_as_a_table():
    """Name, day, clouds, size and footprint of a scene, in the storage system."""
    with serving(Scene("a", "2026-05-10T02:30:31.024Z", 12.5, HERE)) as server:
        scenes = ask(server)
    assert scenes.crs == STORAGE
    row = scenes.iloc[0]
    assert (row["scene_id"], row["cloud_percent"], row["size_mb"]) == ("a", 12.5, 1090)
    assert row["title"] == "S2A_MSIL2A_20260510T023031_a"
    assert row["seen_on"].date() == date(2026, 5, 10)
    assert shapely.equals_exact(row["geometry"], box(126, 45, 127, 46).normalize(), 1e-5, normalize=True)


def test_only_what_was_asked_for_comes():
    """Place, clouds, platform and kind of product are asked of the server."""
    moment = "2026-05-10T02:30:31.024Z"
    with serving(
        Scene("right", moment, 30, HERE),
        Scene("cloudy", moment, 30.1, HERE),
        Scene("elsewhere", moment, 1, "POLYGON ((130 45, 131 45, 131 46, 130 46, 130 45))"),
        Scene("radar", moment, 1, HERE, platform="Sentinel-1"),
        Scene("raw", moment, 1, HERE, product="S2MSI1C"),
    ) as server:
        assert ask(server)["scene_id"].tolist() == ["right"]


@pytest.mark.parametrize(
    ("begins", "day"),
    [
        ("2026-04-30T15:59:59Z", None),
        ("2026-04-30T16:00:00Z", date(2026, 5, 1)),
        ("2026-05-31T15:59:59Z", date(2026, 5, 31)),
        ("2026-05-31T16:00:00Z", None),
    ],
)
def test_days_are_those_of_beijing(begins, day):
    """A day lasts from 16:00 UTC to 16:00 UTC, and both ends of the period belong to it."""
    with serving(Scene("a", begins, 1, HERE)) as server:
        found = ask(server)["seen_on"]
    assert [each.date() for each in found] == ([] if day is None else [day])


def test_nothing_found_is_an_empty_table():
    """A period without scenes gives the columns of the schema and no row."""
    with serving() as server:
        scenes = ask(server)
    assert len(scenes) == 0
    assert scenes.crs == STORAGE


def test_all_pages_are_fetched():
    """Answers come a hundred at a time; none is lost, none comes twice, the earliest stands first."""
    scenes = [Scene(f"{n:03d}", f"2026-05-{1 + n % 28:02d}T02:{n // 28:02d}:00Z", 1, HERE) for n in range(230)]
    with serving(*scenes) as server:
        found = ask(server)
    assert sorted(found["scene_id"]) == [scene.scene_id for scene in scenes]
    assert found["seen_on"].is_monotonic_increasing
    assert [query["start"] for query in server.asked] == [["0"], ["100"], ["200"]]


@pytest.mark.parametrize(("size", "megabytes"), [("812.5 KB", 0.8125), ("790.02 MB", 790.02), ("1.2 TB", 1_200_000)])
def test_sizes_are_read(size, megabytes):
    """The server writes sizes for people."""
    with serving(Scene("a", "2026-05-10T02:30:31Z", 1, HERE, size=size)) as server:
        assert ask(server)["size_mb"].tolist() == pytest.approx([megabytes])


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", ["<html>no</html>", "", '{"fault": "no"}'])
def test_wrong_password_is_told(status, body):
    """However the server words its refusal."""
    with serving() as server:
        server.instead = (status, body)
        with pytest.raises(WorkbenchError) as refused:
            ask(server)
    assert refused.value.code == "catalog.refused"
    assert refused.value.params == {"host": "127.0.0.1"}


def test_password_is_checked_by_the_server():
    """The stand-in lets nobody in who has not its password."""
    with serving() as server, pytest.raises(WorkbenchError) as refused:
        ask(server, environment=CREDENTIALS | {"HDQ_DHUS_PASSWORD": "guess"})
    assert refused.value.code == "catalog.refused"


@pytest.mark.parametrize("missing", CREDENTIALS)
def test_missing_credentials_are_told_by_name(missing):
    """Nothing is asked of a server without user name and password."""
    with serving() as server:
        with pytest.raises(WorkbenchError) as refused:
            ask(server, environment=CREDENTIALS | {missing: ""})
        assert server.asked == []
    assert refused.value.code == "catalog.no_credentials"


@pytest.mark.parametrize(
    "answer",
    [
        (503, "<html>maintenance</html>"),
        (200, "<html>welcome to our portal</html>"),
        (200, '{"feed": {}}'),
        (200, '{"feed": {"error": {"message": "SyntaxError: x"}, "opensearch:totalResults": "0"}}'),
        (200, '{"feed": {"opensearch:totalResults": "1", "entry": {"id": "a", "title": "t"}}}'),
        (200, '{"feed": {"opensearch:totalResults": "1", "entry": {"title": "t"}}}'),
        (200, "[]"),
    ],
)
def test_other_answers_are_told(answer):
    """Maintenance, a portal page, a complaint about the query and half an answer are no scenes."""
    with serving() as server:
        server.instead = answer
        with pytest.raises(WorkbenchError) as refused:
            ask(server)
    assert refused.value.code == "catalog.bad_answer"
    assert refused.value.params == {"host": "127.0.0.1", "status": answer[0]}


@pytest.mark.parametrize("footprint", ["POLYGON ((126 45", "nowhere"])
def test_broken_footprints_are_told(footprint):
    """A scene that lies nowhere makes the answer unusable."""
    with serving() as server:
        server.instead = (200, _one(Scene("a", "2026-05-10T02:30:31Z", 1, footprint)))
        with pytest.raises(WorkbenchError) as refused:
            ask(server)
    assert refused.value.code == "catalog.bad_answer"


def test_impossible_values_are_refused_at_the_door():
    """A scene with 140 % of clouds does not pass the schema."""
    with serving() as server:
        server.instead = (200, _one(Scene("a", "2026-05-10T02:30:31Z", 140, HERE)))
        with pytest.raises(TableFaults) as refused:
            ask(server)
    assert refused.value.faults["column"].tolist() == ["cloud_percent"]


def test_a_server_that_is_down_is_told():
    """Nobody listens on a port that was just given back."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with pytest.raises(WorkbenchError) as refused:
        Search(provider(f"dhus:{address}", {}), Question(HARBIN, MAY), CREDENTIALS).table()
    assert refused.value.code == "catalog.unreachable"


def test_a_silent_server_is_not_waited_for_without_end(monkeypatch):
    """A server that takes the question and never answers is given up after the time-out."""
    monkeypatch.setattr(sessions, "TIMEOUT_S", (1, 0.2))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = provider(f"dhus:http://127.0.0.1:{listener.getsockname()[1]}/", {})
        with pytest.raises(WorkbenchError) as refused:
            Search(server, Question(HARBIN, MAY), CREDENTIALS).table()
    assert refused.value.code == "catalog.unreachable"


def test_the_password_shows_nowhere(caplog):
    """Neither in an error, nor in what hangs on it, nor in a log of the finest grain, nor in an address."""
    caplog.set_level(logging.DEBUG)
    with serving(Scene("a", "2026-05-10T02:30:31Z", 1, HERE)) as server:
        ask(server)
        server.instead = (401, "<html>no</html>")
        with pytest.raises(WorkbenchError) as refused:
            ask(server)
    assert caplog.records
    assert PASSWORD not in caplog.text
    assert PASSWORD not in repr(refused.value) + str(refused.value.params)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert not any(PASSWORD in str(query) for query in server.asked)
    assert PASSWORD not in repr(search(server))


def test_an_area_of_many_corners_fits_into_an_address():
    """Its hull is asked for, and what lies in the hull alone is left out here."""
    west, east = box(125.0, 45.0, 125.2, 45.9), box(127.0, 45.0, 127.2, 45.9)
    bridge = box(125.0, 45.0, 127.2, 45.1)
    horseshoe = shapely.segmentize(shapely.union_all([west, east, bridge]), 0.01)
    inside = Scene("a", "2026-05-10T02:30:31Z", 1, box(125.1, 45.5, 125.15, 45.6).wkt)
    between = Scene("b", "2026-05-10T02:30:31Z", 1, box(126.0, 45.5, 126.1, 45.6).wkt)
    with serving(inside, between) as server:
        assert ask(server, area=horseshoe)["scene_id"].tolist() == ["a"]
        asked = shapely.from_wkt(server.asked[0]["q"][0].split("Intersects(")[1].split(')"')[0])
    assert shapely.get_num_coordinates(horseshoe) > 500
    assert shapely.get_num_coordinates(asked) < 30
    assert asked.covers(horseshoe)


def test_pages_are_fetched_when_they_are_wanted():
    """Nothing before the first item, one page for it, and no more."""
    with serving(*(Scene(f"{n:03d}", "2026-05-10T02:30:31Z", 1, HERE) for n in range(150))) as server:
        found = search(server)
        assert server.asked == []
        next(iter(found))
        assert len(server.asked) == 1


def test_scenes_are_counted_without_fetching_them():
    """Of radar images too, which know no clouds."""
    radar = {"platform": "Sentinel-1", "product": "GRD"}
    with serving(
        *(Scene(f"{n}", "2026-05-10T02:30:31Z", n, HERE) for n in range(40)),
        Scene("r", "2026-05-10T02:30:31Z", 0, HERE, **radar),
    ) as server:
        asked = search(server)
        assert dhus.count(asked.provider, asked.question, CREDENTIALS) == 31
        other = search(server, sensor="sentinel1-grd")
        assert dhus.count(other.provider, other.question, CREDENTIALS) == 1


def test_a_product_comes_by_name_with_its_checksum_and_over_a_cut(tmp_path):
    """OData tells size and MD5; the file goes on where it was cut, with the password, and is what was promised."""
    content = bytes(range(256)) * 400
    with serving(Scene("a", "2026-05-10T02:30:31Z", 12.5, HERE, content=content)) as server:
        asked = search(server)
        (item,) = by_id(asked, ("a",))
        assert (item.title, item.cloud_percent) == ("S2A_MSIL2A_20260510T023031_a", 12.5)
        assert shapely.equals(item.footprint, shapely.from_wkt(HERE))
        (product,) = item.wanted([], asked.provider.holding("sentinel2-l2a"))
        assert (product.size, product.checksum.algorithm) == (len(content), "md5")
        dhus.demand_online(asked.provider, item, CREDENTIALS)
        server.cuts = [40_000]
        session = sessions.connected(asked.provider, CREDENTIALS, retries=0)
        wanted = Wanted(product.href, tmp_path / product.file_name(item.title), product.size, product.checksum)
        done = fetch(wanted, session)
    assert (done.action, done.verified, done.path.name) == ("resume", "md5", "S2A_MSIL2A_20260510T023031_a.zip")
    assert done.path.read_bytes() == content


def test_a_product_in_the_archive_is_asked_back_and_told():
    """The first is on its way, for the second the server takes no wish any more; both have their sentence."""
    with serving(*(Scene(name, "2026-05-10T02:30:31Z", 1, HERE, online=False) for name in "ab")) as server:
        asked = search(server)
        first, second = by_id(asked, ("a", "b"))
        with pytest.raises(WorkbenchError) as refused:
            dhus.demand_online(asked.provider, first, CREDENTIALS)
        assert (refused.value.code, refused.value.params["title"]) == ("catalog.offline", first.title)
        with pytest.raises(WorkbenchError) as refused:
            dhus.demand_online(asked.provider, second, CREDENTIALS)
    assert refused.value.code == "catalog.offline_full"


def test_a_name_that_is_not_there_is_told():
    """The server's own complaint stays inside."""
    with serving() as server, pytest.raises(WorkbenchError) as refused:
        by_id(search(server), ("none",))
    assert refused.value.code == "catalog.not_found"


def _one(scene):
    """Return the answer of a server that holds one scene, whatever it was asked."""
    return json.dumps({"feed": {"opensearch:totalResults": "1", "entry": scene.entry()}})
