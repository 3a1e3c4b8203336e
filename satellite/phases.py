"""Phases: whether two dates lie in one phase of the season, and what is field work where they do not.

Between May and July every field turns green, between July and October every field turns bare. Then most field work is
too faint to be flagged beside what all fields do, so that no five like patches are found (see ``crowds``), and crops in
full leaf are taken for felled wood. What a patch shows is no news there where a good part of the ground around shows
the same.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from satellite import crowds
from satellite.field_work import state

MOVED_NDVI = 0.15
"""Ground whose greenness differs by more moved."""
TOGETHER = 0.4
"""Share of the ground that moved one way beyond which two phases of the season are compared: when crops rotate between
two Junes a fifth of it does, between May and July three quarters."""
COMMON = 0.008
"""Share of the ground around beyond which a change is no single event, where two phases are compared."""
CLASSES = (*crowds.CLASSES, "clearing")


def moved(ground: crowds.Ground) -> float:
    """Return the share of the ground, 0 to 1, that turned greener, or barer, whichever is more; NaN where unknown."""
    if not ground.told:
        return float("nan")
    rise = state(ground.after)[0] - state(ground.before)[0]
    rise = rise[np.isfinite(rise)]
    return float(max((rise > MOVED_NDVI).mean(), (rise < -MOVED_NDVI).mean())) if rise.size else float("nan")


def crowding(moved_share: float) -> crowds.Params:
    """Return what is a crowd where a share of the ground moved: between two phases like places need not be flagged."""
    params = crowds.Params()
    return replace(params, places=0, share=COMMON) if moved_share > TOGETHER else params


def of(found: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which patches between two phases do as the ground around, by class, ``moved`` and ``alike_share``."""
    if not {"moved", "alike_share"} <= set(found):
        return np.zeros(len(found), bool)
    common = (found["moved"] > TOGETHER) & (found["alike_share"] >= COMMON)
    return np.asarray(common & found["machine_class"].isin(CLASSES), bool)
