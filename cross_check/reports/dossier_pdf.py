"""Rim: the dossier of one site as a PDF on A4, with its map and images, as many pages as it takes."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_pdf import PdfPages
from PIL import Image

from cross_check.dossiers import Dossier
from cross_check.reports import dossier_parts, site_map, site_plot
from cross_check.reports.dossier_parts import WRONG, Parts, Picture, Table
from gis.files import written_aside
from gis.language import Catalogue
from gis.paper import ALARM, GREY, INK, Faces, Ink, Paper, faces
from gis.sheets import Box, Sheet, lay_out

_SIZE, _SMALL, _HEAD, _TITLE = 3.1, 2.6, 3.5, 5.2
_LINE = 1.45
_LEFT, _TOP, _FOOT = 12.0, 11.0, 13.0
_MAP, _GAP = 76.0, 5.0
_PICTURES = 2
_WIDEST_CELL = 60.0
_ACCENT = "#0f5c6e"
_HAIR = "#d5dde6"
_ROOM_FOR_HEAD = 14.0

_Cells = list[list[str]]
"""The lines of each cell of a row."""


class Pages:
    """Sheets of A4 that are filled from the top; ``y`` counts millimetres from the lower edge."""

    def __init__(self, typeface: Faces) -> None:
        self.sheet: Sheet = lay_out("A4", "portrait", 1.0)
        self.typeface = typeface
        self.papers: list[Paper] = []
        self.width = self.sheet.width_mm - 2 * _LEFT
        self.turn()

    def turn(self) -> None:
        """Begin a new sheet."""
        self.papers.append(Paper(self.sheet, self.typeface))
        self.y = self.sheet.height_mm - _TOP

    @property
    def paper(self) -> Paper:
        """The sheet that is being filled."""
        return self.papers[-1]

    def room(self, height: float) -> None:
        """Begin a new sheet where this one has no room for so many millimetres."""
        if self.y - height < _FOOT:
            self.turn()

    def heading(self, text: str) -> None:
        """Write the heading of a section, never alone at the foot of a sheet."""
        self.room(_ROOM_FOR_HEAD)
        self.y -= 2.0 + _HEAD
        self.paper.rectangle(Box(_LEFT, self.y - 0.5, 1.1, _HEAD + 0.6), line_mm=0, face=_ACCENT)
        self.paper.write(_LEFT + 2.6, self.y, text, _HEAD, Ink(bold=True))
        self.y -= 1.4

    def text(self, text: str, size: float = _SIZE, colour: str = INK) -> None:
        """Write a paragraph over the whole width."""
        for line in self.paper.wrapped(text, size, self.width):
            self.room(size * _LINE)
            self.y -= size * _LINE
            self.paper.write(_LEFT, self.y, line, size, Ink(colour=colour))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table, its heads again on every sheet it reaches."""
        widths = self._widths([heads, *rows] if heads else rows)
        top = self._wrapped(heads, widths) if heads else []
        if heads:
            self._row(top, widths, GREY)
        for row in rows:
            cells, sheets = self._wrapped(row, widths), len(self.papers)
            self.room(_height(cells))
            if heads and len(self.papers) > sheets:
                self._row(top, widths, GREY)
            self._row(cells, widths, INK)

    def _wrapped(self, row: Sequence[str], widths: Sequence[float]) -> _Cells:
        """Return the lines of each cell; an empty one has an empty line."""
        return [self.paper.wrapped(cell, _SIZE, width - 2) or [""] for cell, width in zip(row, widths, strict=True)]

    def _row(self, row: _Cells, widths: Sequence[float], colour: str) -> None:
        top, x = self.y, _LEFT
        for lines, width in zip(row, widths, strict=True):
            ink = Ink(colour=ALARM if lines == [WRONG] else colour)
            for place, line in enumerate(lines, 1):
                self.paper.write(x, top - place * _SIZE * _LINE, line, _SIZE, ink)
            x += width
        self.y = top - _height(row)
        self.paper.line([(_LEFT, self.y), (_LEFT + sum(widths), self.y)], line_mm=0.15, edge=_HAIR)

    def _widths(self, rows: Sequence[Sequence[str]]) -> list[float]:
        """Return the width of each column: what it asks for, and its share where there is more or less room."""
        columns = list(zip(*rows, strict=True))
        asked = [max(min(self.paper.measure(cell, _SIZE)[0], _WIDEST_CELL) for cell in each) + 2 for each in columns]
        scale = self.width / sum(asked)
        return [width * scale for width in asked]


def _height(row: _Cells) -> float:
    return max(map(len, row)) * _SIZE * _LINE + 1.2


def write(dossier: Dossier, words: Catalogue, path: Path, pictures: Sequence[Picture] = ()) -> int:
    """Write the dossier of a site; return the number of pages.

    The same dossier gives the same bytes: the file carries the dossier's day, not the clock's.

    Raises
    ------
    WorkbenchError
        ``plate.no_font`` before set-up.
    """
    told = dossier_parts.parts(dossier, words)
    pages = _filled(dossier, told, words, pictures)
    _footers(pages, told, words)
    facts = {
        "Title": words.say("dossier.file_title", name=told.name),
        "Creator": "Haidongqing",
        "CreationDate": datetime.combine(dossier.on, time()),
    }
    # Type 42 embeds the TrueType outlines, so that Chinese can be searched and copied.
    with mpl.rc_context({"pdf.fonttype": 42}), written_aside(path) as aside, PdfPages(aside, metadata=facts) as book:
        for paper in pages.papers:
            book.savefig(paper.figure)
    return len(pages.papers)


def packed(dossier: Dossier, words: Catalogue, pictures: Sequence[Picture], folder: Path) -> bytes:
    """Return the PDF's bytes, made within a folder."""
    path = folder / "dossier.pdf"
    write(dossier, words, path, pictures)
    return path.read_bytes()


def _filled(dossier: Dossier, told: Parts, words: Catalogue, pictures: Sequence[Picture]) -> Pages:
    pages = Pages(faces())
    pages.y -= _TITLE
    size = pages.paper.fitting(told.name, _TITLE, pages.width, bold=True)
    pages.paper.write(_LEFT, pages.y, told.name, size, Ink(bold=True))
    pages.y -= 1.2
    pages.text(told.subtitle, _SIZE, GREY)
    pages.y -= 1.5
    pages.paper.line([(_LEFT, pages.y), (_LEFT + pages.width, pages.y)], line_mm=0.6, edge=_ACCENT)
    _facts_and_map(pages, dossier, told, words)
    if told.doubts:
        pages.heading(words.say("dossier.h_doubts"))
        pages.text(told.doubts)
    _shown(pages, pictures, words)
    pages.heading(words.say("dossier.h_identity"))
    half = (len(told.identity) + 1) // 2
    left, right = told.identity[:half], [*told.identity[half:], ["", "", ""]][:half]
    pages.table([], [[*one, *other] for one, other in zip(left, right, strict=True)])
    for table in told.tables:
        _listed(pages, table)
    if told.nothing:
        pages.y -= 1.5
        pages.text(told.nothing, _SMALL, GREY)
    return pages


def _facts_and_map(pages: Pages, dossier: Dossier, told: Parts, words: Catalogue) -> None:
    """Put what the register says on the left and the map on the right."""
    pages.heading(words.say("dossier.h_facts"))
    top, paper, whole = pages.y, pages.paper, pages.width
    pages.width = whole - _MAP - _GAP
    pages.table([], [[name, value] for name, value in told.facts])
    pages.text(told.place, _SMALL, GREY)
    pages.text(told.lacking, _SMALL, GREY)
    pages.width = whole
    left = _LEFT + whole - _MAP
    box = Box(left, top - _MAP, _MAP, _MAP)
    site_plot.plot(dossier, words, paper, box)
    y, x = box.y - 1.0 - _SMALL, left
    for colour, said in site_map.legend(dossier, words):
        width = paper.measure(said, _SMALL)[0] + 6
        if x + width > left + _MAP:
            x, y = left, y - _SMALL * _LINE
        paper.rectangle(Box(x, y - 0.1, 2.0, 2.0), line_mm=0, face=colour)
        paper.write(x + 2.8, y, said, _SMALL)
        x += width
    note = words.say("dossier.map_note")
    paper.write(left, y - _SMALL * _LINE, note, paper.fitting(note, _SMALL, _MAP), Ink(colour=GREY))
    if paper is pages.paper:
        pages.y = min(pages.y, y - 2 * _SMALL * _LINE)


def _shown(pages: Pages, pictures: Sequence[Picture], words: Catalogue) -> None:
    """Put images side by side, each with what it shows under it."""
    for start in range(0, len(pictures), _PICTURES):
        some = pictures[start : start + _PICTURES]
        width = (pages.width - _GAP) / _PICTURES
        images = [np.asarray(Image.open(BytesIO(one.png)).convert("RGBA")) for one in some]
        heights = [width * image.shape[0] / image.shape[1] for image in images]
        pages.room(max(heights) + 14)
        if not start:
            pages.heading(words.say("dossier.h_pictures"))
        for place, (image, height, one) in enumerate(zip(images, heights, some, strict=True)):
            box = Box(_LEFT + place * (width + _GAP), pages.y - height, width, height)
            axes = pages.paper.window(box, (0, 0, image.shape[1], image.shape[0]))
            axes.imshow(image, extent=(0, image.shape[1], 0, image.shape[0]), aspect="auto", interpolation="nearest")
            pages.paper.write(box.x, box.y - 1 - _SMALL, one.said, _SMALL, Ink(colour=GREY))
        pages.y -= max(heights) + 1 + _SMALL * _LINE


def _listed(pages: Pages, table: Table) -> None:
    pages.heading(table.title)
    pages.table(table.heads, table.rows)


def _footers(pages: Pages, told: Parts, words: Catalogue) -> None:
    count = len(pages.papers)
    for number, paper in enumerate(pages.papers, 1):
        right = _LEFT + pages.width
        paper.line([(_LEFT, 10.0), (right, 10.0)], line_mm=0.2, edge=GREY)
        paper.write(_LEFT, 6.2, paper.shortened(told.footer, _SMALL, pages.width - 22), _SMALL, Ink(colour=GREY))
        said = words.say("dossier.page", number=number, count=count)
        paper.write(right, 6.2, said, _SMALL, Ink(colour=GREY, across="right"))
