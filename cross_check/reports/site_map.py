"""A map of what lies around one site, as SVG and on paper: in metres, north up, with a scale bar and a legend."""

from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path as MplPath
from pyproj import CRS

from cross_check.dossiers import AROUND_M, Dossier
from gis import crs
from gis.language import Catalogue
from gis.paper import Ink, Paper
from gis.sheets import Box

SIZE = 420
"""Width and height in units of the drawing."""

_RINGS_M = (500.0, 1000.0, 2000.0)
_BAR_M = 1000.0
_ZONES = {"reserve": "#2E7D32", "water_source": "#0288A8", "red_line": "#C2185B"}
_LEAD, _SITE, _OTHER, _WATER, _FIRE = "#D55E00", "#111827", "#4A6FA5", "#4FA3D1", "#B2182B"


@dataclass(frozen=True)
class _Plane:
    """Metres around the site, turned into units of the drawing."""

    system: CRS
    x: float
    y: float
    reach_m: float

    def path(self, shape: shapely.Geometry) -> str:
        """Return the path of a shape in metres, cut to the map."""
        frame = shapely.box(self.x - self.reach_m, self.y - self.reach_m, self.x + self.reach_m, self.y + self.reach_m)
        cut = shapely.intersection(shapely.make_valid(shape), frame)
        parts: list[shapely.Geometry] = []
        for part in shapely.get_parts(cut):
            lines = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            parts += [line for line in lines if line.geom_type in {"LineString", "LinearRing"}]
        return "".join("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in map(self.at, line.coords)) for line in parts)

    def at(self, place: tuple[float, ...]) -> tuple[float, float]:
        """Return a place in metres as units of the drawing."""
        scale = SIZE / (2 * self.reach_m)
        return (place[0] - self.x + self.reach_m) * scale, (self.y + self.reach_m - place[1]) * scale

    def length(self, metres: float) -> float:
        """Return a length in units of the drawing."""
        return metres * SIZE / (2 * self.reach_m)


def svg(dossier: Dossier, words: Catalogue, reach_m: float = AROUND_M) -> str:
    """Return the map around a site.

    Parameters
    ----------
    dossier : Dossier
    words : Catalogue
    reach_m : float
        Half of the map's width.
    """
    lon, _ = dossier.lonlat
    system = crs.metric_at(lon)
    point = dossier.site.geometry.to_crs(system).iloc[0]
    plane = _Plane(system, point.x, point.y, reach_m)
    drawn = [
        *_zones(dossier, plane),
        _areas(dossier.waters, plane, _WATER, fill=False),
        _areas(dossier.leads, plane, _LEAD, fill=True),
        _dots(dossier.neighbours, plane, _OTHER, 3.2),
        _dots(dossier.fires, plane, _FIRE, 3.2),
        *_rings(plane),
        f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="7" fill="#fff" stroke="{_SITE}" stroke-width="3"/>',
        f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="2.4" fill="{_SITE}"/>',
        _bar(plane, words),
        _north(),
    ]
    label = escape(words.say("dossier.map_alt", name=dossier.site["name"].iloc[0]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{label}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#FBFCFD" stroke="#94A3B8"/>{"".join(drawn)}</svg>'
    )


def plot(dossier: Dossier, words: Catalogue, paper: Paper, box: Box, reach_m: float = AROUND_M) -> None:
    """Draw the map around a site into a square of a sheet of paper.

    Parameters
    ----------
    dossier : Dossier
    words : Catalogue
    paper : Paper
    box : Box
        Where on the sheet.
    reach_m : float
        Half of the map's width.
    """
    system = crs.metric_at(dossier.lonlat[0])
    point = dossier.site.geometry.to_crs(system).iloc[0]
    axes = paper.window(box, (point.x - reach_m, point.y - reach_m, point.x + reach_m, point.y + reach_m))
    around = shapely.box(point.x - reach_m, point.y - reach_m, point.x + reach_m, point.y + reach_m)
    kinds = set(dossier.zones["kind"]) if len(dossier.zones) else set()
    drawn = [
        *((dossier.zones[dossier.zones["kind"] == kind], _ZONES[kind], 0.08, "--") for kind in _ZONES if kind in kinds),
        (dossier.waters, _WATER, 0.0, "-"),
        (dossier.leads, _LEAD, 0.55, "-"),
    ]
    for table, colour, fill, dashes in drawn:
        for shape in table.geometry.to_crs(system) if len(table) else ():
            for part in shapely.get_parts(shapely.intersection(shapely.make_valid(shape), around)):
                _outline(axes, part, colour, fill, dashes)
    for table, colour in ((dossier.neighbours, _OTHER), (dossier.fires, _FIRE)):
        if len(table):
            places = table.geometry.to_crs(system)
            axes.plot(places.x, places.y, "o", color=colour, markersize=3.2)
    turn = np.linspace(0, 2 * np.pi, 121)
    for metres in (each for each in _RINGS_M if each < reach_m):
        ring = point.x + metres * np.cos(turn), point.y + metres * np.sin(turn)
        axes.plot(*ring, ":", color="#94A3B8", linewidth=0.6)
    axes.plot([point.x], [point.y], "o", color=_SITE, markerfacecolor="white", markersize=7, markeredgewidth=1.8)
    paper.rectangle(box, line_mm=0.25, edge="#94A3B8")
    _furniture(paper, box, words, box.width * _BAR_M / (2 * reach_m))


def _furniture(paper: Paper, box: Box, words: Catalogue, bar_mm: float) -> None:
    """Draw scale bar and north arrow into a box on paper."""
    left, right, y = box.x + 3, box.x + 3 + bar_mm, box.y + 3
    paper.line([(left, y + 1), (left, y), (right, y), (right, y + 1)], line_mm=0.3)
    paper.write(right + 1.5, y - 0.4, words.say("dossier.map_bar"), 2.4)
    x, y = box.right - 5, box.top - 4
    paper.polygon([(x, y), (x + 1.3, y - 4.5), (x, y - 3.4), (x - 1.3, y - 4.5)], face=_SITE)
    paper.write(x, y - 7.4, "N", 2.6, Ink(bold=True, across="center"))


def legend(dossier: Dossier, words: Catalogue) -> list[tuple[str, str]]:
    """Return colour and words of what the map shows, and of nothing else."""
    there = [(_SITE, words.say("dossier.map_site"))]
    for table, colour, code in (
        (dossier.leads, _LEAD, "map_leads"),
        (dossier.neighbours, _OTHER, "map_neighbours"),
        (dossier.waters, _WATER, "map_waters"),
        (dossier.fires, _FIRE, "map_fires"),
    ):
        if len(table):
            there.append((colour, words.say(f"dossier.{code}")))
    kinds = set(dossier.zones["kind"]) if len(dossier.zones) else set()
    return there + [(colour, words.say(f"legend.{kind}")) for kind, colour in _ZONES.items() if kind in kinds]


def _zones(dossier: Dossier, plane: _Plane) -> list[str]:
    made = []
    for kind, colour in _ZONES.items():
        some = dossier.zones[dossier.zones["kind"] == kind] if len(dossier.zones) else dossier.zones
        for shape in some.geometry.to_crs(plane.system):
            path = plane.path(shape)
            made.append(
                f'<path d="{path}" fill="{colour}" fill-opacity="0.08" fill-rule="evenodd" stroke="{colour}" '
                'stroke-width="1.4" stroke-dasharray="5 4"/>'
            )
    return made


def _areas(table: gpd.GeoDataFrame, plane: _Plane, colour: str, *, fill: bool) -> str:
    if table.empty:
        return ""
    path = "".join(plane.path(shape) for shape in table.geometry.to_crs(plane.system))
    opacity = 0.55 if fill else 0
    return (
        f'<path d="{path}" fill="{colour}" fill-opacity="{opacity}" fill-rule="evenodd" stroke="{colour}" '
        'stroke-width="1.6"/>'
    )


def _dots(table: gpd.GeoDataFrame, plane: _Plane, colour: str, radius: float) -> str:
    if table.empty:
        return ""
    places = [plane.at((place.x, place.y)) for place in table.geometry.to_crs(plane.system)]
    return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>' for x, y in places)


def _rings(plane: _Plane) -> list[str]:
    made = []
    for metres in _RINGS_M:
        if metres < plane.reach_m:
            radius = plane.length(metres)
            said = f"{metres / 1000:g} km" if metres >= _BAR_M else f"{metres:g} m"
            made.append(
                f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="{radius:.1f}" fill="none" stroke="#94A3B8" '
                'stroke-width="0.8" stroke-dasharray="2 3"/>'
                f'<text x="{SIZE / 2 + 3}" y="{SIZE / 2 - radius - 2:.1f}" font-size="9" fill="#64748B">{said}</text>'
            )
    return made


def _bar(plane: _Plane, words: Catalogue) -> str:
    width, y = plane.length(_BAR_M), SIZE - 12
    said = escape(words.say("dossier.map_bar"))
    return (
        f'<path d="M12,{y - 4}V{y}H{12 + width:.1f}V{y - 4}" fill="none" stroke="#111827" stroke-width="1.4"/>'
        f'<text x="{16 + width:.1f}" y="{y}" font-size="10" fill="#111827">{said}</text>'
    )


def _north() -> str:
    x = SIZE - 22
    return (
        f'<path d="M{x},34L{x + 6},14L{x + 12},34L{x + 6},29Z" fill="#111827"/>'
        f'<text x="{x + 2}" y="46" font-size="11" fill="#111827">N</text>'
    )


def _outline(axes: Axes, part: shapely.Geometry, colour: str, fill: float, dashes: str) -> None:
    if part.geom_type == "Polygon":
        rings = [part.exterior, *part.interiors]
        whole = MplPath.make_compound_path(*(MplPath(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings))
        face = to_rgba(colour, fill)
        axes.add_patch(PathPatch(whole, facecolor=face, edgecolor=colour, linewidth=0.8, linestyle=dashes))
    elif part.geom_type == "LineString":
        xs, ys = np.asarray(part.coords)[:, :2].T
        axes.plot(xs, ys, color=colour, linewidth=0.9)
