"""The shelf gives back what was put there under its own digest and forgets the oldest first."""

import asyncio
import gzip

from starlette.requests import Request

from views import shelf


def test_same_content_has_the_same_address():
    """Content is kept once, whoever puts it there."""
    held = shelf.Shelf(1000)
    assert held.put(b"{}", ".json") == held.put(b"{}", ".json")
    assert held.put(b"{}", ".json") != held.put(b"[]", ".json")


def test_oldest_content_goes_first_and_used_content_stays():
    """Past its size the shelf drops what was put there longest ago; putting it again counts as use."""
    held = shelf.Shelf(250)
    first, second = (held.put(each * 100, ".png") for each in (b"a", b"b"))
    held.put(b"a" * 100, ".png")
    held.put(b"c" * 100, ".png")
    assert held.take(first.removeprefix("/layers/")) == b"a" * 100
    assert held.take(second.removeprefix("/layers/")) is None


def test_json_shrinks_and_a_gone_name_is_not_found():
    """JSON lies gzipped; a name that is not there answers 404."""
    address = shelf.SHELF.put(b"1" * 5000, ".json")
    packed = shelf.SHELF.take(address.removeprefix("/layers/"))
    assert len(packed) < 500
    assert gzip.decompress(packed) == b"1" * 5000
    found = asked(address.removeprefix("/layers/"))
    assert (found.status_code, found.body) == (200, packed)
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["content-type"] == "application/json"
    assert asked("none.json").status_code == 404


def asked(name):
    """Return the answer to a browser that asks for a name."""
    return asyncio.run(shelf.answer(Request({"type": "http", "path_params": {"name": name}})))
