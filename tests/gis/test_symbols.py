"""Symbols: drawn with colour and a second sign, holes kept, lengths in millimetres."""

import numpy as np
import pytest
import shapely

from gis import symbols
from gis.paper import MM_PER_POINT, Paper, faces
from gis.sheets import Box, lay_out
from gis.symbols import Symbol

HATCHED = Symbol("class", fill="#d55e00", hatch="///", line_mm=0.5, dashes=(1.0, 0.5))


@pytest.fixture
def paper():
    """Return an empty A3 sheet."""
    return Paper(lay_out("A3", "landscape", 1.0), faces())


def test_polygons_keep_hatch_and_line(paper):
    """Hatch as second sign, the line 0.5 mm."""
    symbols.draw(paper.axes, "polygons", HATCHED, [shapely.box(0, 0, 10, 10)], order=3)
    (drawn,) = paper.axes.collections
    assert drawn.get_hatch() == "///"
    assert drawn.get_zorder() == 3
    assert drawn.get_linewidth()[0] * MM_PER_POINT == pytest.approx(0.5)


@pytest.mark.parametrize("reverse", [False, True])
def test_holes_stay_open(paper, reverse):
    """Whichever way the rings of the data run, the ground shows through the hole."""
    inner = [(4, 4), (6, 4), (6, 6), (4, 6)]
    holed = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [inner[::-1] if reverse else inner])
    symbols.draw(paper.axes, "polygons", Symbol("", fill="black"), [holed], order=1)
    paper.figure.canvas.draw()
    pixels = np.asarray(paper.figure.canvas.buffer_rgba())
    per_mm = paper.figure.dpi / 25.4
    at = {mm: pixels[-round(mm * per_mm), round(mm * per_mm), 0] for mm in (2, 5)}
    assert at == {2: 0, 5: 255}


def test_a_halo_is_drawn_before_the_line_it_parts_from_the_ground(paper):
    """A white line below, wider by the halo on both sides."""
    line = [shapely.LineString([(0, 0), (10, 10)])]
    symbols.draw(paper.axes, "lines", Symbol("", line_mm=0.4, halo_mm=0.2), line, order=1)
    under, over = paper.axes.collections
    assert under.get_linewidth()[0] - over.get_linewidth()[0] == pytest.approx(0.4 / MM_PER_POINT)
    assert tuple(under.get_color()[0]) == (1, 1, 1, 1)


def test_points_are_as_large_as_they_say(paper):
    """The marker's size is a length in mm, smaller on smaller paper."""
    symbols.draw(paper.axes, "points", Symbol("", size_mm=2.0), [shapely.Point(1, 1)], order=1, em=0.5)
    assert paper.axes.collections[0].get_sizes()[0] ** 0.5 * MM_PER_POINT == pytest.approx(1.0)


@pytest.mark.parametrize("kind", ["polygons", "lines", "points"])
def test_samples_lie_in_their_box(paper, kind):
    """What the legend shows fills its box and nothing else."""
    box = Box(20, 30, 9, 4)
    symbols.draw_sample(paper.axes, kind, HATCHED, box, em=1.0)
    drawn = paper.axes.collections[0]
    places = drawn.get_offsets() if kind == "points" else drawn.get_paths()[0].vertices
    assert ((places[:, 0] >= box.x) & (places[:, 0] <= box.right)).all()
    assert ((places[:, 1] >= box.y) & (places[:, 1] <= box.top)).all()


def test_an_unknown_kind_is_a_programmers_mistake(paper):
    """There is no way to draw smoke."""
    with pytest.raises(ValueError, match="smoke"):
        symbols.draw(paper.axes, "smoke", HATCHED, [], order=1)
