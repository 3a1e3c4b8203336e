"""The scan against SaTScan's own results, against every window by hand, and against chance."""

from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gis import scan, scan_circles

DATA = Path(__file__).parents[3] / "shared" / "data" / "scan"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="SaTScan's sample data are not beside the project")
ONLY_RATIOS = scan.Params(replications=0)


def _ratio(c, mu, total):
    if c <= mu:
        return 0.0
    return c * log(c / mu) + ((total - c) * log((total - c) / (total - mu)) if c < total else 0)


def _by_hand(cases, expected, places, longest, *, prospective=False):
    """Try every circle and every span and return the strongest ratio."""
    total, steps, best = cases.sum(), cases.shape[1], 0.0
    weight = expected.sum(axis=1)
    for place in places:
        distance = np.hypot(*(places - place).T)
        for reach in np.unique(distance):
            inside = distance <= reach
            if weight[inside].sum() > weight.sum() / 2 + 1e-9:
                break
            for first in range(steps):
                for last in [steps] if prospective else range(first + 1, steps + 1):
                    count = cases[inside, first:last].sum()
                    if 0 < last - first <= longest and count >= 2:
                        best = max(best, _ratio(count, expected[inside, first:last].sum(), total))
    return best


@pytest.mark.parametrize("prospective", [False, True])
@pytest.mark.parametrize("model", ["poisson", "permutation"])
def test_the_strongest_window_is_that_of_all_windows(model, prospective):
    """On small maps the ratio equals that of trying every circle and span."""
    rng = np.random.default_rng(1)
    places = rng.integers(0, 6, (15, 2)) * 1000.0
    cases = rng.poisson(1.5, (15, 6))
    params = scan.Params(replications=0, longest=3, prospective=prospective)
    if model == "poisson":
        expected = rng.uniform(0.5, 2, (15, 6))
        found = scan.poisson(cases, expected, places, rng=rng, params=params)
        expected *= cases.sum() / expected.sum()
    else:
        found = scan.permutation(cases, places, rng=rng, params=params)
        expected = np.outer(cases.sum(axis=1), cases.sum(axis=0)) / cases.sum()
    assert found.ratios.max() == pytest.approx(_by_hand(cases, expected, places, 3, prospective=prospective))
    assert found.clusters[0].ratio == found.ratios.max()


def test_bernoulli_meets_poisson_where_cases_are_rare():
    """With a thousand controls a case the two models agree to a thousandth."""
    rng = np.random.default_rng(2)
    places, cases = rng.uniform(0, 1e5, (30, 2)), rng.poisson(3, 30)
    people = rng.integers(2000, 5000, 30)
    one = scan.bernoulli(cases, people - cases, places, rng=rng, params=ONLY_RATIOS)
    other = scan.poisson(cases, people.astype(float), places, rng=rng, params=ONLY_RATIOS)
    assert one.clusters[0].members.tolist() == other.clusters[0].members.tolist()
    assert one.clusters[0].ratio == pytest.approx(other.clusters[0].ratio, rel=2e-3)


@pytest.mark.parametrize("model", ["poisson", "bernoulli", "permutation"])
def test_chance_alone_is_significant_once_in_twenty(model):
    """On 200 maps without a cluster p is at most 0.05 on about ten."""
    rng = np.random.default_rng(5)
    places, people = rng.uniform(0, 1e5, (25, 2)), rng.integers(5, 40, 25)
    params, hits = scan.Params(replications=99), 0
    for _ in range(200):
        if model == "poisson":
            cases = rng.multinomial(120, people / people.sum())
            found = scan.poisson(cases, people.astype(float), places, rng=rng, params=params)
        elif model == "bernoulli":
            cases = rng.multivariate_hypergeometric(people, 120)
            found = scan.bernoulli(cases, people - cases, places, rng=rng, params=params)
        else:
            cases = rng.multinomial(120, np.outer(people, np.ones(5)).ravel() / people.sum() / 5).reshape(25, 5)
            found = scan.permutation(cases, places, rng=rng, params=params)
        hits += found.clusters[0].p <= 0.05
    assert 3 <= hits <= 20


def test_a_planted_cluster_is_found_whole():
    """Five-fold risk in a disc: the cluster holds the disc and little else, and p is the smallest possible."""
    rng = np.random.default_rng(6)
    places = np.stack(np.meshgrid(np.arange(30), np.arange(30)), -1).reshape(-1, 2) * 3000.0
    planted = np.hypot(*(places - places[435]).T) <= 9000
    cases = rng.poisson(np.where(planted, 10, 2))
    found = scan.poisson(cases, np.ones(900), places, rng=rng, params=scan.Params(share=0.05))
    first = found.clusters[0]
    assert first.p == 0.001
    assert first.p_gumbel < 1e-6
    assert planted[first.members].mean() > 0.8
    assert np.isin(np.flatnonzero(planted), first.members).mean() > 0.8
    assert first.radius_m == pytest.approx(np.hypot(*(places[first.members] - places[first.members[0]]).T).max())


def test_clusters_share_no_place_and_weaken():
    """Each next cluster is weaker and stands on places of its own."""
    rng = np.random.default_rng(7)
    places, cases = rng.uniform(0, 1e5, (80, 2)), rng.poisson(3, 80)
    clusters = scan.poisson(cases, np.ones(80), places, rng=rng, params=ONLY_RATIOS).clusters
    assert all(one.ratio >= other.ratio for one, other in pairwise(clusters))
    members = np.concatenate([cluster.members for cluster in clusters])
    assert len(members) == len(set(members.tolist()))


def test_the_seed_decides_and_nothing_else(monkeypatch):
    """The same generator gives the same maxima, on one thread too."""
    rng = np.random.default_rng(8)
    places, cases = rng.uniform(0, 1e5, (50, 2)), rng.poisson(3, (50, 4))
    runs = []
    for threads in (1, 3):
        monkeypatch.setattr("gis.scan_chance.THREADS", threads)
        monkeypatch.setattr("gis.scan_circles.THREADS", threads)
        runs.append(scan.permutation(cases, places, rng=np.random.default_rng(9)).maxima.tolist())
    assert runs[0] == runs[1]


@pytest.mark.parametrize("cases", [np.zeros(3, int), np.array([1, -1, 2]), np.array([1.0, 2, 3])])
def test_what_cannot_be_scanned_is_refused(cases):
    """No case, a negative count and fractions are mistakes of the caller."""
    with pytest.raises(ValueError, match="whole numbers"):
        scan.poisson(cases, np.ones(3), np.zeros((3, 2)), rng=np.random.default_rng(1))


def test_cases_without_expectation_are_refused():
    """A case where nobody lives would be infinitely surprising."""
    with pytest.raises(ValueError, match="none is expected"):
        scan.poisson(np.array([1, 2]), np.array([0.0, 1]), np.zeros((2, 2)), rng=np.random.default_rng(1))


@needs_data
def test_new_york_leukaemia_is_that_of_satscan():
    """Purely spatial Poisson: six clusters, their ratios, cases, radii and members; p near SaTScan's."""
    tracts = pd.read_parquet(DATA / "ny_leukemia.parquet")
    places = scan_circles.on_sphere(tracts["x"].to_numpy(), tracts["y"].to_numpy())
    cases = tracts["cases"].round().astype(int).to_numpy()
    found = scan.poisson(cases, tracts["population"].to_numpy(), places, rng=np.random.default_rng(1))
    ratios = [12.817511, 7.444378, 6.380166, 5.550217, 3.524868, 2.959961]
    assert [cluster.ratio for cluster in found.clusters[:6]] == pytest.approx(ratios, abs=1e-6)
    assert [cluster.cases for cluster in found.clusters[:6]] == [106, 42, 44, 27, 10, 11]
    assert [cluster.radius_m / 1000 for cluster in found.clusters[:6]] == pytest.approx(
        [7.70, 13.01, 2.35, 5.82, 1.16, 1.01], abs=0.006
    )
    first = found.clusters[0]
    assert (len(first.members), round(first.relative_risk, 2)) == (31, 1.79)
    assert first.p <= 0.005
    assert 0.0002 < first.p_gumbel < 0.0015
    assert found.clusters[1].p == pytest.approx(0.084, abs=0.035)
    ids = tracts["id"].to_numpy()[found.clusters[3].members]
    assert ids.tolist() == ["36011990700", "36011990900", "36011991300", "36011991100"]


@needs_data
def test_new_york_fever_is_that_of_satscan():
    """Prospective permutation with 3 km and seven days: three clusters with their members and days."""
    areas = pd.read_csv(DATA / "NYCfever.geo", sep="\t", header=None, dtype={0: str}, names=["id", "lat", "lon"])
    rows = pd.read_csv(DATA / "NYCfever.cas", sep="\t", header=None, dtype={0: str}, names=["id", "cases", "day"])
    step = (pd.to_datetime(rows["day"]) - pd.Timestamp("2001-11-01")).dt.days
    cases = np.zeros((len(areas), 24), int)
    np.add.at(cases, (pd.Index(areas["id"]).get_indexer(rows["id"]), step), rows["cases"])
    places = scan_circles.on_sphere(areas["lon"].to_numpy(), areas["lat"].to_numpy())
    params = scan.Params(radius_m=3000, longest=7, prospective=True)
    found = scan.permutation(cases, places, rng=np.random.default_rng(1), params=params)
    assert [cluster.ratio for cluster in found.clusters[:3]] == pytest.approx([3.845418, 3.164201, 2.137259], abs=1e-6)
    members = [areas["id"].to_numpy()[cluster.members].tolist() for cluster in found.clusters[:3]]
    expected = "11418 11415 11419 11435 11416 11421 11451 11375 11417"
    assert members == [expected.split(), ["11372"], ["10472"]]
    assert [(c.first, c.last, c.cases) for c in found.clusters[:3]] == [(21, 23, 4), (23, 23, 2), (22, 23, 2)]
    assert found.clusters[0].expected == pytest.approx(0.67, abs=0.005)
    assert found.clusters[0].p == pytest.approx(0.242, abs=0.08)


def _expected_in_new_mexico(ids):
    """Spread the cases of each age and sex over county and year as its people are, straight between censuses."""
    people = pd.read_csv(DATA / "nm.pop", sep=r"\s+", header=None, names=["id", "year", "people", "age", "sex"])
    cases = pd.read_csv(DATA / "nm.cas", sep=r"\s+", header=None, names=["id", "cases", "year", "age", "sex"])
    days = np.arange(np.datetime64("1973-01-01"), np.datetime64("1992-01-01"))
    year = days.astype("datetime64[Y]").astype(int) - 3
    censuses = [np.datetime64(f"{when}-07-01").astype(int) for when in (1973, 1982, 1991)]
    of = people.set_index(["id", "age", "sex", "year"])["people"]
    expected = np.zeros((len(ids), 19))
    for (age, sex), count in cases.groupby(["age", "sex"])["cases"].sum().items():
        share = np.zeros((len(ids), 19))
        for row, county in enumerate(ids):
            known = [of[county, age, sex, census] for census in (73, 82, 91)]
            share[row] = np.bincount(year, np.interp(days.astype(int) + 0.5, censuses, known), 19)
        expected += count * share / share.sum()
    seen = np.zeros((len(ids), 19), int)
    np.add.at(seen, (pd.Index(ids).get_indexer(cases["id"]), cases["year"] - 1973), cases["cases"])
    return seen, expected


@needs_data
def test_new_mexico_brain_cancer_is_that_of_satscan():
    """Retrospective space-time Poisson over nineteen years, adjusted for age and sex."""
    counties = pd.read_csv(DATA / "nm.geo", sep=r"\s+", header=None, names=["id", "lat", "lon"])
    cases, expected = _expected_in_new_mexico(counties["id"].tolist())
    places = scan_circles.on_sphere(counties["lon"].to_numpy(), counties["lat"].to_numpy())
    found = scan.poisson(cases, expected, places, rng=np.random.default_rng(1), params=scan.Params(longest=9))
    assert [cluster.ratio for cluster in found.clusters[:3]] == pytest.approx([10.979758, 5.684828, 3.884186], abs=1e-6)
    first = found.clusters[0]
    names = "Torrance Bernalillo Valencia SantaFe Guadelupe Socorro Sandoval SanMiguel LosAlamos"
    assert counties["id"].to_numpy()[first.members].tolist() == names.split()
    assert (first.first + 1973, first.last + 1973, first.cases) == (1985, 1989, 236)
    assert (round(first.expected, 2), round(first.relative_risk, 2)) == (176.22, 1.42)
    assert first.p == pytest.approx(0.014, abs=0.01)
