"""Route parameters: the working day, what a visit is worth, where nights are spent and how long to search."""

from dataclasses import dataclass, field

from cross_check.nights import Search
from cross_check.travel import Travel

NIGHTS = ("lodging", "base")


@dataclass(frozen=True)
class Params:
    """What a round's routes keep to.

    Parameters
    ----------
    days : int
        Working days of the round.
    start_min, end_min : int
        Earliest leaving and latest coming back, minutes after midnight.
    duty_min : int
        Longest duty a day, driving and waiting included, the break not.
    lunch_from_min, lunch_until_min, lunch_min : int
        The break begins between these, minutes after midnight, and lasts so long; 0 for none. A day that is over when
        the break may last begin needs none.
    visits_a_day : int
        Most visits a day; three to six full checks are usual.
    prizes : (float, float, float)
        Minutes of driving that a visit of risk 1, 2 and 3 is worth. The least exceeds a whole day's duty, so nothing
        that fits is left out to spare driving.
    lead_factor : float
        How much more a lead is worth than a site of equal risk. Beyond the ratio of the greatest prize to the least,
        as here, any lead is worth more than any site: a lead has a cause, a site was only drawn.
    haste_min : float
        Minutes of driving that a visit is worth for every day it comes earlier, times its risk, twice for a lead.
    nights : str
        ``"lodging"``: at any lodging place; ``"base"``: at the seat of the region every night.
    crews : int
        Parts into which a team may split, each with two officers at least.
    balance : float
        Minutes of driving that a minute less of the busiest crew's work is worth.
    reserve : int
        Targets to have in hand for each day, for a closed gate.
    seed : int
        Of the search; the same seed gives the same routes.
    travel : Travel
        Roads where no service and no table is given.
    search : nights.Search
    """

    days: int = 5
    start_min: int = 8 * 60
    end_min: int = 18 * 60
    duty_min: int = 8 * 60
    lunch_from_min: int = 11 * 60 + 30
    lunch_until_min: int = 13 * 60
    lunch_min: int = 60
    visits_a_day: int = 6
    prizes: tuple[float, float, float] = (500.0, 2000.0, 8000.0)
    lead_factor: float = 20.0
    haste_min: float = 2.0
    nights: str = "lodging"
    crews: int = 1
    balance: float = 0.2
    reserve: int = 3
    seed: int = 1
    travel: Travel = field(default_factory=Travel)
    search: Search = field(default_factory=Search)

    def __post_init__(self) -> None:
        """Refuse days that do not begin or do not end before midnight."""
        if min(self.days, self.duty_min, self.visits_a_day, self.crews) < 1 or min(self.prizes) < 0:
            raise ValueError("days, duty_min, visits_a_day and crews are at least 1, prizes not negative")
        if self.lead_factor <= 0 or min(self.haste_min, self.balance, self.reserve) < 0:
            raise ValueError("lead_factor is positive; haste_min, balance and reserve are at least 0")
        if not 0 <= self.start_min < self.end_min < 24 * 60:
            raise ValueError("a day begins and ends before midnight")
        if self.lunch_min < 0 or not self.start_min <= self.lunch_from_min <= self.lunch_until_min:
            raise ValueError("the break comes after the start of the day")
        if self.nights not in NIGHTS:
            raise ValueError(f"nights are spent at {' or '.join(NIGHTS)}")
