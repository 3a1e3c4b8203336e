"""Audits: a sound plan passes, and each way of spoiling it is found under its own code."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from cross_check import audits, plans, routes
from cross_check.route_params import Params
from gis.crs import STORAGE
from gis.language import catalogue

HERE, HOME = "230100", "230200"
PARAMS = Params()


def _regions() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "division_code": [HERE, HOME],
            "name_zh": ["a", "b"],
            "name_en": ["a", "b"],
            "seat_lon": [126.0, 124.0],
            "seat_lat": [46.0, 47.0],
        },
        geometry=[box(125, 45, 127, 47), box(123, 46, 125, 48)],
        crs=STORAGE,
    )


def _assignment() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "team_id": ["T1"],
            "home_division": [HOME],
            "division_code": [HERE],
            "officers": [2],
            "interest_sites": ["S-own"],
        }
    )


def _targets() -> gpd.GeoDataFrame:
    rows = {
        "target_id": ["a", "b", "c"],
        "team_id": "T1",
        "division_code": HERE,
        "site_id": ["S1", None, "S3"],
        "risk": 1,
        "service_min": 60.0,
        "opens": [None, "10:00", None],
        "closes": [None, "12:00", None],
    }
    places = [Point(126.1, 46.0), Point(126.2, 46.0), Point(126.3, 46.0)]
    return gpd.GeoDataFrame(rows, geometry=places, crs=STORAGE).reindex(columns=list(plans.TARGETS.columns))


def _sound() -> routes.Routes:
    """A day by hand: about ten minutes of road between neighbours, thirty-one back from the last."""
    visits = pd.DataFrame(
        {
            "team_id": "T1",
            "crew": 1,
            "day": 1,
            "order": [1, 2],
            "target_id": ["a", "b"],
            "arrive": ["08:11", "11:30"],
            "leave": ["09:11", "12:30"],
        }
    )
    legs = pd.DataFrame(
        {
            "team_id": ["T1"],
            "crew": [1],
            "day": [1],
            "leave": ["08:00"],
            "lunch": ["12:30"],
            "back": ["14:10"],
            "from_lodging": [HERE],
            "to_lodging": [HERE],
            "geometry": [LineString([(0, 0), (1, 1)])],
        }
    )
    unserved = pd.DataFrame({"target_id": ["c"], "team_id": ["T1"]})
    return routes.Routes(visits, legs, pd.DataFrame(), unserved, pd.DataFrame())


def _codes(planned: routes.Routes, params: Params = PARAMS, **tables: pd.DataFrame) -> set[str]:
    given = {"targets": _targets(), "assignment": _assignment(), "regions": _regions()} | tables
    found = audits.check(planned, given["targets"], given["assignment"], given["regions"], params=params)
    return {violation.code for violation in found}


def test_a_sound_day_passes():
    """The day made by hand keeps every rule."""
    assert _codes(_sound()) == set()


@pytest.mark.parametrize(
    ("column", "row", "value", "code"),
    [
        ("target_id", 1, "c", "audits.twice"),
        ("target_id", 1, "x", "audits.stranger"),
        ("target_id", 1, "x", "audits.lost"),
        ("team_id", 0, "T9", "audits.other_region"),
        ("leave", 0, "09:10", "audits.cut_short"),
        ("arrive", 0, "08:05", "audits.too_fast"),
        ("arrive", 1, "12:10", "audits.shut"),
        ("arrive", 1, "09:40", "audits.shut"),
        ("day", 0, 6, "audits.day"),
        ("order", 1, 3, "audits.day"),
    ],
)
def test_a_spoilt_visit_is_found(column, row, value, code):
    """One changed cell of the visits breaks the rule that it should."""
    sound = _sound()
    visits = sound.visits.copy()
    visits.loc[row, column] = value
    assert code in _codes(replace(sound, visits=visits))
    assert catalogue("zh").say(code) != catalogue("en").say(code)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("back", "12:40", "audits.too_fast"),
        ("back", "17:01", "audits.duty"),
        ("back", "18:01", "audits.late"),
        ("leave", "07:30", "audits.late"),
        ("lunch", "11:00", "audits.break_hour"),
        ("lunch", "11:40", "audits.no_break"),
        ("from_lodging", HOME, "audits.bed"),
        ("to_lodging", "nowhere", "audits.bed"),
    ],
)
def test_a_spoilt_leg_is_found(column, value, code):
    """Coming back too early, too late or after too long a duty breaks the rule that it should."""
    sound = _sound()
    assert code in _codes(replace(sound, legs=sound.legs.assign(**{column: value})))


def test_a_day_without_a_break_is_found():
    """From eight to three with every gap just long enough for the drive leaves no lunch."""
    sound = _sound()
    visits = sound.visits.assign(leave=["11:00", "12:30"], arrive=["08:11", "11:12"])
    legs = sound.legs.assign(back="13:05", lunch=None)
    assert "audits.no_break" in _codes(replace(sound, visits=visits, legs=legs))


def test_too_many_visits_a_day_are_found():
    """Two visits break a limit of one."""
    assert "audits.visits" in _codes(_sound(), Params(visits_a_day=1))


def test_the_own_region_and_interest_sites_are_found():
    """A team sent home, or to a site that an officer must avoid, is found."""
    assert "audits.own_region" in _codes(_sound(), assignment=_assignment().assign(home_division=HERE))
    assert "audits.recusal" in _codes(_sound(), assignment=_assignment().assign(interest_sites="S9;S1"))


def test_a_target_left_unmentioned_is_found():
    """A target neither visited nor listed as unserved is lost."""
    sound = _sound()
    assert _codes(replace(sound, unserved=sound.unserved.iloc[:0])) == {"audits.lost"}


def test_a_crew_without_two_officers_is_found():
    """Two crews of a team of three cannot both have two officers."""
    sound = _sound()
    second = sound.visits.assign(crew=[1, 2], order=1)
    legs = pd.concat([sound.legs, sound.legs.assign(crew=2)], ignore_index=True)
    spoilt = replace(sound, visits=second, legs=legs)
    assert "audits.officers" in _codes(spoilt, assignment=_assignment().assign(officers=3))
    assert "audits.officers" not in _codes(spoilt, assignment=_assignment().assign(officers=4))


def test_a_visit_on_a_day_without_a_leg_is_found():
    """A visit of a crew that has no line on the road belongs to no day."""
    assert "audits.day" in _codes(replace(_sound(), visits=_sound().visits.assign(crew=3)))
