"""A stand-in for a DHuS server on loopback: it reads the query it gets, pages, and gives products by OData."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

import shapely

from tests.satellite import loopback

USER, PASSWORD = "analyst", "secret-word"


@dataclass(frozen=True)
class Scene:
    """A product of the catalogue; ``begins`` as the server writes it, in UTC; ``content`` are the bytes of its zip."""

    scene_id: str
    begins: str
    cloud: float
    footprint: str
    size: str = "1.09 GB"
    platform: str = "Sentinel-2"
    product: str = "S2MSI2A"
    content: bytes = b"PK"
    online: bool = True

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

    def odata(self, address: str) -> dict[str, object]:
        """Return the product as the OData interface tells it: exact size, MD5, moments in milliseconds."""
        moment = f"/Date({int(datetime.fromisoformat(self.begins).timestamp() * 1000)})/"
        ring = shapely.get_coordinates(shapely.from_wkt(self.footprint))
        coordinates = " ".join(f"{lat},{lon}" for lon, lat in ring)
        inner = f"<gml:LinearRing><gml:coordinates>{coordinates}</gml:coordinates></gml:LinearRing>"
        gml = f"<gml:outerBoundaryIs>{inner}</gml:outerBoundaryIs>"
        return {
            "Id": self.scene_id,
            "Name": self.title,
            "ContentLength": str(len(self.content)),
            "Checksum": {
                "Algorithm": "MD5",
                "Value": hashlib.md5(self.content, usedforsecurity=False).hexdigest().upper(),
            },
            "ContentDate": {"Start": moment, "End": moment},
            "ContentGeometry": f'<gml:Polygon xmlns:gml="http://www.opengis.net/gml">{gml}</gml:Polygon>',
            "CreationDate": moment,
            "IngestionDate": moment,
            "Online": self.online,
            "__metadata": {"media_src": f"{address}/odata/v1/Products('{self.scene_id}')/$value"},
            "Attributes": {"results": [{"Name": "Cloud cover percentage", "Value": str(self.cloud)}]},
        }


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """What the server holds, what it was asked, and how it answers.

    ``instead`` (status, body) replaces everything; ``wishes_left`` counts the products that it will still bring back.
    """

    scenes: list[Scene] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    instead: tuple[int, str] | None = None
    wishes_left: int = 1
    cuts: list[int] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str, authorization: str, span: str = "") -> Answer:
        """Return status, headers and body of an answer."""
        if self.instead is not None:
            return self.instead[0], {}, self.instead[1].encode()
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {}, b"<html><body><h1>HTTP Status 401</h1></body></html>"
        product = re.search(r"/odata/v1/Products\('([^']+)'\)(.*)", unquote(urlsplit(path).path))
        if product:
            return self._product(product[1], product[2], span)
        query = parse_qs(urlsplit(path).query)
        self.asked.append(query)
        found = sorted(filter(Solr(query["q"][0]).holds, self.scenes), key=lambda scene: scene.begins)
        start, rows = int(query["start"][0]), int(query["rows"][0])
        feed: dict[str, object] = {"opensearch:totalResults": str(len(found))}
        page = [scene.entry() for scene in found[start : start + rows]]
        if page:
            feed["entry"] = page[0] if len(page) == 1 else page
        return 200, {}, json.dumps({"feed": feed}).encode()

    def _product(self, scene_id: str, what: str, span: str) -> Answer:
        found = {scene.scene_id: scene for scene in self.scenes}
        if scene_id not in found:
            fault = {
                "error": {
                    "code": None,
                    "message": {"lang": "en", "value": f"Invalid key ({scene_id}) to access Products"},
                }
            }
            return 404, {}, json.dumps(fault).encode()
        scene = found[scene_id]
        if what == "/Online/$value":
            return 200, {}, json.dumps(scene.online).encode()
        if what == "/$value":
            return self._content(scene, span)
        return 200, {}, json.dumps({"d": scene.odata(self.address)}).encode()

    def _content(self, scene: Scene, span: str) -> Answer:
        if not scene.online:
            if not self.wishes_left:
                return 403, {"cause-message": "User offline products retrieval quota exceeded"}, b""
            self.wishes_left -= 1
            return 202, {}, b""
        tag = {"ETag": '"' + hashlib.sha256(scene.content).hexdigest()[:9] + '"'}
        start = int(span.removeprefix("bytes=").partition("-")[0]) if span else 0
        reach = {"Content-Range": f"bytes {start}-{len(scene.content) - 1}/{len(scene.content)}"} if span else {}
        return 206 if span else 200, tag | reach, scene.content[start:]


class Solr:
    """The part of the query language that a search uses."""

    def __init__(self, query: str) -> None:
        first, last = re.search(r'beginPosition:\["([^"]+)" TO "([^"]+)"\]', query).groups()
        self.first, self.last = first.rstrip("Z"), last.rstrip("Z")
        clouds = re.search(r'cloudcoverpercentage:\["([^"]+)" TO "([^"]+)"\]', query)
        self.low, self.high = map(float, clouds.groups()) if clouds else (0.0, 100.0)
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
            status, headers, body = server.answer(
                self.path, self.headers.get("Authorization", ""), self.headers.get("Range", "")
            )
            self.send_response(status)
            for key, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(key, value)
            self.end_headers()
            cut = server.cuts.pop() if server.cuts and "ETag" in headers else None
            self.wfile.write(body[:cut])

    with loopback.serving(Handler) as address:
        server.address = f"{address}/dhus"
        yield server
