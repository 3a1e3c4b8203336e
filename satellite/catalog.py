"""Rim: which scenes a catalogue holds. Asks a DHuS server, such as a bureau's own mirror, by its search interface."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
import shapely
from sentinelsat import SentinelAPI
from sentinelsat.exceptions import SentinelAPIError

from gis import schema
from gis.crs import stored
from gis.errors import WorkbenchError

ANY_CLOUD = 100
BEIJING = ZoneInfo("Asia/Shanghai")
TIMEOUT_S = (10, 60)
"""Seconds to wait for a connection, and for the next part of an answer."""

SCHEMA = schema.table(
    {
        "scene_id": schema.text(unique=True),
        "title": schema.text(),
        "seen_on": schema.day(),
        "cloud_percent": schema.number(0, 100),
        "size_mb": schema.number(0),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``seen_on`` is the day in Beijing; the geometry is the footprint (EPSG:4490)."""

_FILE = Path(__file__).with_name("providers.toml")
_WORLD = shapely.box(-180, -90, 180, 90)
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_MEGABYTES = {"B": 1e-6, "KB": 1e-3, "MB": 1.0, "GB": 1e3, "TB": 1e6}


@dataclass(frozen=True)
class Provider:
    """A catalogue: its address, what to ask it for, and the environment variables that hold the credentials."""

    address: str
    platform: str
    product: str
    user_variable: str
    password_variable: str

    @property
    def host(self) -> str:
        """The host, which is all of an address that a sentence or a log may show."""
        return urlsplit(self.address).hostname or ""


def provider(name: str = "bureau", environment: Mapping[str, str] = os.environ) -> Provider:
    """Return a catalogue by its name in ``providers.toml`` or by the address of any DHuS server.

    Parameters
    ----------
    name : str
        A name, or an address beginning with ``http://`` or ``https://``.
    environment : mapping
        Holds the address of a catalogue that is asked for by name.

    Raises
    ------
    WorkbenchError
        ``catalog.no_address`` if the environment does not tell the address, ``catalog.unknown`` if the name is neither
        known nor an address, ``catalog.closed`` if the service has ended.
    """
    entries: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    _demand_open(name, entries)
    entry = entries.get(name, entries["bureau"])
    address = environment.get(entry["address_variable"], "") if name in entries else name
    if not address:
        variable = entry["address_variable"]
        raise WorkbenchError("catalog.no_address", "The environment variable {name} is not set", name=variable)
    if not address.startswith(("http://", "https://")):
        known = ", ".join(entries)
        raise WorkbenchError("catalog.unknown", "Neither an address nor a known catalogue ({known})", known=known)
    wanted = ("platform", "product", "user_variable", "password_variable")
    asked = Provider(address, **{key: entry[key] for key in wanted})
    _demand_open(asked.host, entries)
    return asked


def search(
    provider: Provider,
    *,
    bbox: tuple[float, float, float, float],
    between: tuple[date, date],
    max_cloud: float = ANY_CLOUD,
    environment: Mapping[str, str] = os.environ,
) -> gpd.GeoDataFrame:
    """Return the scenes that touch a box, were seen between two days and are not too cloudy, the earliest first.

    Parameters
    ----------
    provider : Provider
    bbox : (west, south, east, north)
        Degrees.
    between : (first, last)
        Days in Beijing, both included.
    max_cloud : float
        Percent, 0 to 100.
    environment : mapping
        Holds user name and password under the names that the provider gives. They are sent to its address only.

    Returns
    -------
    GeoDataFrame
        See ``SCHEMA``; without rows if there is nothing.

    Raises
    ------
    WorkbenchError
        ``catalog.bad_question`` for a box, period or percentage that cannot be, ``catalog.no_credentials``,
        ``catalog.refused``, ``catalog.unreachable`` or ``catalog.bad_answer``. None of them holds credentials.
    """
    if not _possible(bbox, between, max_cloud):
        raise WorkbenchError("catalog.bad_question", "The box, the days or the share of cloud cannot be as given")
    server = _server(provider, environment)
    try:
        found = server.query(
            area=shapely.box(*bbox).wkt,
            date=_utc_span(between),
            platformname=provider.platform,
            producttype=provider.product,
            cloudcoverpercentage=(0, max_cloud),
            order_by="beginposition",
        )
        scenes = _as_table(found)
    # The library's errors carry the request and, with it, the password: they go no further.
    except SentinelAPIError as error:
        raise _told(error, provider) from None
    except OSError:  # every fault on the way: no such host, refused, timed out
        raise WorkbenchError("catalog.unreachable", "{host} does not answer", host=provider.host) from None
    except (KeyError, TypeError, ValueError, shapely.GEOSException):
        raise _bad_answer(provider, HTTPStatus.OK) from None
    return gpd.GeoDataFrame(schema.demand(scenes, SCHEMA, provider.host))


def _server(provider: Provider, environment: Mapping[str, str]) -> SentinelAPI:
    user, password = (environment.get(name) for name in (provider.user_variable, provider.password_variable))
    if not user or not password:
        raise WorkbenchError(
            "catalog.no_credentials",
            "Set the environment variables {user} and {password}",
            user=provider.user_variable,
            password=provider.password_variable,
        )
    server = SentinelAPI(user, password, provider.address, show_progressbars=False)
    # The library keeps its own timeout on the session, where requests does not look for it.
    server.session.request = partial(server.session.request, timeout=TIMEOUT_S)
    return server


def _as_table(found: Mapping[str, Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return an answer as a table; the library's own ``to_geodataframe`` fails under strict pandas."""
    rows = pd.DataFrame(
        {
            "scene_id": list(found),
            "title": [scene["title"] for scene in found.values()],
            "seen_on": [_beijing_day(scene["beginposition"]) for scene in found.values()],
            "cloud_percent": [scene["cloudcoverpercentage"] for scene in found.values()],
            "size_mb": [_megabytes(scene["size"]) for scene in found.values()],
        }
    ).astype({"seen_on": "datetime64[us]"})
    footprints = shapely.from_wkt([scene["footprint"] for scene in found.values()])
    scenes = gpd.GeoDataFrame(rows, geometry=list(footprints), crs="EPSG:4326")
    return stored(scenes.sort_values(["seen_on", "title"], ignore_index=True))


def _utc_span(between: tuple[date, date]) -> tuple[datetime, datetime]:
    """Return the first and last second of two Beijing days in UTC, for the library writes any hour as UTC."""
    first, last = (datetime.combine(day, time(), BEIJING) for day in between)
    return first.astimezone(UTC), (last + timedelta(days=1, seconds=-1)).astimezone(UTC)


def _beijing_day(sent_at: datetime) -> date:
    return sent_at.replace(tzinfo=UTC).astimezone(BEIJING).date()


def _megabytes(size: str) -> float:
    """Return a size such as ``"1.09 GB"`` in megabytes."""
    amount, unit = size.split()
    return float(amount) * _MEGABYTES[unit]


def _possible(bbox: tuple[float, float, float, float], between: tuple[date, date], max_cloud: float) -> bool:
    west, south, east, north = bbox
    in_order = west < east and south < north and between[0] <= between[1]
    return bool(in_order and _WORLD.covers(shapely.box(*bbox)) and 0 <= max_cloud <= ANY_CLOUD)


def _demand_open(name: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
    for ended, service in entries.items():
        if "closed" in service and name in {ended, *service["hosts"]}:
            raise WorkbenchError(
                "catalog.closed",
                "The public catalogue {name} was closed for good in {month}; give the address of a mirror",
                name=ended,
                month=service["closed"],
            )


def _told(error: SentinelAPIError, provider: Provider) -> WorkbenchError:
    status = error.response.status_code
    if status in _REFUSED:
        return WorkbenchError("catalog.refused", "{host} refused the user name or password", host=provider.host)
    return _bad_answer(provider, status)


def _bad_answer(provider: Provider, status: int) -> WorkbenchError:
    english = "{host} gave an answer that is no list of scenes (HTTP {status})"
    return WorkbenchError("catalog.bad_answer", english, host=provider.host, status=status)
