"""A stand-in for a DHuS server on loopback: it reads the query it gets and answers in pages of the server's JSON."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import shapely

USER, PASSWORD = "analyst", "secret-word"


@dataclass(frozen=True)
class Scene:
    """A product of the catalogue; ``begins`` as the server writes it, in UTC."""

    scene_id: str
    begins: str
    cloud: float
    footprint: str
    size: str = "1.09 GB"
    platform: str = "Sentinel-2"
    product: str = "S2MSI2A"

    @property
    def title(self) -> str:
        """Return a name made like those of the mission."""
        return f"S2A_MSIL2A_{self.begins[:19].replace('-', '').replace(':', '')}_{self.scene_id}"

    def entry(self) -> dict[str, object]:
        """Return the product as an entry of the feed; a list with one value comes as the value, as on the server."""
        return {
            "id": self.scene_id,
            "title": self.title,
            "link": [{"href": "x"}, {"rel": "icon", "href": "y"}],
            "summary": "Date: ...",
            "date": [
                {"name": "beginposition", "content": self.begins},
                {"name": "endposition", "content": self.begins},
            ],
            "double": {"name": "cloudcoverpercentage", "content": str(self.cloud)},
            "int": [{"name": "orbitnumber", "content": "1"}, {"name": "relativeorbitnumber", "content": "2"}],
            "str": [
                {"name": "footprint", "content": self.footprint},
                {"name": "gmlfootprint", "content": "<gml:Polygon/>"},
                {"name": "size", "content": self.size},
                {"name": "platformname", "content": self.platform},
            ],
        }


@dataclass
class Server:
    """What the server holds, what it was asked, and how it answers: ``instead`` (status, body) replaces everything."""

    scenes: list[Scene] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    instead: tuple[int, str] | None = None
    address: str = ""

    def answer(self, path: str, authorization: str) -> tuple[int, str]:
        """Return the status and body of an answer."""
        if self.instead is not None:
            return self.instead
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, "<html><body><h1>HTTP Status 401</h1></body></html>"
        query = parse_qs(urlsplit(path).query)
        self.asked.append(query)
        found = sorted(filter(Solr(query["q"][0]).holds, self.scenes), key=lambda scene: scene.begins)
        start, rows = int(query["start"][0]), int(query["rows"][0])
        feed: dict[str, object] = {"opensearch:totalResults": str(len(found))}
        page = [scene.entry() for scene in found[start : start + rows]]
        if page:
            feed["entry"] = page[0] if len(page) == 1 else page
        return 200, json.dumps({"feed": feed})


class Solr:
    """The part of the query language that a search uses."""

    def __init__(self, query: str) -> None:
        first, last = re.search(r'beginPosition:\["([^"]+)" TO "([^"]+)"\]', query).groups()
        self.first, self.last = first.rstrip("Z"), last.rstrip("Z")
        low, high = re.search(r'cloudcoverpercentage:\["([^"]+)" TO "([^"]+)"\]', query).groups()
        self.low, self.high = float(low), float(high)
        self.area = shapely.from_wkt(re.search(r'footprint:"Intersects\((.+)\)"', query).group(1))
        self.platform = re.search(r'platformname:"([^"]+)"', query).group(1)
        self.product = re.search(r'producttype:"([^"]+)"', query).group(1)

    def holds(self, scene: Scene) -> bool:
        """Say whether a scene is asked for."""
        return (
            self.first <= scene.begins[:19] <= self.last
            and self.low <= scene.cloud <= self.high
            and self.area.intersects(shapely.from_wkt(scene.footprint))
            and (scene.platform, scene.product) == (self.platform, self.product)
        )


@contextmanager
def serving(*scenes: Scene) -> Iterator[Server]:
    """Run a server on a free port of loopback while the block lasts."""
    server = Server(list(scenes))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = server.answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the name is given
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.address = f"http://127.0.0.1:{http.server_port}/dhus"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
