"""Bands under their common names, whatever the sensor calls them."""

import re
from collections.abc import Sequence
from functools import cache

from gis.errors import WorkbenchError
from satellite import sensors

FEWEST = 3
"""Fewer common bands than this give no multivariate change statistic worth having."""

_SENTINEL2 = {
    "b02": "blue",
    "b03": "green",
    "b04": "red",
    "b05": "rededge1",
    "b06": "rededge2",
    "b07": "rededge3",
    "b08": "nir",
    "b8a": "nir08",
    "b11": "swir16",
    "b12": "swir22",
}


def common_name(name: str) -> str:
    """Return the common name for a sensor's band name, the lower-cased name itself where none is known."""
    plain = name.strip().lower()
    return _SENTINEL2.get(re.sub(r"^b(\d)$", r"b0\1", plain), plain)


@cache
def known() -> tuple[str, ...]:
    """Return the common names of all optical bands that some sensor has, by wavelength."""
    optical = [band for sensor in sensors.known().values() if sensor.kind == "optical" for band in sensor.bands]
    ordered = sorted((band for band in optical if band.wavelength_nm), key=lambda band: band.wavelength_nm)
    return tuple(dict.fromkeys(band.name for band in ordered))


def named(names: Sequence[str | None]) -> bool:
    """Return whether all bands of an image carry names and at least one of them is a band's, not "Band 1"."""
    return all(names) and not {common_name(str(name)) for name in names}.isdisjoint(known())


def given(names: Sequence[str], count: int, image: str) -> list[str | None]:
    """Return names that a user gives to the bands of an image, in their order.

    Raises
    ------
    WorkbenchError
        ``detect.band_names`` if one is not of ``known`` or stands twice; ``detect.band_count`` unless there are as many
        as the image has bands.
    """
    common = [common_name(name) for name in names]
    for at, name in enumerate(common):
        if name not in known() or name in common[:at]:
            raise WorkbenchError(
                "detect.band_names",
                "{band} is no band name, or stands twice; there are {known}",
                band=name,
                known=", ".join(known()),
            )
    if len(common) != count:
        raise WorkbenchError(
            "detect.band_count",
            "{name} has {count} bands, but {given} names were given",
            name=image,
            count=count,
            given=len(common),
        )
    return [*common]


def pair(before: Sequence[str | None], after: Sequence[str | None]) -> tuple[list[int], list[int], list[str]]:
    """Pair the bands of two images by name, or by position where either image names none.

    Parameters
    ----------
    before, after : sequence of str or None
        Band names as the files carry them; None for a band without one.

    Returns
    -------
    before_at, after_at : list of int
        Positions of the common bands, counted from 0.
    names : list of str
        Their common names, or ``band1`` and so on by position.

    Raises
    ------
    WorkbenchError
        ``detect.few_bands`` if fewer than three bands are common.
    """
    if all(before) and all(after):
        names_before = [common_name(str(name)) for name in before]
        names_after = [common_name(str(name)) for name in after]
        names = [name for name in dict.fromkeys(names_before) if name in names_after]
        pairs = [(names_before.index(name), names_after.index(name)) for name in names]
    else:
        pairs = [(at, at) for at in range(min(len(before), len(after)))]
        given = before if all(before) else after
        names = [common_name(given[at] or f"band{at + 1}") for at, _ in pairs]
    if len(pairs) < FEWEST:
        raise WorkbenchError(
            "detect.few_bands",
            "The images share {count} bands; at least {fewest} are needed",
            count=len(pairs),
            fewest=FEWEST,
        )
    return [first for first, _ in pairs], [second for _, second in pairs], names


def picture_bands(names: Sequence[str | None]) -> list[int]:
    """Return the positions of red, green and blue, or of the first three bands, or of the first one three times."""
    known = [common_name(name or "") for name in names]
    if all(name in known for name in ("red", "green", "blue")):
        return [known.index(name) for name in ("red", "green", "blue")]
    return [min(at, len(known) - 1) for at in (0, 1, 2)] if len(known) >= FEWEST else [0, 0, 0]
