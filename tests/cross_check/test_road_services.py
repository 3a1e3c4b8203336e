"""Road services: real HTTP against stand-ins that speak OSRM's and Valhalla's tables."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from cross_check import road_services
from cross_check.road_services import Osrm, Valhalla
from cross_check.travel import Travel
from gis.errors import WorkbenchError
from gis.language import catalogue

PLACES = np.array([[126.5 + 0.1 * number, 45.8 + 0.03 * (number % 4)] for number in range(23)])
IDS = [f"P{number}" for number in range(23)]
ROADS = Travel(detour=1.5, speed_kmh=50)


class _StandIn(BaseHTTPRequestHandler):
    """Answers tables as the real services do, by great circles, or as its server's ``fault`` says."""

    def do_GET(self):
        """OSRM: /table/v1/{profile}/{lon,lat;...}?sources=..&destinations=..&annotations=duration,distance."""
        parts, asked = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
        spots = np.array([[float(each) for each in spot.split(",")] for spot in parts.path.split("/")[4].split(";")])
        if len(spots) > 100:
            self._say({"code": "TooBig", "message": "Too many table coordinates"}, 400)
            return
        rows, columns = ([int(each) for each in asked[name][0].split(";")] for name in ("sources", "destinations"))
        metres = ROADS.metres(spots[rows], spots[columns])
        seconds = (metres / 1000 / ROADS.speed_kmh * 3600).tolist()
        if self.server.fault == "no_way":
            seconds[0][-1] = None
        self._say({"code": "Ok", "distances": metres.tolist(), "durations": seconds}, 200)

    def do_POST(self):
        """Valhalla: /sources_to_targets."""
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        starts, ends = (
            np.array([[spot["lon"], spot["lat"]] for spot in order[name]]) for name in ("sources", "targets")
        )
        metres = ROADS.metres(starts, ends)
        rows = [
            [
                {
                    "distance": metres[row, column] / 1000,
                    "time": metres[row, column] / 1000 / ROADS.speed_kmh * 3600,
                    "from_index": row,
                    "to_index": column,
                }
                for column in range(len(ends))
            ]
            for row in range(len(starts))
        ]
        if self.server.fault == "no_way":
            rows[0][-1] |= {"distance": None, "time": None}
        self._say({"sources_to_targets": rows, "units": "kilometers"}, 200)

    def _say(self, answer, status):
        body = b"<html>" if self.server.fault == "html" else json.dumps(answer).encode()
        if self.server.fault == "refused":
            status = 400
            body = json.dumps({"code": "InvalidQuery", "message": "no", "error": "no"}).encode()
        if self.server.fault == "list":
            body = b"[1]"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.heard.append(self.path)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    """A stand-in on a loopback port."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _StandIn)
    made.fault, made.heard = "", []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def _url(server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("kind", ["osrm", "valhalla"])
def test_tables_come_in_blocks_and_fit_together(server, kind):
    """Twenty-three places by blocks of ten: nine requests, the table equal to the roads' own."""
    whole = {"osrm": Osrm, "valhalla": Valhalla}[kind](_url(server), block=10)
    metres, minutes = whole.table(IDS, PLACES)
    expected, expected_minutes = ROADS.table(IDS, PLACES.round(6))
    np.testing.assert_allclose(metres, expected, atol=0.5)
    assert np.abs(minutes - expected_minutes).max() <= 1
    assert (np.diag(minutes) == 0).all()
    assert len(server.heard) == 9


@pytest.mark.parametrize("kind", ["osrm", "valhalla"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("no_way", "roads.no_way"),
        ("html", "roads.not_understood"),
        ("list", "roads.not_understood"),
        ("refused", "roads.refused"),
    ],
)
def test_bad_answers_are_told_in_words(server, kind, fault, code):
    """No road, no table, a refusal: each has its sentence in both languages."""
    server.fault = fault
    with pytest.raises(WorkbenchError) as refused:
        road_services.service(kind, _url(server)).table(IDS[:3], PLACES[:3])
    assert refused.value.code == code
    assert catalogue("zh").explain(refused.value) != catalogue("en").explain(refused.value)


def test_a_silent_service_is_told_with_its_place(server):
    """A port at which nobody listens any more."""
    url = _url(server)
    server.server_close()
    with pytest.raises(WorkbenchError) as refused:
        Osrm(url).table(IDS[:2], PLACES[:2])
    assert refused.value.code == "roads.no_answer"
    assert url.endswith(refused.value.params["place"])


@pytest.mark.parametrize("url", ["roads.local", "ftp://roads.local", "http://"])
def test_what_is_no_address_is_refused(url):
    """An address without scheme or host is told before anything is asked."""
    with pytest.raises(WorkbenchError) as refused:
        road_services.service("osrm", url)
    assert refused.value.code == "roads.bad_url"
