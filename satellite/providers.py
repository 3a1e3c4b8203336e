"""Catalogues of images as data: what they speak, where they are, what they hold, from ``providers.toml``."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gis.errors import WorkbenchError

DEFAULT = "dataspace"
"""Copernicus Data Space, the successor of the hub that closed."""

KINDS = ("stac", "dhus", "folder")
_FILE = Path(__file__).with_name("providers.toml")


@dataclass(frozen=True)
class Holding:
    """How a catalogue holds a sensor's images.

    ``collection`` is the catalogue's name for them, ``bands`` its key of a band by common name, ``whole`` the key of
    the whole product and ``thumbnail`` of a small picture ("" if there is none).
    """

    collection: str
    bands: Mapping[str, str] = field(default_factory=dict)
    whole: str = ""
    thumbnail: str = "thumbnail"


@dataclass(frozen=True)
class Provider:
    """A catalogue. Holds the names of environment variables with credentials, never credentials.

    Attributes
    ----------
    name : str
        Its key in ``providers.toml``, or what was typed: by it the same catalogue is found again.
    kind : str
        One of ``KINDS``.
    address : str
        Where it is asked: an address, or the path of a folder.
    sensors : mapping of str to Holding
        By the codes of ``sensors.toml``; empty where collections are called like sensors.
    auth : str
        How images are asked for: ``"none"``, ``"basic"``, ``"oidc"`` or ``"sas"``.
    token_address, client : str
        Where tokens come from, and as what client.
    trusted : tuple of str
        Hosts that may see credentials; one that begins with a dot stands for all below it.
    user_variable, password_variable : str
    """

    name: str
    kind: str
    address: str
    sensors: Mapping[str, Holding] = field(default_factory=dict)
    auth: str = "none"
    token_address: str = ""
    client: str = ""
    trusted: tuple[str, ...] = ()
    user_variable: str = ""
    password_variable: str = ""

    @property
    def host(self) -> str:
        """The host, or the name of the folder: all of an address that a sentence or a log may show."""
        if self.kind == "folder":
            return Path(self.address).name
        return urlsplit(self.address).hostname or ""

    @property
    def label(self) -> str:
        """What it is called on a screen and in the names of folders: its name, or the host of an address."""
        return self.name if self.name in names() else self.host

    def holding(self, sensor: str) -> Holding:
        """Return how a sensor is held.

        Raises
        ------
        WorkbenchError
            ``catalog.no_sensor`` if the catalogue is known not to have it.
        """
        if not self.sensors:
            return Holding(sensor)
        if sensor not in self.sensors:
            english = "{name} has no images of {sensor}, but of: {known}"
            raise WorkbenchError(
                "catalog.no_sensor", english, name=self.name, sensor=sensor, known=", ".join(self.sensors)
            )
        return self.sensors[sensor]

    def trusts(self, host: str) -> bool:
        """Say whether a host may be sent the credentials."""
        below = tuple(each for each in self.trusted if each.startswith("."))
        return host in self.trusted or (bool(below) and host.endswith(below))


def names() -> tuple[str, ...]:
    """Return the names of all catalogues that can be asked, the default first."""
    return tuple(name for name, entry in _entries().items() if "closed" not in entry)


def provider(name: str = DEFAULT, environment: Mapping[str, str] = os.environ) -> Provider:
    """Return a catalogue by name, by address or by folder.

    Parameters
    ----------
    name : str
        A name of ``providers.toml``; an address of a STAC API (``https://...``, also ``stac:https://...``); of a DHuS
        server (``dhus:https://...``); or the path of a folder that exists (also ``folder:PATH``).
    environment : mapping
        Holds the address of a catalogue that is asked for by name.

    Raises
    ------
    WorkbenchError
        ``catalog.no_address`` if the environment does not tell the address, ``catalog.unknown`` if the name is neither
        known nor an address nor a folder, ``catalog.open_password`` if the address holds a password,
        ``catalog.closed`` if the service has ended.
    """
    entries = _entries()
    _demand_open(name)
    if name in entries:
        entry = entries[name]
        address = entry.get("address") or environment.get(entry["address_variable"], "")
        if not address:
            english = "The environment variable {name} is not set; it holds the address of the catalogue"
            raise WorkbenchError("catalog.no_address", english, name=entry["address_variable"])
        return _demand_usable(_provider(name, entry, address))
    kind, address = _typed(name)
    entry = entries[{"stac": "bureau", "dhus": "mirror", "folder": "folder"}[kind]]
    return _demand_usable(_provider(name, entry, address))


def _provider(name: str, entry: Mapping[str, Any], address: str) -> Provider:
    sensors = {code: Holding(**how) for code, how in entry.get("sensors", {}).items()}
    rest = {
        key: entry[key]
        for key in ("auth", "token_address", "client", "user_variable", "password_variable")
        if key in entry
    }
    host = urlsplit(address).hostname or ""
    trusted = tuple(entry.get("trusted", [host] if entry["auth"] == "basic" else []))
    return Provider(name, entry["kind"], address, sensors=sensors, trusted=trusted, **rest)


def _typed(name: str) -> tuple[str, str]:
    """Return the kind and the address of what a user typed."""
    kind, colon, rest = name.partition(":")
    if colon and kind in KINDS:
        return kind, rest
    return ("folder" if Path(name).is_dir() else "stac"), name


def _demand_usable(asked: Provider) -> Provider:
    _demand_open(asked.host)
    fits = Path(asked.address).is_dir() if asked.kind == "folder" else asked.address.startswith(("http://", "https://"))
    if not fits:
        english = "Neither a known catalogue ({known}) nor an address nor a folder"
        raise WorkbenchError("catalog.unknown", english, known=", ".join(names()))
    if asked.kind != "folder" and "@" in urlsplit(asked.address).netloc:
        english = "A password does not belong into an address; set the environment variables {user} and {password}"
        raise WorkbenchError(
            "catalog.open_password", english, user=asked.user_variable, password=asked.password_variable
        )
    return asked


def _demand_open(name: str) -> None:
    for ended, service in _entries().items():
        if "closed" in service and name in {ended, *service["hosts"]}:
            raise WorkbenchError(
                "catalog.closed",
                "The public catalogue {name} was closed for good in {month}; its successor is {successor}",
                name=ended,
                month=service["closed"],
                successor=DEFAULT,
            )


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return entries
