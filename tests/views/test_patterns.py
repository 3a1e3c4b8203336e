"""Pictures of emerging hotspots: layers, legends and a cell's months."""

import json
import re

import pandas as pd
import pytest

from gis.emerging_patterns import names
from gis.language import catalogue
from tests.views import small
from views import colours, patterns

ZH = catalogue("zh")
CELLS, STEPS, LISTS = small._emerging(), small._months(), small._lists()


def classes(layer):
    """Return the class of each feature by id."""
    return {each["properties"]["id"]: each["properties"]["s"] for each in json.loads(layer.content)["features"]}


def test_every_pattern_has_a_colour_and_a_name():
    """Sixteen patterns have colours of their own and names in both languages."""
    assert set(colours.PATTERNS) == set(names()) - {"none"}
    assert len(set(colours.PATTERNS.values())) == 16
    assert {len({patterns.label(each, catalogue(one)) for each in colours.PATTERNS}) for one in ("zh", "en")} == {16}


def test_layer_and_legend_hold_what_is_there():
    """Cells without a pattern are left out; the legend names those that are there with their number."""
    layer = patterns.pattern_layer(CELLS, ZH, corrected=True)
    assert classes(layer) == {"C0": "hot_persistent", "C1": "hot_new", "C4": "cold_historical"}
    items = patterns.pattern_legend(CELLS, ZH, corrected=True)["items"]
    assert [each["text"] for each in items] == ["新增热点 1", "持续热点 1", "历史冷点 1"]
    assert len(classes(patterns.pattern_layer(CELLS, ZH, corrected=False))) == 5


def test_month_shows_counts_and_bins_with_and_without_correction():
    """A cell that is hot by the raw p alone is grey under correction."""
    rows = STEPS[STEPS["month"] == "2024-09"]
    assert classes(patterns.month_layer(CELLS, rows, ZH, corrected=True)) == {"C0": "3", "C2": "0"}
    assert classes(patterns.month_layer(CELLS, rows, ZH, corrected=False)) == {"C0": "3", "C2": "2"}
    assert len(patterns.month_legend(rows, "2024-09", ZH, corrected=False)["items"]) == 2


def test_month_warns_of_few_cases():
    """What would be hot but for the number of its cases is an outline, and map, legend and table say why."""
    rows = STEPS[STEPS["month"] == "2024-03"]
    assert classes(patterns.month_layer(CELLS, rows, ZH, corrected=True))["C3"] == "few"
    texts = [each["text"] for each in patterns.month_legend(rows, "2024-03", ZH, corrected=True)["items"]]
    assert texts[-1] == ZH.say("emerging_page.few")
    assert ZH.say("emerging_page.few") in patterns.bin_labels(rows, ZH, corrected=True)


def test_list_marks_cells_with_few_cases():
    """Few cases are an outline, and the legend has a line for each kind that is there."""
    rows = LISTS[LISTS["list"] == "on_month"]
    assert classes(patterns.list_layer(CELLS, rows, ZH)) == {"C1": "rise", "C0": "few"}
    assert len(patterns.list_legend(rows, ZH)["items"]) == 2
    assert patterns.list_legend(rows[:0], ZH)["items"] == []


def test_nothing_makes_empty_layers():
    """Tables without rows make layers without features."""
    assert classes(patterns.pattern_layer(CELLS[:0], ZH, corrected=True)) == {}
    assert classes(patterns.month_layer(CELLS, STEPS[:0], ZH, corrected=True)) == {}
    assert classes(patterns.list_layer(CELLS, LISTS[:0], ZH)) == {}
    assert patterns.months_of(STEPS[:0]) == []


def test_series_has_a_bar_a_month_and_marks_the_hot_ones():
    """Twelve bars; C1 is hot in the last month alone, which is also the chosen one."""
    months = patterns.months_of(STEPS)
    drawn = patterns.series(STEPS[STEPS["cell_id"] == "C1"], months, "2024-12", ZH, corrected=True)
    heights = [float(each) for each in re.findall(r"height:([\d.]+)%", drawn)]
    assert heights == [0.0] * 11 + [100.0]
    assert drawn.count('class="now"') == 1
    assert drawn.count(colours.BINS[2]) == 2
    assert "2024-12：6 条，热点（95%）" in drawn


@pytest.mark.parametrize(("z", "p", "way"), [(2.5, 0.01, "上升"), (-2.5, 0.01, "下降"), (2.5, 0.2, "无显著升降")])
def test_trend_is_said_in_words(z, p, way):
    """The sign counts only where the trend is significant."""
    assert patterns.trend_of(z, p, ZH).startswith(way)


def test_sentence_counts_the_steps_of_the_chosen_way():
    """Without correction hot steps are counted from the raw bins."""
    own = STEPS[STEPS["cell_id"] == "C2"]
    assert "3 期为热点" in patterns.sentence(CELLS.iloc[2], own, ZH, corrected=False)
    assert "热点 0 期" in patterns.sentence(CELLS.iloc[2], own, ZH, corrected=True)
    assert patterns.months_of(pd.DataFrame({"month": ["2024-11", "2025-02"]})) == [
        "2024-11",
        "2024-12",
        "2025-01",
        "2025-02",
    ]
