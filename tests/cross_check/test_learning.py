"""Learning: intervals of published value, and a simulated stream on which precision rises and nothing true is lost."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from cross_check import learning
from gis import schema
from gis.crs import STORAGE
from tests.cross_check import cases


def test_wilson_meets_published_values():
    """Newcombe (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    hits, answers = np.array([81, 15, 0, 1]), np.array([263, 148, 20, 29])
    low, high = learning.wilson(hits, answers)
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_jeffreys_has_equal_tails_and_ends_at_the_edge():
    """Between the ends lie 95 % of the Beta(h + 1/2, m + 1/2); at 0 and at all hits the end is the edge itself."""
    from scipy import stats

    low, high = learning.jeffreys(np.array([3, 0, 10, 0]), np.array([10, 10, 10, 0]))
    assert stats.beta.cdf(high[0], 3.5, 7.5) - stats.beta.cdf(low[0], 3.5, 7.5) == pytest.approx(0.95)
    assert (low[1], high[2]) == (0.0, 1.0)
    assert np.isnan([low[3], high[3]]).all()


def test_below_five_answers_there_is_no_percentage():
    """Counts are told, a rate is not; states without an answer do not count."""
    table = pd.DataFrame(
        {
            "source": ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + [None],
            "state": [*learning.HITS, *learning.MISSES] + ["confirmed"] * 4 + ["new"] * 3 + ["refuted"],
        }
    )
    found = learning.rates(table, "source").set_index("value")
    assert found.loc["a", ["answers", "hits", "rate", "few"]].tolist() == [5, 2, 0.4, False]
    assert found.loc["b", ["answers", "hits", "few"]].tolist() == [4, 4, True]
    assert found.loc["b", ["rate", "low", "high"]].isna().all()
    assert "c" not in found.index


def test_a_score_is_drawn_to_what_came_of_its_like_once_there_are_five():
    """Two answers' weight for the score: (0.8 * 2 + 1) / (2 + 8); four answers change nothing."""
    past = pd.DataFrame({"source": "patch", "machine_class": "waste", "state": ["confirmed"] + ["refuted"] * 7})
    leads = pd.DataFrame({"source": ["patch", "patch"], "machine_class": ["waste", "burn"], "score": [0.8, 0.8]})
    assert learning.confidence(leads, past).tolist() == pytest.approx([0.26, 0.8])
    assert learning.confidence(leads, past[:4]).tolist() == [0.8, 0.8]
    assert learning.confidence(leads, past[:0]).tolist() == [0.8, 0.8]


def _benign(**more):
    row = {"benign_id": "B1", "reason": "固定堆场", "until": pd.Timestamp("2026-12-31"), "reach_m": 200.0}
    row |= {"shown_class": "waste", "geometry": Point(126.5, 45.5)}
    return schema.demand(gpd.GeoDataFrame([row | more], crs=STORAGE), learning.BENIGN, "benign")


@pytest.mark.parametrize(
    ("lead", "place", "day", "held"),
    [
        ({}, {}, date(2026, 12, 31), True),
        ({}, {}, date(2027, 1, 1), False),
        ({"kind": "burn"}, {}, date(2026, 7, 1), False),
        ({"kind": "burn"}, {"shown_class": None}, date(2026, 7, 1), True),
        ({"severity": 3.0}, {}, date(2026, 7, 1), False),
        ({"lon": 126.51}, {}, date(2026, 7, 1), False),
    ],
)
def test_a_harmless_place_holds_for_its_class_its_reach_and_its_time(lead, place, day, held):
    """Another class, a grave lead, 780 m away or a day too late: not suppressed. The lead itself stays listed."""
    leads = cases.leads(cases.lead("1", **lead))
    leads = leads.assign(shown_class=leads["machine_class"])
    found = learning.suppressed(leads, _benign(**place), on=day)
    assert found["reason"].notna().tolist() == [held]
    assert len(found) == len(leads)


def test_places_that_never_held_up_are_worth_asking_about():
    """Three misses of one class at one place; a hit beside them, or another class, and nobody asks."""

    def table(*states, kind="waste"):
        rows = cases.leads(*(cases.lead(str(at), kind=kind) for at in range(len(states))))
        return rows.assign(shown_class=kind, state=list(states))

    found = learning.worth_asking(table("refuted", "excluded", "lawful"))
    assert found[["shown_class", "misses"]].to_numpy().tolist() == [["waste", 3]]
    assert len(found["lead_ids"].iloc[0].split(";")) == 3
    assert learning.worth_asking(table("refuted", "excluded", "confirmed", "lawful")).empty
    assert learning.worth_asking(table("refuted", "lawful")).empty


CLASSES = {"waste": 0.6, "burn": 0.15, "construction": 0.35}
MONTHS, AT_ONCE = 12, 12


def _month(rng, month, sites):
    """Return a month of the stream: alarms that come again at harmless places, and others by their class's rate."""
    rows = [
        cases.lead(f"{month}-b{at}", lon=lon, kind="waste", score=float(rng.uniform(0.5, 0.9)))
        for at, lon in enumerate(sites)
    ]
    true = [False] * len(sites)
    for at in range(36):
        kind = list(CLASSES)[at % 3]
        place = {"lon": 124.1 + rng.uniform(0, 0.8), "lat": 45.2 + rng.uniform(0, 1.5)}
        rows.append(cases.lead(f"{month}-{at}", kind=kind, score=float(rng.uniform(0.5, 0.9)), **place))
        true.append(rng.random() < CLASSES[kind])
    # A planted true case of another kind right at a harmless place, every month.
    rows.append(cases.lead(f"{month}-t", lon=sites[0], kind="turbid_water", score=0.6))
    table = cases.leads(*rows)
    truth = dict(zip([row["lead_id"] for row in rows], [*true, True], strict=True))
    return table.assign(shown_class=table["machine_class"], true=table["lead_id"].map(truth))


def _stream(seed):
    """Return the share of true cases among twelve checks by month, plainly and with learning, and what was lost."""
    rng, day = np.random.default_rng(seed), date(2026, 7, 1)
    sites = [126.1 + 0.1 * at for at in range(6)]
    past, benign = pd.DataFrame(columns=["lead_id", "source", "machine_class", "state"]), []
    shares, lost = [], 0
    for month in range(MONTHS):
        stream = _month(rng, month, sites)
        known = gpd.GeoDataFrame(pd.concat(benign, ignore_index=True) if benign else _benign()[:0], crs=STORAGE)
        hidden = learning.suppressed(stream, known, on=day)["reason"].notna()
        lost += int((hidden & stream["true"]).sum())
        told = learning.telling(gpd.GeoDataFrame(past, crs=STORAGE), known, on=day) if len(past) else past
        confidence = learning.confidence(stream, told).mask(hidden)
        chosen = stream.loc[learning.picked(confidence, AT_ONCE, rng).index]
        plain = stream.sort_values("score", ascending=False, kind="stable")[:AT_ONCE]
        shares.append((plain["true"].mean(), chosen["true"].mean()))
        chosen = chosen.assign(state=np.where(chosen["true"], "confirmed", "refuted"))
        past = pd.concat([past, chosen], ignore_index=True) if len(past) else chosen
        for asked in learning.worth_asking(gpd.GeoDataFrame(past, crs=STORAGE)).itertuples():
            name = f"B{month}-{asked.Index}"
            benign.append(_benign(benign_id=name, shown_class=asked.shown_class, geometry=asked.geometry))
    return np.array(shares), lost


def test_on_a_simulated_stream_precision_rises_and_no_true_case_is_lost():
    """Twelve checks a month for a year, two streams: the last half year hits oftener; nothing true is suppressed."""
    runs = [_stream(seed) for seed in (1, 2)]
    assert [lost for _, lost in runs] == [0, 0]
    shares = np.mean([found for found, _ in runs], axis=0)
    plain, learned = shares[6:].mean(axis=0)
    assert learned > plain + 0.12
    assert learned > shares[:3, 1].mean() + 0.1


def test_a_share_of_the_hands_goes_to_drawn_leads():
    """Ten of twelve by confidence, two from the rest; with hands for all nobody draws; a missing one is never taken."""
    sure = pd.Series(np.linspace(1, 0, 30), index=[f"L{at}" for at in range(30)])
    sure["L0"] = np.nan
    found = learning.picked(sure, 12, np.random.default_rng(1))
    assert found.index[:10].tolist() == [f"L{at}" for at in range(1, 11)]
    assert found["drawn"].tolist() == [False] * 10 + [True] * 2
    assert not found.index.duplicated().any()
    assert not learning.picked(sure[:6], 12, np.random.default_rng(1))["drawn"].any()
    seen = {name for seed in range(200) for name in learning.picked(sure, 12, np.random.default_rng(seed)).index}
    assert seen == set(sure.index) - {"L0"}
