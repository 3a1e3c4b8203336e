"""The register page."""

import pandas as pd

from gis import particulars
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


def test_further_filters_offer_what_the_register_holds():
    """Members of sets and years, not the cells they stand in."""
    kinds = pd.Series(["exhaust;wastewater", None, "exhaust"])
    assert register.offered(kinds, "pollution_types") == ["exhaust", "wastewater"]
    years = pd.Series(["air:2023,2024;water:2022", None])
    assert register.offered(years, "listed_years") == ["2024", "2023", "2022"]
    assert register.offered(pd.Series(["NK06", "232761", "NK06"]), "unit_id") == ["232761", "NK06"]


def test_downloads_hold_no_persons_unless_asked_for(monkeypatch, project):
    """Legal representative, contact and phone are dropped before the file is made."""
    handed = []
    monkeypatch.setattr(register.handout, "buttons", lambda table, *_: handed.append(set(table.columns)))
    test = opened.page(monkeypatch, project, "register")
    assert not handed[-1] & set(particulars.PERSONS)
    test.toggle(key="register-persons").set_value(True).run()
    assert handed[-1] >= set(particulars.PERSONS)


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
