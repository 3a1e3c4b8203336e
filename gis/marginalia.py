"""Marginalia: what stands around and upon a map: title, scale, north, legend, inset, figures and imprint."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gis import scale, symbols
from gis.crs import EQUAL_AREA
from gis.graticule import Tick
from gis.paper import ALARM, GREY, INK, Ink, Paper
from gis.scale import Bbox
from gis.sheets import Box
from gis.symbols import Symbol

_STRIP = "#e6ecf2"
_LAND = "#f4f0e4"
_TITLE_MM, _SUBTITLE_MM = 9.6, 5.0
_STRIP_MM, _ROW_MM, _TEXT_MM = 7.6, 6.4, 3.4
_INSET_SMALLEST_MM = 3.0
_GROUP_GAP = 0.35
_TIGHT_MM = 4.7
_LOWEST_TABLE_MM = 28.0
_SMALLEST_TEXT = 0.82


@dataclass(frozen=True)
class Entry:
    """One line of a legend: a symbol drawn as its layer draws it, and its words."""

    kind: str
    symbol: Symbol
    label: str


@dataclass(frozen=True)
class Group:
    """A legend heading and its entries."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Figures:
    """A small table beside the map. Columns of numbers are aligned right; ``total`` sets the last row apart."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False


@dataclass(frozen=True)
class Stamps:
    """The boxed words at the top corners: classification on the left; page and, in red, other marks on the right."""

    classification: str
    page: str
    alarm: str = ""


def head(paper: Paper, title: str, subtitle: str, stamps: Stamps) -> None:
    """Write title and subtitle in the middle and the stamps in the corners."""
    box, em = paper.sheet.head, paper.em
    middle = box.middle[0]
    boxed = [_stamp(paper, box.x, stamps.classification, INK, "classification", from_right=False)]
    if stamps.alarm:
        boxed.append(_stamp(paper, box.right, stamps.alarm, ALARM, "alarm", from_right=True))
    size = paper.fitting(title, _TITLE_MM * em, box.width - 2 * max(boxed) - 8 * em, bold=True)
    paper.write(middle, box.top - 10 * em, title, size, Ink(bold=True, across="center"), gid="title")
    paper.write(middle, box.top - 19 * em, subtitle, _SUBTITLE_MM * em, Ink(across="center"), gid="subtitle")
    end = Ink(across="right", colour=GREY)
    paper.write(box.right, box.top - 19 * em, stamps.page, 3.4 * em, end, gid="page")


def frame(paper: Paper, ticks: Sequence[Tick], extent: Bbox) -> None:
    """Draw the neat lines with ticks and degree labels between them."""
    box, band, em = paper.sheet.frame, paper.sheet.band_mm, paper.em
    paper.rectangle(box, line_mm=0.2 * em, gid="frame")
    paper.rectangle(box.grown(band), line_mm=0.7 * em)
    across, up = box.width / (extent[2] - extent[0]), box.height / (extent[3] - extent[1])
    for tick in ticks:
        if tick.side in {"bottom", "top"}:
            x, sign = box.x + (tick.at - extent[0]) * across, -1 if tick.side == "bottom" else 1
            start = (x, box.y if sign < 0 else box.top)
            end, middle, rotation = (x, start[1] + sign * band * 0.25), (x, start[1] + sign * band * 0.6), 0.0
        else:
            y, sign = box.y + (tick.at - extent[1]) * up, -1 if tick.side == "left" else 1
            start = (box.x if sign < 0 else box.right, y)
            end, middle, rotation = (start[0] + sign * band * 0.25, y), (start[0] + sign * band * 0.6, y), 90.0
        paper.line([start, end], line_mm=0.2 * em)
        ink = Ink(across="center", up="center", rotation=rotation)
        paper.write(*middle, tick.label, 2.7 * em, ink, gid="graticule_label")


def scale_bar(paper: Paper, ratio: int, ratio_text: str, units: tuple[str, str]) -> Box:
    """Draw the ratio and the scale bar in the frame's lower left corner and return the room they take.

    ``units`` are the words for kilometre and metre.
    """
    em, corner = paper.em, paper.sheet.frame
    bar = scale.bar(ratio, 62 * em)
    box = Box(corner.x + 3 * em, corner.y + 3 * em, bar.length_mm + 20 * em, 15.5 * em)
    paper.rectangle(box, line_mm=0.15 * em, face="white", gid="scale_box")
    left, low, high = box.x + 6 * em, box.y + 6 * em, 1.6 * em
    middle = box.middle[0]
    paper.write(middle, box.y + 10 * em, ratio_text, 4 * em, Ink(bold=True, across="center"), gid="ratio")
    parts = round(bar.length_m / bar.division_m)
    part = bar.length_mm / parts
    for count in range(parts):
        face = INK if count % 2 == 0 else "white"
        paper.rectangle(Box(left + count * part, low, part, high), line_mm=0.15 * em, face=face, gid="scale_bar")
    per_unit, unit = (1000.0, units[0]) if bar.length_m >= 1000 else (1.0, units[1])  # noqa: PLR2004
    for count in range(parts + 1):
        number = f"{count * bar.division_m / per_unit:g}"
        paper.write(left + count * part, low - 3.4 * em, number, 2.8 * em, Ink(across="center"), gid="scale_number")
    paper.write(left + bar.length_mm + 3.5 * em, low - 3.4 * em, unit, 2.8 * em)
    return box


def north_arrow(paper: Paper, degrees: float, letter: str, note: str) -> Box:
    """Draw an arrow to true north in the frame's upper right corner and return the room it takes.

    Parameters
    ----------
    paper : Paper
    degrees : float
        Direction of true north, clockwise from the paper's upward direction.
    letter : str
        What stands at the tip.
    note : str
        The convergence in words.
    """
    em, corner = paper.em, paper.sheet.frame
    box = Box(corner.right - 23 * em, corner.top - 32 * em, 20 * em, 29 * em)
    paper.rectangle(box, line_mm=0.15 * em, face="white", gid="north_box")
    x, y = box.middle[0], box.y + 14.5 * em
    turn = math.radians(degrees)

    def turned(across: float, up: float) -> tuple[float, float]:
        return (
            x + em * (across * math.cos(turn) + up * math.sin(turn)),
            y + em * (up * math.cos(turn) - across * math.sin(turn)),
        )

    tip, left, right, notch = turned(0, 8), turned(-4, -7), turned(4, -7), turned(0, -4)
    paper.polygon([tip, left, notch], face=INK, gid="north_arrow")
    paper.polygon([tip, right, notch], face="white")
    ink = Ink(bold=True, across="center", up="center")
    paper.write(*turned(0, 10.8), letter, 4.4 * em, ink, gid="north")
    size = paper.fitting(note, 2.5 * em, box.width - 2 * em)
    paper.write(x, box.y + 2 * em, note, size, Ink(across="center", colour=GREY), gid="convergence")
    return box


def block(paper: Paper, box: Box, title: str, gid: str) -> Box:
    """Draw a titled box and return the room inside it."""
    em = paper.em
    strip = Box(box.x, box.top - _STRIP_MM * em, box.width, _STRIP_MM * em)
    paper.rectangle(strip, line_mm=0.2 * em, face=_STRIP)
    paper.rectangle(box, line_mm=0.2 * em)
    ink = Ink(bold=True, across="center", up="center_baseline")
    paper.write(strip.middle[0], strip.middle[1] - 0.2 * em, title, 4.2 * em, ink, gid=gid)
    return Box(box.x, box.y, box.width, box.height - strip.height).grown(-2.5 * em)


def legend_height(groups: Sequence[Group], em: float) -> float:
    """Return the height in mm that a legend asks for, its title strip included."""
    return (_STRIP_MM + 6 + _ROW_MM * _legend_rows(groups)) * em


def legend(paper: Paper, box: Box, title: str, groups: Sequence[Group]) -> None:
    """Draw the legend of what is shown; in a low box rows move closer, then stand in several columns."""
    inside, em = block(paper, box, title, "legend"), paper.em
    columns = _legend_columns(groups, inside.height / (_TIGHT_MM * em))
    pitch = min(_ROW_MM * em, inside.height / max(rows[-1][0] for rows in columns))
    wide = inside.width / len(columns)
    for number, rows in enumerate(columns):
        x = inside.x + number * wide
        for below, line in rows:
            y = inside.top - below * pitch
            if isinstance(line, Group):
                paper.write(x, y + 0.25 * pitch, line.name, _TEXT_MM * em, Ink(bold=True), gid="legend_group")
                continue
            sample = Box(x + 2 * em, y + 0.12 * pitch, 9 * em, 0.66 * pitch)
            symbols.draw_sample(paper.axes, line.kind, line.symbol, sample, em=em)
            size = paper.fitting(line.label, _TEXT_MM * em, wide - 16 * em)
            paper.write(x + 14 * em, y + 0.25 * pitch, line.label, size, gid="legend_entry")


def _legend_columns(groups: Sequence[Group], capacity: float) -> list[list[tuple[float, Group | Entry]]]:
    """Return the lines of each column with the rows from its top to their foot; no heading stands last."""
    columns: list[list[tuple[float, Group | Entry]]] = [[]]
    below = 0.0
    for group in groups:
        if columns[-1]:
            below += _GROUP_GAP
        lines: tuple[Group | Entry, ...] = (group, *group.entries)
        for line in lines:
            needed = 2 if line is group else 1
            if columns[-1] and below + needed > capacity:
                columns.append([])
                below = 0.0
            below += 1
            columns[-1].append((below, line))
    return columns if columns[-1] else [[(1.0, Group("", ()))]]


def inset(
    paper: Paper, box: Box, title: str, province: gpd.GeoDataFrame, shown: Sequence[tuple[str, shapely.Polygon]]
) -> None:
    """Draw the sketch of prefectures with outlines on it.

    Parameters
    ----------
    paper : Paper
    box : Box
    title : str
    province : GeoDataFrame of polygons
    shown : (label, polygon in ``EQUAL_AREA``) pairs
        An outline too small to be seen gets a ring around it.
    """
    inside = block(paper, box, title, "inset")
    land = province.geometry.to_crs(EQUAL_AREA)
    west, south, east, north = shapely.total_bounds([*land, *(outline for _, outline in shown)])
    ratio = max((east - west) / inside.width, (north - south) / inside.height) * 1.04
    half_wide, half_high = inside.width * ratio / 2, inside.height * ratio / 2
    x, y = (west + east) / 2, (south + north) / 2
    axes = paper.window(inside, (x - half_wide, y - half_high, x + half_wide, y + half_high))
    sketch = Symbol("", fill=_LAND, edge="#8a8a8a", line_mm=0.12)
    symbols.draw(axes, "polygons", sketch, list(land.simplify(ratio * 0.1)), order=1, em=paper.em)
    for label, outline in shown:
        mark = Symbol("", edge=ALARM, line_mm=0.5)
        symbols.draw(axes, "polygons", mark, [outline], order=2, em=paper.em)
        reach = max(outline.bounds[2] - outline.bounds[0], outline.bounds[3] - outline.bounds[1]) / ratio
        if reach < _INSET_SMALLEST_MM * paper.em:
            ring = Symbol("", edge=ALARM, size_mm=4.5, line_mm=0.5)
            symbols.draw(axes, "points", ring, [outline.centroid], order=2, em=paper.em)
        if label:
            at = (
                inside.x + (outline.centroid.x - x + half_wide) / ratio,
                inside.y + (outline.centroid.y - y + half_high) / ratio,
            )
            ink = Ink(bold=True, colour=ALARM, up="center", halo_mm=0.5 * paper.em)
            paper.write(at[0] + 3.4 * paper.em, at[1], label, 3.4 * paper.em, ink, gid="inset_label")


def figures_heights(tables: Sequence[Figures], room_mm: float, gap_mm: float, em: float) -> list[float]:
    """Return a height in mm for each of some tables below one another: rows move closer until all have room.

    Below the closest rows the last tables are cut, and have 0 where nothing readable is left.
    """
    heads = len(tables) * (_STRIP_MM + 6) * em + (len(tables) - 1) * gap_mm
    rows = sum(len(table.rows) + 1 for table in tables)
    pitch = min(max((room_mm - heads) / max(rows, 1), _TIGHT_MM * em), _ROW_MM * em)
    heights = []
    for table in tables:
        wish = (_STRIP_MM + 6) * em + pitch * (len(table.rows) + 1)
        heights.append(min(wish, room_mm) if room_mm >= min(wish, _LOWEST_TABLE_MM * em) else 0.0)
        room_mm -= heights[-1] + gap_mm
    return heights


def figures(paper: Paper, box: Box, table: Figures, more: str) -> None:
    """Draw a table that fills a box; rows move closer when the box is low.

    ``more`` is said, with ``{count}``, when rows find no room even so.
    """
    em, inside = paper.em, block(paper, box, table.title, "figures")
    room = int(inside.height / (_TIGHT_MM * em) + 1e-6) - 1
    rows = table.rows if len(table.rows) <= room else table.rows[: max(room - 1, 0)]
    left_out = len(table.rows) - len(rows)
    pitch = min(_ROW_MM * em, inside.height / (len(rows) + 1 + bool(left_out)))
    size, stops = _stops(paper, table, rows, inside)
    right_aligned = [_numeric(rows, column) for column in range(len(table.headings))]
    y = inside.top
    for number, row in enumerate([table.headings, *rows]):
        y -= pitch
        bold = number == 0 or (table.total and number == len(table.rows))
        for cell, (left, right), numeric in zip(row, stops, right_aligned, strict=True):
            text = paper.shortened(cell, size, right - left, bold=bold)
            ink = Ink(bold=bold, across="right" if numeric else "left")
            paper.write(right if numeric else left, y + 0.28 * pitch, text, size, ink, gid="figures_cell")
        paper.line([(inside.x, y), (inside.right, y)], line_mm=(0.25 if number == 0 else 0.08) * em, edge=GREY)
    if left_out:
        text = more.format(count=left_out)
        paper.write(inside.x, y - 0.72 * pitch, text, 3 * em, Ink(colour=GREY), gid="figures_more")


def foot(paper: Paper, lines: Sequence[tuple[str, str, Ink]], imprint: Sequence[tuple[str, str, Ink]]) -> None:
    """Write the notes at the left of the foot and the imprint at its right, each as (gid, text, ink)."""
    box, em = paper.sheet.foot, paper.em
    size = 3.2 * em
    wide = max(paper.measure(text, size, bold=ink.bold)[0] for _, text, ink in imprint)
    room = box.width - wide - 8 * em
    left = [(gid, piece, ink) for gid, text, ink in lines for piece in paper.wrapped(text, size, room, bold=ink.bold)]
    pitch = min(5.0 * em, (box.height - 3 * em) / max(len(left), len(imprint)))
    for column, x in ((left, box.x), (list(imprint), box.right - wide)):
        for row, (gid, text, ink) in enumerate(column, start=1):
            paper.write(x, box.top - 3 * em - row * pitch + 0.3 * pitch, text, size, ink, gid=gid)


def _legend_rows(groups: Sequence[Group]) -> float:
    return sum(1 + _GROUP_GAP + len(group.entries) for group in groups) - _GROUP_GAP


def _stamp(paper: Paper, x: float, text: str, colour: str, gid: str, *, from_right: bool) -> float:
    """Write a boxed word with an edge at ``x`` and return the box's width in mm."""
    em, size = paper.em, 5.2 * paper.em
    wide = paper.measure(text, size, bold=True)[0] + 7 * em
    box = Box(x - wide if from_right else x, paper.sheet.head.top - 11 * em, wide, 10 * em)
    paper.rectangle(box, line_mm=0.5 * em, edge=colour)
    ink = Ink(bold=True, colour=colour, across="center", up="center_baseline")
    paper.write(box.middle[0], box.middle[1], text, size, ink, gid=gid)
    return wide


def _numeric(rows: Sequence[tuple[str, ...]], column: int) -> bool:
    written = [row[column].replace(",", "").replace(".", "") for row in rows if row[column].strip("-")]
    return bool(written) and all(cell.isdigit() for cell in written)


def _stops(
    paper: Paper, table: Figures, rows: Sequence[tuple[str, ...]], inside: Box
) -> tuple[float, list[tuple[float, float]]]:
    """Return the size of the writing and the left and right edge of each column.

    Columns are as wide as their cells and share what is left. Where there is too little, the writing becomes smaller
    first, and then the widest column narrower.
    """
    size, gap = _TEXT_MM * paper.em, 2 * paper.em
    widths = np.array(
        [
            max(paper.measure(row[column], size, bold=True)[0] for row in [table.headings, *rows])
            for column in range(len(table.headings))
        ]
    )
    room = inside.width - gap * (len(widths) - 1)
    smaller = float(np.clip(room / widths.sum(), _SMALLEST_TEXT, 1.0))
    widths *= smaller
    left = room - widths.sum()
    if left < 0:
        widths[np.argmax(widths)] += left
    else:
        widths += left / len(widths)
    starts = inside.x + np.concatenate([[0.0], np.cumsum(widths + gap)[:-1]])
    return size * smaller, [(float(start), float(start + width)) for start, width in zip(starts, widths, strict=True)]
