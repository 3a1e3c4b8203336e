"""Paper: millimetres that are millimetres, a typeface that is there, texts that fit."""

import matplotlib as mpl
import pytest

from gis.errors import WorkbenchError
from gis.paper import Paper, faces
from gis.sheets import lay_out


@pytest.fixture
def paper():
    """Return an empty A3 sheet."""
    return Paper(lay_out("A3", "landscape", 1.0), faces())


def test_a_missing_typeface_says_what_to_do(tmp_path):
    """The fault names the set-up, in both languages."""
    with pytest.raises(WorkbenchError, match="make setup") as caught:
        faces(tmp_path)
    assert caught.value.code == "plate.no_font"


def test_paper_counts_in_millimetres(paper):
    """A point 100 mm from the left lies 100 mm from the left of the printed page."""
    inches = paper.axes.transData.transform((100.0, 50.0)) / paper.figure.dpi
    assert tuple(inches * 25.4) == pytest.approx((100.0, 50.0))


def test_measured_widths_are_the_drawn_ones(paper):
    """The measure agrees with what the renderer draws."""
    text = "黑龙江省生态环境执法线索专题图 2021"
    drawn = paper.write(10, 10, text, 8.0)
    bounds = drawn.get_window_extent(paper.figure.canvas.get_renderer())
    assert paper.measure(text, 8.0)[0] == pytest.approx(bounds.width / paper.figure.dpi * 25.4, rel=0.02)


def test_wrapped_lines_fit_and_lose_nothing(paper):
    """Each line fits the width, Latin words stay whole, and joined again they are the text."""
    text = "资料来源:合成影像 Sentinel-2 MSI 10米,合成企业名录;前时相 2020-09-02,后时相 2021-09-05"
    lines = paper.wrapped(text, 4.0, 60.0)
    assert len(lines) > 1
    assert all(paper.measure(line, 4.0)[0] <= 60.0 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert any("Sentinel-2" in line for line in lines)


def test_no_line_begins_with_a_closing_mark(paper):
    """A full-width comma stays with the character before it, at any width."""
    text = "某某\uff0c" * 40
    for width in range(20, 60):
        assert not any(line.startswith("\uff0c") for line in paper.wrapped(text, 4.0, width))


def test_shortened_texts_fit_and_say_that_they_are(paper):
    """What does not fit ends in an ellipsis; what fits stays."""
    text = "哈尔滨市某某水泥制品有限责任公司"
    short = paper.shortened(text, 4.0, 30.0)
    assert short.endswith("…")
    assert paper.measure(short, 4.0)[0] <= 30.0
    assert paper.shortened(text, 4.0, 300.0) == text


def test_a_fitting_size_fills_the_width_and_never_grows(paper):
    """A long title becomes smaller just as far as needed."""
    size = paper.fitting("专题图" * 30, 9.0, 200.0, bold=True)
    assert paper.measure("专题图" * 30, size, bold=True)[0] == pytest.approx(200.0)
    assert paper.fitting("图", 9.0, 200.0) == 9.0


def test_characters_the_typeface_lacks_become_the_printers_mark(paper):
    """A rare character is shown as a geta mark instead of a warning and an empty square."""
    assert paper.write(10, 10, "甲\U00020000乙", 4.0).get_text() == "甲〓乙"


def test_dollar_signs_are_no_formula(paper):
    """A title with two dollar signs stays what it is."""
    assert not paper.write(10, 10, "$x$ 与 $y$", 4.0).get_parse_math()


def test_no_global_setting_changes():
    """Drawing leaves matplotlib as it was."""
    before = dict(mpl.rcParams)
    Paper(lay_out("A4", "portrait", 1.0), faces()).write(10, 10, "图", 4.0)
    assert dict(mpl.rcParams) == before
