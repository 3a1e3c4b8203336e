"""Hypotheses and their probabilities, from planted evidence."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from gis import angles, hypotheses, offsets
from gis.crs import EQUAL_AREA, STORAGE
from gis.hypotheses import Evidence, Hypothesis

N = 8
INDEX = pd.RangeIndex(2, 2 + N)
LON = pd.Series(np.linspace(125.03, 125.97, N), INDEX)
LAT = pd.Series(np.linspace(45.05, 46.95, N), INDEX)


def evidence(*, known=None, stated="", border_m=0.0):
    """Two areas side by side, 125 to 126 and 126 to 127 E; sites on record are optional."""
    outlines = gpd.GeoSeries([box(125, 45, 126, 47), box(126, 45, 127, 47)], index=["a", "b"], crs=STORAGE)
    none = gpd.GeoSeries([None] * N, index=INDEX, crs=STORAGE)
    return Evidence(outlines.to_crs(EQUAL_AREA), pd.Series(stated, INDEX), none if known is None else known, border_m)


def on_record(rows, lon=LON, lat=LAT):
    """The first rows are on record where they truly lie."""
    points = gpd.points_from_xy(lon, lat)
    return gpd.GeoSeries([point if place < rows else None for place, point in enumerate(points)], INDEX, crs=STORAGE)


def probabilities(weighed):
    """Probabilities by name."""
    return dict(zip(weighed.table["name"], weighed.table["probability"], strict=True))


def test_without_evidence_the_priors_stay():
    """And they sum to one."""
    found = probabilities(hypotheses.weigh(LON, LAT, hypotheses.of_degrees(angles.DMS), evidence(border_m=5000)))
    assert found == pytest.approx({"cgcs2000": 0.80, "gcj02": 0.12, "bd09": 0.08}, abs=1e-6)


def test_a_declaration_leaves_little_to_the_others():
    """WGS84 counts as CGCS2000."""
    found = {one.system: one.prior for one in hypotheses.of_degrees(angles.DMS, told="wgs84", belief=0.99)}
    assert found == pytest.approx({"cgcs2000": 0.99, "gcj02": 0.006, "bd09": 0.004})
    assert [one.system for one in hypotheses.of_degrees(angles.DMS, told="bd09")] == ["bd09"]


@pytest.mark.parametrize(("rows", "least", "most"), [(1, 0.5, 0.98), (2, 0.98, 1), (4, 0.9999, 1)])
def test_one_site_on_record_settles_nothing_and_three_do(rows, least, most):
    """Each counts for at most fifty to one, since a place on record may itself be wrong."""
    x, y = (pd.Series(values, INDEX) for values in offsets.to_gcj02(LON, LAT))
    weighed = hypotheses.weigh(x, y, hypotheses.of_degrees(angles.DMS), evidence(known=on_record(rows), border_m=5000))
    assert least < probabilities(weighed)["gcj02"] <= most
    assert weighed.table["known"].unique().tolist() == [rows]
    assert weighed.table["known_m"].iloc[0] < 1


def test_probabilities_sum_to_one():
    """Whatever the evidence."""
    weighed = hypotheses.weigh(LON, LAT, hypotheses.of_degrees(angles.DECIMAL), evidence(known=on_record(3)))
    assert weighed.table["probability"].sum() == pytest.approx(1)
    assert weighed.table["probability"].is_monotonic_decreasing


def test_stated_division_tells_the_central_meridian():
    """The same metres lie in one area under one meridian and 230 km off under the next."""
    metres = gpd.GeoSeries(gpd.points_from_xy(LON, LAT), INDEX, crs=STORAGE).to_crs(4551)
    weighed = hypotheses.weigh(metres.x, metres.y, hypotheses.of_metres(), evidence(stated="a", border_m=5000))
    assert weighed.table["name"].iloc[0] == "EPSG:4551"
    assert weighed.table["probability"].iloc[0] > 0.98
    assert weighed.table["inside"].iloc[0] == 1


def test_borders_that_may_be_off_say_nothing_within_their_error():
    """Half a kilometre over a border that may be five off is no evidence; over an exact one it is some."""
    x = pd.Series(126.003, INDEX)
    loose = probabilities(
        hypotheses.weigh(x, LAT, hypotheses.of_degrees(angles.DMS), evidence(stated="a", border_m=5000))
    )
    exact = probabilities(hypotheses.weigh(x, LAT, hypotheses.of_degrees(angles.DMS), evidence(stated="a")))
    assert loose["gcj02"] == pytest.approx(0.12, abs=1e-6)
    assert exact["gcj02"] > loose["gcj02"]


def test_digits_tell_packed_minutes():
    """Sixteen pairs below sixty are no chance; one of sixty ends the matter; short decimals are no seconds."""
    spread = np.arange(N)
    packed_x = pd.Series(125 + (10 + 5 * spread) / 100 + (7 + 6 * spread) / 10_000, INDEX)
    packed_y = pd.Series(45 + (12 + 4 * spread) / 100 + (3 + 7 * spread) / 10_000, INDEX)
    given = hypotheses.of_degrees(angles.DECIMAL, told="cgcs2000")
    assert probabilities(hypotheses.weigh(packed_x, packed_y, given, evidence()))["cgcs2000:dms"] > 0.98
    packed_y.iloc[3] = 45.7512
    assert probabilities(hypotheses.weigh(packed_x, packed_y, given, evidence()))["cgcs2000:dms"] < 1e-9
    short = hypotheses.weigh(LON.round(1), LAT.round(1), given, evidence(border_m=5e4))
    assert probabilities(short)["cgcs2000:dms"] < 0.01


def test_packed_minutes_are_read():
    """126.3148 is 126 degrees 31 minutes 48 seconds; 126.6000 cannot be."""
    values = hypotheses.unpacked(np.array([126.3148, 126.60, 45.59595, 126.0]))
    np.testing.assert_allclose(values, [126.53, np.nan, 45 + 59 / 60 + 59.5 / 3600, 126], atol=1e-9)


def test_contradicting_rows_are_told():
    """A row whose place on record fits another hypothesis, and not the one of the rest."""
    gcj = offsets.to_gcj02(LON, LAT)
    x, y = (
        pd.Series(np.where(np.arange(N) == 5, shifted, true), INDEX)
        for shifted, true in zip(gcj, (LON, LAT), strict=True)
    )
    weighed = hypotheses.weigh(x, y, hypotheses.of_degrees(angles.DMS), evidence(known=on_record(N)))
    assert weighed.table["name"].iloc[0] == "cgcs2000"
    assert weighed.contradicted.tolist() == [7]


def test_a_common_shift_is_measured():
    """Ninety metres to one side, as an older datum gives; scatter of the same size is none."""
    away = pd.Series(LON + 90 / 76_000, INDEX)
    scatter = pd.Series(LON + np.tile([90, -90], N // 2) / 76_000, INDEX)
    given = [Hypothesis("cgcs2000", packed=False, prior=1.0)]
    assert hypotheses.weigh(away, LAT, given, evidence(known=on_record(N))).shift_m == pytest.approx(90, rel=0.1)
    assert hypotheses.weigh(scatter, LAT, given, evidence(known=on_record(N))).shift_m == 0


def test_a_zone_too_wide_is_less_probable():
    """Metres far from their central meridian belong to a zone of six degrees, or to another one."""
    metres = gpd.GeoSeries(gpd.points_from_xy(LON, LAT), INDEX, crs=STORAGE).to_crs(4552)
    found = probabilities(hypotheses.weigh(metres.x, metres.y, hypotheses.of_metres(), evidence(border_m=1e7)))
    assert found["EPSG:4552"] < 0.2
    told = hypotheses.of_metres(told="EPSG:4552", belief=0.99)
    assert sum(one.prior for one in told) == pytest.approx(1)
