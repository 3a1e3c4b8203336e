"""Rim: a folder of images is searched like a catalogue, by the STAC items that lie in it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import shapely

from gis.errors import WorkbenchError
from satellite import offers
from satellite.offers import Asset, Offer
from satellite.providers import Provider
from satellite.questions import Question

_LARGEST_BYTES = 20_000_000


def search(provider: Provider, question: Question) -> Iterator[Offer]:
    """Yield the offers of a folder that a question finds; a file is read when its offers are wanted.

    Every ``.json`` below the folder is looked at in the order of paths; one that holds no STAC item, or no list of
    them, is passed over: archives hold other things too. An address that is no web address is a path from the offer.

    Parameters
    ----------
    provider : Provider
        Of kind ``"folder"``.
    question : Question

    Raises
    ------
    WorkbenchError
        ``catalog.unreachable`` if the folder is gone.
    """
    folder = Path(provider.address)
    if not folder.is_dir():
        raise WorkbenchError("catalog.unreachable", "{host} does not answer", host=provider.host)
    for path in sorted(folder.rglob("*.json")):
        for told in _items(path):
            offer = _item(told, path, provider, question)
            if offer is not None and _fits(offer, question):
                yield offer


def _items(path: Path) -> list[dict[str, Any]]:
    if path.stat().st_size > _LARGEST_BYTES:
        return []
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return []
    if not isinstance(told, dict):
        return []
    listed = told.get("features", [told])
    return [
        each for each in listed if isinstance(each, dict) and each.get("type") == "Feature" and "stac_version" in each
    ]


def _item(told: Mapping[str, Any], path: Path, provider: Provider, question: Question) -> Offer | None:
    try:
        offer = offers.from_stac(told, provider=provider.name, sensor=question.sensor)
    except (KeyError, TypeError, ValueError, AttributeError, shapely.GEOSException, WorkbenchError):
        return None
    return replace(offer, assets={key: _placed(asset, path) for key, asset in offer.assets.items()})


def _placed(asset: Asset, path: Path) -> Asset:
    if asset.href.startswith(("http:", "https:", "s3:")):
        return asset
    parts = urlsplit(asset.href)
    place = Path(unquote(parts.path) if parts.scheme == "file" else asset.href)
    return replace(asset, href=(path.parent / place).resolve().as_uri())


def _fits(offer: Offer, question: Question) -> bool:
    if question.ids:
        return offer.scene_id in question.ids
    first, last = question.utc_span
    wanted = question.collection or question.sensor
    return (
        wanted in {offer.collection, offer.told["properties"].get("hdq:sensor")}
        and first <= offer.sensed_at <= last
        and not offer.cloud_percent > question.max_cloud
        and bool(shapely.intersects(offer.footprint, question.area))
    )
