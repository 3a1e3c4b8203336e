"""A file server on loopback that can do all that goes wrong on the way: cuts, refusals, lies and changes."""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

from tests.satellite import loopback


@dataclass
class Server:
    """What the server holds, how it behaves, and what it was asked.

    ``cut`` says after how many bytes of a body the connection breaks (None: never); ``instead`` holds answers (status,
    headers, body) that are given first; ``pause_s`` is waited between blocks of 4 KiB.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    tags: str = "strong"
    length: bool = True
    cut: Callable[[str, int], int | None] = lambda *_: None
    instead: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    wants: str = ""
    pause_s: float = 0.0
    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def tag(self, body: bytes) -> str:
        """Return the mark of a version."""
        digest = hashlib.sha256(body).hexdigest()[:16]
        return {"strong": f'"{digest}"', "weak": f'W/"{digest}"', "none": ""}[self.tags]

    def url(self, path: str) -> str:
        """Return the address of a file."""
        return f"{self.address}/{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf: Server

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        shelf, path = self.shelf, self.path.partition("?")[0].lstrip("/")
        shelf.asked.append(
            {"path": self.path, "method": self.command, **{key.lower(): value for key, value in self.headers.items()}}
        )
        if shelf.wants and self.headers.get("Authorization") != shelf.wants:
            self._answer(401, {}, b"no")
        elif shelf.instead:
            self._answer(*shelf.instead.pop(0))
        elif path not in shelf.files:
            self._answer(404, {}, b"no such file")
        else:
            self._file(path, shelf.files[path])

    def _file(self, path: str, body: bytes) -> None:
        shelf, tag = self.shelf, self.shelf.tag(body)
        headers = {"ETag": tag} if tag else {}
        if tag and self.headers.get("If-None-Match") == tag:
            self._answer(304, headers, b"")
            return
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        valid = self.headers.get("If-Range", tag) == tag
        if not (span and shelf.ranges and valid):
            self._answer(200, headers, body, path)
        elif int(span[1]) >= len(body):
            self._answer(416, headers | {"Content-Range": f"bytes */{len(body)}"}, b"")
        else:
            start, last = int(span[1]), min(int(span[2] or len(body)), len(body) - 1)
            reach = f"bytes {start}-{last}/{len(body)}"
            self._answer(206, headers | {"Content-Range": reach}, body[start : last + 1], path)

    def _answer(self, status: int, headers: dict[str, str], body: bytes, path: str = "") -> None:
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        told = {"Content-Type": "application/octet-stream"} | headers | self.shelf.headers
        if self.shelf.length:
            told |= {"Content-Length": str(len(body))}
        else:
            self.close_connection = True
        for key, value in told.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        whole = self.shelf.cut(path, len(body)) if path else None
        try:
            self._send(body if whole is None else body[:whole])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if whole is not None and whole < len(body):
            self.close_connection = True

    def _send(self, body: bytes) -> None:
        if not self.shelf.pause_s:
            self.wfile.write(body)
            return
        for start in range(0, len(body), 4096):
            self.wfile.write(body[start : start + 4096])
            self.wfile.flush()
            time.sleep(self.shelf.pause_s)


@contextmanager
def serving(**files: bytes) -> Iterator[Server]:
    """Run a server on a free port of loopback while the block lasts."""
    server = Server(dict(files))
    handler = type("Handler", (_Handler,), {"shelf": server})
    with loopback.serving(handler) as address:
        server.address = address
        yield server
