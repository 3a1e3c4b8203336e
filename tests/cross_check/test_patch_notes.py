"""What goes with a lead into the ledger."""

import pandas as pd
import pytest

from cross_check import patch_notes
from gis.language import catalogue
from satellite import targets

PATCH = {
    "d_ndvi": -0.41,
    "d_bsi": 0.22,
    "area_m2": 4200.0,
    "area_error_m2": 310.0,
    "probability": 0.83,
    "looks": 2,
    "missed": 0,
    "residual_px": 0.11,
    "unseen_m": 1240.0,
    "gates": "size;noise;registration",
}


def test_a_note_says_all_that_is_known():
    """Words and numbers of the change, area with its error, probability, looks, residual, clouds, gates."""
    said = patch_notes.notes(pd.DataFrame([PATCH]), catalogue("zh"))[0]
    for part in ("NDVI -0.41", "BSI +0.22", "植被减少", "0.42 ± 0.03 公顷", "83%", "2 次", "0.11", "1,240 米", "配准"):
        assert part in said
    assert "未见变化" not in said
    again = patch_notes.notes(pd.DataFrame([PATCH | {"missed": 1}]), catalogue("zh"))[0]
    assert "1 期后续影像未见变化" in again


def test_what_is_not_known_is_not_said():
    """A table of another detector has none of it."""
    assert patch_notes.notes(pd.DataFrame({"patch_id": ["P1"]}), catalogue("en")) == [""]


def test_fire_points_and_zones_are_told():
    """A scar says whether heat was seen, a patch in a reserve which."""
    words = catalogue("zh")
    burnt = patch_notes.notes(pd.DataFrame([PATCH | {"fire_points": 2, "fire_m": 310.4}]), words)[0]
    assert "火点 2 个，最近 310 米" in burnt
    alone = PATCH | {"fire_points": 0, "fire_m": float("nan"), "in_zones": "湿地;红线"}
    said = patch_notes.notes(pd.DataFrame([alone]), words)[0]
    assert "未见火点" in said
    assert "位于湿地、红线" in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_targets_have_names(language):
    """Those of the workbench by the catalogue, a user's own by its own name."""
    words = catalogue(language)
    assert all(patch_notes.target(each.name, words) for each in targets.standard())
    assert patch_notes.target("my pit", words) == "my pit"
