"""STAC APIs on loopback: the real server on PostgreSQL, and a small one that can be made weak, odd or broken."""

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import shapely

from tests.conftest import own_database
from tests.satellite import loopback

PROGRAMS = Path(__file__).parents[2] / ".venv" / "stac" / "bin"
CORE = "https://api.stacspec.org/v1.0.0/core"
SEARCH = "https://api.stacspec.org/v1.0.0/item-search"
FILTER = "https://api.stacspec.org/v1.0.0-rc.2/item-search#filter"
QUERY = "https://api.stacspec.org/v1.0.0/item-search#query"


def item(name, sensed_at="2026-05-10T02:30:31Z", box=(126, 45, 127, 46), cloud=5.0, **assets):
    """Return a STAC item; ``assets`` are addresses or whole assets by key."""
    footprint = shapely.box(*box)
    files = {key: {"href": each} if isinstance(each, str) else each for key, each in assets.items()}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "sentinel-2-l2a",
        "geometry": shapely.geometry.mapping(footprint),
        "bbox": list(footprint.bounds),
        "properties": {"datetime": sensed_at} | ({} if cloud is None else {"eo:cloud_cover": cloud}),
        "links": [],
        "assets": files,
    }


COLLECTION = {
    "type": "Collection",
    "stac_version": "1.0.0",
    "id": "sentinel-2-l2a",
    "description": "made for tests",
    "license": "other",
    "links": [],
    "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2015-06-27T00:00:00Z", None]]}},
}


@dataclass
class Server:
    """A small STAC API: it pages and keeps the questions, but filters nothing. ``instead`` replaces every answer."""

    items: list[dict[str, object]] = field(default_factory=list)
    conforms: tuple[str, ...] = (CORE, SEARCH, FILTER)
    page: int = 10
    instead: tuple[int, str] | None = None
    wants: str = ""
    address: str = ""
    asked: list[dict[str, object]] = field(default_factory=list)

    def landing(self) -> dict[str, object]:
        """Return the landing page."""
        links = [
            {"rel": "self", "href": self.address},
            {"rel": "root", "href": self.address},
            {"rel": "search", "href": f"{self.address}/search", "method": "POST", "type": "application/geo+json"},
        ]
        told = {"type": "Catalog", "stac_version": "1.0.0", "id": "small", "description": "small", "links": links}
        return told | {"conformsTo": list(self.conforms)}

    def found(self, body: dict[str, object]) -> dict[str, object]:
        """Return a page."""
        self.asked.append(body)
        start = int(body.get("token", 0))
        features = self.items[start : start + self.page]
        told: dict[str, object] = {"type": "FeatureCollection", "features": features, "links": []}
        if start + self.page < len(self.items):
            token = {"token": start + self.page}
            href = f"{self.address}/search"
            told["links"] = [{"rel": "next", "href": href, "method": "POST", "body": token, "merge": True}]
        return told


@contextmanager
def small(*items: dict[str, object]) -> Iterator[Server]:
    """Run the small server on a free port while the block lasts."""
    server = Server(list(items))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(server.landing())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(server.found(body))

        def _answer(self, told: dict[str, object]) -> None:
            status, text = server.instead or (200, json.dumps(told))
            if server.wants and self.headers.get("Authorization") != server.wants:
                status, text = 401, "{}"
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(text.encode())

    with loopback.serving(Handler) as address:
        server.address = address
        yield server


@contextmanager
def real(folder: Path, *items: dict[str, object]) -> Iterator[str]:
    """Run stac-fastapi on pgstac with some items, and yield its address; skip where it is not installed."""
    if not (PROGRAMS / "uvicorn").exists():
        pytest.skip("no STAC server: make stac")
    with own_database() as database:
        _load(database, folder, items)
        parts = urlsplit(database)
        surroundings = os.environ | {
            "PGUSER": parts.username,
            "PGPASSWORD": parts.password,
            "PGHOST": parts.hostname,
            "PGPORT": str(parts.port),
            "PGDATABASE": parts.path.lstrip("/"),
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        program = [PROGRAMS / "uvicorn", "stac_fastapi.pgstac.app:create_app", "--factory", "--port", str(port)]
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(program, env=surroundings, stdout=log, stderr=log) as run,
        ):
            try:
                _wait(f"http://127.0.0.1:{port}/_mgmt/ping", run, folder / "log")
                yield f"http://127.0.0.1:{port}"
            finally:
                run.terminate()


def _load(database: str, folder: Path, items: tuple[dict[str, object], ...]) -> None:
    import psycopg

    with psycopg.connect(database) as connection:
        connection.execute("CREATE EXTENSION postgis")
    for name, rows in (("collections", (COLLECTION,)), ("items", items)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    program = PROGRAMS / "pypgstac"
    for words in (["migrate"], ["load", "collections", folder / "collections"], ["load", "items", folder / "items"]):
        subprocess.run([program, *words, "--dsn", database], check=True, capture_output=True)


def _wait(address: str, run: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < give_up:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):  # noqa: S310 - loopback
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text(encoding="utf-8"))
