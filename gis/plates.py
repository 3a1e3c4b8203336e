"""Plates: thematic maps on A3 or A4 paper at an exact scale, with all that a printed map must carry."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pyproj import CRS

from gis import graticule, labels, marginalia, paper, pictures, scale, symbols
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.language import DEFAULT, Catalogue, catalogue
from gis.marginalia import Entry, Figures, Group, Stamps
from gis.paper import ALARM, Ink, Paper
from gis.pictures import Picture
from gis.scale import Bbox
from gis.sheets import Box, lay_out
from gis.symbols import Symbol

CLASSIFICATIONS = ("public", "internal", "sensitive")
MAP_NOTES = ("approved", "internal", "sketch")
KINDS = ("polygons", "cells", "points", "lines", "labels", "image")

_APPROVAL = re.compile(r"S\W\d{4}\W\d+")
_PICTURE_PIXEL_MM = 25.4 / 300
_GRID = Symbol("", edge="#3d5a73", line_mm=0.1)
_INSET_SHARE = 0.4


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One theme of a plate.

    ``symbols`` are picked by the value in column ``by``, or the first is used for all rows; a value without a symbol
    is not drawn. ``counted`` puts the number of features in the frame into the legend. A layer without a ``name``
    stays out of the legend. Labels take their words from column ``text``, the highest ``priority`` first, in the
    style of the first symbol (``edge`` colour, ``size_mm`` the size of the writing).
    """

    kind: str
    table: gpd.GeoDataFrame | None = None
    name: str = ""
    symbols: tuple[Symbol, ...] = ()
    by: str = ""
    text: str = ""
    priority: str = ""
    counted: bool = False
    picture: Picture | None = None


@dataclass(frozen=True, kw_only=True)
class Plate:
    """All that a plate says.

    ``extent`` is a bbox in degrees (EPSG:4490) or a table to fit. ``province`` is the sketch of prefectures for the
    inset; ``marked`` are further (label, bbox) rectangles on it. ``page`` is (number, of how many). ``sources`` are
    finished lines with acquisition dates. ``shows_leads`` adds the notice that leads are no evidence.
    """

    title: str
    subtitle: str
    extent: Bbox | gpd.GeoDataFrame
    province: gpd.GeoDataFrame
    layers: tuple[Layer, ...]
    sources: tuple[str, ...]
    maker: str
    made_on: date
    checked_by: str = ""
    size: str = "A3"
    orientation: str = "landscape"
    language: str = DEFAULT
    classification: str = "internal"
    map_note: str = "internal"
    approval_no: str = ""
    page: tuple[int, int] = (1, 1)
    figures: tuple[Figures, ...] = ()
    marked: tuple[tuple[str, Bbox], ...] = ()
    shows_leads: bool = False
    synthetic: bool = False

    def __post_init__(self) -> None:
        """Refuse what is none of the known sizes, notes and kinds.

        Raises
        ------
        ValueError
            If a choice is none of its list.
        """
        kinds = {layer.kind for layer in self.layers} - set(KINDS)
        if kinds or self.classification not in CLASSIFICATIONS or self.map_note not in MAP_NOTES:
            raise ValueError(f"no such plate: {sorted(kinds)}, {self.classification!r}, {self.map_note!r}")


@dataclass
class _Map:
    """A map under way: where it is drawn, in which system, and what the legend has to say so far."""

    paper: Paper
    axes: Axes
    system: CRS
    extent: Bbox
    ratio: int
    groups: dict[str, list[Entry]] = field(default_factory=dict)
    taken: list[Box] = field(default_factory=list)
    dropped: int = 0


def draw(plate: Plate) -> Figure:
    """Draw a plate; nothing is written and no global setting of matplotlib changes.

    The frame is drawn in a metric system for the place (equal-area for a province, Gauss-Krueger 3-degree else) at
    an exact plain ratio. Artists carry a gid: ``title``, ``scale_bar``, ``legend_entry`` and so on.

    Returns
    -------
    Figure
        Of the paper's size.

    Raises
    ------
    WorkbenchError
        ``plate.no_approval_number`` if the plate is public, or says it is approved, without a map approval number;
        ``plate.bad_approval_number`` if that is no number; ``plate.no_font`` before set-up; ``plate.empty`` if there
        is nothing to fit.
    """
    _demand_approval(plate)
    words = catalogue(plate.language)
    drawn = _open(plate)
    for order, layer in enumerate(plate.layers):
        _draw_layer(drawn, layer, order)
    found = graticule.lines(drawn.system, drawn.extent)
    ground = max((order for order, layer in enumerate(plate.layers) if layer.kind == "image"), default=0)
    curves = [line.curve for line in found]
    symbols.draw(drawn.axes, "lines", _GRID, curves, order=ground + 0.5, em=drawn.paper.em)
    marginalia.frame(drawn.paper, graticule.ticks(found, drawn.extent), drawn.extent)
    _draw_scale_and_north(drawn, words)
    for layer in plate.layers:
        if layer.kind == "labels":
            _draw_labels(drawn, layer)
    _draw_panel(drawn, plate, words)
    _draw_head_and_foot(drawn, plate, words)
    return drawn.paper.figure


def _demand_approval(plate: Plate) -> None:
    needed = _note(plate) == "approved"
    if needed and not plate.approval_no:
        raise WorkbenchError("plate.no_approval_number", "A public map needs its map approval number")
    if needed and not _APPROVAL.search(plate.approval_no):
        raise WorkbenchError(
            "plate.bad_approval_number", "{number} is no map approval number", number=plate.approval_no
        )


def _note(plate: Plate) -> str:
    """Return which note the plate carries: what is public cannot be called internal or a sketch."""
    return "approved" if plate.classification == "public" else plate.map_note


def _open(plate: Plate) -> _Map:
    bbox = _bbox(plate.extent)
    system = scale.metric_crs(bbox)
    if isinstance(plate.extent, gpd.GeoDataFrame):
        west, south, east, north = plate.extent.to_crs(system).total_bounds
        bounds: Bbox = (float(west), float(south), float(east), float(north))
    else:
        bounds = scale.projected(bbox, STORAGE, system)
    aspect = max(bounds[2] - bounds[0], 1.0) / max(bounds[3] - bounds[1], 1.0)
    sheet = lay_out(plate.size, plate.orientation, aspect)
    ratio, extent = scale.fit(bounds, sheet.frame)
    page = Paper(sheet, paper.faces())
    return _Map(page, page.window(sheet.frame, extent), system, extent, ratio)


def _bbox(extent: Bbox | gpd.GeoDataFrame) -> Bbox:
    if isinstance(extent, tuple):
        return extent
    if extent.empty:
        raise WorkbenchError("plate.empty", "There is nothing to draw")
    west, south, east, north = extent.to_crs(STORAGE).total_bounds
    return float(west), float(south), float(east), float(north)


def _draw_layer(drawn: _Map, layer: Layer, order: int) -> None:
    if layer.kind == "labels":
        return
    if layer.kind == "image":
        _draw_picture(drawn, layer, order)
        return
    kind = "polygons" if layer.kind == "cells" else layer.kind
    table = _in_frame(drawn, layer.table, values=[symbol.value for symbol in layer.symbols], by=layer.by)
    for symbol in layer.symbols:
        rows = table[table[layer.by] == symbol.value] if layer.by else table
        if rows.empty:
            continue
        symbols.draw(drawn.axes, kind, symbol, list(rows.geometry), order=order, em=drawn.paper.em)
        if layer.name:
            label = f"{symbol.label} ({len(rows)})" if layer.counted else symbol.label
            drawn.groups.setdefault(layer.name, []).append(Entry(kind, symbol, label))


def _draw_picture(drawn: _Map, layer: Layer, order: int) -> None:
    if layer.picture is None:
        raise ValueError("an image layer has a picture")
    box = drawn.paper.sheet.frame
    finest = max(_PICTURE_PIXEL_MM, _pixel_m(layer.picture) * 1000 / drawn.ratio / 2)
    shape = (round(box.height / finest), round(box.width / finest))
    pixels = pictures.brought_to(layer.picture, drawn.system, drawn.extent, shape)
    west, south, east, north = drawn.extent
    drawn.axes.imshow(
        pixels, extent=(west, east, south, north), interpolation="none", aspect="auto", zorder=order, origin="upper"
    )


def _pixel_m(picture: Picture) -> float:
    """Return the size of a picture's pixel in metres: finer than half of it, the file would only grow."""
    west, south, east, north = scale.projected(picture.bbox, picture.crs, EQUAL_AREA)
    rows, columns = picture.pixels.shape[:2]
    return min((east - west) / columns, (north - south) / rows)


def _in_frame(
    drawn: _Map, table: gpd.GeoDataFrame | None, *, values: Sequence[object] = (), by: str = ""
) -> gpd.GeoDataFrame:
    """Return a table in the map's system, cut at the frame: what the reader does not see must not lie in the file."""
    if table is None:
        raise ValueError("only an image layer has no table")
    moved = (table[table[by].isin(list(values))] if by else table).to_crs(drawn.system)
    cut = moved.geometry.simplify(drawn.ratio * 2e-5).clip_by_rect(*_widened(drawn.extent))
    inside = moved.geometry.intersects(shapely.box(*drawn.extent)).to_numpy()
    kept = moved[inside & ~cut.is_empty.to_numpy()]
    return kept.set_geometry(cut[kept.index])


def _widened(extent: Bbox) -> Bbox:
    edge = 0.005 * (extent[2] - extent[0])
    return extent[0] - edge, extent[1] - edge, extent[2] + edge, extent[3] + edge


def _draw_scale_and_north(drawn: _Map, words: Catalogue) -> None:
    ratio = words.say("plate.ratio", ratio=f"{drawn.ratio:,}".replace(",", " "))
    units = words.say("plate.kilometre"), words.say("plate.metre")
    angle = scale.true_north(drawn.system, drawn.extent)
    note = words.say("plate.convergence", degrees=_signed_degrees(-angle))
    drawn.taken.append(marginalia.scale_bar(drawn.paper, drawn.ratio, ratio, units))
    drawn.taken.append(marginalia.north_arrow(drawn.paper, angle, words.say("plate.north"), note))


def _draw_labels(drawn: _Map, layer: Layer) -> None:
    table = _in_frame(drawn, layer.table)
    table = table[table[layer.text].notna()]
    if table.empty:
        return
    page, style = drawn.paper, layer.symbols[0]
    points = np.column_stack([table.geometry.x, table.geometry.y])
    box = page.sheet.frame
    on_paper = (points - drawn.extent[:2]) * 1000 / drawn.ratio + (box.x, box.y)
    size = style.size_mm * page.em
    sizes = np.array([page.measure(str(text), size, bold=True) for text in table[layer.text]])
    ranks = table[layer.priority].to_numpy(dtype=float) if layer.priority else np.zeros(len(table))
    gap = 1.6 * page.em
    obstacles = tuple(Box(x, y, 0, 0).grown(0.7 * gap) for x, y in on_paper)
    placed = labels.place(on_paper, sizes, ranks, box.grown(-page.em), gap_mm=gap, taken=(*drawn.taken, *obstacles))
    ink = Ink(bold=True, colour=style.edge, across="center", up="center", halo_mm=0.45 * page.em)
    for row in np.flatnonzero(placed.shown):
        x, y = placed.middles_mm[row]
        page.write(x, y, str(table[layer.text].iloc[row]), size, ink, gid="label")
        wide, high = sizes[row]
        drawn.taken.append(Box(x - wide / 2, y - high / 2, wide, high))
    drawn.dropped += placed.dropped


def _draw_panel(drawn: _Map, plate: Plate, words: Catalogue) -> None:
    page, gap = drawn.paper, 3 * drawn.paper.em
    # What is drawn last matters most, so the legend begins with it.
    groups = [Group(name, tuple(entries)) for name, entries in reversed(drawn.groups.items())]
    column = page.sheet.columns[0]
    inset_high = min(column.width, _INSET_SHARE * column.height)
    high = min(marginalia.legend_height(groups, page.em), column.height - inset_high - gap)
    low = Box(column.x, column.y, column.width, inset_high)
    between = Box(column.x, low.top + gap, column.width, column.height - inset_high - high - 2 * gap)
    rooms = [*page.sheet.columns[1:], between]
    placed = _place_figures(plate.figures, rooms, page.em, gap)
    if not any(box.x == column.x for _, box in placed):
        high = column.height - inset_high - gap
    marginalia.legend(page, Box(column.x, column.top - high, column.width, high), words.say("plate.legend"), groups)
    shown = [("", scale.outline(drawn.extent, drawn.system, EQUAL_AREA))]
    shown += [(label, scale.outline(bbox, STORAGE, EQUAL_AREA)) for label, bbox in plate.marked]
    marginalia.inset(page, low, words.say("plate.inset"), plate.province, shown)
    for table, box in placed:
        marginalia.figures(page, box, table, words.words["plate.more"])


def _place_figures(tables: tuple[Figures, ...], rooms: list[Box], em: float, gap: float) -> list[tuple[Figures, Box]]:
    """Return a box a table: the first in the first room, each further one in the last room that holds it."""
    lots: list[list[Figures]] = [[] for _ in rooms]
    for table in tables:
        holding = [
            number
            for number, room in enumerate(rooms)
            if lots[0] and sum(_wish([*lots[number], table], em, gap)) + gap * len(lots[number]) <= room.height
        ]
        lots[holding[-1] if holding else 0].append(table)
    placed = []
    for lot, room in zip(lots, rooms, strict=True):
        top = room.top
        for table, high in zip(lot, marginalia.figures_heights(lot, room.height, gap, em), strict=True):
            if high:
                placed.append((table, Box(room.x, top - high, room.width, high)))
            top -= high + gap
    return placed


def _wish(tables: list[Figures], em: float, gap: float) -> list[float]:
    return marginalia.figures_heights(tables, float("inf"), gap, em)


def _draw_head_and_foot(drawn: _Map, plate: Plate, words: Catalogue) -> None:
    number, count = plate.page
    stamps = Stamps(
        words.say(f"plate.{plate.classification}"),
        words.say("plate.page", number=number, count=count),
        words.say("plate.synthetic") if plate.synthetic else "",
    )
    marginalia.head(drawn.paper, plate.title, plate.subtitle, stamps)
    plain, strong = Ink(), Ink(bold=True, colour=ALARM)
    notes = [("notice", words.say("plate.leads_notice"), strong)] if plate.shows_leads else []
    notes.append(("sources", words.say("plate.sources", sources=words.say("plate.joint").join(plate.sources)), plain))
    notes.append(("crs", _system_text(drawn.system, words), plain))
    borders = words.say("plate.borders")
    borders += words.say("plate.dropped", count=drawn.dropped) if drawn.dropped else ""
    notes.append(("borders", borders, plain))
    marginalia.foot(drawn.paper, notes, _imprint(plate, words))


def _imprint(plate: Plate, words: Catalogue) -> list[tuple[str, str, Ink]]:
    number = {"number": plate.approval_no} if _note(plate) == "approved" else {}
    note = words.say(f"plate.note_{_note(plate)}", **number)
    day = words.say("plate.day", year=plate.made_on.year, month=plate.made_on.month, day=plate.made_on.day)
    lines = [("approval", note, Ink(bold=True)), ("maker", words.say("plate.maker", maker=plate.maker), Ink())]
    if plate.checked_by:
        lines.append(("checked_by", words.say("plate.checked_by", name=plate.checked_by), Ink()))
    return [*lines, ("date", words.say("plate.made_on", day=day), Ink())]


def _system_text(system: CRS, words: Catalogue) -> str:
    operation = system.coordinate_operation
    if operation is None:
        raise ValueError("a plate is drawn in a projected system")
    values = {parameter.name: parameter.value for parameter in operation.params}
    if system == EQUAL_AREA:
        return words.say(
            "plate.equal_area",
            first=f"{values['Latitude of 1st standard parallel']:g}",
            second=f"{values['Latitude of 2nd standard parallel']:g}",
            meridian=f"{values['Longitude of false origin']:g}",
        )
    return words.say("plate.gauss_krueger", meridian=f"{values['Longitude of natural origin']:g}")


def _signed_degrees(angle: float) -> str:
    minutes = round(abs(angle) * 60)
    sign = "+" if angle >= 0 else "-"
    return f"{sign}{minutes // 60}\N{DEGREE SIGN}{minutes % 60:02d}\N{PRIME}"
