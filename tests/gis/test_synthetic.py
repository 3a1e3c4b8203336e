"""The synthetic province: the same from the same seed, plausible, and its planted truth is there."""

import datetime as dt
import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis import codes, data, files, register, schema, signals, synthetic
from gis.crs import EQUAL_AREA, metric_at
from gis.regions import ZONES

NEAR = [(125.2, 45.7), (125.31, 45.76), (125.12, 45.64)]


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def sites(sketch):
    """A register of 6,000 sites."""
    return synthetic.enterprises(rng(), sketch, 6000, near=NEAR)


def rng(seed=11):
    """A fresh generator."""
    return np.random.default_rng(seed)


def digest(table):
    """SHA-256 of every value and place of a table."""
    plain = pd.DataFrame(table.drop(columns="geometry")).to_csv() + "".join(table.geometry.to_wkt())
    return hashlib.sha256(plain.encode()).hexdigest()


def fires(**changes):
    """A plan of fire points in the straw windows."""
    weights = synthetic.window_weights(synthetic.STRAW_WINDOWS, outside=0.02)
    return synthetic.SignalPlan("fire_point", dt.date(2023, 1, 1), day_weights=weights, **changes)


@pytest.mark.parametrize(
    "make",
    [
        lambda seed, regions: synthetic.zones(rng(seed), regions, 8),
        lambda seed, regions: synthetic.enterprises(rng(seed), regions, 300, near=NEAR),
        lambda seed, regions: synthetic.signals(rng(seed), regions, fires(background=300, clusters=3))[0],
        lambda seed, regions: synthetic.signals(rng(seed), regions, fires(background=300, clusters=3))[1],
    ],
    ids=["zones", "enterprises", "events", "truth"],
)
def test_same_seed_same_bytes_other_seed_others(make, sketch, tmp_path):
    """Values and the parquet files are equal byte for byte; another seed changes them."""
    for number in (1, 2):
        files.write_table(make(3, sketch), tmp_path / f"{number}.parquet")
    assert files.sha256(tmp_path / "1.parquet") == files.sha256(tmp_path / "2.parquet")
    assert digest(make(3, sketch)) == digest(make(3, sketch))
    assert digest(make(3, sketch)) != digest(make(4, sketch))


def test_enterprises_lie_inside_their_division(sites, sketch):
    """Rounded places too."""
    outlines = sites["division_code"].map(sketch.set_index("division_code").geometry)
    assert shapely.within(sites.geometry.to_numpy(), outlines.to_numpy()).all()


def test_enterprises_fit_the_schema_and_say_they_are_synthetic(sites):
    """Every name bears the mark; every organisation code begins with XX, which no register issues."""
    schema.demand(sites, register.SCHEMA, "sites")
    assert sites["name"].str.contains(data.words("synthetic")["mark"]).all()
    assert sites["name"].is_unique
    assert (sites["credit_code"].str[8:10] == "XX").all()
    assert (
        sites["credit_code"].str[2:8].isin([one for code in codes.prefectures() for one in codes.counties(code)]).all()
    )


def test_a_firm_may_have_several_sites_with_their_own_permits(sites):
    """Sites of one firm differ in the sequence of the permit number."""
    several = sites[sites["credit_code"].duplicated(keep=False) & sites["permit_no"].notna()]
    assert len(several) > 50
    assert not several["permit_no"].duplicated().any()
    assert (several["permit_no"].str[:18] == several["credit_code"]).all()


def test_near_places_have_a_site_within_300_metres(sites):
    """One for each, in order, so that planted changes have somebody to ask."""
    wishes = gpd.GeoSeries(gpd.points_from_xy(*np.array(NEAR).T), crs=sites.crs).to_crs(metric_at(125.2))
    first = sites.geometry.iloc[: len(NEAR)].to_crs(metric_at(125.2)).reset_index(drop=True)
    assert wishes.distance(first).max() < 300


def test_categories_hang_together(sites):
    """Key management means a key list (rules of 2023); heavy kinds are more often key; 4 % are on the positive list."""
    heavy = codes.is_heavy(sites["industry_code"])
    key = sites["permit_category"] == "key"
    assert sites.loc[key, "key_lists"].notna().all()
    assert key[heavy].mean() > 3 * key[~heavy].mean()
    assert sites["positive_list"].mean() == pytest.approx(0.04, abs=0.001)
    assert not (sites["positive_list"] & heavy).any()
    assert not (sites["positive_list"] & sites["industry_code"].isin(["4620", "7723", "7724", "7820"])).any()
    assert 0.03 < (sites["operating"] == "stopped").mean() < 0.1


def test_trades_lie_where_the_province_has_them(sites):
    """Oil in Daqing, coal in the four coal cities, neither of them in the other."""
    oil = sites[sites["industry_code"].isin(["0711", "0721"])]
    coal = sites[sites["industry_code"] == "0610"]
    assert oil["division_code"].value_counts(normalize=True)["230600"] > 0.8
    assert coal["division_code"].isin(["230300", "230400", "230500", "230900"]).mean() > 0.7
    assert not (coal["division_code"] == "230600").any()
    assert (sites["industry_code"] == "0313").mean() > (sites["industry_code"] == "2614").mean()


def test_sites_crowd_around_seats(sites, sketch):
    """The disc of 20 km around the seats holds far more sites than its share of the area."""
    seats = gpd.GeoSeries(gpd.points_from_xy(sketch["seat_lon"], sketch["seat_lat"]), crs=sketch.crs).to_crs(EQUAL_AREA)
    near = sites.to_crs(EQUAL_AREA).within(seats.buffer(20_000).union_all())
    area_share = 13 * np.pi * 400 / 454_000
    assert near.mean() > 5 * area_share


def test_any_regions_will_do(sketch):
    """Codes the words do not know are ordinary ones."""
    other = sketch.iloc[:2].assign(division_code=["220100", "220200"])
    sites = synthetic.enterprises(rng(), other, 200)
    assert set(sites["division_code"]) == {"220100", "220200"}


def test_zones_lie_in_the_province_and_say_they_are_synthetic(sketch):
    """All three kinds, valid outlines, the first where they were wished."""
    zones = schema.demand(synthetic.zones(rng(), sketch, near=NEAR[:2]), ZONES, "zones")
    assert len(zones) == 40
    assert set(zones["kind"]) == {"reserve", "water_source", "red_line"}
    assert zones["name"].str.startswith(data.words("synthetic")["mark"]).all()
    assert zones.is_valid.all()
    assert zones.to_crs(EQUAL_AREA).area.min() > 1e6
    assert shapely.within(zones.geometry.to_numpy(), shapely.buffer(sketch.union_all(), 1e-9)).all()
    assert all(zone.contains(shapely.Point(place)) for zone, place in zip(zones.geometry, NEAR[:2], strict=False))


def test_planted_clusters_are_there(sketch):
    """Each disc and window holds its planted events and hardly more than the background beside them."""
    events, truth = synthetic.signals(rng(), sketch, fires(background=4000, clusters=9))
    schema.demand(events, signals.SCHEMA, "events")
    assert len(events) == 4000 + truth["events"].sum()
    for cluster in truth.itertuples():
        window = events["seen_on"].between(*truth.loc[cluster.Index, ["from", "to"]])
        inside = int((window & events.within(cluster.geometry)).sum())
        expected = cluster.events / (cluster.rate_ratio - 1)
        assert cluster.events <= inside <= cluster.events + expected + 5 * np.sqrt(expected) + 1
        assert 30 <= (truth.loc[cluster.Index, "to"] - truth.loc[cluster.Index, "from"]).days + 1 <= 90


def test_discs_of_the_truth_keep_apart_and_inside(sketch):
    """Clusters that touch could not be told apart."""
    _, truth = synthetic.signals(rng(), sketch, fires(clusters=12))
    plane = truth.to_crs(EQUAL_AREA)
    assert plane.within(sketch.to_crs(EQUAL_AREA).union_all().buffer(10)).all()
    gaps = [one.distance(other) for i, one in enumerate(plane.geometry) for other in plane.geometry[i + 1 :]]
    assert min(gaps) > 0.9 * truth["radius_m"].max()
    assert np.sqrt(plane.area / np.pi).to_numpy() == pytest.approx(truth["radius_m"].to_numpy(), rel=0.01)


def test_rate_ratio_agrees_with_another_draw_of_the_background(sketch):
    """The expected count behind the ratio is what a background of its own shows, also where towns draw it."""
    plan = synthetic.SignalPlan(
        "complaint", dt.date(2023, 1, 1), background=20_000, clusters=4, radius_m=(15_000, 20_000), towns_share=0.6
    )
    _, truth = synthetic.signals(rng(), sketch, plan)
    bare = synthetic.SignalPlan("complaint", dt.date(2023, 1, 1), background=20_000, clusters=0, towns_share=0.6)
    others = pd.concat([synthetic.signals(rng(seed), sketch, bare)[0] for seed in range(20, 26)])
    for place, cluster in truth.iterrows():
        window = others["seen_on"].between(cluster["from"], cluster["to"])
        mean = (window & others.within(cluster.geometry)).sum() / 6
        expected = cluster["events"] / (truth.loc[place, "rate_ratio"] - 1)
        assert mean == pytest.approx(expected, abs=4 * np.sqrt(expected / 6) + 0.2)


def test_straw_windows_hold_the_fire_points(sketch):
    """15 September to 10 December and 10 March to 15 May, ends included; 36 months and no day more."""
    events, _ = synthetic.signals(rng(), sketch, fires())
    weights = synthetic.window_weights(synthetic.STRAW_WINDOWS, outside=0.0)
    days = events["seen_on"]
    assert days.between("2023-01-01", "2025-12-31").all()
    leap = pd.to_datetime("2024-" + days.dt.strftime("%m-%d")).dt.day_of_year.to_numpy()
    assert weights[leap - 1].mean() > 0.95
    assert weights.sum() == 87 + 67


def test_month_weights_fill_their_months():
    """Twelve weights become 366, February with its leap day; eleven are refused."""
    weights = synthetic.month_weights([0] + [1] * 11)
    assert weights.sum() == 366 - 31
    assert weights[:31].sum() == 0
    with pytest.raises(ValueError, match="twelve"):
        synthetic.month_weights([1] * 11)


def test_too_many_discs_are_refused(sketch):
    """Thirteen discs of 150 km do not fit."""
    with pytest.raises(ValueError, match="do not fit"):
        synthetic.signals(rng(), sketch, fires(clusters=13, radius_m=(150_000, 150_000)))
