"""Layers of the map: tables in, what the house script draws out. Pure; the content is the same for the same table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from views.colours import Style

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""((south, west), (north, east)), as Leaflet wants it."""

PROVINCE: Bounds = ((43.4, 121.1), (53.6, 135.2))
NO_SHAPES = b'{"type":"FeatureCollection","features":[]}'
NO_PLACES = b'{"lon":[],"lat":[],"id":[],"s":[],"n":[],"v":[]}'
"""What the browser fetches for a layer without features."""

_DIGITS = 6  # of a degree: a tenth of a metre


@dataclass(frozen=True)
class Layer:
    """One layer: how it looks and what the browser fetches.

    ``kind`` is areas, points, stops, flags or names (see browser/map.js). ``styles`` maps the class of a feature to
    Leaflet's style. ``fields`` names the popup's rows; the first value of a feature is its title and has no name.
    ``name`` stands in the layer list, beside ``sample``; a layer without a name cannot be switched off. ``pins`` put a
    dot on every polygon while the map is far away.
    """

    key: str
    kind: str
    content: bytes
    styles: Mapping[str, Style]
    fields: Sequence[str] = ()
    name: str = ""
    sample: Mapping[str, str] = field(default_factory=dict)
    pick: bool = True
    pane: str = ""
    pins: bool = False

    def spec(self, url: str) -> dict[str, Any]:
        """Return the layer as the house script reads it, its content at an address."""
        return {
            "key": self.key,
            "kind": self.kind,
            "url": url,
            "styles": dict(self.styles),
            "fields": list(self.fields),
            "name": self.name,
            "sample": dict(self.sample),
            "pick": self.pick,
            "pane": self.pane,
            "pins": self.pins,
        }


def shapes(
    table: gpd.GeoDataFrame, ids: Sequence[str], classes: Sequence[str], values: Sequence[Sequence[str]]
) -> bytes:
    """Return polygons or lines as GeoJSON.

    Parameters
    ----------
    table : GeoDataFrame, EPSG:4490
    ids, classes : sequences of str, one a row
    values : sequence of columns of str
        What the popup says; the first column is the title.
    """
    outlines = shapely.to_geojson(shapely.transform(table.geometry.to_numpy(), _rounded))
    rows = list(zip(*values, strict=True))
    features = [
        f'{{"type":"Feature","properties":{_json({"id": each, "s": kind, "v": row})},"geometry":{outline}}}'
        for each, kind, row, outline in zip(ids, classes, rows, outlines, strict=True)
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def places(
    table: gpd.GeoDataFrame,
    ids: Sequence[str],
    classes: Sequence[str],
    values: Sequence[Sequence[str]],
    numbers: Sequence[int] = (),
) -> bytes:
    """Return points as columns, a fifth of their size as GeoJSON; ``numbers`` stand in stops and flags."""
    lonlat = _rounded(shapely.get_coordinates(table.geometry.to_numpy()))
    columns = {
        "lon": lonlat[:, 0].tolist(),
        "lat": lonlat[:, 1].tolist(),
        "id": list(ids),
        "s": list(classes),
        "n": list(numbers),
        "v": [list(column) for column in values],
    }
    return _json(columns).encode()


def bounds_of(table: gpd.GeoDataFrame, room: float = 0.0) -> Bounds:
    """Return the extent of a table, of the province if it is empty.

    ``room`` is the share of its width and height to leave free on each side: no place lies under the map's boxes.
    """
    if table.empty:
        return PROVINCE
    west, south, east, north = (float(edge) for edge in table.total_bounds)
    wide, high = room * (east - west), room * (north - south)
    west, south, east, north = (round(edge, 4) for edge in (west - wide, south - high, east + wide, north + high))
    return (south, west), (north, east)


def _rounded(lonlat: np.ndarray) -> np.ndarray:
    return np.round(lonlat, _DIGITS)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
