"""Tours: the best order of visits from one lodging over some days, in whole numbers. A thin door to PyVRP."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyvrp

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Problem:
    """Visits around one lodging; times and lengths are whole numbers of any one unit.

    Attributes
    ----------
    length : array (n + 1, n + 1)
        What a drive costs; place 0 is the lodging, visit ``i`` is place ``i + 1``.
    duration : array (n + 1, n + 1)
        What a drive takes.
    service : array (n,)
        Time on site.
    earliest, latest : array (n,)
        When a visit may begin, counted from the start of the day.
    prize : array (n,)
        What leaving out a visit costs, at least 0.
    demand : array (n,)
        What a visit takes of a day's capacity, at least 0.
    days : int
        Tours at most, one a day.
    capacity : int
        Of a day.
    duty : int
        Longest time from leaving the lodging to coming back, waiting included.
    horizon : int
        Latest coming back, counted from the start of the day.
    """

    length: Ints
    duration: Ints
    service: Ints
    earliest: Ints
    latest: Ints
    prize: Ints
    demand: Ints
    days: int
    capacity: int
    duty: int
    horizon: int

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        count = len(self.service)
        visits = (self.earliest, self.latest, self.prize, self.demand)
        if any(len(values) != count for values in visits):
            raise ValueError(f"all visit arrays have {count} values")
        if self.length.shape != (count + 1, count + 1) or self.duration.shape != self.length.shape:
            raise ValueError(f"drives between {count} visits and the lodging have shape {(count + 1, count + 1)}")


@dataclass(frozen=True)
class Search:
    """How long to search; no wall clock, so that the same problem gives the same tours on every machine.

    Parameters
    ----------
    iterations : int
        Of the iterated local search, at most.
    patience : int
        Iterations without a better solution after which to stop.
    seed : int
    """

    iterations: int = 4000
    patience: int = 1000
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse a search that does not begin."""
        if self.iterations < 1 or self.patience < 1:
            raise ValueError("iterations and patience are at least 1")


@dataclass(frozen=True)
class Tour:
    """One day: visits in order, when each begins, when the lodging is left and reached again."""

    visits: tuple[int, ...]
    begins: tuple[int, ...]
    leaves: int
    back: int


@dataclass(frozen=True)
class Tours:
    """The best tours found, the most valuable day first, and their cost: drives plus prizes left out."""

    tours: tuple[Tour, ...]
    cost: int


def solve(problem: Problem, search: Search) -> Tours:
    """Choose visits and their order so that drives and lost prizes together cost least.

    Parameters
    ----------
    problem : Problem
        May have no visits.
    search : Search

    Returns
    -------
    Tours
        At most ``days`` tours. Visits that are in none are left out. Not proved to be the best.

    Raises
    ------
    ArithmeticError
        If the search ends without a feasible answer; leaving everything out is one, so this is a fault of the solver.

    Notes
    -----
    PyVRP's iterated local search (Wouda, Lan and Kool 2024, INFORMS Journal on Computing 36:943-955) with one vehicle
    a day and optional clients.
    """
    if len(problem.service) == 0:
        return Tours((), 0)
    from pyvrp import solve as search_tours
    from pyvrp.stop import MaxIterations, MultipleCriteria, NoImprovement

    stop = MultipleCriteria([MaxIterations(search.iterations), NoImprovement(search.patience)])
    result = search_tours(_data(problem), stop, seed=search.seed, collect_stats=False, display=False)
    if not result.is_feasible():
        raise ArithmeticError("the search ended without feasible tours, although staying at the lodging is feasible")
    tours = [
        _timed(problem, [activity.idx for activity in route if activity.is_client()], int(route.start_time()))
        for route in result.best.routes()
    ]
    return Tours(tuple(sorted(tours, key=lambda tour: _urgency(problem, tour))), int(result.cost()))


def _data(problem: Problem) -> "pyvrp.ProblemData":
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    count = len(problem.service)
    clients = [
        Client(
            location=visit + 1,
            delivery=[int(problem.demand[visit])],
            service_duration=int(problem.service[visit]),
            tw_early=int(problem.earliest[visit]),
            tw_late=int(problem.latest[visit]),
            prize=int(problem.prize[visit]),
            required=False,
        )
        for visit in range(count)
    ]
    vehicles = VehicleType(
        num_available=problem.days,
        capacity=[problem.capacity],
        tw_late=problem.horizon,
        shift_duration=problem.duty,
    )
    # Places are only names here: all lengths stand in the matrices.
    places = [Location(x=place, y=0) for place in range(count + 1)]
    # The stub asks for a one-dimensional array, the solver for a matrix.
    lengths: Any = [problem.length]
    durations: Any = [problem.duration]
    return ProblemData(places, clients, [Depot(location=0)], [vehicles], lengths, durations)


def _timed(problem: Problem, visits: list[int], leaves: int) -> Tour:
    begins: list[int] = []
    place, free = 0, leaves
    for visit in visits:
        begins.append(max(free + int(problem.duration[place, visit + 1]), int(problem.earliest[visit])))
        place, free = visit + 1, begins[-1] + int(problem.service[visit])
    return Tour(tuple(visits), tuple(begins), leaves, free + int(problem.duration[place, 0]))


def _urgency(problem: Problem, tour: Tour) -> tuple[int, int]:
    """Return a key that puts the most valuable day first: what waits longest is most easily hidden."""
    return -int(problem.prize[list(tour.visits)].sum()), min(tour.visits)
