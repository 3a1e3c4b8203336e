"""Whether two dates may be compared."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from gis.errors import WorkbenchError
from satellite import seasons, synthetic, targets


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [((2024, 6, 18), (2025, 6, 20), 1), ((2024, 12, 25), (2025, 1, 4), 10), ((2024, 3, 1), (2024, 9, 1), 181)],
)
def test_days_within_the_year(one, other, days):
    """Years do not count, and the turn of the year is no distance."""
    assert seasons.apart_days(date(*one), date(*other)) == pytest.approx(days, abs=1)


def test_other_seasons_are_told():
    """June against September is told, June against July not, unknown dates never."""
    assert seasons.warnings(date(2024, 6, 1), date(2024, 9, 1)) == ["detect.other_season"]
    assert seasons.warnings(date(2024, 6, 1), date(2024, 7, 1)) == []
    assert seasons.warnings(None, date(2024, 7, 1)) == []


def _bands(**shares):
    names, ends = synthetic.spectra()
    total = sum(share * ends[name] for name, share in shares.items())
    return {band: np.full(50, value, float) for band, value in zip(names, total, strict=True)}


def test_snow_against_no_snow_is_refused():
    """A field under snow compared with the bare field: a sentence with both shares; two winters compare."""
    with pytest.raises(WorkbenchError) as refusal:
        seasons.demand(_bands(crop=0.5, black_soil=0.5), _bands(snow=0.9, black_soil=0.1))
    assert refusal.value.code == "detect.snow"
    assert refusal.value.params == {"before": 0, "after": 1}
    seasons.demand(_bands(snow=0.9, black_soil=0.1), _bands(snow=0.8, black_soil=0.2))
    seasons.demand({"red": np.ones(3)}, {"red": np.ones(3)})


def _found(before, after, target="waste"):
    table = {
        "before_on": pd.to_datetime([before]),
        "after_on": pd.to_datetime([after]),
        "probability": [0.8],
        "gates": ["size"],
        "target": [target],
    }
    return pd.DataFrame(table)


def test_other_seasons_count_for_less():
    """Within 45 days nothing moves and the gate is passed; 30 days beyond, the odds are a quarter."""
    near = seasons.weigh(_found("2023-06-01", "2025-06-20"), 45, "lower")
    assert (near["probability"].iloc[0], near["gates"].iloc[0], near["season_gap_days"].iloc[0]) == (
        0.8,
        "size;season",
        19,
    )
    far = seasons.weigh(_found("2024-06-01", "2024-08-15"), 45, "lower")
    assert far["probability"].iloc[0] == pytest.approx(0.5, abs=1e-9)
    assert (far["gates"].iloc[0], far["season_gap_days"].iloc[0]) == ("size", 75)
    assert seasons.weigh(_found("2024-06-01", "2024-08-15"), 45, "warn")["probability"].iloc[0] == 0.8
    unknown = seasons.weigh(_found(None, "2024-08-15"), 45, "lower")
    assert (unknown["probability"].iloc[0], unknown["gates"].iloc[0]) == (0.8, "size")


def test_a_rule_may_refuse_them():
    """With "refuse" the sentence names the gap; with another rule, or a wider limit, the pair is compared."""
    june, september = date(2024, 6, 1), date(2024, 9, 1)
    with pytest.raises(WorkbenchError) as refusal:
        seasons.allow(june, september, 45, "refuse")
    assert refusal.value.params == {"days": 92, "most": 45}
    seasons.allow(june, september, 120, "refuse")
    seasons.allow(june, september, 45, "lower")
    seasons.allow(None, september, 45, "refuse")
    with pytest.raises(ValueError, match="rule"):
        seasons.allow(june, september, 45, "ignore")


@pytest.mark.parametrize(
    ("target", "before", "after", "days"),
    [
        ("mining", (2024, 5, 1), (2025, 9, 30), 0),
        ("mining", (2024, 4, 30), (2025, 6, 1), 1),
        ("mining", (2024, 6, 1), (2024, 10, 10), 10),
        ("clearing", (2024, 7, 1), (2025, 5, 22), 10),
        ("algae", (2024, 6, 1), (2024, 10, 31), 0),
        ("burn", (2024, 11, 20), (2025, 6, 1), 5),
        ("burn", (2024, 1, 1), (2025, 6, 1), 46),
        ("a bureau's own", (2024, 1, 1), (2024, 1, 31), 0),
    ],
)
def test_each_target_has_its_season(target, before, after, days):
    """Days out of the window, of the worse date; the turn of the year is crossed; what is not known has none."""
    assert seasons.beyond_days(target, date(*before), date(*after)) == days


def test_straw_goes_by_its_weeks_and_the_later_date():
    """The picture before the fire may be older; ISO weeks 9 to 20 and 38 to 47 lie in the windows, August does not."""
    straw = seasons.calendar()["straw"]
    for year in range(2020, 2030):
        for week in (*range(9, 21), *range(38, 48)):
            middle = date.fromisocalendar(year, week, 4)
            assert straw.beyond_days(date(year - 1, 8, 1), middle) == 0
    assert straw.beyond_days(date(2024, 9, 20), date(2024, 8, 15)) == 29
    assert seasons.beyond_days("burn", date(2024, 9, 1), date(2024, 9, 20), "straw") == 0


def test_winter_is_for_fine_pixels_alone():
    """Two Januaries tell works at 0.8 m and not at 10 m; water and wood wait for either."""
    january = (date(2024, 1, 10), date(2025, 1, 12))
    assert seasons.beyond_days("construction", *january, sight=seasons.Sight(0.8)) == 0
    assert seasons.beyond_days("construction", *january, sight=seasons.Sight(10.0)) > 100
    assert seasons.beyond_days("algae", *january, sight=seasons.Sight(0.8)) > 50


def test_the_calendar_is_that_of_the_north():
    """In Brazil nothing is out of season, by whatever entry."""
    brazil = seasons.Sight(30.0, -20.1)
    january = (date(2019, 1, 14), date(2019, 1, 30))
    assert seasons.beyond_days("mining", *january) > 90
    assert seasons.beyond_days("mining", *january, sight=brazil) == 0
    assert seasons.beyond_days("burn", *january, "straw", brazil) == 0
    assert seasons.told(["mining"], sight=brazil) == ""


def test_the_calendar_knows_every_target_and_tells_its_sources():
    """No target is without a season, none is named that does not exist, and each entry says why."""
    known = {target.name for target in targets.standard()}
    named = {target for each in seasons.calendar().values() for target in each.targets}
    assert named == known
    assert all(each.source and each.dates in ("both", "after") for each in seasons.calendar().values())
    assert str(seasons.calendar()["straw"]) == "02-23/05-23, 09-13/12-10"


def test_a_patch_out_of_season_fails_the_gate_and_counts_for_less():
    """Of one pair a pit in October is 15 days late, half the odds; turbid water is in season."""
    pit = seasons.weigh(_found("2023-10-10", "2024-10-15"), 45, "lower")
    assert (pit["gates"].iloc[0], pit["out_of_season_days"].iloc[0]) == ("size", 15)
    assert pit["probability"].iloc[0] == pytest.approx(2 / 3)
    water = seasons.weigh(_found("2023-10-10", "2024-10-15", "algae"), 45, "lower")
    assert (water["gates"].iloc[0], water["probability"].iloc[0]) == ("size;season", 0.8)


def test_the_better_picture_is_of_one_season_and_covers_the_pair():
    """Of pictures no later than the earlier date the latest of one season, else the nearest; none that is no better."""
    pair = date(2025, 5, 16), date(2025, 7, 16)
    taken = [date(2023, 7, 16), date(2024, 7, 16), date(2024, 7, 1), date(2025, 7, 10), date(2025, 4, 2)]
    assert seasons.better(*pair, taken) == date(2024, 7, 16)
    assert seasons.better(*pair, [date(2023, 6, 20), date(2024, 6, 10)]) == date(2023, 6, 20)
    assert seasons.better(*pair, [date(2025, 7, 10), date(2025, 4, 2)]) is None
    assert seasons.better(date(2024, 7, 10), date(2025, 7, 16), [date(2023, 7, 1)]) is None
