"""Plans: leads before sites, reasons for every refusal, recusal, the positive list and the public draw."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from cross_check import plans
from gis import codes
from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError
from gis.language import catalogue
from gis.schema import demand

A, B, C = "230100", "230200", "230300"
WEST = {A: 125.0, B: 126.0, C: 127.0}
PARAMS = plans.Params(document_no="TEST 2026-7", seed="271828", per_region=4)
CREDIT = codes.complete_credit_codes(pd.Series(["91230100MA18KQ7X"])).iloc[0]


def _regions() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "division_code": list(WEST),
            "name_zh": list(WEST),
            "name_en": list(WEST),
            "seat_lon": [west + 0.5 for west in WEST.values()],
            "seat_lat": 46.5,
        },
        geometry=[box(west, 46, west + 1, 47) for west in WEST.values()],
        crs=STORAGE,
    )


def _site(site_id: str, at: float = 0.5, home: str = A, **changes: object) -> dict[str, object]:
    return {
        "site_id": site_id,
        "name": f"site {site_id}",
        "credit_code": CREDIT,
        "permit_no": None,
        "industry_code": "2611",
        "permit_category": "key",
        "key_lists": None,
        "positive_list": False,
        "operating": "running",
        "division_code": home,
        "geometry": Point(WEST[home] + at, 46.5),
    } | changes


def _lead(lead_id: str, priority: float, at: float = 0.2, home: str = A, **changes: object) -> dict[str, object]:
    west = WEST[home] + at
    return {
        "lead_id": lead_id,
        "patch_id": f"p{lead_id}",
        "machine_class": "waste",
        "human_class": None,
        "state": "suspected",
        "score": 0.5,
        "priority": priority,
        "area_m2": 1000.0,
        "before_on": pd.NaT,
        "after_on": pd.Timestamp("2026-05-01"),
        "division_code": home,
        "site_id": None,
        "site_name": None,
        "distance_m": None,
        "zone_ids": None,
        "geometry": box(west, 46.2, west + 0.001, 46.201),
    } | changes


def _table(rows: list[dict[str, object]], like: dict[str, object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, columns=list(like), geometry="geometry", crs=STORAGE)


def _tables(leads: list[dict[str, object]], sites: list[dict[str, object]]) -> list[gpd.GeoDataFrame]:
    return [_table(leads, _lead("x", 0)), _table(sites, _site("x")), _regions()]


def _assignment(interests: dict[str, str] | None = None, visited: tuple[str, ...] = (A, B)) -> pd.DataFrame:
    homes = {A: B, B: C, C: A}
    return pd.DataFrame(
        {
            "team_id": [f"T{homes[code]}" for code in visited],
            "home_division": [homes[code] for code in visited],
            "division_code": list(visited),
            "officer_ids": "a;b",
            "officers": 2,
            "interest_sites": [(interests or {}).get(code) for code in visited],
            "travel_km": 100.0,
            "expertise_met": True,
            "load_min": 100.0,
            "reason": "rounds.nearest",
        }
    )


def _reasons(chosen: plans.Targets) -> dict[str, str]:
    return dict(zip(chosen.excluded["candidate_id"], chosen.excluded["reason"], strict=True))


@pytest.mark.parametrize(
    ("change", "code"),
    [({"document_no": " "}, "rounds.no_document"), ({"seed": ""}, "plans.no_seed")],
)
def test_no_round_without_document_and_public_seed(change, code):
    """An out-of-area inspection without its authorising document, or a draw without a seed, is refused."""
    params = plans.Params(**({"document_no": "TEST 1", "seed": "1"} | change))
    with pytest.raises(WorkbenchError) as refused:
        plans.targets(*_tables([], []), _assignment(), params=params)
    assert refused.value.code == code
    assert catalogue("zh").explain(refused.value)


def test_leads_come_first_by_priority_and_sites_fill_what_is_left():
    """Of four places three go to the leads by falling priority and the last to the key site of highest risk."""
    leads = [_lead("L1", 0.1), _lead("L2", 0.9, at=0.3), _lead("L3", 0.5, at=0.4)]
    sites = [_site("S1", 0.6), _site("S2", 0.7, key_lists="water;air"), _site("S3", 0.8)]
    chosen = plans.targets(*_tables(leads, sites), _assignment(), params=PARAMS)
    assert chosen.table["target_id"].tolist() == ["L2", "L3", "L1", "S2"]
    assert chosen.table["risk"].tolist() == [3, 2, 1, 3]
    assert chosen.table["check_kind"].tolist() == ["case", "case", "case", "special"]
    assert set(chosen.table["document_no"]) == {"TEST 2026-7"}
    assert _reasons(chosen) == {"S1": "plans.capacity", "S3": "plans.capacity"}


def test_a_site_on_the_positive_list_is_not_visited_with_a_lead_either():
    """A lead is no trigger by itself: it stays away with its site; one beside it that is at no site is looked at."""
    sites = [_site("S1", positive_list=True), _site("S2", 0.7, positive_list=True)]
    leads = [_lead("L1", 0.5, site_id="S1", site_name="site S1", distance_m=10), _lead("L2", 0.4, at=0.9)]
    chosen = plans.targets(*_tables(leads, sites), _assignment(), params=PARAMS)
    assert chosen.table["target_id"].tolist() == ["L2"]
    assert _reasons(chosen) == dict.fromkeys(["L1", "S1", "S2"], "plans.positive_list")


def test_stopped_sites_are_left_out_but_a_change_at_one_is_looked_at():
    """A site that stands still is no target of its own; a lead at it is."""
    sites = [_site("S1", operating="stopped"), _site("S2", 0.7, operating="stopped")]
    chosen = plans.targets(*_tables([_lead("L1", 0.5, site_id="S1")], sites), _assignment(), params=PARAMS)
    assert chosen.table["target_id"].tolist() == ["L1"]
    assert _reasons(chosen) == {"S1": "plans.same_site", "S2": "plans.stopped"}


def test_several_leads_at_one_site_make_one_visit():
    """The most pressing lead stands for all, its trigger names them and its visit takes longer."""
    leads = [_lead("L1", 0.4, site_id="S1"), _lead("L2", 0.9, site_id="S1"), _lead("L3", 0.2, site_id="S1")]
    chosen = plans.targets(*_tables(leads, [_site("S1")]), _assignment(), params=PARAMS)
    assert chosen.table[["target_id", "trigger", "service_min"]].to_numpy().tolist() == [["L2", "L2;L1;L3", 90.0]]
    assert set(chosen.excluded["joined_to"]) == {"L2"}
    assert _reasons(chosen) == dict.fromkeys(["L1", "L3", "S1"], "plans.same_site")


def test_an_excluded_lead_triggers_nothing():
    """A lead that a reader excluded neither is visited nor brings a listed site back."""
    leads = [_lead("L1", 0.9, state="excluded", site_id="S1")]
    chosen = plans.targets(*_tables(leads, [_site("S1", positive_list=True)]), _assignment(), params=PARAMS)
    assert chosen.table.empty
    assert _reasons(chosen) == {"L1": "plans.lead_excluded", "S1": "plans.positive_list"}


@pytest.mark.parametrize("state", ["new", "to_read", "doubtful"])
def test_a_lead_that_nobody_has_read_sends_nobody(state):
    """No evidence until it is reviewed: it is told as such and makes no site of its own a case."""
    leads = [_lead("L1", 0.9, state=state, site_id="S1"), _lead("L2", 0.1, at=0.9)]
    chosen = plans.targets(*_tables(leads, [_site("S1", operating="stopped")]), _assignment(), params=PARAMS)
    assert chosen.table["target_id"].tolist() == ["L2"]
    assert _reasons(chosen) == {"L1": "plans.lead_unread", "S1": "plans.stopped"}


@pytest.mark.parametrize("state", ["refuted", "lawful", "problem", "watched"])
def test_a_lead_that_the_ledger_has_settled_triggers_nothing(state):
    """Answered, made a problem or archived: nobody drives there for it; an open one beside it is visited."""
    leads = [_lead("L1", 0.9, state=state), _lead("L2", 0.8, at=0.9, state="to_check")]
    chosen = plans.targets(*_tables(leads, []), _assignment(), params=PARAMS)
    assert chosen.table["target_id"].tolist() == ["L2"]
    assert _reasons(chosen) == {"L1": "plans.lead_settled"}


def test_no_team_meets_a_site_its_officers_have_an_interest_in():
    """The site, the lead named after it and the unnamed lead 300 m away are all recused, farther ones are not."""
    leads = [
        _lead("named", 0.9, at=0.9, site_id="S1"),
        _lead("near", 0.8, geometry=box(125.5039, 46.5, 125.504, 46.5001)),
        _lead("far", 0.7, geometry=box(125.52, 46.5, 125.5201, 46.5001)),
    ]
    tables = _tables(leads, [_site("S1"), _site("S2", 0.7)])
    chosen = plans.targets(*tables, _assignment({A: "S1;S9"}), params=PARAMS)
    assert chosen.table["target_id"].tolist() == ["far", "S2"]
    assert _reasons(chosen) == dict.fromkeys(["named", "near", "S1"], "plans.recusal")
    elsewhere = plans.targets(*tables, _assignment({B: "S1"}), params=PARAMS)
    assert elsewhere.excluded["reason"].tolist() == ["plans.same_site"]


def test_regions_without_a_team_are_listed_with_their_candidates():
    """Where nobody goes nothing is planned and every candidate says why."""
    tables = _tables([_lead("L1", 0.9, home=C)], [_site("S1", home=C)])
    chosen = plans.targets(*tables, _assignment(), params=PARAMS)
    assert chosen.table.empty
    assert _reasons(chosen) == {"L1": "plans.no_team", "S1": "plans.no_team"}


def test_a_site_that_declares_a_county_belongs_where_it_lies():
    """A county code is no region, so the place decides; a declared region stands even against the place."""
    sites = [_site("S1", division_code="230202", geometry=Point(126.4, 46.5)), _site("S2", 0.4, division_code=B)]
    chosen = plans.targets(*_tables([], sites), _assignment(), params=PARAMS)
    assert set(chosen.table["division_code"]) == {B}


def test_ordinary_sites_are_no_candidates():
    """A site of simplified management on no key list is neither target nor excluded."""
    chosen = plans.targets(*_tables([], [_site("S1", permit_category="simplified")]), _assignment(), params=PARAMS)
    assert chosen.table.empty
    assert chosen.excluded.empty


def test_the_draw_depends_on_the_public_seed_and_not_on_the_order_of_rows():
    """Equal seeds draw equal sites from shuffled registers, other seeds others, and one site less moves few places."""
    sites = [_site(f"S{number:03d}", 0.1 + 0.002 * number) for number in range(200)]
    leads = [_lead("L1", 0.5)]
    params = plans.Params(document_no="TEST 1", seed="one", per_region=50)
    first = plans.targets(*_tables(leads, sites), _assignment(), params=params)
    shuffled = [sites[place] for place in np.random.default_rng(0).permutation(len(sites))]
    again = plans.targets(*_tables(leads, shuffled), _assignment(), params=params)
    pd.testing.assert_frame_equal(first.table, again.table)
    pd.testing.assert_frame_equal(first.excluded, again.excluded)
    other = plans.targets(
        *_tables(leads, sites), _assignment(), params=plans.Params(document_no="TEST 1", seed="two", per_region=50)
    )
    assert set(other.table["target_id"]) != set(first.table["target_id"])
    fewer = plans.targets(*_tables(leads, sites[1:]), _assignment(), params=params)
    assert len(set(fewer.table["target_id"]) & set(first.table["target_id"])) >= 49


def test_every_lead_and_key_site_is_a_target_or_excluded():
    """Nothing is lost: over a mixed province the candidates split into targets and reasons known in both languages."""
    rng = np.random.default_rng(5)
    homes = [A, B, C]
    sites = [
        _site(
            f"S{number}",
            float(rng.uniform(0.05, 0.95)),
            homes[number % 3],
            operating=str(rng.choice(["running", "stopped"])),
            positive_list=bool(rng.random() < 0.3),
        )
        for number in range(60)
    ]
    leads = [
        _lead(
            f"L{number}",
            float(rng.random()),
            float(rng.uniform(0.05, 0.95)),
            homes[number % 3],
            site_id=f"S{number % 30}" if rng.random() < 0.6 else None,
            state=str(rng.choice(["new", "suspected", "excluded"])),
        )
        for number in range(40)
    ]
    chosen = plans.targets(*_tables(leads, sites), _assignment({A: "S0;S3"}), params=PARAMS)
    listed = sorted([*chosen.table["target_id"], *chosen.excluded["candidate_id"]])
    assert listed == sorted([lead["lead_id"] for lead in leads] + [site["site_id"] for site in sites])
    assert chosen.table["target_id"].is_unique
    assert not set(chosen.table["site_id"]) & {"S0", "S3"}
    assert chosen.table.groupby("team_id").size().max() <= 4
    for reason in set(chosen.excluded["reason"]):
        assert catalogue("zh").say(reason) != catalogue("en").say(reason)


def test_needs_are_the_minutes_and_the_commonest_expertise_of_each_region():
    """A region asks for its targets' minutes within its capacity; a region without candidates asks for nothing."""
    leads = [_lead("L1", 0.9), _lead("L2", 0.8, machine_class="burn", human_class="waste"), _lead("L3", 0.1, home=B)]
    sites = [_site(f"S{number}", 0.1 * number, key_lists="air") for number in range(1, 6)]
    table = plans.needs(*_tables(leads, sites), params=PARAMS).set_index("division_code")
    assert table["service_min"].to_dict() == {A: 2 * 60 + 2 * 90, B: 60, C: 0}
    assert table.loc[[A, B], "expertise"].tolist() == ["air", "waste"]
    assert table["expertise"].isna().tolist() == [False, False, True]


def test_a_time_that_is_no_clock_time_is_refused():
    """Opening hours are HH:MM or nothing."""
    chosen = plans.targets(*_tables([_lead("L1", 0.9)], []), _assignment(), params=PARAMS)
    with pytest.raises(TableFaults) as refused:
        demand(chosen.table.assign(opens="9 o'clock"), plans.TARGETS, "targets")
    assert refused.value.faults["code"].tolist() == ["plans.bad_time"]
