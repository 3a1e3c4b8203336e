"""Pairs of officers: only those who may go, all of them with equal chance."""

import hashlib
from collections import Counter

import pytest
from scipy import stats

from cross_check import pairing
from cross_check.pairing import Barred, Officer, Visit

SEED = "cd" * 32
OFFICERS = [Officer(f"O{number}", "", ("water",) if number < 3 else ("air",)) for number in range(9)]
FREE = Barred({}, {})


def _seeds(number):
    return [hashlib.sha256(str(each).encode()).hexdigest() for each in range(number)]


def test_every_feasible_pair_has_the_same_chance():
    """36 pairs, 3,600 draws: chi-square p above 0.001."""
    seen = Counter(pairing.assign(seed, [Visit("U", "00", "", ())], OFFICERS, FREE)["U"] for seed in _seeds(3600))
    assert len(seen) == 36
    assert stats.chisquare(list(seen.values())).pvalue > 0.001


def test_who_must_stay_away_is_never_drawn():
    """Recused officers, pairs that went last, and pairs without the expertise asked for."""
    barred = Barred({"U": frozenset({"O1"})}, {"U": frozenset({("O0", "O2")})})
    seen = {pairing.assign(seed, [Visit("U", "00", "", ("water",))], OFFICERS, barred)["U"] for seed in _seeds(500)}
    assert not any("O1" in pair for pair in seen)
    assert ("O0", "O2") not in seen
    assert all({"O0", "O2"} & set(pair) for pair in seen)
    assert len(seen) == 12


def test_pools_keep_to_themselves():
    """Officers of another pool do not go."""
    officers = [Officer("a", "230100", ()), Officer("b", "230100", ()), Officer("c", "230200", ())]
    visits = [Visit("U", "00", "230100", ()), Visit("V", "01", "230200", ())]
    assert pairing.assign(SEED, visits, officers, FREE) == {"U": ("a", "b"), "V": None}


@pytest.mark.parametrize("most", [1, 2])
def test_nobody_goes_more_often_than_allowed(most):
    """Six officers, three units each bears at most; what is left has no pair."""
    officers, visits = OFFICERS[:6], [Visit(f"U{number}", f"{number:02d}", "", ()) for number in range(8)]
    pairs = pairing.assign(SEED, visits, officers, Barred({}, {}, most))
    load = Counter(officer for pair in pairs.values() if pair for officer in pair)
    assert max(load.values()) <= most
    assert sum(pair is None for pair in pairs.values()) >= 8 - 3 * most


def test_order_of_lists_does_not_matter():
    """Officers and visits in any order give the same pairs."""
    visits = [Visit(f"U{number}", f"{number:02d}", "", ()) for number in range(6)]
    assert pairing.assign(SEED, visits[::-1], OFFICERS[::-1], FREE) == pairing.assign(SEED, visits, OFFICERS, FREE)
