"""Marginalia: tables that fit their room and say what they left out, legends, the arrow."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import marginalia
from gis.marginalia import Entry, Figures, Group, Stamps
from gis.paper import Ink, Paper, faces
from gis.sheets import Box, lay_out
from gis.symbols import Symbol


@pytest.fixture
def paper():
    """Return an empty A3 sheet at printing resolution, where hinting moves nothing."""
    sheet = Paper(lay_out("A3", "landscape", 1.0), faces())
    sheet.figure.set_dpi(300)
    return sheet


def found(paper, gid):
    """Return the texts of a sheet by gid."""
    return [text for text in paper.axes.texts if text.get_gid() == gid]


def figures_of(rows):
    """Return a table of some rows."""
    return Figures("表", ("序号", "名称", "数"), tuple((str(row), "某某水泥制品厂", "1,234.5") for row in range(rows)))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=4), st.floats(40, 260))
def test_tables_below_one_another_never_leave_their_room(rows, room):
    """However many rows, the heights and gaps fit."""
    heights = marginalia.figures_heights([figures_of(count) for count in rows], room, 3.0, 1.0)
    drawn = [high for high in heights if high]
    assert sum(drawn) + 3.0 * (len(drawn) - 1) <= room + 1e-6


def test_a_table_with_room_shows_all_rows(paper):
    """Nothing is left out and nothing said of it."""
    marginalia.figures(paper, Box(300, 20, 90, 200), figures_of(10), "还有 {count} 条")
    assert len(found(paper, "figures_cell")) == 33
    assert not found(paper, "figures_more")


def test_a_table_without_room_says_how_many_rows_it_leaves_out(paper):
    """Shown and left out together are all rows."""
    marginalia.figures(paper, Box(300, 20, 90, 60), figures_of(40), "还有 {count} 条")
    shown = len(found(paper, "figures_cell")) // 3 - 1
    (more,) = found(paper, "figures_more")
    assert more.get_text() == f"还有 {40 - shown} 条"
    assert 0 < shown < 40


def test_cells_keep_apart_and_inside(paper):
    """In a narrow table the writing shrinks, then is cut; columns never run into each other."""
    box = Box(300, 20, 45, 200)
    marginalia.figures(paper, box, figures_of(5), "")
    renderer = paper.figure.canvas.get_renderer()
    cells = [text.get_window_extent(renderer) for text in found(paper, "figures_cell")]
    mm = 25.4 / paper.figure.dpi
    for row in range(6):
        spans = [(cell.x0 * mm, cell.x1 * mm) for cell in cells[3 * row : 3 * row + 3]]
        assert spans[0][0] >= box.x
        assert spans[-1][1] <= box.right
        assert all(left[1] < right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize("high", [45, 120, 220])
def test_a_crowded_legend_stays_in_its_box_and_readable(paper, high):
    """All entries inside, none over another: rows move closer, then columns stand side by side."""
    entries = tuple(Entry("polygons", Symbol(""), f"类别 {number}") for number in range(12))
    groups = [Group(name, entries) for name in ("甲组", "乙组", "丙组")]
    box = Box(200, 20, 180, high)
    marginalia.legend(paper, box, "图例", groups)
    renderer, mm = paper.figure.canvas.get_renderer(), 25.4 / paper.figure.dpi
    extents = [text.get_window_extent(renderer) for text in found(paper, "legend_entry") + found(paper, "legend_group")]
    assert len(extents) == 39
    for one in extents:
        assert box.x <= one.x0 * mm
        assert one.x1 * mm <= box.right
        assert box.y <= one.y0 * mm
        assert one.y1 * mm <= box.top
    assert not any(one.overlaps(other) for one, other in combinations(extents, 2))


def test_an_empty_legend_is_an_empty_box(paper):
    """A plate without layers still has its legend's title."""
    marginalia.legend(paper, Box(300, 20, 60, 60), "图例", [])
    assert not found(paper, "legend_entry")


@pytest.mark.parametrize("degrees", [0.0, 12.0, -7.5])
def test_the_arrow_points_where_north_is(paper, degrees):
    """From the notch to the tip, clockwise from the paper's upward direction."""
    marginalia.north_arrow(paper, degrees, "北", "")
    (arrow,) = [patch for patch in paper.axes.patches if patch.get_gid() == "north_arrow"]
    tip, _, notch = arrow.get_xy()[:3]
    across, up = tip - notch
    assert np.degrees(np.arctan2(across, up)) == pytest.approx(degrees)


def test_a_long_title_never_runs_into_the_stamps(paper):
    """The title shrinks to the room between them."""
    marginalia.head(paper, "专题图" * 25, "副标题", Stamps("敏感", "第1页", "合成数据 仅供演示"))
    renderer = paper.figure.canvas.get_renderer()
    extents = {gid: found(paper, gid)[0].get_window_extent(renderer) for gid in ("classification", "title", "alarm")}
    assert extents["classification"].x1 < extents["title"].x0
    assert extents["title"].x1 < extents["alarm"].x0


def test_long_notes_wrap_before_the_imprint(paper):
    """The left column of the foot ends before the right one begins, and both lie above the margin."""
    notes = [("sources", "资料来源:" + "某某影像数据2021年9月5日获取;" * 12, Ink())]
    marginalia.foot(paper, notes, [("maker", "制图单位:某某生态环境局", Ink())])
    renderer = paper.figure.canvas.get_renderer()
    maker = found(paper, "maker")[0].get_window_extent(renderer)
    lines = [text.get_window_extent(renderer) for text in found(paper, "sources")]
    assert len(lines) > 1
    assert all(line.x1 < maker.x0 and line.y0 > 0 for line in lines)
