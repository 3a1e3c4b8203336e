"""Accuracy and areas against the worked example of Olofsson et al. (2014) and against simulation."""

import numpy as np
import pandas as pd
import pytest

from satellite import accuracy

CLASSES = ("deforestation", "forest_gain", "stable_forest", "stable_non_forest")
# Olofsson et al. (2014), table 8: sampled places, a row a class of the map; mapped pixels of 30 m.
COUNTS = np.array([[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]])
PIXELS = np.array([200_000, 150_000, 3_200_000, 6_450_000])


def _example():
    rows = [
        (CLASSES[row], CLASSES[row], CLASSES[column])
        for row in range(4)
        for column in range(4)
        for _ in range(COUNTS[row, column])
    ]
    sample = pd.DataFrame(rows, columns=["stratum", "mapped", "found"])
    strata = pd.DataFrame({"stratum": CLASSES, "mapped": CLASSES, "size": PIXELS * 0.09})
    return sample, strata


def test_the_published_example_is_met():
    """Overall 0.95 +- 0.02, user's and producer's accuracies, areas in hectares with their intervals, as printed."""
    found = accuracy.assess(*_example())
    assert found.matrix.to_numpy().tolist() == COUNTS.tolist()
    assert round(found.overall.value, 2) == 0.95
    assert round(1.96 * found.overall.error, 2) == 0.02
    users = [(round(found.users[name].value, 2), round(1.96 * found.users[name].error, 2)) for name in CLASSES]
    assert users == [(0.88, 0.07), (0.73, 0.10), (0.93, 0.04), (0.96, 0.02)]
    assert [round(found.producers[name].value, 2) for name in CLASSES] == [0.75, 0.85, 0.93, 0.96]
    assert round(1.96 * found.producers["deforestation"].error, 2) == 0.21
    areas = [(round(found.areas[name].value), round(1.96 * found.areas[name].error)) for name in CLASSES]
    assert areas == [(21_158, 6_158), (11_686, 3_756), (285_770, 15_510), (581_386, 16_282)]
    assert found.mapped["deforestation"] == 18_000


def test_producers_errors_are_those_of_the_papers_equation():
    """Equation 7 of Olofsson et al. (2014), written out, for every class."""
    found = accuracy.assess(*_example())
    total = COUNTS.sum(axis=1)
    users = np.diag(COUNTS) / total
    for j, name in enumerate(CLASSES):
        there = (PIXELS * COUNTS[:, j] / total).sum()
        value = PIXELS[j] * users[j] / there
        others = [i for i in range(4) if i != j]
        share = COUNTS[others, j] / total[others]
        spread = (PIXELS[j] * (1 - value)) ** 2 * users[j] * (1 - users[j]) / (total[j] - 1)
        spread += value**2 * (PIXELS[others] ** 2 * share * (1 - share) / (total[others] - 1)).sum()
        assert found.producers[name].error == pytest.approx(np.sqrt(spread) / there, rel=1e-9)


def test_the_papers_sample_size():
    """User's accuracies 0.7, 0.6, 0.9, 0.95 and an error of 0.01 ask for 641 places, 75 to each rare class."""
    assert accuracy.sample_size(PIXELS, (0.7, 0.6, 0.9, 0.95), 0.01) == 641
    found = accuracy.allocate(dict(zip(CLASSES, PIXELS.tolist(), strict=True)), 641, fewest=75)
    assert list(found.values())[:2] == [75, 75]
    assert found["stable_forest"] == pytest.approx(165, abs=4)
    assert found["stable_non_forest"] == pytest.approx(325, abs=5)


def test_allocation_gives_the_rare_their_share():
    """All rare: as many to each, more than asked; nothing rare: by area."""
    assert accuracy.allocate({"a": 1, "b": 1}, 10, fewest=50) == {"a": 50, "b": 50}
    assert accuracy.allocate({"a": 3, "b": 1}, 400, fewest=50) == {"a": 300, "b": 100}
    with pytest.raises(ValueError, match="above 0"):
        accuracy.sample_size([1], [0.9], 0)


def test_intervals_hold_what_they_promise():
    """About 95 % of the intervals of 400 samples contain the truth, with strata finer than classes."""
    rng = np.random.default_rng(1)
    sizes = np.array([300, 500, 9200])
    population = pd.DataFrame(
        {
            "stratum": np.repeat(["change June", "change July", "none"], sizes),
            "mapped": np.repeat(["change", "change", "none"], sizes),
            "found": np.concatenate(
                [
                    rng.choice(["change", "none"], size, p=p)
                    for size, p in zip(sizes, ((0.7, 0.3), (0.9, 0.1), (0.02, 0.98)), strict=True)
                ]
            ),
        }
    )
    strata = pd.DataFrame(
        {"stratum": ["change June", "change July", "none"], "mapped": ["change", "change", "none"], "size": sizes}
    )
    truth = population["found"] == "change"
    right = truth & (population["mapped"] == "change")
    wanted = {"users": right.sum() / 800, "producers": right.sum() / truth.sum(), "areas": truth.sum()}
    hits = dict.fromkeys(wanted, 0)
    for _ in range(400):
        sample = pd.concat(
            part.sample(500 if name == "none" else 60, random_state=int(rng.integers(2**31)))
            for name, part in population.groupby("stratum")
        )
        found = accuracy.assess(sample, strata)
        for name, value in wanted.items():
            estimate = getattr(found, name)["change"]
            hits[name] += estimate.low <= value <= estimate.high
    assert all(365 <= count <= 400 for count in hits.values()), hits


def test_no_share_of_fewer_than_five():
    """A class found at four places gets no producer's accuracy; one at five does."""
    sample, strata = _example()
    rare = sample[(sample["found"] == "forest_gain")].index[4:]
    few = accuracy.assess(sample.drop(index=rare[:-1]).drop(index=rare[-1:]), strata)
    assert not few.producers["forest_gain"].told
    assert few.producers["forest_gain"].places == 4
    assert not accuracy.share(3, 4).told
    assert accuracy.share(4, 5).told


def test_all_right_is_not_certain():
    """Twenty of twenty: the interval still reaches down to Wilson's bound."""
    sample = pd.DataFrame({"stratum": ["a"] * 20, "mapped": ["a"] * 20, "found": ["a"] * 20})
    found = accuracy.assess(sample, pd.DataFrame({"stratum": ["a"], "mapped": ["a"], "size": [1.0]})).users["a"]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(20 / (20 + 1.959964**2), rel=1e-5)


def test_wilson_as_published():
    """Newcombe (1998, Statistics in Medicine 17, 857-872), table I: 81 of 263 gives 0.2553 to 0.3662."""
    found = accuracy.share(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_a_sample_that_does_not_fit_is_refused():
    """A place in no stratum, a stratum with one place."""
    sample, strata = _example()
    with pytest.raises(ValueError, match="no stratum"):
        accuracy.assess(sample, strata.iloc[:3])
    one = sample[sample["stratum"] != "deforestation"]
    with pytest.raises(ValueError, match="fewer than two"):
        accuracy.assess(one, strata)


def test_a_faultless_sample_is_no_certainty():
    """All places right in strata of odd weights: shares and areas have intervals that hold the value."""
    rows = [(name, name, name) for name in ("changed", "unchanged") for _ in range(25)]
    sample = pd.DataFrame(rows, columns=["stratum", "mapped", "found"])
    sizes = [2258.63, 227893.01]
    strata = pd.DataFrame({"stratum": ["changed", "unchanged"], "mapped": ["changed", "unchanged"], "size": sizes})
    found = accuracy.assess(sample, strata)
    for name, size in zip(("changed", "unchanged"), sizes, strict=True):
        area = found.areas[name]
        assert area.value == pytest.approx(size)
        assert area.low < 0.99 * size or area.high > 1.01 * size
        assert area.low <= size <= area.high
        assert found.users[name].low < 0.9
