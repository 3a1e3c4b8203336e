"""Water bodies against their own history."""

from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from gis.crs import STORAGE
from satellite import patches, synthetic, waters
from satellite.outlined import Pixels
from satellite.waters import Params

NAMES, ENDS = synthetic.spectra()
CLEAR, TURBID = ENDS["clear_water"], ENDS["turbid_water"]
DAY = date(2024, 7, 10)


def _bodies(count):
    shapes = [box(127 + 0.02 * at, 47, 127.01 + 0.02 * at, 47.01) for at in range(count)]
    ids = [f"B{at}" for at in range(count)]
    return gpd.GeoDataFrame({"body_id": ids, "name": ids}, geometry=shapes, crs=STORAGE)


def _pixels(spectra, *, each=100, seen=None, rng=None):
    """Make pixels of bodies with one spectrum each; ``seen`` of ``each`` are clear."""
    rng = rng or np.random.default_rng(0)
    seen = [each] * len(spectra) if seen is None else seen
    outline = np.repeat(np.arange(len(spectra)), seen).astype(np.int32)
    values = np.array(spectra)[outline].T * rng.normal(1, 0.05, outline.size)
    bands = {name: row.astype(np.float32) for name, row in zip(NAMES, values, strict=True)}
    return Pixels(outline, bands, np.full(len(spectra), each))


def _history(count, rng, *, bodies=1, mix=0.2, wobble=0.05, apart=12):
    """Make readings of earlier dates of waters that carry some silt, more on some dates than on others."""
    parts = []
    for at in range(count):
        day = date(2023, 7, 10) - timedelta(days=365 * (at % 3) + apart * (at // 3))
        shares = np.clip(rng.normal(mix, wobble, bodies), 0, 1)
        spectra = [share * TURBID + (1 - share) * CLEAR for share in shares]
        parts.append(waters.observe(_pixels(spectra, rng=rng), [f"B{one}" for one in range(bodies)], day))
    return pd.concat(parts, ignore_index=True)


def _judge(history, spectra, **options):
    now = waters.observe(_pixels(spectra, **options), [f"B{at}" for at in range(len(spectra))], DAY)
    return waters.judge(_bodies(len(spectra)), pd.concat([history, now], ignore_index=True), DAY)


def _verdicts(found, sign):
    rows = found[found["sign"] == sign].sort_values("body_id")
    return rows["verdict"].tolist()


def test_a_plume_is_a_finding_and_usual_silt_is_none():
    """The same water as ever is usual; twice as much silt as it ever had is a finding with its numbers."""
    history = _history(9, np.random.default_rng(1), bodies=2)
    found = _judge(history, [0.2 * TURBID + 0.8 * CLEAR, 0.9 * TURBID + 0.1 * CLEAR])
    assert _verdicts(found, "turbid_water") == ["usual", "finding"]
    row = found[found["verdict"] == "finding"].iloc[0]
    assert (row["index"], row["dates"], row["pixels"]) == ("ndti", 9, 100)
    assert row["z"] >= row["least_z"] >= 3.5
    assert row["value"] > row["usual"]


def test_a_brown_river_is_usual_where_a_clear_lake_is_not():
    """The same turbid water: usual for a body that is always so, a finding for one that never was."""
    rng = np.random.default_rng(2)
    brown, clear = _history(8, rng, mix=0.9), _history(8, rng, mix=0.05)
    assert _verdicts(_judge(brown, [TURBID * 0.9 + CLEAR * 0.1]), "turbid_water") == ["usual"]
    assert _verdicts(_judge(clear, [TURBID * 0.9 + CLEAR * 0.1]), "turbid_water") == ["finding"]


def test_black_and_green_water():
    """A dark lake is a finding of its own sign, a bloom of another; the usual clear water is neither."""
    history = _history(9, np.random.default_rng(3), bodies=3, mix=0.1)
    bloom = 0.6 * CLEAR + 0.4 * ENDS["crop"]
    bloom[NAMES.index("swir16")] = CLEAR[NAMES.index("swir16")]
    found = _judge(history, [CLEAR * 0.9 + TURBID * 0.1, CLEAR * 0.4, bloom])
    assert _verdicts(found, "black_water") == ["usual", "finding", "usual"]
    assert _verdicts(found, "algae") == ["usual", "usual", "finding"]


def test_few_dates_pixels_or_clear_ones_are_not_judged():
    """Four dates of the season, ten pixels, a quarter clear: each body says why it is not judged."""
    rng = np.random.default_rng(4)
    plume = [TURBID] * 3
    found = _judge(_history(9, rng, bodies=3), plume, seen=[10, 25, 100])
    assert _verdicts(found, "turbid_water") == ["clouded", "clouded", "finding"]
    assert _verdicts(_judge(_history(4, rng), [TURBID]), "turbid_water") == ["few_dates"]
    small = waters.observe(_pixels([TURBID], each=12), ["B0"], DAY)
    assert set(small["state"]) == {"few_pixels"}
    assert _verdicts(waters.judge(_bodies(1), _history(9, rng), DAY), "turbid_water") == ["not_seen"]


def test_another_season_is_no_history():
    """Nine dates of winter and spring say nothing of July."""
    history = _history(9, np.random.default_rng(5))
    history["seen_on"] -= pd.Timedelta(days=100)
    assert _verdicts(_judge(history, [TURBID]), "turbid_water") == ["few_dates"]


def test_ice_and_dry_beds_are_no_water():
    """Snow on a lake and the soil of an empty one are told as such; turbid water is not taken for ice."""
    history = _history(9, np.random.default_rng(6), bodies=3)
    found = _judge(history, [ENDS["snow"], ENDS["black_soil"], TURBID])
    assert _verdicts(found, "turbid_water") == ["ice", "dry", "finding"]


def test_usual_waters_are_seldom_findings():
    """Bodies in their usual state with five or nine dates, three signs each: half a per cent are called at most."""
    for dates in (5, 9):
        rng = np.random.default_rng(dates)
        history = _history(dates, rng, bodies=200, wobble=0.1, mix=0.4)
        shares = np.clip(rng.normal(0.4, 0.1, 200), 0, 1)
        found = _judge(history, [share * TURBID + (1 - share) * CLEAR for share in shares], each=25)
        assert (found["verdict"] == "finding").mean() <= 0.005


def test_findings_become_patches():
    """Class, dates, score and numbers; a second run gives the same ids, usual bodies give nothing."""
    history = _history(9, np.random.default_rng(7), bodies=2)
    found = _judge(history, [CLEAR * 0.8 + TURBID * 0.2, TURBID])
    made = waters.as_patches(found)
    assert made["target"].tolist() == ["turbid_water"]
    assert made["changed"].str.match(r"NDTI \+0\.\d\d, z \d").all()
    assert made["after_on"].dt.date.tolist() == [DAY]
    assert made["before_on"].iloc[0] < made["after_on"].iloc[0]
    assert made["patch_id"].tolist() == waters.as_patches(found)["patch_id"].tolist()
    assert set(patches.SCHEMA.columns) <= set(made.columns)
    assert waters.as_patches(found[found["verdict"] != "finding"]).empty


@pytest.mark.parametrize("wrong", [{"fewest_dates": 2}, {"false_findings": 0}, {"least_clear": 2}])
def test_meaningless_parameters_are_refused(wrong):
    """Two dates have no spread, shares lie between 0 and 1."""
    with pytest.raises(ValueError, match="fewest_dates"):
        Params(**wrong)
