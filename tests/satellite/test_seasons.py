"""Whether two dates may be compared."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from gis.errors import WorkbenchError
from satellite import seasons, synthetic


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


def _found(before, after):
    table = {
        "before_on": pd.to_datetime([before]),
        "after_on": pd.to_datetime([after]),
        "probability": [0.8],
        "gates": ["size"],
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
