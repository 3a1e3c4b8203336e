"""The list of faults on the import desk."""

import pandas as pd
import pytest

from cross_check.arrivals import Arrival
from gis import entries
from gis.language import catalogue
from views import faults

WORDS = catalogue("zh")


@pytest.fixture
def arrival():
    """Two rows of a file."""
    rows = pd.DataFrame({"信用代码": ["9113O2", "x"], "经度": ["125", "126"]}, index=[3, 4], dtype=str)
    nothing = entries.joined([])
    return Arrival(rows, {}, pd.DataFrame(), None, nothing, nothing, "")


@pytest.fixture
def wrong():
    """A mistyped code with its proposal, a place, and a column that is missing."""
    return pd.DataFrame(
        {
            "row": [3, 4, 1],
            "column": ["信用代码", "经度", "name"],
            "code": ["register.mistyped_credit_code", "coordinates.sixty", "table.no_column"],
            "value": ["911302", "126", ""],
        }
    )


def test_proposals_are_shown_beside_the_cell_and_never_filled_in(arrival, wrong):
    """What stands in the file is the value; the proposal is a hint; nothing is changed by itself."""
    table = faults.listed(wrong, arrival, WORDS)
    assert table["value"].tolist() == ["9113O2", "126", ""]
    assert table["hint"].tolist() == ["911302", "", ""]
    assert table["new"].tolist() == ["", "", ""]
    assert table["column"].tolist()[2] == "单位名称"


def test_answers_are_cells_of_the_file_and_rows_to_leave_out(arrival, wrong):
    """A correction of a column that the file lacks is no cell."""
    edited = faults.listed(wrong, arrival, WORDS)
    edited["new"], edited["skip"] = [" 911302 ", "", "厂"], [False, True, False]
    assert faults.answers(edited, wrong, arrival) == ({(3, "信用代码"): "911302"}, {4})
