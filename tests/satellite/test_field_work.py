"""Ground that has looked before as it looks now."""

import numpy as np
import pandas as pd
import pytest

from satellite import field_work, synthetic

NAMES = ("blue", "red", "nir")


def _ground(**shares):
    names, ends = synthetic.spectra()
    total = sum(share * ends[name] for name, share in shares.items())
    return {name: np.array([total[names.index(name)]]) for name in NAMES}


GREEN = _ground(crop=0.5, dry_plants=0.1, black_soil=0.4)
BARE = _ground(black_soil=1.0)
STUBBLE = _ground(black_soil=0.5, dry_plants=0.5)
DUG = _ground(subsoil=0.8, black_soil=0.2)
SHED = _ground(blue_steel=0.75, concrete=0.25)
SLAG = _ground(slag=0.95, black_soil=0.05)


@pytest.mark.parametrize("state", [BARE, STUBBLE])
def test_a_field_that_was_bare_is_field_work(state):
    """Bare soil and stubble return; one earlier picture after harvest suffices, haze of a tenth does not matter."""
    hazy = {name: values * 1.1 for name, values in state.items()}
    assert field_work.seen_before(GREEN, state, [GREEN, hazy]).tolist() == [True]


@pytest.mark.parametrize("state", [DUG, SHED, SLAG])
def test_what_never_was_there_is_none(state):
    """A pit, a shed and slag are unlike any state of a field."""
    assert field_work.seen_before(GREEN, state, [GREEN, BARE, STUBBLE]).tolist() == [False]


def test_what_nobody_saw_tells_nothing():
    """No earlier picture, one under clouds, one without the bands: nothing is field work."""
    clouded = {name: np.array([np.nan]) for name in NAMES}
    assert field_work.seen_before(GREEN, BARE, []).tolist() == [False]
    assert field_work.seen_before(GREEN, BARE, [clouded]).tolist() == [False]
    assert field_work.seen_before(GREEN, BARE, [{"red": BARE["red"]}]).tolist() == [False]
    assert field_work.seen_before({"red": np.ones(1)}, {"red": np.ones(1)}, [BARE]).tolist() == [False]
    assert field_work.seen_before({"red": np.ones(1)}, BARE, [BARE]).tolist() == [False]


def test_means_come_back_as_they_were_put_down():
    """Columns of a table of patches give back what the pass saw, of each date its own; unknown bands stay unknown."""
    table = pd.DataFrame(field_work.columns(GREEN | {"swir1": np.ones(1)}, {"red": BARE["red"]}))
    assert field_work.means(table, "before") == GREEN
    assert field_work.means(table, "after") == {"red": BARE["red"]}
    assert field_work.means(table[[]], "after") == {}
