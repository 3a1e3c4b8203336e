"""Minutes of a draw: formulas in words, chances, names, escaped texts, a line for each witness."""

import pytest

from cross_check import draws
from gis.language import catalogue
from tests.cross_check import drawing
from views import draw_minutes

WORDS = catalogue("zh")


@pytest.fixture(scope="module")
def record():
    """Return a concluded draw in which a unit's name tries to be markup."""
    table = drawing.candidates()
    table["name"] += "<b>"
    frozen = draws.freeze(table, drawing.officers(), drawing.ORDER)
    announced = draws.announce(frozen, beacons=drawing.BEACONS, nonces={}, document="黑环发〔2026〕1号", at=drawing.AT)
    return draws.conclude(frozen, announced, values=dict.fromkeys(drawing.BEACONS, "03 08"), told={})


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"all": True}, "全部"),
        ({"count": 5}, "5 家"),
        ({"share_percent": 25}, "40 家 × 25%"),
        ({"for_each_officer": 5, "share_percent": 20, "either": True}, "40 家 × 20%、6 名执法人员 × 5 家 中取较小者"),
        ({"count": 3, "share_percent": 20}, "3 家、40 家 × 20% 中取较大者"),
    ],
)
def test_a_size_is_told_by_its_formula(row, said):
    """One part alone, or several and which of them counts."""
    assert draw_minutes.size(WORDS, {"units": 40, "on_post": 6, "formula": row}) == said


def test_a_chance_is_size_times_weight_by_sum():
    """Certain ones are 100 %."""
    assert draw_minutes.chance("1") == "100%"
    assert draw_minutes.chance("5*3/60") == "25.0%"


def test_each_drawn_unit_stands_with_its_pair(record):
    """Officers by name where it is known, by id where not."""
    table = draw_minutes.drawn(record, {"O0": "甲"}, WORDS)
    told = {each["unit"]: each["officers"] for each in record["result"]["officers"]}
    for unit, pair in zip(table["unit_id"], table["pair"], strict=True):
        assert pair == "、".join("甲" if each == "O0" else each for each in told[unit])


def test_the_minutes_hold_what_a_witness_signs(record):
    """Commitment, seed, value, formula, reasons, and a line for each witness; nothing breaks out of its cell."""
    page = draw_minutes.sheet("D1", record, {}, WORDS)
    for told in (record["seed"], record["announcement"]["commitment"], "03 08", "家 × 25%", "驻厅纪检组", "正面清单"):
        assert told in page
    assert "<b>" not in page
    assert page.count(WORDS.say("draw_page.signature")) == 3


def test_an_unknown_reason_is_told_by_its_code():
    """Other lists may bring codes of their own."""
    assert draw_minutes.reason(WORDS, "cap") == "cap"
    assert draw_minutes.reason(WORDS, "draws.stopped", "stopped") == "已停产"
    assert draw_minutes.reason(WORDS, "barring.positive", "函1号").endswith("（函1号）")
