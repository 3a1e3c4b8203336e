"""Tickets: chances are exactly those of the weights, and nothing but the seed and a unit's own name counts."""

import hashlib
import hmac
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cross_check import tickets

SEED = "ab" * 32
WEIGHTS = {f"U{number:03d}": (1, 3, 5)[number % 3] for number in range(200)}


def _drawn(seed, weights, size, stratum="s"):
    return {each.unit_id for each in tickets.draw(seed, stratum, weights, size) if each.how != "not_drawn"}


def test_the_canonical_form_is_one():
    """Keys in any order, no spaces, letters as themselves."""
    assert tickets.canonical({"b": [1, True, None], "a": "哈"}) == '{"a":"哈","b":[1,true,null]}'.encode()
    assert tickets.digest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


@pytest.mark.parametrize("value", [0.5, {"a": [1, {"b": 1.0}]}, (2.0,)])
def test_fractions_are_refused(value):
    """At any depth: two programs may write them in two ways."""
    with pytest.raises(ValueError, match="fractions"):
        tickets.canonical(value)


def test_a_number_is_the_hmac_of_the_name():
    """What a firm can work out by itself, after RFC 2104."""
    expected = hmac.new(bytes.fromhex(SEED), "unit|key|91230100甲".encode(), hashlib.sha256).hexdigest()
    assert tickets.number(SEED, "unit", "key", "91230100甲") == expected


def test_many_numbers_are_those_of_single_ones():
    """The quick way gives what the plain one gives, by number."""
    units = list(WEIGHTS)[:20]
    assert tickets.numbers(SEED, "哈", units) == sorted(
        (tickets.number(SEED, "unit", "哈", unit), unit) for unit in units
    )


@pytest.mark.parametrize("part", ["commitment", "beacon", "nonce"])
def test_every_part_moves_the_seed(part):
    """One changed letter in what was committed to, came out or was told gives another seed."""
    given = {"commitment": "c", "beacon": "b", "nonce": "n"}
    changed = given | {part: "x"}

    def seed(parts):
        beacons, nonces = [{"name": "x", "value": parts["beacon"]}], [{"by": "x", "value": parts["nonce"]}]
        return tickets.seed(parts["commitment"], beacons, nonces)

    assert seed(given) != seed(changed)
    assert seed(given) == seed(dict(given))


def test_chances_are_those_of_the_weights():
    """Chi-square over 200,000 draws of 40 of 200 units with weights 1, 3 and 5: p above 0.001; no bias by weight.

    The units' stretches are laid out as ``draw`` does; only the numbers come from a quicker generator.
    """
    rng, draws, size = np.random.default_rng(1), 200_000, 40
    weights = np.array(list(WEIGHTS.values()))
    total, counts = int(weights.sum()), np.zeros(len(weights), np.int64)
    for _ in range(draws // 1000):
        order = rng.permuted(np.tile(np.arange(len(weights)), (1000, 1)), axis=1)
        reached = np.cumsum(size * weights[order], axis=1)
        start = rng.integers(total, size=(1000, 1))
        before = (reached - size * weights[order] - start + total - 1) // total
        hit = (reached - start + total - 1) // total > before
        assert (hit.sum(axis=1) == size).all()
        np.add.at(counts, order[hit], 1)
    chance = size * weights / total
    chi2 = ((counts - draws * chance) ** 2 / (draws * chance * (1 - chance))).sum() * (1 - 1 / len(weights))
    assert stats.chi2.sf(chi2, len(weights) - 1) > 0.001
    bias = [counts[weights == each].sum() / (draws * chance[weights == each].sum()) - 1 for each in (1, 3, 5)]
    assert np.abs(bias).max() < 0.003


def test_the_real_draw_has_these_chances_too():
    """3,000 draws by the numbers themselves: chi-square p above 0.001."""
    draws, size, seen = 3000, 40, Counter()
    for number in range(draws):
        seen.update(_drawn(hashlib.sha256(str(number).encode()).hexdigest(), WEIGHTS, size))
    weights = np.array(list(WEIGHTS.values()))
    chance = size * weights / weights.sum()
    counts = np.array([seen[unit] for unit in WEIGHTS])
    chi2 = ((counts - draws * chance) ** 2 / (draws * chance * (1 - chance))).sum()
    assert stats.chi2.sf(chi2, len(weights) - 1) > 0.001


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.integers(1, 50), min_size=1, max_size=30),
    st.integers(0, 40),
)
def test_as_many_are_drawn_as_asked(weights, size):
    """Neither more nor fewer, whatever the weights; all, if there are no more."""
    assert len(_drawn(SEED, weights, size)) == min(size, len(weights))


@given(st.permutations(list(WEIGHTS.items())[:40]))
def test_the_order_of_the_list_does_not_matter(items):
    """The same tickets for any order of the rows."""
    assert tickets.draw(SEED, "s", dict(items), 9) == tickets.draw(SEED, "s", dict(sorted(items)), 9)


def test_a_heavy_unit_is_certain_and_the_rest_share_what_is_left():
    """A unit whose share reaches one is always drawn, and so is one that becomes such when it has left."""
    weights = {"heavy": 100, "next": 12, **{f"light{number}": 1 for number in range(20)}}
    for number in range(30):
        found = {
            each.unit_id: each.how
            for each in tickets.draw(hashlib.sha256(bytes([number])).hexdigest(), "s", weights, 4)
        }
        assert (found["heavy"], found["next"]) == ("certain", "certain")
        assert sum(how == "drawn" for how in found.values()) == 2


def test_strata_are_drawn_apart():
    """The same units have other numbers in another stratum."""
    assert _drawn(SEED, WEIGHTS, 40, "a") != _drawn(SEED, WEIGHTS, 40, "b")


def test_one_row_less_leaves_nearly_all():
    """After one of 2,000 equal units leaves the list, nearly all of 100 drawn ones keep their numbers."""
    units = {f"U{number}": 1 for number in range(2000)}
    before = {each.unit_id: each.number for each in tickets.draw(SEED, "s", units, 100)}
    after = {each.unit_id: each.number for each in tickets.draw(SEED, "s", {u: 1 for u in units if u != "U7"}, 100)}
    assert all(before[unit] == number for unit, number in after.items())


@pytest.mark.parametrize(("weights", "size"), [({"a": 0}, 1), ({"a": 1}, -1)])
def test_what_cannot_be_is_refused(weights, size):
    """A weight below one, a negative size."""
    with pytest.raises(ValueError, match="at least 1"):
        tickets.draw(SEED, "s", weights, size)


def test_a_province_is_drawn_at_once():
    """200,000 units take seconds even on a busy machine; the figure stands in the benchmark."""
    units = {f"9123010{number:011d}001P": 1 + number % 5 for number in range(200_000)}
    began = time.perf_counter()
    assert len(_drawn(SEED, units, 5000)) == 5000
    assert time.perf_counter() - began < 20
