"""Teams: certificates, divisions too small, reasons."""

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from cross_check import officers
from gis.crs import STORAGE
from gis.errors import TableFaults
from gis.language import catalogue

ON = date(2026, 6, 30)


def _regions(count: int) -> gpd.GeoDataFrame:
    codes = [f"230{number}00" for number in range(1, count + 1)]
    return gpd.GeoDataFrame(
        {
            "division_code": codes,
            "name_zh": codes,
            "name_en": codes,
            "seat_lon": [124.0 + number for number in range(count)],
            "seat_lat": [46.0] * count,
        },
        geometry=[box(123.5 + number, 45.5, 124.5 + number, 46.5) for number in range(count)],
        crs=STORAGE,
    )


def _officer(officer_id: str, home: str = "230100", **changes: object) -> dict[str, object]:
    return {
        "officer_id": officer_id,
        "name": f"officer {officer_id}",
        "certificate_no": f"2301{officer_id}",
        "certificate_until": pd.Timestamp("2027-01-01"),
        "expertise": "water",
        "home_division": home,
        "interest_sites": None,
    } | changes


def test_a_team_gathers_its_officers_their_expertise_and_their_interests():
    """A team lists its officers by id, its expertise in the fixed order and every site any of them must avoid."""
    formed = officers.teams(
        pd.DataFrame(
            [
                _officer("b", expertise="air", interest_sites="s2;s1"),
                _officer("a", expertise="water", interest_sites="s2; s3"),
            ]
        ),
        _regions(1),
        on=ON,
    )
    team = formed.table.iloc[0]
    assert team[["team_id", "officer_ids", "officers", "expertise", "interest_sites"]].tolist() == [
        "T230100",
        "a;b",
        2,
        "water;air",
        "s1;s2;s3",
    ]
    assert formed.left_out.empty
    assert formed.without_team.empty


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"certificate_no": None}, "officers.no_certificate"),
        ({"certificate_no": "  "}, "officers.no_certificate"),
        ({"certificate_until": pd.NaT}, "officers.certificate_undated"),
        ({"certificate_until": pd.Timestamp("2026-06-29")}, "officers.certificate_expired"),
        ({"certificate_no": "2301a"}, "officers.certificate_repeated"),
        ({"home_division": "370100"}, "officers.not_taking_part"),
    ],
)
def test_an_officer_who_may_not_inspect_is_left_out_with_the_reason(change, reason):
    """Each way of lacking a valid certificate has its own reason, said in both languages."""
    table = pd.DataFrame([_officer("a"), _officer("b"), _officer("c"), _officer("d", **change)])
    left_out = officers.teams(table, _regions(1), on=ON).left_out.set_index("officer_id")["reason"]
    assert left_out["d"] == reason
    assert catalogue("zh").say(reason)
    assert catalogue("en").say(reason)


def test_a_certificate_is_valid_on_its_last_day():
    """The end date itself counts as valid."""
    table = pd.DataFrame([_officer("a", certificate_until=pd.Timestamp(ON)), _officer("b")])
    assert officers.teams(table, _regions(1), on=ON).table["officers"].tolist() == [2]


def test_a_division_with_one_valid_officer_sends_no_team_and_says_so():
    """One officer is no team: the officer is left out and the division listed, as is a division without officers."""
    table = pd.DataFrame([_officer("a"), _officer("b"), _officer("c", "230200"), _officer("d", "230200")])
    table.loc[3, "certificate_until"] = pd.Timestamp("2020-01-01")
    formed = officers.teams(table, _regions(3), on=ON)
    assert formed.table["home_division"].tolist() == ["230100"]
    assert formed.left_out["reason"].tolist() == ["officers.too_few", "officers.certificate_expired"]
    assert formed.without_team["division_code"].tolist() == ["230200", "230300"]
    assert formed.without_team["valid_officers"].tolist() == [1, 0]


def test_every_officer_is_in_a_team_or_left_out_whatever_the_row_order():
    """Nobody is lost or counted twice, and shuffled rows give the same tables."""
    table = pd.DataFrame(
        [
            _officer(f"{number:02d}", f"230{number % 4 + 1}00", certificate_until=pd.Timestamp(f"2026-{month:02d}-01"))
            for number, month in enumerate([5, 9, 7, 8, 6, 12, 11, 1, 7, 9, 8, 10])
        ]
    )
    formed = officers.teams(table, _regions(3), on=ON)
    inside = ";".join(formed.table["officer_ids"]).split(";")
    assert sorted(inside + formed.left_out["officer_id"].tolist()) == table["officer_id"].tolist()
    shuffled = officers.teams(table[::-1], _regions(3)[::-1], on=ON)
    pd.testing.assert_frame_equal(formed.table, shuffled.table)
    pd.testing.assert_frame_equal(formed.left_out, shuffled.left_out)


def test_no_officer_at_all_gives_empty_tables():
    """An empty register is no fault: every division stays without a team."""
    formed = officers.teams(pd.DataFrame(columns=list(officers.SCHEMA.columns)), _regions(2), on=ON)
    assert formed.table.empty
    assert len(formed.without_team) == 2


def test_an_unknown_expertise_is_refused_with_its_row():
    """A word outside the list of expertise is a fault of the table."""
    with pytest.raises(TableFaults) as refused:
        officers.teams(pd.DataFrame([_officer("a", expertise="magic")]), _regions(1), on=ON)
    assert refused.value.faults[["row", "column", "code"]].to_numpy().tolist() == [
        [2, "expertise", "table.unknown_value"]
    ]


def _full(*rows: dict[str, object]) -> pd.DataFrame:
    return officers.completed(pd.DataFrame([_officer(str(at)) | row for at, row in enumerate(rows)]))


def test_particulars_that_a_table_lacks_are_filled():
    """A table of before knows no leave; one with leave keeps it."""
    assert _full({})[list(officers.PARTICULARS.columns)].isna().all(axis=None)
    assert _full({"leave": "2026-07-01/2026-07-03"})["leave"].tolist() == ["2026-07-01/2026-07-03"]
    with pytest.raises(TableFaults):
        _full({"leave": "summer"})
    with pytest.raises(TableFaults):
        _full({"also_expertise": "water;magic"})


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (date(2026, 6, 1), date(2026, 6, 30), ""),
        (date(2026, 6, 1), date(2026, 7, 1), "officers.on_leave"),
        (date(2026, 7, 3), date(2026, 7, 9), "officers.on_leave"),
        (date(2026, 7, 4), date(2026, 7, 9), ""),
        (date(2026, 8, 1), date(2026, 8, 1), "officers.on_leave"),
        (date(2026, 12, 1), date(2027, 1, 2), "officers.certificate_expired"),
    ],
)
def test_leave_and_certificate_decide_who_is_fit(first, last, reason):
    """Both ends of a leave count; a certificate must last to the last day."""
    table = _full({"leave": "2026-07-01/2026-07-03;2026-08-01"})
    assert officers.unfit(table, first=first, last=last).tolist() == [reason]
    assert not reason or catalogue("zh").say(reason)


def test_expertise_and_conflicts_are_told_for_each_officer():
    """Further expertise counts; interests and former employers keep away, the latter by credit code too."""
    table = _full(
        {"also_expertise": "air;waste"}, {"interest_sites": "S1;S2"}, {"former_employers": "91130200699229617X"}
    )
    assert officers.expertise_of(table).iloc[0] == {"water", "air", "waste"}
    assert officers.conflicted(table, "S2", "91130200699229617X").tolist() == [False, True, True]
    assert officers.conflicted(table, "S9").tolist() == [False, False, False]


def test_certificates_that_run_out_are_listed_in_time():
    """Within the days asked for, and those that have ended; the earliest first."""
    days = ["2026-08-01", "2026-07-01", "2026-09-15", "2025-01-01"]
    table = _full(*({"certificate_until": pd.Timestamp(day)} for day in days))
    assert officers.expiring(table, on=ON, within_days=60)["officer_id"].tolist() == ["3", "1", "0"]


def test_chinese_headings_are_read():
    """A bureau's own table, and its faults by row."""
    rows = pd.DataFrame({"工号": ["1"], "姓名": ["甲"], "专业": ["水"], "所在市": ["230100"]}, index=[2])
    assert officers.read(rows, "x")["expertise"].tolist() == ["water"]
    with pytest.raises(TableFaults):
        officers.read(rows.assign(专业="魔法"), "x")
