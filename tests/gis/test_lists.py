"""The three monthly lists: order, what is left out, and how sure a rise is."""

import numpy as np
import pytest
from scipy import stats

from gis import lists
from gis.errors import WorkbenchError

MONTHS = [f"2023-{month:02d}" for month in range(1, 13)] + ["2024-01", "2024-02"]
IDS = np.array(["a", "b", "c", "d"])


def _counts():
    """Return counts in which a is highest, b rose most on the year and c most on the month."""
    counts = np.zeros((14, 4), int)
    counts[1] = [30, 2, 10, 0]
    counts[12] = [38, 18, 4, 0]
    counts[13] = [40, 20, 12, 0]
    return counts


def test_each_list_has_its_own_order():
    """Highest by count, the others by the rise on last year and on last month."""
    table = lists.monthly(_counts(), MONTHS, IDS, month="2024-02")
    cells = {kind: table[table["list"] == kind]["cell_id"].tolist() for kind in lists.KINDS}
    assert cells == {"highest": ["a", "b", "c"], "on_year": ["b", "a", "c"], "on_month": ["c", "a", "b"]}
    assert table[table["list"] == "on_year"][["count", "before", "change"]].iloc[0].tolist() == [20, 2, 18]


def test_a_rise_has_its_chance():
    """The p of a rise is the binomial tail of the later month's share, adjusted over all cells."""
    table = lists.monthly(_counts(), MONTHS, IDS, month="2024-02").set_index(["list", "cell_id"])
    assert table.loc[("on_year", "b"), "p"] == pytest.approx(stats.binomtest(20, 22, alternative="greater").pvalue)
    raw = [stats.binomtest(n, n + b, alternative="greater").pvalue for n, b in [(40, 30), (20, 2), (12, 10)]]
    adjusted = stats.false_discovery_control([*raw, 1.0])
    assert table.loc[("on_year", "a"), "p_adjusted"] == pytest.approx(adjusted[0])
    assert np.isnan(table.loc[("highest", "a"), "p"])


def test_lists_end_at_their_length_and_few_cases_are_marked():
    """At most so many rows; a cell with one case is marked."""
    counts = np.zeros((14, 4), int)
    counts[13] = [1, 9, 7, 8]
    table = lists.monthly(counts, MONTHS, IDS, month="2024-02", most=2)
    assert table.groupby("list").size().tolist() == [2, 2, 2]
    whole = lists.monthly(counts, MONTHS, IDS, month="2024-02")
    assert whole[whole["few"]]["cell_id"].unique().tolist() == ["a"]


def test_months_before_the_record_leave_a_list_empty():
    """The first month has only the highest; the twelfth has no year before it."""
    counts = np.ones((14, 4), int) * np.arange(1, 15)[:, None]
    assert set(lists.monthly(counts, MONTHS, IDS, month="2023-01")["list"]) == {"highest"}
    assert set(lists.monthly(counts, MONTHS, IDS, month="2023-12")["list"]) == {"highest", "on_month"}
    assert set(lists.monthly(counts, MONTHS, IDS, month="2024-01")["list"]) == set(lists.KINDS)


def test_an_unknown_month_is_told():
    """The sentence says what the record holds."""
    with pytest.raises(WorkbenchError, match="2023-01 to 2024-02") as fault:
        lists.monthly(_counts(), MONTHS, IDS, month="2025-01")
    assert fault.value.code == "lists.no_month"
