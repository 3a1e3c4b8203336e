"""Detection end to end: labelled real images, planted truth, and refusals."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from scipy import ndimage

from gis.errors import WorkbenchError
from satellite import detection, files, synthetic
from satellite.files import PairFiles
from satellite.indices import INDICES
from satellite.scores import METHODS, Method
from tests.satellite import stressed, unchanged

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "pairs"
needs_pairs = pytest.mark.skipif(not PAIRS.is_dir(), reason="the labelled image pairs are not beside the project")

LEAST_F1 = {
    "half clouded": (360, 0.7),
    "1 % change": (360, 0.7),
    "40 % change": (360, 0.75),
    "40 % change, other sensor": (360, 0.75),
    "sliver of a tile": (300, 0.7),
    "a constant band": (360, 0.75),
}
"""Edge of each strained scene in pixels, and the least F1. The sliver is 60 px wide."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small synthetic pair on disk with its masks, and its world."""
    folder = tmp_path_factory.mktemp("pair")
    world = synthetic.make_world(3, size_px=500, each=2)
    for at in (0, 3):
        files.write_scene(synthetic.scene(world, at), folder / f"{at}.tif")
        files.write_raster(synthetic.clear(world, at), world.land.grid, folder / f"{at}c.tif", nodata=255, tags={})
    return PairFiles(folder / "0.tif", folder / "3.tif", (folder / "0c.tif", folder / "3c.tif")), world


def _run(pair_files, **options):
    with files.open_pair(pair_files) as pair:
        return detection.run(pair, **options)


@needs_pairs
def test_taizhou_with_no_option_set():
    """F1 and kappa against the published labels are at least 0.950 and 0.938 (reference with Otsu: 0.946, 0.933)."""
    folder = PAIRS / "taizhou"
    found = _run(PairFiles(folder / "t1.tif", folder / "t2.tif"))
    with rasterio.open(folder / "ref.tif") as source:
        labels = source.read(1)
    flagged, changed, unchanged = found.change == 1, labels == 2, labels == 1
    hits, false, missed = (flagged & changed).sum(), (flagged & unchanged).sum(), (~flagged & changed).sum()
    assert 2 * hits / (2 * hits + false + missed) >= 0.95
    correct = (~flagged & unchanged).sum()
    total = hits + false + missed + correct
    chance = ((hits + false) * (hits + missed) + (correct + missed) * (correct + false)) / total**2
    assert ((hits + correct) / total - chance) / (1 - chance) >= 0.938


@needs_pairs
@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("taizhou", [0.98218, 0.96626, 0.87358, 0.70512, 0.57026, 0.45478]),
        ("brumadinho_dam", [0.99388, 0.98646, 0.97677, 0.96216, 0.93490, 0.90228]),
    ],
)
def test_canonical_correlations_are_the_published_ones(name, published):
    """Canty's implementation of IR-MAD gives the same canonical correlations within 1e-3."""
    found = _run(PairFiles(PAIRS / name / "t1.tif", PAIRS / name / "t2.tif"))
    assert found.scorer.rho == pytest.approx(published, abs=1e-3)


def test_planted_changes_are_found_and_named(made):
    """Most planted changes that could be seen carry a patch of their class; the planted shift is corrected."""
    pair_files, world = made
    found = _run(pair_files, before_on=date(2024, 6, 18), after_on=date(2025, 6, 20))
    truth = synthetic.truth(world, 0, 3)
    real = truth[~truth["decoy"]]
    named = gpd.sjoin(real, found.patches[found.patches["machine_class"] != "other"])
    assert named.index.nunique() >= 0.7 * len(real)
    assert (named["kind"] == named["machine_class"]).mean() >= 0.7
    assert (found.shift.east_px, found.shift.south_px) == pytest.approx((0.32, 0.24), abs=0.1)
    assert found.patches["before_on"].dt.date.eq(date(2024, 6, 18)).all()


@pytest.mark.parametrize("name", METHODS)
def test_every_method_runs_to_its_patches(made, name):
    """Whatever is scored, some of the ground stands out; the sides of an index are halves of both."""
    found = _run(made[0], params=detection.Params(method=Method(name)))
    assert 0 < (found.change == 1).mean() < 0.5
    if name not in INDICES:
        return
    halves = [_run(made[0], params=detection.Params(method=Method(name, side))) for side in ("rise", "fall")]
    # Where a fall meets a rise, the stronger lends to the weaker.
    assert not ((found.change == 1) & (halves[0].change != 1) & (halves[1].change != 1)).any()
    assert not ((halves[0].change == 1) & (halves[1].change == 1)).any()


def test_every_figure_stands_with_its_own_patch(made):
    """Score and strength, area and pixels, each told on its own way, agree patch by patch."""
    found = _run(made[0])
    table = found.patches
    assert table["strength"].nunique() > 5
    assert table["score"].to_numpy() == pytest.approx(np.clip(1 - found.threshold / table["strength"], 0, 1))
    # One-pixel gaps are closed in the outline and bring no strength.
    assert (table["pixels"] * found.noise.pixel_m2 <= 1.003 * table["area_m2"]).all()
    assert (table["pixels"] * found.noise.pixel_m2 > 0.8 * table["area_m2"]).all()


def test_the_same_files_give_the_same_result(made):
    """A second run differs in nothing."""
    first, second = _run(made[0]), _run(made[0])
    assert np.array_equal(first.strength, second.strength, equal_nan=True)
    assert first.patches.equals(second.patches)


def test_clouds_are_not_observed(made):
    """What a mask hides is 255 in the change map, never changed or unchanged; in a shifted pair up to 2 px more."""
    pair_files, world = made
    found = _run(pair_files)
    hidden = (synthetic.clear(world, 0) == 0) | (synthetic.clear(world, 3) == 0)
    assert (found.change[hidden] == 255).all()
    wider = ndimage.binary_dilation(hidden, np.ones((5, 5)))
    assert (found.change[4:-4, 4:-4][~wider[4:-4, 4:-4]] != 255).all()


def test_fewer_false_alarms_flag_less(made):
    """A smaller false-alarm probability never adds a pixel."""
    strict = _run(made[0], params=detection.Params(false_alarm=1e-6))
    loose = _run(made[0], params=detection.Params(false_alarm=1e-2))
    assert not ((strict.change == 1) & (loose.change != 1)).any()


def test_all_nodata_is_refused(tmp_path, made):
    """Images without a pixel in common are refused with a count."""
    with rasterio.open(made[0].before) as source:
        profile = source.profile
    empty = tmp_path / "empty.tif"
    with rasterio.open(empty, "w", **profile):
        pass
    with pytest.raises(WorkbenchError) as refusal:
        _run(PairFiles(empty, made[0].after))
    assert refusal.value.code == "detect.nothing_observed"


def test_progress_is_told(made):
    """A caller hears every stage, in order."""
    heard = []
    _run(made[0], progress=lambda done, total, code: heard.append((done, total, code)))
    done = [at for at, _, _ in heard]
    assert done == sorted(done)
    assert {code for _, _, code in heard} >= {"detect.registering", "detect.fitting", "detect.scoring"}
    assert heard[-1] == (100, 100, "detect.done")


@pytest.mark.parametrize("wrong", [{"false_alarm": 0}, {"false_alarm": 1.5}, {"smallest_m2": -1}])
def test_meaningless_parameters_are_refused(wrong):
    """Probabilities lie between 0 and 1, areas are not negative."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        detection.Params(**wrong)


def _noisy(path, seed, *, size, corner=(0, 0), nodata=None):
    ground = np.random.default_rng(1).normal(0, 1, (4, 400, 400)).cumsum(axis=1).cumsum(axis=2) * 0.02
    top, left = corner
    part = ground[:, top : top + size, left : left + size]
    data = (part + np.random.default_rng(seed).normal(0, 0.3, part.shape) + 100).astype(np.float32)
    where = rasterio.Affine(10, 0, 600_000 + 10 * left, 0, -10, 5_060_000 - 10 * top)
    profile = {"driver": "GTiff", "count": 4, "height": size, "width": size, "dtype": "float32", "nodata": nodata}
    with rasterio.open(path, "w", crs="EPSG:32651", transform=where, **profile) as sink:
        sink.write(data)
    return path


@pytest.mark.parametrize(("size", "corner"), [(120, (50, 60)), (300, (0, 100)), (250, (150, 150))])
def test_one_image_may_lie_inside_another(tmp_path, size, corner):
    """The common part is compared, whatever its size and place; nothing changed there."""
    before = _noisy(tmp_path / "a.tif", 2, size=400)
    found = _run(PairFiles(before, _noisy(tmp_path / "b.tif", 3, size=size, corner=corner)))
    assert found.change.shape == (size, size)
    assert (found.change == 1).mean() < 0.01


@pytest.fixture(scope="module")
def ground():
    """A synthetic summer that continues into itself."""
    return unchanged.made(400)


@pytest.mark.parametrize("null", unchanged.NULLS)
def test_no_change_makes_no_patch(tmp_path, ground, null):
    """One scene twice, with new noise, gain and offset, moved by 0.3 or 0.19 px, and both, gives not one patch."""
    found = _run(unchanged.pair(tmp_path, ground, null, pixel_m=10))
    assert found.observed_share > 0.95
    assert found.patches.empty


@pytest.mark.skipif(not unchanged.PAIRS.is_dir(), reason="the labelled image pairs are not beside the project")
@pytest.mark.parametrize("null", ["gain", "shift", "gain+shift"])
def test_no_change_of_a_real_town_makes_no_patch(tmp_path, null):
    """Roofs and roads of Taizhou with a tenth of their spread as noise: at most one patch on 576 km2."""
    found = _run(unchanged.pair(tmp_path, unchanged.real("taizhou", 400), null, noise=0.1))
    assert len(found.patches) <= 1


@pytest.mark.parametrize("stress", LEAST_F1)
def test_strained_pairs_do_not_collapse(tmp_path, stress):
    """Planted changes are found and hardly anything else, with no option set, whatever share changed or is hidden.

    Pixels just outside a planted change are mixed by the optics and the smoothing and count against F1.
    """
    size_px, least_f1 = LEAST_F1[stress]
    outcome = stressed.run(stressed.make(tmp_path, stressed.STRESSES[stress], size_px=size_px))
    assert outcome.recall >= 0.97
    assert outcome.precision >= 0.97
    assert outcome.f1 >= least_f1


def test_a_year_without_change_makes_no_patch(tmp_path):
    """Two summers with another haze, greener fields and a shift, 13 km2: one patch would be 77 on 1,000 km2."""
    outcome = stressed.run(stressed.make(tmp_path, stressed.STRESSES["no change"], size_px=360))
    assert outcome.area_km2 == pytest.approx(13, abs=0.1)
    assert outcome.patches == 0


def test_too_few_pixels_are_refused(tmp_path):
    """Ten by ten pixels teach nothing about what no change looks like."""
    pair = PairFiles(_noisy(tmp_path / "a.tif", 2, size=10), _noisy(tmp_path / "b.tif", 3, size=10))
    with pytest.raises(WorkbenchError) as refusal:
        _run(pair)
    assert refusal.value.code in {"detect.few_pixels", "detect.nothing_observed"}


def test_dates_in_the_wrong_order_are_refused(made):
    """Whoever swaps the images is told so, since every sign would be wrong."""
    with pytest.raises(WorkbenchError) as refusal:
        _run(made[0], before_on=date(2025, 6, 20), after_on=date(2024, 6, 18))
    assert refusal.value.code == "detect.reversed"
