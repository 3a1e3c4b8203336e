"""The register page."""

import pandas as pd

from gis.language import catalogue
from tests.views import opened, small
from views import register


def test_filters_reach_the_list(monkeypatch, project):
    """All sites, then those of one prefecture."""
    test = opened.page(monkeypatch, project, "register")
    assert len(test.dataframe[0].value) == 300
    test.selectbox(key="sieve-division_code").set_value("230100").run()
    assert not test.exception
    shown = test.dataframe[0].value
    assert 0 < len(shown) < 300
    assert set(shown["市（地）"]) == {"哈尔滨市"}


def test_search_finds_a_hostile_name_as_it_is_written(monkeypatch, project):
    """Nothing of it becomes markup."""
    test = opened.page(monkeypatch, project, "register")
    test.text_input(key="sieve-search").set_value("onerror").run()
    assert small.HOSTILE in set(test.dataframe[0].value["单位名称"])
    assert small.HOSTILE not in opened.html(test)


def test_board_has_a_row_a_finding_and_a_column_a_city():
    """Any finding on top, then by number; the province sums the cities."""
    words = catalogue("zh")
    rows = [
        ("230100", "quality.any", 10, 5),
        ("230100", "quality.rough", 10, 1),
        ("230100", "quality.no_address", 10, 5),
        ("230600", "quality.any", 30, 3),
        ("230600", "quality.rough", 30, 0),
        ("230600", "quality.no_address", 30, 3),
    ]
    board = pd.DataFrame(rows, columns=["division_code", "code", "sites", "found"])
    board["share"] = board["found"] / board["sites"]
    table, codes = register.by_city(board, {"230100": "哈尔滨市", "230600": "大庆市"}, words)
    assert codes == ["quality.any", "quality.no_address", "quality.rough"]
    assert table["全省"].tolist() == ["8 (20%)", "8 (20%)", "1 (2%)"]
    assert table["大庆市"].tolist() == ["3 (10%)", "3 (10%)", "0 (0%)"]
