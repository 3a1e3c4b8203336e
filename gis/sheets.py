"""How a sheet of paper is divided: title, frame, panel and foot, in millimetres from the lower left corner."""

from dataclasses import dataclass

PAPERS = {"A3": (420.0, 297.0), "A4": (297.0, 210.0)}
"""Landscape width and height in mm (ISO 216)."""

ORIENTATIONS = ("landscape", "portrait")

_MARGIN, _HEAD, _FOOT, _BAND, _GAP = 7.0, 24.0, 18.0, 5.5, 5.0
_PANEL_LEAST, _PANEL_SHARE = 78.0, 0.3
_TWO_COLUMNS = 130.0
_FRAME_LEAST = 0.5


@dataclass(frozen=True)
class Box:
    """A rectangle on paper: lower left corner, width and height in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge in mm."""
        return self.x + self.width

    @property
    def top(self) -> float:
        """The upper edge in mm."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The middle (x, y) in mm."""
        return self.x + self.width / 2, self.y + self.height / 2

    def grown(self, by: float) -> "Box":
        """Return the box with every edge moved outwards by a distance in mm (inwards if negative)."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True)
class Sheet:
    """A divided sheet. ``frame`` is the inner neat line; ``band_mm`` around it holds the degree labels."""

    width_mm: float
    height_mm: float
    em: float
    band_mm: float
    head: Box
    frame: Box
    columns: tuple[Box, ...]
    foot: Box


def lay_out(size: str, orientation: str, aspect: float) -> Sheet:
    """Divide a sheet for a map whose content is ``aspect`` times as wide as high.

    The frame is as wide as its content asks for, so that no paper stays empty; the panel takes the rest, in two
    columns if it is wide.

    Parameters
    ----------
    size : {"A3", "A4"}
    orientation : {"landscape", "portrait"}
    aspect : float
        Width of the content divided by its height, above 0.

    Raises
    ------
    ValueError
        If one of them is none of these.
    """
    if size not in PAPERS or orientation not in ORIENTATIONS or aspect <= 0:
        raise ValueError(f"no sheet of {size!r}, {orientation!r}, aspect {aspect}")
    long, short = PAPERS[size]
    width, height = (long, short) if orientation == "landscape" else (short, long)
    em = long / PAPERS["A3"][0]
    margin, gap, band = _MARGIN * em, _GAP * em, _BAND * em
    foot = Box(margin, margin, width - 2 * margin, _FOOT * em)
    head = Box(margin, height - margin - _HEAD * em, width - 2 * margin, _HEAD * em)
    body = Box(margin, foot.top, width - 2 * margin, head.y - foot.top)
    if orientation == "landscape":
        frame, panel = _side_by_side(body, aspect, gap, band, _PANEL_LEAST * em)
        share = 0.39
    else:
        frame, panel = _one_above_other(body, gap, band)
        share = 0.5
    columns = _columns(panel, gap, share) if panel.width >= _TWO_COLUMNS * em else (panel,)
    return Sheet(width, height, em, band, head, frame, columns, foot)


def _side_by_side(body: Box, aspect: float, gap: float, band: float, panel_least: float) -> tuple[Box, Box]:
    tall = body.height - 2 * band
    widest = body.width - 2 * band - gap - panel_least
    wide = min(max(tall * aspect, _FRAME_LEAST * body.width), widest)
    frame = Box(body.x + band, body.y + band, wide, tall)
    left = frame.right + band + gap
    return frame, Box(left, body.y, body.right - left, body.height)


def _one_above_other(body: Box, gap: float, band: float) -> tuple[Box, Box]:
    low = body.height * _PANEL_SHARE
    panel = Box(body.x, body.y, body.width, low - gap)
    frame = Box(body.x + band, body.y + low + band, body.width - 2 * band, body.height - low - 2 * band)
    return frame, panel


def _columns(panel: Box, gap: float, share: float) -> tuple[Box, Box]:
    first = (panel.width - gap) * share
    second = panel.width - gap - first
    return (
        Box(panel.x, panel.y, first, panel.height),
        Box(panel.x + first + gap, panel.y, second, panel.height),
    )
