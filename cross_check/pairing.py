"""Pairs of officers for drawn units: all that may go, ranked by their numbers under the seed; the lowest goes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from cross_check import tickets


@dataclass(frozen=True)
class Officer:
    """Who may be drawn: certificates were checked when the list was frozen.

    Attributes
    ----------
    officer_id : str
    pool : str
        Units of the same pool are this officer's to inspect.
    expertise : tuple of str
    """

    officer_id: str
    pool: str
    expertise: tuple[str, ...]


@dataclass(frozen=True)
class Visit:
    """What a drawn unit asks for.

    Attributes
    ----------
    unit_id, number, pool : str
        The number is the unit's own in the draw: visits get their pairs in its order.
    needs : tuple of str
        Kinds of expertise, one of which one of the two must have; none asks for nothing.
    """

    unit_id: str
    number: str
    pool: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Barred:
    """Who may not go.

    Attributes
    ----------
    recusals : mapping
        Officers by unit.
    past : mapping
        Pairs, each sorted, that inspected a unit last, by unit.
    most : int
        Visits of one officer at most; 0 for any number.
    """

    recusals: Mapping[str, frozenset[str]]
    past: Mapping[str, frozenset[tuple[str, str]]]
    most: int = 0


def assign(
    seed_hex: str, visits: Iterable[Visit], officers: Sequence[Officer], barred: Barred
) -> dict[str, tuple[str, str] | None]:
    """Return the pair of each visit by unit id, None where no two may go.

    Parameters
    ----------
    seed_hex : str
    visits : iterable of Visit
        Their order does not matter.
    officers : sequence of Officer
    barred : Barred
    """
    pools: dict[str, list[Officer]] = {}
    for officer in sorted(officers, key=lambda each: each.officer_id):
        pools.setdefault(officer.pool, []).append(officer)
    load: Counter[str] = Counter()
    pairs: dict[str, tuple[str, str] | None] = {}
    for visit in sorted(visits, key=lambda each: each.number):
        able = [each for each in pools.get(visit.pool, []) if _may_go(each.officer_id, visit, barred, load)]
        found = [pair for pair in _fitting(able, visit) if pair not in barred.past.get(visit.unit_id, ())]
        pair = min(found, key=lambda two: tickets.number(seed_hex, "pair", visit.unit_id, *two), default=None)
        load.update(pair or ())
        pairs[visit.unit_id] = pair
    return pairs


def _may_go(officer_id: str, visit: Visit, barred: Barred, load: Counter[str]) -> bool:
    free = not barred.most or load[officer_id] < barred.most
    return free and officer_id not in barred.recusals.get(visit.unit_id, ())


def _fitting(able: Sequence[Officer], visit: Visit) -> list[tuple[str, str]]:
    needs = set(visit.needs)
    return [
        (one.officer_id, other.officer_id)
        for one, other in combinations(able, 2)
        if not needs or needs & {*one.expertise, *other.expertise}
    ]
