"""Sensors as data: bands, units and names of products, from ``sensors.toml``."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("sensors.toml")


@dataclass(frozen=True)
class Band:
    """A band of a sensor.

    Attributes
    ----------
    native : str
        What the product calls it.
    name : str
        Common name, such as ``"red"``.
    wavelength_nm : float
        Centre; 0 where there is none (classes, radar).
    gsd_m : float
        Ground sample distance; 0 where it differs from image to image.
    """

    native: str
    name: str
    wavelength_nm: float
    gsd_m: float


@dataclass(frozen=True)
class Sensor:
    """A sensor and how its products are made.

    Attributes
    ----------
    code : str
        Its key in ``sensors.toml``.
    kind : str
        ``"optical"``, ``"radar"``, ``"elevation"`` or ``"photo"``.
    platforms : tuple of str
    pattern : str
        Regular expression of product names, "" if they follow none.
    quantity, units : str
        What pixels mean once they are physical.
    bands : tuple of Band
    scale, offset : float
        Physical value = scale x count + offset, where the product does not tell its own.
    solar_w_m2_um : tuple of float
        Solar irradiance of each band outside the atmosphere, W m-2 um-1; empty where products are reflectance already.
    """

    code: str
    kind: str
    platforms: tuple[str, ...]
    pattern: str
    quantity: str
    units: str
    bands: tuple[Band, ...]
    scale: float = 1.0
    offset: float = 0.0
    solar_w_m2_um: tuple[float, ...] = ()

    def band(self, native: str) -> Band:
        """Return a band by the product's name for it.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {each.native: each for each in self.bands}[native]

    @property
    def names(self) -> tuple[str, ...]:
        """Common names of the bands, in the product's order."""
        return tuple(each.name for each in self.bands)


@cache
def known() -> dict[str, Sensor]:
    """Return all sensors by code."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {code: _sensor(code, entry) for code, entry in table.items()}


def of_name(name: str) -> Sensor | None:
    """Return the sensor whose product names a name follows, with or without an ending, None if there is none."""
    for sensor in known().values():
        if sensor.pattern and re.match(sensor.pattern, name):
            return sensor
    return None


def day_in(name: str) -> str | None:
    """Return the day of sensing (YYYYMMDD) that a product's name tells, None if it tells none."""
    sensor = of_name(name)
    found = re.match(sensor.pattern, name) if sensor else None
    return found.group("day") if found else None


def _sensor(code: str, entry: dict[str, object]) -> Sensor:
    listed = dict(entry)
    bands = listed.pop("bands")
    rows = bands.items() if isinstance(bands, dict) else ()
    made = {key: tuple(value) if isinstance(value, list) else value for key, value in listed.items()}
    return Sensor(code=code, bands=tuple(Band(native, *row) for native, row in rows), **made)  # type: ignore[arg-type]
