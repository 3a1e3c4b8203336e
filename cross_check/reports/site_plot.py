"""The map around one site on paper: the same as its SVG, drawn into a square of a sheet."""

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from cross_check.dossiers import AROUND_M, Dossier
from cross_check.reports import site_map
from gis import crs
from gis.language import Catalogue
from gis.paper import Ink, Paper
from gis.sheets import Box


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
    zones = [(dossier.zones[dossier.zones["kind"] == kind], site_map.ZONES[kind]) for kind in sorted(kinds)]
    drawn = [
        *((table, colour, 0.08, "--") for table, colour in zones),
        (dossier.waters, site_map.WATER, 0.0, "-"),
        (dossier.leads, site_map.LEAD, 0.55, "-"),
    ]
    for table, colour, fill, dashes in drawn:
        for shape in table.geometry.to_crs(system) if len(table) else ():
            for part in shapely.get_parts(shapely.intersection(shapely.make_valid(shape), around)):
                _outline(axes, part, colour, fill, dashes)
    for table, colour in ((dossier.neighbours, site_map.OTHER), (dossier.fires, site_map.FIRE)):
        if len(table):
            places = table.geometry.to_crs(system)
            axes.plot(places.x, places.y, "o", color=colour, markersize=3.2)
    turn = np.linspace(0, 2 * np.pi, 121)
    for metres in (each for each in site_map.RINGS_M if each < reach_m):
        ring = point.x + metres * np.cos(turn), point.y + metres * np.sin(turn)
        axes.plot(*ring, ":", color="#94A3B8", linewidth=0.6)
    axes.plot(
        [point.x], [point.y], "o", color=site_map.SITE, markerfacecolor="white", markersize=7, markeredgewidth=1.8
    )
    paper.rectangle(box, line_mm=0.25, edge="#94A3B8")
    _furniture(paper, box, words, box.width * site_map.BAR_M / (2 * reach_m))


def _furniture(paper: Paper, box: Box, words: Catalogue, bar_mm: float) -> None:
    """Draw scale bar and north arrow into a box on paper."""
    left, right, y = box.x + 3, box.x + 3 + bar_mm, box.y + 3
    paper.line([(left, y + 1), (left, y), (right, y), (right, y + 1)], line_mm=0.3)
    paper.write(right + 1.5, y - 0.4, words.say("dossier.map_bar"), 2.4)
    x, y = box.right - 5, box.top - 4
    paper.polygon([(x, y), (x + 1.3, y - 4.5), (x, y - 3.4), (x - 1.3, y - 4.5)], face=site_map.SITE)
    paper.write(x, y - 7.4, "N", 2.6, Ink(bold=True, across="center"))


def _outline(axes: Axes, part: shapely.Geometry, colour: str, fill: float, dashes: str) -> None:
    if part.geom_type == "Polygon":
        rings = [part.exterior, *part.interiors]
        whole = Path.make_compound_path(*(Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings))
        face = to_rgba(colour, fill)
        axes.add_patch(PathPatch(whole, facecolor=face, edgecolor=colour, linewidth=0.8, linestyle=dashes))
    elif part.geom_type == "LineString":
        xs, ys = np.asarray(part.coords)[:, :2].T
        axes.plot(xs, ys, color=colour, linewidth=0.9)
