"""A series from files to patches, by the steps of the command line."""

from datetime import date, timedelta

import numpy as np
import pytest
import rasterio

from cross_check import chain, watches
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from satellite import series
from tests.satellite import tifs

PARAMS = series.Params(fewest_looks=4)
NAMES = ("B03", "B04", "B08", "B11")


def _scene(folder, day, *, felled=False):
    """Write four Sentinel-2 bands; a felled square turns NDVI from 0.7 to 0.2."""
    rng = np.random.default_rng(day.toordinal())
    red, near = np.full((60, 60), 600.0), np.full((60, 60), 3400.0)
    if felled:
        red[10:20, 10:20], near[10:20, 10:20] = 1600, 2400
    bands = np.stack([np.full((60, 60), 700.0), red, near, np.full((60, 60), 2000.0)])
    noisy = (bands * (1 + 0.03 * rng.normal(size=bands.shape))).astype(np.uint16)
    return tifs.write(folder / f"S2_{day:%Y%m%d}.tif", noisy, names=NAMES, nodata=0)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A project with a baseline and four looks, the square felled before the second."""
    folder = tmp_path_factory.mktemp("watched")
    project = Project(folder / "project")
    history = [_scene(folder, date(2020, 4, 20) + timedelta(each)) for each in range(0, 170, 12)]
    winter = _scene(folder, date(2020, 1, 5))
    fitted = watches.fit([*history, winter], project, params=PARAMS)
    steps = [
        watches.update(_scene(folder, date(2021, 6, 1) + timedelta(10 * at), felled=at > 0), project) for at in range(4)
    ]
    return project, fitted, steps


def test_the_steps_tell_what_they_did(watched):
    """Looks used and left out, shares of each state, and what was seen that day."""
    _, fitted, steps = watched
    assert fitted.figures["looks"] == 15
    assert fitted.figures["left_out"] == 1
    assert fitted.figures["known"] == 1
    assert [step.figures["observed"] for step in steps] == [1, 1, 1, 1]
    square = 100 / 3600
    for name, at in (("first", 1), ("provisional", 2), ("confirmed", 3)):
        assert steps[at].figures[name] == pytest.approx(square, abs=0.002)


def test_the_report_becomes_leads(watched, tmp_path):
    """One confirmed patch with its days; the chain takes it like a patch of two dates."""
    project, _, _ = watched
    step = watches.report(project, tmp_path / "report", smallest_m2=2000)
    confirmed = files.read_json(tmp_path / "report" / "recipe.json")["confirmed_m2"]
    assert list(confirmed) == ["2021-07-01"]
    assert confirmed["2021-07-01"] == pytest.approx(10_000, rel=0.02)
    assert all(path.is_file() for path in step.outputs)
    assert step.figures["confirmed_patches"] == 1
    patch = files.read_layer(tmp_path / "report" / "patches.gpkg").iloc[0]
    assert patch["area_m2"] == pytest.approx(10_000, rel=0.05)
    assert patch["d_ndvi"] == pytest.approx(-0.5, abs=0.05)
    assert str(patch["begun_on"])[:10] == "2021-06-11"
    assert str(patch["confirmed_on"])[:10] == "2021-07-01"
    with rasterio.open(tmp_path / "report" / "states.tif") as source:
        assert (source.read(1)[11:19, 11:19] == series.CONFIRMED).all()
    leads = chain.build_leads(Project(tmp_path / "other"), patches=tmp_path / "report" / "patches.gpkg")
    assert leads.figures["leads"] + leads.figures["left_out"] >= 1


def test_reports_and_masks_need_their_inputs(tmp_path):
    """No look yet, and two masks for three images."""
    project = Project(tmp_path / "project")
    history = [_scene(tmp_path, date(2020, 5, 1) + timedelta(12 * at)) for at in range(6)]
    watches.fit(history, project, params=PARAMS)
    for code, attempt in (
        ("series.no_looks", lambda: watches.report(project, tmp_path / "report")),
        ("series.masks", lambda: watches.fit(history[:3], project, clear=history[:2], params=PARAMS)),
    ):
        with pytest.raises(WorkbenchError) as refusal:
            attempt()
        assert refusal.value.code == code
