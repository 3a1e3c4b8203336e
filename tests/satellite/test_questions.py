"""Questions to catalogues: what can be asked, and days in Beijing."""

from datetime import UTC, date, datetime

import pytest
import shapely

from gis.errors import WorkbenchError
from satellite.questions import Question, beijing_day, for_ids, in_box

HARBIN = in_box(126.0, 45.5, 127.0, 46.0)
MAY = (date(2026, 5, 1), date(2026, 5, 31))


def test_days_are_those_of_beijing():
    """A day lasts from 16:00 UTC to 16:00 UTC, and both ends of the period belong to it."""
    first, last = Question(HARBIN, MAY).utc_span
    assert (first.isoformat(), last.isoformat()) == ("2026-04-30T16:00:00+00:00", "2026-05-31T15:59:59+00:00")
    assert beijing_day(datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC)) == date(2026, 4, 30)
    assert beijing_day(datetime(2026, 4, 30, 16, 0, tzinfo=UTC)) == date(2026, 5, 1)


@pytest.mark.parametrize(
    "question",
    [
        {"area": shapely.Point(126, 45)},
        {"area": shapely.Polygon()},
        {"area": shapely.Polygon([(126, 45), (127, 46), (127, 45), (126, 46)])},
        {"area": shapely.box(126, 45, 181, 46)},
        {"area": shapely.box(5_073_992, 541_203, 5_074_000, 541_300)},
        {"between": MAY[::-1]},
        {"max_cloud": -1},
        {"max_cloud": 101},
        {"max_cloud": float("nan")},
    ],
)
def test_impossible_questions_cannot_be_made(question):
    """No area, a bow tie, metres, a period that runs backwards, more than all clouds."""
    with pytest.raises(WorkbenchError) as refused:
        Question(**({"area": HARBIN, "between": MAY} | question))
    assert refused.value.code == "catalog.bad_question"


@pytest.mark.parametrize("box", [(127, 45, 126, 46), (126, 46, 127, 45), (float("nan"), 45, 127, 46)])
def test_swapped_corners_are_told(box):
    """West and east, south and north."""
    with pytest.raises(WorkbenchError):
        in_box(*box)


def test_names_alone_are_a_question():
    """Wherever and whenever, from the first Landsat on."""
    asked = for_ids(("a", "b"), "landsat-c2-l2")
    assert asked.ids == ("a", "b")
    assert asked.between[0] == date(1972, 7, 23)
