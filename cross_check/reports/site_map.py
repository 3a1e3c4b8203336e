"""A map of what lies around one site, as SVG: drawn in metres, north up, with a scale bar and a legend of its own."""

from dataclasses import dataclass
from html import escape

import geopandas as gpd
import shapely
from pyproj import CRS

from cross_check.dossiers import AROUND_M, Dossier
from gis import crs
from gis.language import Catalogue

SIZE = 420
"""Width and height in units of the drawing."""

# What the map looks like, on the screen and on paper.
RINGS_M = (500.0, 1000.0, 2000.0)
BAR_M = 1000.0
ZONES = {"reserve": "#2E7D32", "water_source": "#0288A8", "red_line": "#C2185B"}
LEAD, SITE, OTHER, WATER, FIRE = "#D55E00", "#111827", "#4A6FA5", "#4FA3D1", "#B2182B"


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
        _areas(dossier.waters, plane, WATER, fill=False),
        _areas(dossier.leads, plane, LEAD, fill=True),
        _dots(dossier.neighbours, plane, OTHER, 3.2),
        _dots(dossier.fires, plane, FIRE, 3.2),
        *_rings(plane),
        f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="7" fill="#fff" stroke="{SITE}" stroke-width="3"/>',
        f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="2.4" fill="{SITE}"/>',
        _bar(plane, words),
        _north(),
    ]
    label = escape(words.say("dossier.map_alt", name=dossier.site["name"].iloc[0]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{label}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#FBFCFD" stroke="#94A3B8"/>{"".join(drawn)}</svg>'
    )


def legend(dossier: Dossier, words: Catalogue) -> list[tuple[str, str]]:
    """Return colour and words of what the map shows, and of nothing else."""
    there = [(SITE, words.say("dossier.map_site"))]
    for table, colour, code in (
        (dossier.leads, LEAD, "map_leads"),
        (dossier.neighbours, OTHER, "map_neighbours"),
        (dossier.waters, WATER, "map_waters"),
        (dossier.fires, FIRE, "map_fires"),
    ):
        if len(table):
            there.append((colour, words.say(f"dossier.{code}")))
    kinds = set(dossier.zones["kind"]) if len(dossier.zones) else set()
    return there + [(colour, words.say(f"legend.{kind}")) for kind, colour in ZONES.items() if kind in kinds]


def _zones(dossier: Dossier, plane: _Plane) -> list[str]:
    made = []
    for kind, colour in ZONES.items():
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
    for metres in RINGS_M:
        if metres < plane.reach_m:
            radius = plane.length(metres)
            said = f"{metres / 1000:g} km" if metres >= BAR_M else f"{metres:g} m"
            made.append(
                f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="{radius:.1f}" fill="none" stroke="#94A3B8" '
                'stroke-width="0.8" stroke-dasharray="2 3"/>'
                f'<text x="{SIZE / 2 + 3}" y="{SIZE / 2 - radius - 2:.1f}" font-size="9" fill="#64748B">{said}</text>'
            )
    return made


def _bar(plane: _Plane, words: Catalogue) -> str:
    width, y = plane.length(BAR_M), SIZE - 12
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
