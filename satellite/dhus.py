"""Rim: a DHuS server, such as a province's mirror of Sentinel images, is asked by sentinelsat."""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from functools import partial
from http import HTTPStatus
from typing import Any

import shapely
from sentinelsat import SentinelAPI
from sentinelsat.exceptions import InvalidKeyError, LTAError, SentinelAPIError
from shapely.geometry.base import BaseGeometry

from gis.errors import WorkbenchError
from satellite import checksums, credentials, sessions
from satellite.offers import Asset, Offer
from satellite.providers import Provider
from satellite.questions import Question

_PAGE = 100
_CORNERS = 40
_COARSE_DEG = 0.01
_MEGABYTES = {"B": 1e-6, "KB": 1e-3, "MB": 1.0, "GB": 1e3, "TB": 1e6}
_PLATFORMS = {"sentinel1": "Sentinel-1", "sentinel2": "Sentinel-2"}


def search(provider: Provider, question: Question, environment: Mapping[str, str] = os.environ) -> Iterator[Offer]:
    """Yield the offers that a question finds, page by page; offers asked for by id come with their exact file.

    Parameters
    ----------
    provider : Provider
    question : Question
    environment : mapping
        Holds user name and password. They are sent to the provider's address only.

    Raises
    ------
    WorkbenchError
        ``catalog.no_credentials``, ``catalog.refused``, ``catalog.unreachable`` or ``catalog.bad_answer``. None of
        them holds credentials.
    """
    with _told(provider):
        server = _server(provider, environment)
        if question.ids:
            yield from (_exact(told, provider, question) for told in _by_id(server, question.ids))
            return
        asked = _keywords(provider, question)
        start, found = 0, _PAGE
        while found == _PAGE:
            page = server.query(**asked, order_by="beginposition", limit=_PAGE, offset=start)
            offers = (_item(scene_id, scene, provider, question) for scene_id, scene in page.items())
            yield from (offer for offer in offers if shapely.intersects(offer.footprint, question.area))
            start, found = start + _PAGE, len(page)


def count(provider: Provider, question: Question, environment: Mapping[str, str] = os.environ) -> int:
    """Return how many offers a question would find, without fetching them.

    Raises
    ------
    WorkbenchError
        As ``search``.
    """
    with _told(provider):
        return int(_server(provider, environment).count(**_keywords(provider, question)))


def demand_online(provider: Provider, offer: Offer, environment: Mapping[str, str] = os.environ) -> None:
    """Pass if an image lies ready; otherwise ask for it to be brought back from the long-term archive, and refuse.

    Raises
    ------
    WorkbenchError
        ``catalog.offline`` if the image is being brought back, ``catalog.offline_full`` if the server takes no more
        such wishes today, and as ``search``.
    """
    with _told(provider):
        server = _server(provider, environment)
        if server.is_online(offer.scene_id):
            return
        try:
            if not server.trigger_offline_retrieval(offer.scene_id):
                return
        except LTAError:
            english = (
                "{title} lies in the long-term archive, and {host} takes no further wishes now; try again tomorrow"
            )
            raise WorkbenchError("catalog.offline_full", english, title=offer.title, host=provider.host) from None
    english = "{title} lies in the long-term archive; {host} has been asked for it, try again in some hours"
    raise WorkbenchError("catalog.offline", english, title=offer.title, host=provider.host)


def _server(provider: Provider, environment: Mapping[str, str]) -> SentinelAPI:
    own = credentials.demand(provider, environment)
    server = SentinelAPI(own.user, own.password, provider.address, show_progressbars=False)
    # The library keeps its own timeout on the session, where requests does not look for it.
    server.session.request = partial(server.session.request, timeout=sessions.TIMEOUT_S)
    return server


def _by_id(server: SentinelAPI, scene_ids: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    for scene_id in scene_ids:
        with warnings.catch_warnings(), suppress(InvalidKeyError):
            warnings.simplefilter("ignore", DeprecationWarning)  # how the library reads a moment
            yield server.get_product_odata(scene_id, full=True)


def _keywords(provider: Provider, question: Question) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "area": _short(question.area).wkt,
        # The library writes any hour as UTC.
        "date": question.utc_span,
        "platformname": _PLATFORMS[question.sensor.partition("-")[0]],
        "producttype": question.collection or provider.holding(question.sensor).collection,
    }
    if question.sensor.startswith("sentinel2"):
        asked["cloudcoverpercentage"] = (0, question.max_cloud)
    return asked


def _short(area: BaseGeometry) -> BaseGeometry:
    """Return an area that fits into an address: its hull where it has many corners, with few of them."""
    if shapely.get_num_coordinates(area) <= _CORNERS:
        return area
    hull = shapely.set_precision(area.convex_hull, _COARSE_DEG)
    return hull.buffer(_COARSE_DEG, quad_segs=1, join_style="mitre").simplify(_COARSE_DEG / 2)


def _item(scene_id: str, scene: Mapping[str, Any], provider: Provider, question: Question) -> Offer:
    """Return an offer from an entry of the search interface, which tells sizes for people only."""
    amount, unit = scene["size"].split()
    address = f"{provider.address.rstrip('/')}/odata/v1/Products('{scene_id}')/$value"
    return Offer(
        scene_id=scene_id,
        provider=provider.name,
        sensor=question.sensor,
        collection=question.collection or provider.holding(question.sensor).collection,
        title=scene["title"],
        sensed_at=scene["beginposition"].replace(tzinfo=UTC),
        footprint=shapely.from_wkt(scene["footprint"]),
        cloud_percent=float(scene.get("cloudcoverpercentage", "nan")),
        size_mb=float(amount) * _MEGABYTES[unit],
        assets={"product": Asset("product", address, media_type="application/zip")},
    )


def _exact(scene: Mapping[str, Any], provider: Provider, question: Question) -> Offer:
    """Return an offer from the OData interface, which tells the file's exact size and checksum."""
    sums = [checksums.plain(name, scene[name]) for name in ("md5", "sha3-256", "sha-256") if name in scene]
    address = f"{provider.address.rstrip('/')}/odata/v1/Products('{scene['id']}')/$value"
    product = Asset("product", address, scene["size"], next(iter(sums), None), "application/zip")
    return Offer(
        scene_id=scene["id"],
        provider=provider.name,
        sensor=question.sensor,
        collection=question.collection or provider.holding(question.sensor).collection,
        title=scene["title"],
        sensed_at=scene["date"].replace(tzinfo=UTC),
        footprint=shapely.from_wkt(scene["footprint"]),
        cloud_percent=float(scene.get("Cloud cover percentage", "nan")),
        size_mb=scene["size"] / 1e6,
        assets={"product": product},
    )


@contextmanager
def _told(provider: Provider) -> Iterator[None]:
    """Tell the library's faults in sentences: its own carry the request and, with it, the password."""
    try:
        yield
    except SentinelAPIError as fault:
        status = fault.response.status_code
        told = (
            sessions.refused(provider.host)
            if status in sessions.REFUSED
            else sessions.bad_answer(provider.host, status)
        )
        raise told from None
    except OSError:  # every fault on the way: no such host, refused, timed out
        raise WorkbenchError("catalog.unreachable", "{host} does not answer", host=provider.host) from None
    except (KeyError, TypeError, ValueError, shapely.GEOSException):
        raise sessions.bad_answer(provider.host, HTTPStatus.OK) from None
