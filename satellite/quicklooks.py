"""Rim: quick-looks: small pictures of images, fetched from a catalogue and made smaller still, to choose by."""

import base64
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
from PIL import Image, UnidentifiedImageError

from gis.errors import WorkbenchError
from satellite import sessions
from satellite.offers import Offer
from satellite.providers import Provider

LARGEST_BYTES = 8_000_000
EDGE_PX = 320
_MOST_PX = 40_000_000
_TIMEOUT_S = (5.0, 15.0)
_CHUNK = 1 << 16
_AT_ONCE = 6
_KINDS = ("JPEG", "PNG", "WEBP")


def fetch(offers: Sequence[Offer], provider: Provider, environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the quick-looks of images as small JPEGs, by scene id; an image without one is left out.

    What is too large, no picture or not to be had within seconds is left out too: a picture to choose by is not worth
    a fault.

    Parameters
    ----------
    offers : sequence of Offer
    provider : Provider
    environment : mapping
        Holds credentials, for a catalogue whose pictures want some.
    """
    session = sessions.connected(provider, environment, retries=0)

    def one(offer: Offer) -> bytes | None:
        asset = offer.thumbnail(provider.holding(offer.sensor))
        try:
            return None if asset is None else _small(_read(asset.href, session))
        except (requests.RequestException, OSError, ValueError, UnidentifiedImageError, WorkbenchError):
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        pictures = list(pool.map(one, offers))
    return {offer.scene_id: picture for offer, picture in zip(offers, pictures, strict=True) if picture is not None}


def address(picture: bytes) -> str:
    """Return a picture as an address that holds it, for a page that asks nobody else."""
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


def _read(href: str, session: requests.Session) -> bytes:
    parts = urlsplit(href)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(path.name)
        return path.read_bytes()
    with session.get(href, stream=True, timeout=_TIMEOUT_S) as answer:
        answer.raise_for_status()
        content = b""
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > LARGEST_BYTES:
                raise ValueError(parts.path)
    return content


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=_KINDS) as picture:
        if picture.width * picture.height > _MOST_PX:  # told by the head, before anything is unpacked
            raise ValueError(picture.size)
        picture.draft("RGB", (EDGE_PX, EDGE_PX))
        small = picture.convert("RGB")
        small.thumbnail((EDGE_PX, EDGE_PX))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()
