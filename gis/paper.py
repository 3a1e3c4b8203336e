"""Paper to draw on: a matplotlib figure addressed in millimetres, with the workbench's own Chinese typeface."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.patches import Polygon, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from gis.errors import WorkbenchError
from gis.sheets import Box, Sheet

FONTS = Path(__file__).parent / "fonts"
INK = "#1a1a1a"
GREY = "#6b6b6b"
ALARM = "#b3001b"
MM_PER_POINT = 25.4 / 72
_MM_PER_INCH = 25.4
_ABSENT = "\N{GETA MARK}"
_TOP = 10.0
_HAIR_MM = 1e-6
_MEASURED_PT = 500


@dataclass(frozen=True)
class Faces:
    """The regular and the bold typeface as files."""

    regular: Path
    bold: Path

    def of(self, *, bold: bool) -> Path:
        """Return the file of a weight."""
        return self.bold if bold else self.regular


@dataclass(frozen=True)
class Ink:
    """How a text looks: weight, colour, alignment on its point, and the width in mm of a white rim around it."""

    bold: bool = False
    colour: str = INK
    across: str = "left"
    up: str = "baseline"
    rotation: float = 0.0
    halo_mm: float = 0.0


PLAIN = Ink()


def faces(folder: Path = FONTS) -> Faces:
    """Return the typefaces fetched at set-up.

    Raises
    ------
    WorkbenchError
        ``plate.no_font`` if they are not there.
    """
    found = Faces(folder / "NotoSansSC-Regular.ttf", folder / "NotoSansSC-Bold.ttf")
    if not (found.regular.is_file() and found.bold.is_file()):
        raise WorkbenchError("plate.no_font", "The Chinese typeface is not installed: run `make setup`")
    return found


class Paper:
    """A sheet whose axes count in millimetres from the lower left corner and lie above all maps on it."""

    def __init__(self, sheet: Sheet, typeface: Faces) -> None:
        self.sheet = sheet
        self.em = sheet.em
        self.typeface = typeface
        self.figure = Figure(figsize=(sheet.width_mm / _MM_PER_INCH, sheet.height_mm / _MM_PER_INCH), facecolor="white")
        FigureCanvasAgg(self.figure)
        self.axes = self.window(Box(0, 0, sheet.width_mm, sheet.height_mm), (0, 0, sheet.width_mm, sheet.height_mm))
        self.axes.set_zorder(_TOP)

    def window(self, box: Box, extent: tuple[float, float, float, float]) -> Axes:
        """Return axes without furniture that fill a box exactly and show an extent of their own units."""
        wide, high = self.sheet.width_mm, self.sheet.height_mm
        axes = self.figure.add_axes((box.x / wide, box.y / high, box.width / wide, box.height / high))
        axes.set_axis_off()
        axes.set_xlim(extent[0], extent[2])
        axes.set_ylim(extent[1], extent[3])
        axes.patch.set_visible(False)
        return axes

    def write(self, x: float, y: float, text: str, size_mm: float, ink: Ink = PLAIN, *, gid: str = "") -> Text:
        """Write a line of text at a point; ``size_mm`` is the size of its em square."""
        shown = self._printable(text, bold=ink.bold)
        written = self.axes.text(
            x,
            y,
            shown,
            fontproperties=FontProperties(fname=self.typeface.of(bold=ink.bold), size=size_mm / MM_PER_POINT),
            color=ink.colour,
            ha=ink.across,
            va=ink.up,
            rotation=ink.rotation,
            parse_math=False,
        )
        if ink.halo_mm:
            written.set_path_effects([withStroke(linewidth=2 * ink.halo_mm / MM_PER_POINT, foreground="white")])
        written.set_gid(gid)
        return written

    def measure(self, text: str, size_mm: float, *, bold: bool = False) -> tuple[float, float]:
        """Return the width and height in mm that a line of text takes."""
        # Measured large and scaled down: widths then grow with the size exactly, free of rounding to pixels.
        font = get_font(self.typeface.of(bold=bold))
        font.set_size(_MEASURED_PT, 72)
        font.set_text(self._printable(text, bold=bold), 0.0, flags=LoadFlags.NO_HINTING)
        return font.get_width_height()[0] / 64 / _MEASURED_PT * size_mm, 1.15 * size_mm

    def wrapped(self, text: str, size_mm: float, width_mm: float, *, bold: bool = False) -> list[str]:
        """Return a text cut into lines that fit a width; Chinese may be cut anywhere, Latin words stay whole."""
        lines, line = [], ""
        for piece in _pieces(text):
            if line and self.measure(line + piece.rstrip(), size_mm, bold=bold)[0] > width_mm:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        return [*lines, line.rstrip()] if line.strip() else lines

    def fitting(self, text: str, size_mm: float, width_mm: float, *, bold: bool = False) -> float:
        """Return the size at which a line of text fits a width, at most ``size_mm``."""
        return size_mm * min(1.0, width_mm / max(self.measure(text, size_mm, bold=bold)[0], _HAIR_MM))

    def shortened(self, text: str, size_mm: float, width_mm: float, *, bold: bool = False) -> str:
        """Return a text cut to a width, ending in an ellipsis if something was cut."""
        if self.measure(text, size_mm, bold=bold)[0] <= width_mm + _HAIR_MM:
            return text
        kept = text
        while kept and self.measure(kept + "\N{HORIZONTAL ELLIPSIS}", size_mm, bold=bold)[0] > width_mm:
            kept = kept[:-1]
        return kept + "\N{HORIZONTAL ELLIPSIS}"

    def rectangle(self, box: Box, *, line_mm: float = 0.2, edge: str = INK, face: str = "none", gid: str = "") -> None:
        """Draw a rectangle; a line of 0 mm draws none."""
        drawn = Rectangle(
            (box.x, box.y),
            box.width,
            box.height,
            linewidth=line_mm / MM_PER_POINT,
            edgecolor=edge if line_mm else "none",
            facecolor=face,
            joinstyle="miter",
        )
        drawn.set_gid(gid)
        self.axes.add_patch(drawn)

    def line(self, points: list[tuple[float, float]], *, line_mm: float = 0.2, edge: str = INK, gid: str = "") -> None:
        """Draw a line through points."""
        xs, ys = zip(*points, strict=True)
        (drawn,) = self.axes.plot(xs, ys, color=edge, linewidth=line_mm / MM_PER_POINT, solid_capstyle="butt")
        drawn.set_gid(gid)

    def polygon(self, points: list[tuple[float, float]], *, face: str, line_mm: float = 0.15, gid: str = "") -> None:
        """Draw a filled polygon with an ink edge."""
        drawn = Polygon(np.array(points), facecolor=face, edgecolor=INK, linewidth=line_mm / MM_PER_POINT)
        drawn.set_gid(gid)
        self.axes.add_patch(drawn)

    def _printable(self, text: str, *, bold: bool) -> str:
        known = _glyphs(self.typeface.of(bold=bold))
        return "".join(sign if ord(sign) in known else _ABSENT for sign in text)


@cache
def _glyphs(face: Path) -> frozenset[int]:
    return frozenset(get_font(face).get_charmap())


def _pieces(text: str) -> list[str]:
    """Return what a line may not be broken within: Latin words, and signs with the mark that closes them."""
    pieces: list[str] = []
    for sign in text:
        latin = sign.isascii() and not sign.isspace()
        goes_on = latin and bool(pieces) and pieces[-1][-1].isascii() and not pieces[-1][-1].isspace()
        closes = unicodedata.category(sign) in {"Po", "Pe", "Pf"} and not sign.isascii()
        if pieces and (goes_on or closes):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces
