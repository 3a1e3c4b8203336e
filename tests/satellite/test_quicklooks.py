"""Quick-looks: made small, and never worth a fault."""

import base64
import io
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from PIL import Image

from satellite import quicklooks
from satellite.offers import Asset, Offer
from satellite.providers import Holding, Provider
from tests.satellite import shaky

PROVIDER = Provider("t", "stac", "http://x/", {"s": Holding("c")})


def picture(kind="PNG", size=(800, 400)):
    """Return a picture as bytes: red on the left, blue on the right."""
    pixels = np.zeros((size[1], size[0], 3), dtype="uint8")
    pixels[:, : size[0] // 2, 0] = pixels[:, size[0] // 2 :, 2] = 255
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def offer(name, href):
    """Return an offer with a small picture at an address."""
    moment = datetime(2026, 5, 10, tzinfo=UTC)
    assets = {"thumbnail": Asset("thumbnail", href)} if href else {}
    return Offer(name, "t", "s", "c", name, moment, shapely.box(0, 0, 1, 1), assets=assets)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_become_small_jpegs(kind):
    """With their sides' proportion and their colours."""
    with shaky.serving(a=picture(kind)) as server:
        found = quicklooks.fetch([offer("a", server.url("a"))], PROVIDER, {})
    with Image.open(io.BytesIO(found["a"])) as small:
        assert (small.format, small.size) == ("JPEG", (320, 160))
        left, right = (small.getpixel((x, 80)) for x in (40, 280))
    assert left[0] - left[2] > 150
    assert right[2] - right[0] > 150


def test_what_is_no_picture_is_left_out(monkeypatch):
    """A page, half a picture, too many bytes, too many pixels, nothing there, no address: the others come."""
    monkeypatch.setattr(quicklooks, "LARGEST_BYTES", 20_000)
    monkeypatch.setattr(quicklooks, "_MOST_PX", 800 * 400)
    files = {
        "good": picture(),
        "page": b"<html>",
        "half": picture("JPEG")[:200],
        "heavy": b"\x89PNG" + bytes(30_000),
        "huge": picture(size=(2000, 1000)),
        "tif": picture("TIFF", (80, 40)),
    }
    with shaky.serving(**files) as server:
        wanted = [offer(name, server.url(name)) for name in (*files, "gone")] + [
            offer("none", ""),
            offer("s3", "s3://a/b"),
        ]
        assert list(quicklooks.fetch(wanted, PROVIDER, {})) == ["good"]


def test_a_picture_on_disk_is_read(tmp_path):
    """As folders have them."""
    (tmp_path / "look.png").write_bytes(picture())
    assert "a" in quicklooks.fetch([offer("a", (tmp_path / "look.png").as_uri())], PROVIDER, {})


def test_a_page_gets_the_picture_itself():
    """No address that the browser would have to ask."""
    kind, _, data = quicklooks.address(b"\xff\xd8").partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data) == b"\xff\xd8"
