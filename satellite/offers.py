"""What a catalogue offers: an image, the files that belong to it, and offers as a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gis import schema
from gis.crs import stored
from gis.errors import WorkbenchError
from satellite import checksums
from satellite.checksums import Checksum
from satellite.providers import Holding
from satellite.questions import beijing_day

SCHEMA = schema.table(
    {
        "scene_id": schema.text(),
        "provider": schema.text(),
        "sensor": schema.text(),
        "collection": schema.text(),
        "title": schema.text(),
        "sensed_at": schema.day(),
        "seen_on": schema.day(),
        "cloud_percent": schema.number(0, 100, nullable=True),
        "size_mb": schema.number(0, nullable=True),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``sensed_at`` is a moment in UTC, ``seen_on`` its day in Beijing; the geometry is the footprint (EPSG:4490).
``cloud_percent`` is NaN for radar, ``size_mb`` where the catalogue does not tell it."""

_MEGABYTE = 1e6
_EXTENSIONS = {
    "application/zip": ".zip",
    "image/jp2": ".jp2",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
}


@dataclass(frozen=True)
class Asset:
    """A file of an image: ``size`` in bytes (None if not told) and ``names``, the common names of its bands."""

    key: str
    href: str
    size: int | None = None
    checksum: Checksum | None = None
    media_type: str = ""
    names: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The address without what follows ``?``, where signatures stand: for receipts and sentences."""
        parts = urlsplit(self.href)
        host = parts.hostname or ""
        place = f"{host}:{parts.port}" if parts.port else host
        return urlunsplit((parts.scheme, place, parts.path, "", ""))

    def file_name(self, scene_id: str) -> str:
        """Return what the file is called on disk: as in its address, or by its key where that is no name."""
        kind = _EXTENSIONS.get(self.media_type.partition(";")[0].strip().lower(), "")
        last = PurePosixPath(unquote(urlsplit(self.href).path)).name
        if "." in last.strip(".") and not last.startswith(("$", ".")):
            name = last
        elif kind == ".zip":
            name = f"{scene_id}.zip"
        else:
            name = f"{self.key}{kind}"
        return safe(name)


@dataclass(frozen=True)
class Offer:
    """An image in a catalogue.

    Attributes
    ----------
    scene_id : str
    provider, sensor, collection : str
        Where it was found and as what.
    title : str
    sensed_at : datetime
        With its time zone.
    footprint : Polygon or MultiPolygon
        Longitude and latitude (EPSG:4326).
    cloud_percent : float
        0 to 100, NaN if not told.
    size_mb : float
        Megabytes of all files together, NaN if not told; as exact as the catalogue is.
    assets : mapping of str to Asset
    told : mapping
        All that the catalogue tells, as a STAC item; empty if it does not speak STAC.
    """

    scene_id: str
    provider: str
    sensor: str
    collection: str
    title: str
    sensed_at: datetime
    footprint: BaseGeometry
    cloud_percent: float = float("nan")
    size_mb: float = float("nan")
    assets: Mapping[str, Asset] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def thumbnail(self, holding: Holding) -> Asset | None:
        """Return the small picture, or None if the image has none."""
        return self.assets.get(holding.thumbnail) or self.assets.get("thumbnail")

    def wanted(self, bands: Iterable[str], holding: Holding) -> tuple[Asset, ...]:
        """Return the files of some bands, or of the whole product if none is named.

        A band is looked for by the catalogue's key for it, by a key that is its common name, and by the common names
        that the offer's own bands carry. Without a name: the whole product if the catalogue has one, else all bands
        that it is known to have, else all files but the small picture.

        Raises
        ------
        WorkbenchError
            ``catalog.no_band`` if the image has no file of a band.
        """
        asked = tuple(dict.fromkeys(bands))
        if asked:
            return tuple(dict.fromkeys(self._of(band, holding) for band in asked))
        if holding.whole in self.assets:
            return (self.assets[holding.whole],)
        known = [self.assets[key] for key in holding.bands.values() if key in self.assets]
        return tuple(known or [asset for key, asset in self.assets.items() if key != holding.thumbnail])

    def _of(self, band: str, holding: Holding) -> Asset:
        for key in (holding.bands.get(band, ""), band):
            if key in self.assets:
                return self.assets[key]
        for asset in self.assets.values():
            if band in asset.names:
                return asset
        known = ", ".join(sorted({*holding.bands, *self.assets}))
        raise WorkbenchError(
            "catalog.no_band",
            "{scene} has no file of band {band}; it has: {known}",
            scene=self.scene_id,
            band=band,
            known=known,
        )


def safe(name: str) -> str:
    """Return a name that is one plain file in one folder, whatever a catalogue calls it."""
    kept = "".join(letter if letter.isalnum() or letter in "-_.+" else "_" for letter in name).lstrip(".")
    return kept[-200:] or "_"


def as_table(offers: Iterable[Offer], source: str) -> gpd.GeoDataFrame:
    """Return offers as a table, the earliest first; an offer that comes twice stands once.

    Parameters
    ----------
    offers : iterable of Offer
        Taken to its end, which asks the catalogue for all pages.
    source : str
        What the catalogue is called in a sentence about faulty offers.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; without rows if there is nothing.

    Raises
    ------
    TableFaults
        If an offer cannot be, such as 140 % of clouds.
    """
    found = list({(offer.provider, offer.scene_id): offer for offer in offers}.values())
    moments = [np.datetime64(offer.sensed_at.astimezone(UTC).replace(tzinfo=None), "us") for offer in found]
    rows = pd.DataFrame(
        {
            "scene_id": [offer.scene_id for offer in found],
            "provider": [offer.provider for offer in found],
            "sensor": [offer.sensor for offer in found],
            "collection": [offer.collection for offer in found],
            "title": [offer.title for offer in found],
            "sensed_at": np.array(moments, dtype="datetime64[us]"),
            "seen_on": np.array([beijing_day(offer.sensed_at) for offer in found], dtype="datetime64[us]"),
            "cloud_percent": np.array([offer.cloud_percent for offer in found], dtype=float),
            "size_mb": np.array([offer.size_mb for offer in found], dtype=float),
        }
    ).astype(dict.fromkeys(("scene_id", "provider", "sensor", "collection", "title"), str))
    table = stored(gpd.GeoDataFrame(rows, geometry=[offer.footprint for offer in found], crs="EPSG:4326"))
    return gpd.GeoDataFrame(schema.demand(table.sort_values(["sensed_at", "title"], ignore_index=True), SCHEMA, source))


def from_stac(item: Mapping[str, Any], *, provider: str, sensor: str) -> Offer:
    """Return an offer from its STAC form.

    Of an asset that lies in object storage, the address by HTTPS among its ``alternate`` addresses is taken.

    Parameters
    ----------
    item : mapping
        A STAC Item as JSON.
    provider, sensor : str

    Raises
    ------
    KeyError, TypeError, ValueError, shapely.GEOSException, WorkbenchError
        If it is no such thing.
    """
    properties = item["properties"]
    moment = properties.get("datetime") or properties["start_datetime"]
    cloud = properties.get("eo:cloud_cover")
    footprint = shapely.geometry.shape(item["geometry"])
    assets = {key: _asset(key, asset) for key, asset in item.get("assets", {}).items()}
    sizes = [asset.size for asset in assets.values() if asset.size is not None]
    return Offer(
        scene_id=str(item["id"]),
        provider=provider,
        sensor=sensor,
        collection=str(item.get("collection") or ""),
        title=str(properties.get("title") or item["id"]),
        sensed_at=datetime.fromisoformat(moment),
        footprint=shapely.force_2d(footprint),
        cloud_percent=float("nan") if cloud is None else float(cloud),
        size_mb=sum(sizes) / _MEGABYTE if sizes and len(sizes) == len(assets) else float("nan"),
        assets=assets,
        told=item,
    )


def as_stac(offer: Offer, holding: Holding, files: Mapping[str, tuple[str, int, str]]) -> dict[str, Any]:
    """Return the STAC item of an image that lies on disk: what the catalogue told, with the files that are there.

    A file of a band stands under the band's common name, so that whoever opens the image need not know the catalogue.

    Parameters
    ----------
    offer : Offer
    holding : Holding
        How the catalogue calls the bands.
    files : mapping of str to (name, size, sha256)
        By the catalogue's key; the name is that of a file beside the item.
    """
    common = {key: band for band, key in holding.bands.items()}
    told = {key: dict(value) for key, value in offer.told.get("assets", {}).items()}
    assets = {}
    for key, (name, size, digits) in files.items():
        rest = {part: value for part, value in told.get(key, {}).items() if part != "alternate" and ":refs" not in part}
        own = {"href": f"./{name}", "file:size": size, "file:checksum": f"1220{digits}"}
        assets[common.get(key, key)] = rest | own
    properties: dict[str, Any] = {
        "datetime": offer.sensed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "title": offer.title,
    }
    if not np.isnan(offer.cloud_percent):
        properties["eo:cloud_cover"] = offer.cloud_percent
    source = {"hdq:sensor": offer.sensor, "hdq:provider": offer.provider}
    return {
        "type": "Feature",
        "stac_version": offer.told.get("stac_version", "1.0.0"),
        "stac_extensions": list(offer.told.get("stac_extensions", [])),
        "id": offer.scene_id,
        "collection": offer.collection,
        "geometry": shapely.geometry.mapping(offer.footprint),
        "bbox": list(offer.footprint.bounds),
        "properties": properties | dict(offer.told.get("properties", {})) | source,
        "links": [],
        "assets": assets,
    }


def _asset(key: str, asset: Mapping[str, Any]) -> Asset:
    sources = [asset, *asset.get("alternate", {}).values()]
    over_http = [each for each in sources if str(each.get("href", "")).startswith(("https://", "http://"))]
    source = (over_http or sources)[0]
    size = source.get("file:size", asset.get("file:size"))
    digest = source.get("file:checksum", asset.get("file:checksum"))
    bands = [*asset.get("eo:bands", ()), *asset.get("bands", ())]
    names = [band.get(kind) for band in bands for kind in ("common_name", "eo:common_name", "name")]
    return Asset(
        key=key,
        href=str(source["href"]),
        size=None if size is None else int(size),
        checksum=_checksum(digest),
        media_type=str(asset.get("type") or ""),
        names=tuple(dict.fromkeys(str(name) for name in names if name)) if len(bands) == 1 else (),
    )


def _checksum(digest: str | None) -> Checksum | None:
    """Return a checksum that can be verified; one of an algorithm that is not known here is as good as none."""
    try:
        return checksums.multihash(digest) if digest else None
    except WorkbenchError:
        return None
