"""The scan statistic: where, and when, more was seen than chance explains, over all circles at once.

Every circle around every place, and every span of time through it, is a window; the strongest is set against the
strongest of many maps without a cluster. So the many windows are paid for, and a p of 0.05 means that one map in
twenty without a cluster shows anything. Sources: ``gis.scan_windows`` and ``gis.scan_chance``. The ratios are those
of SaTScan 10.3 on its sample data; how tied distances are treated is written in ``gis.scan_circles``.
"""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gis import scan_chance, scan_circles, scan_windows
from gis.scan_chance import Null
from gis.scan_circles import Circles, Floats, Index

Number = TypeVar("Number", np.float64, np.int64)

MODELS = ("poisson", "bernoulli", "permutation")
"""Cases against an expectation; cases against controls; cases against their own places and times."""


@dataclass(frozen=True)
class Params:
    """Which windows are scanned, and how chance is measured.

    Attributes
    ----------
    share : largest share of the population at risk that a circle holds.
    radius_m : largest radius of a circle.
    shortest, longest : steps that a span of time holds; at most half of all steps if ``longest`` is None.
    prospective : scan only spans that last until the final step: what is alive now.
    fewest : a window with fewer cases is no cluster.
    replications : maps without a cluster; 0 leaves p at 1.
    most : clusters to report, the strongest first; none shares a place with a stronger one.
    """

    share: float = 0.5
    radius_m: float = np.inf
    shortest: int = 1
    longest: int | None = None
    prospective: bool = False
    fewest: int = 2
    replications: int = 999
    most: int = 20


@dataclass(frozen=True)
class Cluster:
    """One window.

    Attributes
    ----------
    members : (k,) int64
        Its places from near to far; the first is the centre.
    radius_m : distance of the furthest member.
    first, last : the first and last of its steps, both included.
    cases, expected : seen and expected.
    relative_risk : cases by expectation within over that outside; infinite if all cases lie within.
    ratio : log-likelihood ratio.
    p : share of maps without a cluster whose strongest window is as strong (Monte Carlo rank).
    p_gumbel : the same by the Gumbel law, for p below what the number of maps can show; NaN without them.
    """

    members: Index
    radius_m: float
    first: int
    last: int
    cases: int
    expected: float
    relative_risk: float
    ratio: float
    p: float
    p_gumbel: float


@dataclass(frozen=True)
class Found:
    """What a scan found.

    Attributes
    ----------
    clusters : the clusters, the strongest first.
    ratios : (n,) float64, the strongest window around each place.
    maxima : (replications,) float64, the strongest window of each map without a cluster.
    """

    clusters: tuple[Cluster, ...]
    ratios: Floats
    maxima: Floats = field(repr=False)


def poisson(
    cases: Index, expected: Floats, places: Floats, *, rng: np.random.Generator, params: Params | None = None
) -> Found:
    """Scan for more cases than a population or another expectation explains.

    Parameters
    ----------
    cases : (n,) or (n, steps) int
        By place, and step of time if time is scanned too; not negative.
    expected : the same shape, float
        Proportional to what is expected without a cluster (population, area, sites); it is scaled to all cases.
    places : (n, d) float
        Metres on a plane (d = 2) or on a sphere (d = 3, see ``scan_circles.on_sphere``).
    rng : Generator
    params : Params, optional

    Raises
    ------
    ValueError
        If shapes differ, a value is negative or not finite, there is no case, or cases lie where none is expected.
    """
    params = params or Params()
    seen, hoped = _by_step(cases), _by_step(expected).astype(np.float64)
    _demand_counts(seen)
    if hoped.shape != seen.shape or not np.isfinite(hoped).all() or (hoped < 0).any():
        raise ValueError("the expectation has the shape of the cases and is finite and not negative")
    if (seen[hoped == 0] > 0).any():
        raise ValueError("cases lie where none is expected")
    hoped *= seen.sum() / hoped.sum()
    circles = scan_circles.draw(places, hoped.sum(axis=1), share=params.share, radius_m=params.radius_m)
    within = _spans(seen.shape[1], params)
    start = int(within[:, 0].min())
    draw = scan_chance.placed(hoped[:, start:], int(seen.sum()))
    null = Null(draw, _running(hoped[:, start:]), within - start, _totals(seen, 0, params))
    return _found(places, circles, seen[:, start:], null, (params, rng), start)


def bernoulli(
    cases: Index, controls: Index, places: Floats, *, rng: np.random.Generator, params: Params | None = None
) -> Found:
    """Scan for a larger share of cases among people, samples or events than elsewhere.

    Parameters
    ----------
    cases, controls : (n,) int
        Not negative.
    places, rng, params : see ``poisson``

    Raises
    ------
    ValueError
        If shapes differ, a count is negative, or there is no case or no control.
    """
    params = params or Params()
    seen, people = _by_step(cases), cases + controls
    _demand_counts(seen)
    if cases.ndim != 1 or people.shape != cases.shape or (controls < 0).any() or not controls.any():
        raise ValueError("cases and controls are one row of counts each, and not without a control")
    circles = scan_circles.draw(places, people.astype(np.float64), share=params.share, radius_m=params.radius_m)
    expected = _by_step(people * (seen.sum() / people.sum()))
    draw = scan_chance.chosen(people.astype(np.int64), int(seen.sum()))
    null = Null(draw, _running(expected), np.array([[0, 1]]), _totals(seen, int(people.sum()), params))
    return _found(places, circles, seen, null, (params, rng), 0)


def permutation(cases: Index, places: Floats, *, rng: np.random.Generator, params: Params | None = None) -> Found:
    """Scan for cases that come together in place and time, given how many each place and each step has.

    No population is needed: a place that always has many cases is no cluster, nor is a month in which all have many.

    Parameters
    ----------
    cases : (n, steps) int
        Not negative; at least two steps. A place without cases changes nothing and may be left out.
    places, rng, params : see ``poisson``

    Raises
    ------
    ValueError
        If there are fewer than two steps, a count is negative, or there is no case.
    """
    params = params or Params()
    if cases.ndim != 2 or cases.shape[1] < 2:  # noqa: PLR2004
        raise ValueError("the permutation needs cases by place and step")
    _demand_counts(cases)
    by_place, by_step = cases.sum(axis=1), cases.sum(axis=0)
    circles = scan_circles.draw(places, by_place.astype(np.float64), share=params.share, radius_m=params.radius_m)
    within = _spans(cases.shape[1], params)
    start = int(within[:, 0].min())
    expected = np.outer(by_place, by_step[start:]) / cases.sum()
    rows, columns = np.nonzero(cases)
    many = cases[rows, columns]
    draw = scan_chance.shuffled(np.repeat(rows, many), np.repeat(columns, many), start)
    null = Null(draw, _running(expected), within - start, _totals(cases, 0, params))
    return _found(places, circles, cases[:, start:].astype(np.int64), null, (params, rng), start)


def _by_step(values: NDArray[Number]) -> NDArray[Number]:
    return values[:, None] if values.ndim == 1 else values


def _demand_counts(cases: Index) -> None:
    if not np.issubdtype(cases.dtype, np.integer) or (cases < 0).any() or not cases.any():
        raise ValueError("cases are whole numbers, not negative and not all zero")


def _spans(steps: int, params: Params) -> Index:
    longest = params.longest or max(steps // 2, params.shortest)
    return scan_windows.spans(steps, longest, shortest=params.shortest, prospective=params.prospective)


def _running(values: NDArray[Number]) -> NDArray[Number]:
    """Return running sums over time with a column of zeros first."""
    return np.concatenate([np.zeros((len(values), 1), values.dtype), np.cumsum(values, axis=1)], axis=1)


def _totals(cases: Index, people: int, params: Params) -> Floats:
    return np.array([cases.sum(), people, params.fewest], np.float64)


def _found(
    places: Floats,
    circles: Circles,
    cases: Index,
    null: Null,
    how: tuple[Params, np.random.Generator],
    start: int,
) -> Found:
    params, rng = how
    seen = _running(cases.astype(np.int64))
    ratios, many, span = scan_windows.best_by_centre(
        circles.start, circles.reached, seen, null.expected, null.within, null.totals
    )
    maxima = scan_chance.maxima(circles, null, params.replications, rng) if params.replications else np.empty(0)
    p, p_gumbel = scan_chance.monte_carlo_p(ratios, maxima), scan_chance.gumbel_p(ratios, maxima)
    clusters = []
    for centre in _apart(circles, ratios, many, params.most):
        members = circles.members(centre, int(many[centre]))
        first, last = null.within[span[centre]]
        count = int((seen[members, last] - seen[members, first]).sum())
        hoped = float((null.expected[members, last] - null.expected[members, first]).sum())
        rest = null.totals[0] - count
        clusters.append(
            Cluster(
                members=members,
                radius_m=_distance_m(places, members),
                first=int(first) + start,
                last=int(last) + start - 1,
                cases=count,
                expected=hoped,
                relative_risk=(count / hoped) / (rest / (null.totals[0] - hoped)) if rest else np.inf,
                ratio=float(ratios[centre]),
                p=float(p[centre]),
                p_gumbel=float(p_gumbel[centre]),
            )
        )
    return Found(tuple(clusters), ratios, maxima)


def _apart(circles: Circles, ratios: Floats, many: Index, most: int) -> list[int]:
    """Return the centres of the strongest windows that share no place with a stronger one; of equals the smallest."""
    taken = np.zeros(len(ratios), bool)
    chosen: list[int] = []
    for centre in np.lexsort((np.arange(len(ratios)), many, -ratios)):
        if len(chosen) == most or ratios[centre] <= 0:
            break
        members = circles.members(int(centre), int(many[centre]))
        if not taken[members].any():
            taken[members] = True
            chosen.append(int(centre))
    return chosen


def _distance_m(places: Floats, members: Index) -> float:
    """Return the distance of the furthest member from the centre, on a sphere along the great circle."""
    chord = float(np.linalg.norm(places[members[-1]] - places[members[0]]))
    if places.shape[1] == 2:  # noqa: PLR2004
        return chord
    return 2 * scan_circles.EARTH_M * float(np.arcsin(min(1.0, chord / (2 * scan_circles.EARTH_M))))
