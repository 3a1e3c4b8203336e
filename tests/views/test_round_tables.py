"""Tables of a round: cells of the matrix, several rounds side by side; names are escaped."""

import pandas as pd

from gis.language import catalogue
from views import round_tables

WORDS = catalogue("zh")
NAMES = {"A": "甲<b>市", "B": "乙市"}


def test_a_cell_tells_kilometres_rule_or_choice():
    """Barred pairs name their rule, missing expertise has a mark, the chosen pair stands out."""
    cells = pd.DataFrame(
        {
            "home_division": ["A", "A", "B", "B"],
            "division_code": ["A", "B", "A", "B"],
            "travel_km": [0.0, 1234.4, 80.0, 0.0],
            "missing": [0, 0, 1, 0],
            "load_min": 60.0,
            "barred": ["own", "", "past", "own"],
            "chosen": [False, True, False, False],
        }
    )
    page = round_tables.matrix(cells, NAMES, WORDS)
    assert '<td class="chosen">1,234</td>' in page
    assert '<td class="barred">往轮</td>' in page
    assert page.count("本地") == 2
    assert "<b>" not in page
    lacking = round_tables.matrix(cells.assign(barred=""), NAMES, WORDS)
    assert '<td class="lacks">80*</td>' in lacking


def test_several_rounds_stand_side_by_side():
    """A row a team, a column a round, the way of all rounds; a round without a task is a dash."""
    table = pd.DataFrame(
        {
            "round": [1, 2, 1],
            "home_division": ["A", "A", "B"],
            "division_code": ["B", "C", "A"],
            "travel_km": [100.0, 50.0, 100.0],
        }
    )
    page = round_tables.rotation(table, {**NAMES, "C": "丙市"}, WORDS)
    assert "第 2 轮" in page
    assert page.index("乙市") < page.index("丙市") < page.index("150")
    assert "<td>-</td>" in page
