"""Placemarks: KML as standard, KML as Ovital writes it, and GPX, read into features with the system that each declares.

Ovital's files name the system of each placemark in ``OvCoordType``, may lack KML's namespace and hold elements of their
own. Since version 9.3 they are in GCJ-02 unless they say otherwise, so one that says nothing declares nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import pandas as pd
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from shapely.geometry import GeometryCollection, LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis.errors import WorkbenchError

_SHAPES = ("Point", "LineString", "LinearRing", "Polygon")
_OVITAL = "Ov"
_LEAST_RING = 4
_LEAST_LINE = 2


@dataclass(frozen=True)
class Features:
    """Features of a file: ``texts`` (attributes by name), ``shapes`` in the file's own numbers, ``said`` (systems)."""

    texts: pd.DataFrame
    shapes: list[BaseGeometry | None]
    said: list[str]


def from_kml(content: bytes, name: str) -> Features:
    """Read the placemarks of KML or Ovital's KML, with and without namespace.

    Parameters
    ----------
    content : bytes
    name : str
        What its owner calls the file; stands in the sentences.

    Returns
    -------
    Features
        ``said`` is the text of ``OvCoordType``; without one WGS84, as KML's standard has it, but nothing if any
        element of the file is Ovital's.

    Raises
    ------
    WorkbenchError
        ``rows.unreadable``; ``rows.entities`` if the file declares entities; ``rows.bad_position`` for coordinates that
        are no numbers.
    """
    root = _root(content, name)
    usual = "" if any(_tag(element).startswith(_OVITAL) for element in root.iter()) else "WGS84"
    texts, shapes, said = [], [], []
    for number, (placemark, folder) in enumerate(_placemarks(root, ()), start=1):
        texts.append(_attributes(placemark) | ({"folder": "/".join(folder)} if folder else {}))
        said.append(_child_text(placemark, "OvCoordType") or usual)
        shapes.append(_shape(placemark, number, name))
    return Features(pd.DataFrame(texts).fillna("").astype(str), shapes, said)


def from_gpx(content: bytes, name: str) -> Features:
    """Read the waypoints and track points of GPX, which are WGS84 by its standard.

    Raises
    ------
    WorkbenchError
        See ``from_kml``.
    """
    texts, shapes = [], []
    root = _root(content, name)
    points = [element for element in root.iter() if _tag(element) in {"wpt", "rtept", "trkpt"}]
    for number, point in enumerate(points, start=1):
        texts.append({_tag(child): (child.text or "").strip() for child in point if not len(child)})
        shapes.append(Point(_numbers([point.get("lon", ""), point.get("lat", "")], number, name)))
    return Features(pd.DataFrame(texts).fillna("").astype(str), list(shapes), ["WGS84"] * len(shapes))


def _root(content: bytes, name: str) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as fault:
        raise WorkbenchError(
            "rows.entities", "{name} declares entities of its own, as attacks do; nothing of it is read", name=name
        ) from fault
    except (ParseError, ValueError, LookupError) as fault:
        raise WorkbenchError(
            "rows.unreadable", "{name} is damaged or is not what its ending says", name=name
        ) from fault
    return root


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _placemarks(element: Element, folder: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Yield placemarks in the order of the file with the names of the folders that hold them."""
    stack = [(element, folder)]
    while stack:
        here, above = stack.pop()
        if _tag(here) == "Placemark":
            yield here, above
            continue
        if _tag(here) == "Folder":
            above = (*above, _child_text(here, "name"))
        stack.extend((child, above) for child in reversed(here))


def _child_text(element: Element, tag: str) -> str:
    return next(((child.text or "").strip() for child in element if _tag(child) == tag), "")


def _attributes(placemark: Element) -> dict[str, str]:
    found = {tag: text for tag in ("name", "description") if (text := _child_text(placemark, tag))}
    for element in placemark.iter():
        if _tag(element) == "Data":
            found[element.get("name", "")] = _child_text(element, "value")
        elif _tag(element) == "SimpleData":
            found[element.get("name", "")] = (element.text or "").strip()
    return {name: text for name, text in found.items() if name}


def _shape(placemark: Element, number: int, name: str) -> BaseGeometry | None:
    shapes: list[BaseGeometry] = []
    stack = list(placemark)
    while stack:
        element = stack.pop(0)
        if _tag(element) in _SHAPES:
            shapes.append(_single(element, number, name))
        else:
            stack = [*element, *stack]
    return shapes[0] if len(shapes) == 1 else GeometryCollection(shapes) if shapes else None


def _single(element: Element, number: int, name: str) -> BaseGeometry:
    rings = [_positions(one.text or "", number, name) for one in element.iter() if _tag(one) == "coordinates"]
    least = {"Point": 1, "LineString": _LEAST_LINE}.get(_tag(element), _LEAST_RING)
    if not rings or min(len(ring) for ring in rings) < least:
        raise _bad_position(name, number, "")
    if _tag(element) == "Point":
        return Point(rings[0][0])
    return Polygon(rings[0], rings[1:]) if _tag(element) == "Polygon" else LineString(rings[0])


def _positions(text: str, number: int, name: str) -> list[tuple[float, float]]:
    """Return pairs of a text such as "126.5,45.8,0 126.6,45.8,0"; some programs put a space behind the comma."""
    tuples = ",".join(part.strip() for part in text.strip().split(",")).split()
    return [_numbers(one.split(",")[:2], number, name) for one in tuples]


def _numbers(texts: list[str], number: int, name: str) -> tuple[float, float]:
    try:
        x, y = (float(text) for text in texts)
    except ValueError as fault:
        raise _bad_position(name, number, ",".join(texts)) from fault
    return x, y


def _bad_position(name: str, number: int, text: str) -> WorkbenchError:
    return WorkbenchError(
        "rows.bad_position",
        "{name}: the position of feature {row} cannot be read ({text}); mend or remove it",
        name=name,
        row=number,
        text=text[:80],
    )
