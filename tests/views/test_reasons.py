"""Why a cell is judged as it is, in words."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from gis.language import catalogue
from views import reasons
from views.study import Asked, Evidence

ZH = catalogue("zh")
ASKED = Asked("fire_point", "square_3", "2024-01-01", "2024-12-31")
SEEN = Evidence(pd.DataFrame({"cell_id": ["A", "B"]}), pd.DataFrame())


def row(**other):
    """Return a cell that is hot at 99 %, but for some values."""
    values = {
        "cell_id": "A",
        "count": 3,
        "z": 6.1,
        "p": 1e-5,
        "p_adjusted": 0.002,
        "bin": 3,
        "few": False,
        "radius": 1.5,
        "window_count": 21,
        "expected": 1.15,
        "p_map": 0.005,
        "pattern": "none",
    }
    return gpd.GeoDataFrame([values | other], geometry=[box(0, 0, 1, 1)]).iloc[0]


def test_sentence_holds_every_figure():
    """Cell, number of cells, period, cases, expectation, p and verdict stand in the sentence."""
    said = reasons.sentence(row(), SEEN, ASKED, ZH)
    for part in ("网格 A", "2 个网格", "2024-01-01", "2024-12-31", "火点 21 条", "1.1", "0.0020", "热点（99%）"):
        assert part in said


@pytest.mark.parametrize(
    ("other", "part"),
    [
        ({"bin": 0, "few": True}, "不足 5 条"),
        ({"bin": 0, "p_map": 0.3}, "整图检验 p 值为 0.3000"),
        ({"bin": 0, "p_adjusted": 0.4}, "不显著"),
        ({"bin": 0}, "相反"),
        ({"bin": -2}, "冷点（95%）"),
    ],
)
def test_verdict_says_which_lock_stayed_shut(other, part):
    """Each way to go without a colour has its own words."""
    assert part in reasons.verdict(row(**other), ZH)


def test_a_file_tells_less():
    """Without what was asked, only what the file holds is said."""
    stored = row()[["cell_id", "count", "z", "p", "p_adjusted", "bin"]]
    assert "3 条" in reasons.sentence(stored, SEEN, None, ZH)
    assert len(reasons.rules(stored, None, ZH)) == 4


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rules_show_weights_and_the_map_wide_p(language):
    """The rule names statistic, weights, exposure, cases, correction and the p of the whole map."""
    words = catalogue(language)
    lines = dict(reasons.rules(row(pattern="high_low"), Asked(*vars(ASKED).values()), words))
    assert "1.5" in lines[words.say("hotspots_page.rule_weights")]
    assert lines[words.say("hotspots_page.rule_p_map")] == "0.0050"
    moran = reasons.rules(row(pattern="high_low"), Asked("lead", "square_3", "", "", statistic="moran"), words)
    assert words.say("hotspots_page.pattern_high_low") in dict(moran).values()


def test_what_was_asked_stands_on_top():
    """Every choice is told, and so is a file's time when nothing was asked."""
    said = dict(reasons.about(ASKED, "", ZH))
    assert said["事件"] == "火点"
    assert said["起止日期"] == "2024-01-01 – 2024-12-31"
    assert "2025-01-01" in dict(reasons.about(None, "2025-01-01", ZH))["来源"]
