"""Listings: what is valid when, what runs out, which cap and which visits a site has."""

from datetime import date

import pytest

from cross_check import listings
from gis.language import catalogue

LINE = {"valid_from": "2026-01-01", "valid_to": "2028-12-31", "name": "示例", "published_on": "2026-01-10"}


@pytest.mark.parametrize(
    ("change", "day", "held"),
    [
        ({}, date(2026, 1, 1), True),
        ({}, date(2028, 12, 31), True),
        ({}, date(2025, 12, 31), False),
        ({}, date(2029, 1, 1), False),
        ({"removed_on": "2026-05-01"}, date(2026, 4, 30), True),
        ({"removed_on": "2026-05-01"}, date(2026, 5, 1), False),
    ],
)
def test_a_line_of_the_positive_list_holds_within_its_days(change, day, held):
    """Both ends count; from the day of removal on it holds no more."""
    assert listings.listed(LINE | change, day) == held


def test_a_bar_keeps_a_firm_out_to_its_last_day():
    """The day after it may come back."""
    assert listings.barred({"barred_until": "2029-05-01"}, "2029-05-01")
    assert not listings.barred({"barred_until": "2029-05-01"}, "2029-05-02")
    assert not listings.barred({}, "2026-01-01")


def test_alarms_tell_what_ends_and_what_was_never_published():
    """Within sixty days or over; a removed line only tells of its bar."""
    lines = [
        ("positive", "S1", LINE | {"valid_to": "2026-08-15"}),
        ("positive", "S2", LINE | {"valid_to": "2026-06-01", "published_on": None}),
        ("positive", "S3", LINE | {"removed_on": "2026-01-01", "valid_to": "2026-07-01", "barred_until": "2026-07-20"}),
        ("item", "I1", {"name": "x", "valid_to": None}),
        ("item", "I2", {"name": "x", "valid_to": "2027-01-01"}),
    ]
    found = listings.alarms(lines, on=date(2026, 7, 1))
    assert found[["object_id", "code", "days_left"]].to_numpy().tolist() == [
        ["S2", "listings.unpublished", -181],
        ["S2", "listings.ends", -30],
        ["S3", "listings.bar_ends", 19],
        ["S1", "listings.ends", 45],
    ]
    for code in found["code"]:
        assert catalogue("zh").say(code)


def _cap(site, kind, most, year=2026):
    return {"site_id": site, "year": year, "check_kind": kind, "most": most, "document_no": f"{site}号"}


def test_a_sites_own_cap_goes_before_the_one_for_all():
    """By kind and year; without a line there is no figure."""
    caps = [_cap("S1", "total", 3), _cap("*", "total", 2), _cap("*", "routine", 1), _cap("S2", "total", 9, 2025)]
    found = listings.caps_of(caps, ["S1", "S2"], 2026)
    assert found[["cap_total", "cap_routine"]].to_numpy().tolist() == [[3, 1], [2, 1]]
    # Each figure has the document that it stands in, also where a site has a line of its own for another kind.
    assert found["cap_total_document"].tolist() == ["S1号", "*号"]
    assert found["cap_routine_document"].tolist() == ["*号", "*号"]
    assert found["cap_case"].isna().all()


def test_visits_count_by_kind_within_the_year_and_the_last_of_any():
    """Another site's visits and last year's do not count."""
    visits = [
        {"site_id": site, "visited_on": day, "check_kind": kind}
        for site, day, kind in [
            ("S1", "2026-02-01", "routine"),
            ("S1", "2026-03-01", "case"),
            ("S1", "2026-04-01", "case"),
            ("S1", "2025-12-31", "special"),
            ("S9", "2026-01-01", "case"),
            ("S2", "2025-05-05", "case"),
        ]
    ]
    found = listings.visits_of(visits, ["S1", "S2", "S3"], 2026)
    assert found[[f"visits_{kind}" for kind in ("routine", "special", "case")]].to_numpy().tolist() == [
        [1, 0, 2],
        [0, 0, 0],
        [0, 0, 0],
    ]
    assert found["last_visit_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2026-04-01", "2025-05-05", ""]
    assert (listings.visits_of([], ["S1"], 2026)["visits_case"] == 0).all()


def test_each_kind_has_its_own_key():
    """A cap is one of site, year and kind."""
    assert listings.key_of("cap", _cap("S1", "total", 3)) == "S1/2026/total"
    assert listings.key_of("positive", {"site_id": "S1"}) == "S1"
    assert listings.key_of("item", {"item_no": "7"}) == "7"
