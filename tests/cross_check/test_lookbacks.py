"""Look-backs: what a later detection says, by baseline, class and clearness."""

from datetime import date

import geopandas as gpd
import pytest
from shapely import Point, box

from cross_check import lookbacks
from cross_check.ledger.rules import LOOK_BACKS
from cross_check.lookbacks import Place, Sight
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.language import catalogue

PARAMS = {"least_share": 0.8, "reach_m": 20}
SEEN_ON, LATER = date(2026, 6, 20), date(2026, 9, 1)
WHERE = box(126.5, 45.5, 126.501, 45.501)
PLACE = Place(gpd.GeoSeries([WHERE], crs=STORAGE), "waste", SEEN_ON)


def _patches(*told):
    table = {"patch_id": [f"P{n}" for n in range(len(told))], "machine_class": [kind for kind, _ in told]}
    return gpd.GeoDataFrame(table, geometry=[shape for _, shape in told], crs=STORAGE)


def _judged(patches, *, before=SEEN_ON, share=1.0):
    return lookbacks.judge(PLACE, patches, Sight(before, LATER, share), PARAMS)


@pytest.mark.parametrize(
    ("before", "kinds", "verdict", "speaks"),
    [
        (date(2025, 6, 18), (), "gone", "for"),
        (date(2025, 6, 18), ("waste",), "still", "against"),
        (date(2025, 6, 18), ("other",), "still", "against"),
        (SEEN_ON, (), "untouched", "against"),
        (SEEN_ON, ("other",), "changed", "for"),
        (SEEN_ON, ("other", "waste"), "again", "against"),
    ],
)
def test_two_baselines_tell_two_things(before, kinds, verdict, speaks):
    """Against an image before the problem no patch is good; against one that shows it no patch is bad."""
    found = _judged(_patches(*((kind, WHERE) for kind in kinds)), before=before)
    assert (found.verdict, found.speaks) == (verdict, speaks)
    assert len(found.patch_ids) == len(kinds)


def test_what_was_not_seen_says_nothing():
    """A fifth under cloud is too much; the patches are told all the same."""
    found = _judged(_patches(("waste", WHERE)), share=0.79)
    assert (found.verdict, found.speaks, found.same) == ("unseen", "neither", True)
    assert _judged(_patches(), share=0.8).verdict == "untouched"


@pytest.mark.parametrize(("east_m", "met"), [(15, True), (25, False)])
def test_a_patch_within_reach_is_at_the_place(east_m, met):
    """Fifteen metres beside the outline, not twenty-five."""
    beside = Point(126.501 + east_m / (111_320 * 0.7009), 45.5005).buffer(1e-6)
    assert bool(_judged(_patches(("other", beside))).patch_ids) == met


def test_an_older_image_is_no_look_back():
    """The later image has to be younger than the problem."""
    with pytest.raises(WorkbenchError) as refusal:
        lookbacks.judge(PLACE, _patches(), Sight(date(2025, 1, 1), SEEN_ON, 1.0), PARAMS)
    assert refusal.value.code == "lookbacks.too_early"


def test_every_verdict_has_words():
    """In both languages, and each speaks for, against or neither."""
    for language in ("zh", "en"):
        for verdict in (*LOOK_BACKS, "for", "against", "neither"):
            assert catalogue(language).say(f"look_back.{verdict}")
    assert set(lookbacks.FOR) | set(lookbacks.AGAINST) | {"unseen"} == set(LOOK_BACKS)
