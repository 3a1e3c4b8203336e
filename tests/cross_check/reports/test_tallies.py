"""The figures beside the map: sums that can be traced to the tables."""

import pandas as pd
import pytest

from cross_check.reports import tallies
from cross_check.reports.contents import checked
from gis.language import catalogue

WORDS = catalogue()


@pytest.fixture
def shown(contents, brief):
    """Return what the internal brief shows."""
    return checked(contents, brief)


def test_regions_are_counted_and_summed(shown):
    """Enterprises, leads, hot cells and visits by prefecture; the last row is the sum."""
    table = tallies.of_province(shown, WORDS, "zh")[0]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["哈尔滨市"][1:] == ("4", "2", "3")
    assert rows["齐齐哈尔市"][1:] == ("1", "1", "-")
    assert table.rows[-1][1:] == ("400", "5", "3", "3")
    assert table.total


def test_classes_are_counted_with_mu_and_hectares(shown):
    """The reclassified lead counts as what the person said: 666.67 square metres are one mu."""
    table = tallies.of_province(shown, WORDS, "zh")[1]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows[WORDS.say("class.excavation")] == ("1", "1.0", "0.07")
    assert rows[WORDS.say("class.waste")] == ("2", "9.0", "0.60")
    assert WORDS.say("class.clearing") not in rows


def test_teams_are_listed_with_where_they_go(shown):
    """From, to, days, visits and kilometres of a team."""
    table = tallies.of_province(shown, WORDS, "zh")[2]
    assert table.rows == (("T01", "齐齐哈尔市", "哈尔滨市", "2", "3", "130"),)


def test_the_list_of_an_area_names_site_and_distance(shown):
    """A lead without a near site has a dash."""
    here = shown.leads.assign(number=["1", "2", "3", "4", "5"])
    listed, by_class = tallies.of_area(here, WORDS)
    assert listed.rows[1][2:] == ("1.5", shown.leads["site_name"][1], "20")
    assert listed.rows[3][3:] == ("-", "-")
    assert len(by_class.rows) == 4
    assert tallies.of_area(here[:0], WORDS) == ()


def test_headlines_say_what_there_is(shown):
    """Numbers of the tables; an empty area says so."""
    for piece in ("5", "3", "1"):
        assert piece in tallies.headline(shown, WORDS)
    assert "16.0" in tallies.area_headline(shown.leads, WORDS)
    assert tallies.area_headline(shown.leads[:0], WORDS) == WORDS.say("brief.no_leads")


def test_image_dates_are_told_as_far_as_they_are_known(shown):
    """One date, a span, or nothing."""
    (line,) = tallies.dates_of(shown.leads, WORDS)
    assert "2020-09-02" in line
    assert "2021-09-05" in line
    later = shown.leads.assign(after_on=pd.date_range("2021-09-05", periods=5))
    assert "2021-09-09" in tallies.dates_of(later, WORDS)[0]
    assert tallies.dates_of(shown.leads.assign(before_on=pd.NaT, after_on=pd.NaT), WORDS) == ()
