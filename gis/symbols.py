"""Symbols: how one class looks on a map and in its legend, told apart by hatch or marker when colour is lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path
from matplotlib.patheffects import Normal, withStroke

from gis.paper import INK, MM_PER_POINT
from gis.sheets import Box

Shapes = Sequence[shapely.Geometry]


@dataclass(frozen=True)
class Symbol:
    """The look of one class; lengths in mm on an A3 sheet.

    ``value`` is what stands in the layer's ``by`` column, ``label`` what the legend says. ``halo_mm`` draws a white
    rim around lines and markers, so that they stay readable on a picture.
    """

    label: str
    value: object = None
    fill: str = "none"
    edge: str = INK
    hatch: str = ""
    marker: str = "o"
    size_mm: float = 2.2
    line_mm: float = 0.2
    dashes: tuple[float, ...] = ()
    halo_mm: float = 0.0


def draw(axes: Axes, kind: str, symbol: Symbol, shapes: Shapes, *, order: float, em: float = 1.0) -> None:
    """Draw geometries of the axes' own units as ``"polygons"``, ``"lines"`` or ``"points"``.

    Raises
    ------
    ValueError
        If the kind is none of these.
    """
    if kind == "polygons":
        _draw_polygons(axes, symbol, shapes, order, em)
    elif kind == "lines":
        _draw_lines(axes, symbol, shapes, order, em)
    elif kind == "points":
        _draw_points(axes, symbol, shapes, order, em)
    else:
        raise ValueError(f"no way to draw {kind!r}")


def draw_sample(axes: Axes, kind: str, symbol: Symbol, box: Box, *, em: float) -> None:
    """Draw what a legend shows of a symbol, in axes of millimetres."""
    x, y = box.middle
    samples: dict[str, shapely.Geometry] = {
        "polygons": shapely.box(box.x, box.y, box.right, box.top),
        "lines": shapely.LineString([(box.x, y), (box.right, y)]),
        "points": shapely.Point(x, y),
    }
    draw(axes, kind, symbol, [samples[kind]], order=1, em=em)


def _points(mm: float) -> float:
    return mm / MM_PER_POINT


def _dash(symbol: Symbol, em: float) -> tuple[float, tuple[float, ...] | None]:
    return 0.0, tuple(_points(part * em) for part in symbol.dashes) or None


def _draw_polygons(axes: Axes, symbol: Symbol, shapes: Shapes, order: float, em: float) -> None:
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    drawn = PathCollection(
        [_path(part) for part in parts if part.geom_type == "Polygon"],
        facecolors=symbol.fill,
        edgecolors=symbol.edge if symbol.line_mm else "none",
        linewidths=_points(symbol.line_mm * em),
        linestyles=[_dash(symbol, em)],
        hatch=symbol.hatch or None,
        zorder=order,
    )
    if symbol.hatch:
        drawn.set_hatchcolor(symbol.edge)
        drawn.set_hatch_linewidth(_points(0.16 * em))
    if symbol.halo_mm:
        wide = _points((symbol.line_mm + 2 * symbol.halo_mm) * em)
        drawn.set_path_effects([withStroke(linewidth=wide, foreground="white"), Normal()])
    axes.add_collection(drawn, autolim=False)


def _draw_lines(axes: Axes, symbol: Symbol, shapes: Shapes, order: float, em: float) -> None:
    curves = [shapely.get_coordinates(part) for part in shapely.get_parts(np.asarray(shapes, dtype=object))]
    if symbol.halo_mm:
        wide = _points((symbol.line_mm + 2 * symbol.halo_mm) * em)
        axes.add_collection(LineCollection(curves, colors="white", linewidths=wide, zorder=order), autolim=False)
    drawn = LineCollection(
        curves,
        colors=symbol.edge,
        linewidths=_points(symbol.line_mm * em),
        linestyles=[_dash(symbol, em)],
        zorder=order,
    )
    axes.add_collection(drawn, autolim=False)


def _draw_points(axes: Axes, symbol: Symbol, shapes: Shapes, order: float, em: float) -> None:
    xs, ys = shapely.get_coordinates(np.asarray(shapes, dtype=object)).T
    size = _points(symbol.size_mm * em) ** 2
    if symbol.halo_mm:
        rim = _points((symbol.size_mm + 2 * symbol.halo_mm) * em) ** 2
        axes.scatter(xs, ys, s=rim, marker=symbol.marker, c="white", linewidths=0, zorder=order)
    axes.scatter(
        xs,
        ys,
        s=size,
        marker=symbol.marker,
        facecolors=symbol.fill,
        edgecolors=symbol.edge,
        linewidths=_points(symbol.line_mm * em),
        zorder=order,
    )


def _path(polygon: shapely.Polygon) -> Path:
    # Holes stay open only if they run against the outline: renderers fill by winding.
    turned = shapely.orient_polygons(polygon)
    rings = [turned.exterior, *turned.interiors]
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))
