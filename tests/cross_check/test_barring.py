"""Barring: each rule keeps out the sites it should, the first one is told with its document, others stay in."""

import copy
from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from cross_check import barring, data, draw_lists
from cross_check.barring import Standing
from gis.crs import STORAGE
from gis.language import catalogue
from tests.cross_check import cases

ON = date(2026, 7, 1)
ONE, LISTED, THREE, FOUR = cases.SITES
NOWHERE = gpd.GeoDataFrame(
    {"reason": [], "until": pd.to_datetime([]), "reach_m": [], "geometry": []}, geometry="geometry", crs=STORAGE
)
LINE = {"valid_from": "2026-01-01", "valid_to": "2028-12-31", "document_no": "示环〔2026〕1号"}
EVERY = copy.deepcopy(data.rules("triage"))
EVERY["draws"]["bars"] = ["cap", "recent", "positive", "benign"]


def _barred(*, caps=(), visits=(), positive=None, benign=NOWHERE, triggered=(), rules=None, kind="routine", on=ON):
    standing = Standing(caps, visits, positive or {}, benign, frozenset(triggered))
    found = barring.barred(cases.enterprises(), standing, on=on, check_kind=kind, rules=rules)
    return found.set_index("unit_id")


def _cap(site, kind, most):
    return {"site_id": site, "year": 2026, "check_kind": kind, "most": most, "document_no": "示限〔2026〕2号"}


def _visit(site, day, kind="routine"):
    return {"site_id": site, "visited_on": day, "check_kind": kind}


def test_the_table_is_what_a_draw_takes():
    """Its columns are those of the draw's list, and every code has words."""
    found = _barred(caps=[_cap(ONE, "total", 0)])
    assert list(found.reset_index().columns) == list(draw_lists.BARRED.columns)
    for name in ("cap", "recent", "positive", "benign"):
        assert catalogue("zh").say(f"barring.{name}")
        assert catalogue("en").say(f"barring.{name}")


def test_a_used_up_cap_keeps_a_site_out_with_figures_and_document():
    """Two of two; a site with one of two stays in, as does one whose visits were last year."""
    visits = [_visit(ONE, "2026-02-01"), _visit(ONE, "2026-03-01", "special"), _visit(THREE, "2026-02-01")]
    visits += [_visit(FOUR, "2025-02-01"), _visit(FOUR, "2025-03-01")]
    found = _barred(caps=[_cap("*", "total", 2)], visits=visits)
    assert found["excluded"].to_dict() == {ONE: "barring.cap", LISTED: "barring.positive"}
    assert found.loc[ONE, "excluded_why"] == "2/2 示限〔2026〕2号"


@pytest.mark.parametrize(("outside", "out"), [(False, True), (True, False)])
def test_case_based_visits_count_as_the_bureaus_rule_says(outside, out):
    """Where they stand outside the cap they do not use it up."""
    rules = copy.deepcopy(EVERY)
    rules["rules"]["cap"]["case_outside"] = outside
    found = _barred(caps=[_cap(ONE, "total", 1)], visits=[_visit(ONE, "2026-02-01", "case")], rules=rules)
    assert (ONE in found.index) == out
    assert ONE not in _barred(caps=[_cap(ONE, "total", 0)], rules=rules, kind="case").index or not outside


@pytest.mark.parametrize(("day", "out"), [("2026-06-02", True), ("2026-06-01", False), ("2025-12-31", False)])
def test_a_visit_within_the_days_of_the_rule_keeps_a_site_out(day, out):
    """The rule says thirty days: the twenty-ninth bars, the thirtieth does not; also across the year's end."""
    assert (ONE in _barred(visits=[_visit(ONE, day)]).index) == out
    assert ONE in _barred(visits=[_visit(ONE, "2025-12-31")], on=date(2026, 1, 5)).index


def test_the_ledgers_line_goes_before_the_registers_flag():
    """A firm removed from the list is drawn although the register still flags it, and the other way round."""
    removed = _barred(positive={LISTED: LINE | {"removed_on": "2026-05-01"}, ONE: LINE})
    assert removed["excluded"].to_dict() == {ONE: "barring.positive"}
    assert removed.loc[ONE, "excluded_why"] == "示环〔2026〕1号"
    assert "环办执法〔2021〕10号" in _barred().loc[LISTED, "excluded_why"]


def test_a_recorded_trigger_lets_a_listed_site_in():
    """Only that site."""
    assert _barred(triggered=[LISTED]).empty
    assert list(_barred(triggered=[ONE]).index) == [LISTED]


@pytest.mark.parametrize(("east_m", "until", "out"), [(150, "2026-07-01", True), (250, "2026-07-01", False)])
def test_a_harmless_place_bars_only_where_the_rules_say_so(east_m, until, out):
    """By default it silences leads alone; within its reach and to its last day where a bureau adds it."""
    place = Point(126.5 + east_m / (111_320 * 0.7009), 45.5)
    benign = gpd.GeoDataFrame(
        {"reason": ["已核"], "until": [pd.Timestamp(until)], "reach_m": [200.0]}, geometry=[place], crs=STORAGE
    )
    assert ONE not in _barred(benign=benign).index
    assert (ONE in _barred(benign=benign, rules=EVERY).index) == out
    assert ONE not in _barred(benign=benign, rules=EVERY, on=date(2026, 7, 2)).index


def test_the_first_rule_in_the_bureaus_order_is_told():
    """A listed site with a used-up cap is out for the cap; turned round, for the list."""
    turned = copy.deepcopy(EVERY)
    turned["draws"]["bars"] = ["positive", "cap"]
    caps = [_cap(LISTED, "total", 0)]
    assert _barred(caps=caps).loc[LISTED, "excluded"] == "barring.cap"
    assert _barred(caps=caps, rules=turned).loc[LISTED, "excluded"] == "barring.positive"


def test_an_unknown_kind_of_check_is_a_mistake():
    """It is no fault of a user."""
    with pytest.raises(ValueError, match="no kind"):
        _barred(kind="surprise")
