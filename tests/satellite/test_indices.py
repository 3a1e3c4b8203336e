"""Indices: worked values, an independent implementation, signs, ranges and missing bands."""

import warnings

import dask.array as da
import numpy as np
import pytest
import spyndex
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import WorkbenchError
from satellite import indices

_LETTERS = {"blue": "B", "green": "G", "red": "R", "nir": "N", "swir16": "S1", "swir22": "S2", "rededge1": "RE1"}
_SAME = ("ndvi", "evi", "ndmi", "ndwi", "mndwi", "ndsi", "ndbi", "nbr", "nbr2", "bai", "mirbi", "ndti", "ndci")


def test_a_worked_value():
    """NDVI of NIR 0.4 and red 0.1 is 0.6."""
    assert indices.ndvi({"nir": np.array([0.4]), "red": np.array([0.1])}) == pytest.approx([0.6])


@pytest.mark.parametrize(
    ("name", "bands", "positive"),
    [
        ("ndwi", {"green": 0.05, "nir": 0.01}, True),
        ("mndwi", {"green": 0.1, "swir16": 0.02}, True),
        ("ndbi", {"swir16": 0.3, "nir": 0.2}, True),
        ("nbr", {"nir": 0.06, "swir22": 0.12}, False),
        ("bsi", {"swir16": 0.36, "red": 0.19, "nir": 0.27, "blue": 0.1}, True),
    ],
)
def test_signs_are_physical(name, bands, positive):
    """Water is wet, soil is bare, char has lost its NIR."""
    value = indices.INDICES[name][0]({band: np.array([number]) for band, number in bands.items()})
    assert (value > 0).all() == positive


@pytest.mark.parametrize("name", _SAME)
@settings(max_examples=15, deadline=None)
@given(values=st.lists(st.floats(0.001, 0.9), min_size=7, max_size=7))
def test_spyndex_gives_the_same(name, values):
    """Where the table has a formula that spyndex has too, both give one value."""
    bands = dict(zip(_LETTERS, values, strict=True))
    letters = {_LETTERS[band]: value for band, value in bands.items()}
    fixed = {"g": 2.5, "L": 1.0, "C1": 6.0, "C2": 7.5}
    expected = spyndex.computeIndex(name.upper(), params=letters | fixed)
    value = indices.compute(bands, name)
    if np.isfinite(value):  # EVI has a pole within the physical values, and is NaN beyond its range
        assert value == pytest.approx(expected, rel=1e-6, abs=1e-9)
    else:
        assert name == "evi"


def test_all_of_spyndex_is_computed_alike():
    """Each of its formulas, read as arithmetic, gives what its own evaluation gives."""
    rng = np.random.default_rng(1)
    bands = {letter: rng.uniform(0.05, 0.6, 20) for letter in spyndex.bands}
    fixed = {name: each.default for name, each in spyndex.constants.items() if each.default is not None}
    common = {letter: indices._OTHER_NAMES.get(b.common_name, b.common_name) for letter, b in spyndex.bands.items()}
    ours = {common[letter]: values for letter, values in bands.items()}
    computed = 0
    for name, row in spyndex.indices.items():
        index = indices._of_spyndex()[name.lower()]
        if not set(row.bands) <= {*bands, *fixed} or index.name != name:
            continue
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            expected = spyndex.computeIndex(name, params=bands | fixed)
        values = indices._evaluated(index, {k: ours[v] for k, v in index.bands.items()} | dict(index.constants), ())
        finite = np.isfinite(expected)
        assert values[finite] == pytest.approx(np.asarray(expected)[finite], rel=1e-9), name
        computed += 1
    assert computed > 220


@pytest.mark.parametrize(
    ("name", "bands", "value"),
    [
        # Worked by hand from the papers' formulas.
        ("turbidity", {"red": 0.03, "nir": 0.005}, 228.1 * 0.03 / (1 - 0.03 / 0.1641)),
        ("turbidity", {"red": 0.10, "nir": 0.06}, 3078.9 * 0.06 / (1 - 0.06 / 0.2112)),
        (
            "turbidity",
            {"red": 0.06, "nir": 0.02},
            0.5 * 228.1 * 0.06 / (1 - 0.06 / 0.1641) + 0.5 * 3078.9 * 0.02 / (1 - 0.02 / 0.2112),
        ),
        ("tsm", {"red": 0.05}, 355.85 * 0.05 / (1 - 0.05 / 0.1728)),
        ("chlorophyll", {"rededge1": 0.06, "red": 0.04}, 14.039 + 86.115 * 0.2 + 194.325 * 0.04),
        ("boi", {"blue": 0.04, "green": 0.06, "red": 0.05}, 0.01 / 0.15),
        ("ndbwi", {"green": 0.06, "red": 0.05}, 0.01 / 0.11),
        ("bai", {"red": 0.1, "nir": 0.16}, 100.0),
        ("aweish", {"blue": 0.1, "green": 0.1, "nir": 0.02, "swir16": 0.02, "swir22": 0.04}, 0.1 + 0.25 - 0.06 - 0.01),
    ],
)
def test_published_formulas_by_hand(name, bands, value):
    """Each value is the paper's formula worked out by hand."""
    assert indices.compute(bands, name) == pytest.approx(value, rel=1e-9)


@given(red=st.floats(0, 1), nir=st.floats(0, 1))
def test_no_turbid_water_is_lost(red, nir):
    """However bright the water, turbidity is a number: at least so much, never a hole."""
    bands = {"red": red, "nir": nir}
    assert 0 <= indices.compute(bands, "turbidity") <= 1000
    assert 0 <= indices.compute(bands, "tsm") <= 1000


@given(fraction=st.floats(-1, 1), more=st.floats(0, 0.3))
def test_more_chlorophyll_is_never_less(fraction, more):
    """The parabola is cut at its bottom, to whose left it would rise again."""
    lower, higher = fraction, min(1.0, fraction + more)
    values = [indices.compute({"rededge1": 1 + each, "red": 1 - each}, "chlorophyll") for each in (lower, higher)]
    assert values[0] <= values[1] + 1e-9


def test_no_light_is_nan():
    """0 / 0 is unknown, not zero."""
    assert np.isnan(indices.ndvi({"nir": np.array([0.0]), "red": np.array([0.0])})).all()


def test_available_asks_for_all_bands():
    """An index is there only with all its bands."""
    assert indices.available({"nir": np.ones(1), "red": np.ones(1), "green": np.ones(1)}) == ["ndvi", "ndwi"]


def test_overshot_reflectance_is_nan():
    """Atmospheric correction may leave -0.001 over dark water: the ratio would be anything."""
    assert np.isnan(indices.ndvi({"nir": np.array([0.0105]), "red": np.array([-0.0104])})).all()


def test_a_dataset_gives_a_dataarray_that_says_what_it_is():
    """Coordinates stay, unit and source are told, Dask stays lazy and gives the same."""
    rng = np.random.default_rng(2)
    values = {band: (("y", "x"), rng.uniform(0.01, 0.2, (6, 8)).astype(np.float32)) for band in ("red", "nir")}
    scene = xr.Dataset(values, coords={"x": np.arange(8), "y": np.arange(6)})
    eager, lazy = indices.compute(scene, "turbidity"), indices.compute(scene.chunk({"y": 3}), "turbidity")
    assert eager.attrs["units"] == "FNU"
    assert "Dogliotti" in eager.attrs["source"]
    assert eager.dtype == np.float32
    assert isinstance(lazy.data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), eager)
    arrays = {band: da.from_array(scene[band].to_numpy(), chunks=4) for band in scene}
    assert np.array_equal(indices.compute(arrays, "turbidity").compute(), eager.to_numpy())


def test_nan_stays_nan():
    """A pixel that was not observed has no index, cut at the edge or not."""
    for name in ("ndvi", "turbidity"):
        assert np.isnan(indices.compute({"nir": np.array([0.1, np.nan]), "red": np.array([np.nan, 0.1])}, name)).all()


def test_the_one_near_infrared_band_goes_by_either_name():
    """Landsat calls its only one nir08."""
    assert indices.compute({"nir08": 0.4, "red": 0.1}, "ndvi") == pytest.approx(0.6)


def test_what_is_missing_is_named():
    """A missing band, a constant without a value and an unknown index are told by a sentence."""
    with pytest.raises(WorkbenchError, match="ndvi needs red") as refusal:
        indices.compute({"nir": 0.1}, "ndvi")
    assert refusal.value.code == "indices.no_band"
    with pytest.raises(WorkbenchError, match="PAR"):
        indices.compute({"nir": 0.1, "red": 0.1}, "NIRvP")
    with pytest.raises(WorkbenchError, match="no index nonsense"):
        indices.compute({}, "nonsense")
    assert indices.compute({"nir": 0.5, "red": 0.1}, "OSAVI") == pytest.approx(0.4 / 0.76)
    assert indices.compute({"nir": 0.5, "red": 0.1}, "WDRVI", constants={"alpha": 0.2}) == pytest.approx(0.0)


def test_every_index_of_the_table_is_whole():
    """Each has two titles, a source and a range, and its formula asks for known bands only."""
    for name, index in indices.listing().items():
        assert set(index.titles) == {"zh", "en"}
        assert len(index.source) > 10
        assert index.low < index.high
        assert set(index.bands) <= {*_LETTERS}, name
