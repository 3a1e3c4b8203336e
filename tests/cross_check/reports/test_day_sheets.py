"""Day sheets: every stop in the order of the clock, nothing of a name becomes markup."""

from cross_check import routes
from cross_check.reports import day_sheets
from gis.language import catalogue
from tests.cross_check import round_made as made

PLANNED = routes.plan(
    made.assignment(), made.targets(20, 2, 0.3), made.regions(), params=made.QUICK, lodgings=made.houses()
)
TEAM = str(PLANNED.visits["team_id"].iloc[0])


def test_a_day_runs_from_bed_to_bed_by_the_clock():
    """Leaving first, the lodging last, all visits and the break between, times never falling."""
    for day in sorted(set(PLANNED.legs["day"])):
        rows = day_sheets.timetable(PLANNED, TEAM, 1, int(day), {})
        visits = PLANNED.visits[PLANNED.visits["day"] == day]
        leg = PLANNED.legs[PLANNED.legs["day"] == day].iloc[0]
        assert [row.code for row in rows][:: len(rows) - 1] == ["day_sheets.leave", "day_sheets.back"]
        assert [row.target_id for row in rows if row.target_id] == list(visits.sort_values("order")["target_id"])
        assert sum(row.code == "day_sheets.lunch" for row in rows) == int(isinstance(leg["lunch"], str))
        assert [row.begins for row in rows] == sorted(row.begins for row in rows)


def test_a_crew_that_stays_has_no_rows():
    """No line on the road, no sheet."""
    assert day_sheets.timetable(PLANNED, TEAM, 9, 1, {}) == []


def test_the_sheet_prints_on_a4_and_escapes_names():
    """A4, two places to sign, the reserve list; a name that tries to be markup is text."""
    rows = day_sheets.timetable(PLANNED, TEAM, 1, 1, {})
    hostile = [day_sheets.Row("08:00", "09:00", "day_sheets.visit", "<script>", "5")]
    hand = day_sheets.reserve(PLANNED, TEAM, 1, 1)
    for language in ("zh", "en"):
        page = day_sheets.html("<b>", [("a", "1")], [*hostile, *rows], hand, catalogue(language))
        assert "size: A4" in page
        assert "<script>" not in page
        assert "&lt;b&gt;" in page
        assert page.count('class="sign"') == 1
        assert all(name in page for name in hand["name"])
