"""Route parameters: what makes no day is refused."""

import pytest

from cross_check.route_params import Params


def test_the_usual_day_is_sound():
    """The default day runs from eight to six with eight hours of duty and an hour's break around noon."""
    params = Params()
    assert params.end_min - params.start_min - params.lunch_min >= params.duty_min
    assert params.lunch_from_min <= 12 * 60 <= params.lunch_until_min
    assert params.prizes[0] * params.lead_factor > params.prizes[2]


@pytest.mark.parametrize("bad", [{"crews": 0}, {"balance": -1}, {"lunch_until_min": 100}, {"start_min": -5}])
def test_impossible_figures_are_refused(bad):
    """No crew, a negative price, a break before it may begin and a day before midnight are mistakes."""
    with pytest.raises(ValueError, match=r"least|break|midnight"):
        Params(**bad)
