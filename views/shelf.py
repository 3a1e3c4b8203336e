"""What the map fetches by itself: layers and pictures, kept by their digest and served at ``/layers``.

A page that runs again sends the browser an address, not the data: 20,000 enterprises cross the wire once.
"""

import gzip
import hashlib
from collections import OrderedDict
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

PREFIX = "/layers"
_KINDS = {".json": "application/json", ".png": "image/png"}


class Shelf:
    """The things most recently put there, up to a number of bytes; the same content has the same address."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def put(self, content: bytes, ending: str) -> str:
        """Keep content (ending ``.json`` or ``.png``) and return its address."""
        name = hashlib.sha256(content).hexdigest()[:32] + ending
        with self._lock:
            if name not in self._held:
                # JSON shrinks to a fifth; a picture is packed already.
                self._held[name] = gzip.compress(content, 1) if ending == ".json" else content
                self._bytes += len(self._held[name])
            self._held.move_to_end(name)
            while self._bytes > self._most_bytes and len(self._held) > 1:
                self._bytes -= len(self._held.popitem(last=False)[1])
        return f"{PREFIX}/{name}"

    def take(self, name: str) -> bytes | None:
        """Return what is kept under a name, JSON gzipped; None if it is gone."""
        with self._lock:
            return self._held.get(name)


SHELF = Shelf(most_bytes=256_000_000)
"""One for all sessions: it holds nothing that a page of this project would not show, and never by a guessable name."""


async def answer(request: Request) -> Response:
    """Serve one thing from the shelf."""
    name = request.path_params["name"]
    content = SHELF.take(name)
    if content is None:
        return Response(status_code=404)
    ending = "." + name.rpartition(".")[2]
    headers = {"Cache-Control": "private, max-age=86400, immutable"}
    if ending == ".json":
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=_KINDS[ending], headers=headers)
