"""Hotspots on fine grids: the image holds what the table holds, and nothing half-written is left."""

from datetime import date

import numpy as np
import pytest
import rasterio

from cross_check import chain, surfaces
from cross_check.clusters import Source
from cross_check.files import Project
from gis import files, synthetic
from gis.errors import WorkbenchError
from gis.hotspots import Params


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project with a year of synthetic fire points."""
    folder = tmp_path_factory.mktemp("surfaces")
    plan = synthetic.SignalPlan("fire_point", date(2024, 1, 1), months=12, background=2000, clusters=4)
    points, _ = synthetic.signals(np.random.default_rng(3), files.read_sketch(), plan)
    files.write_table(points, Project(folder).signals)
    return Project(folder)


def test_the_image_holds_what_the_table_holds(project, tmp_path):
    """Colours at the middle of each cell of the table are those of the image; the recipe says how they came about."""
    path, params = tmp_path / "fine.tif", Params(deals=0)
    step = surfaces.draw(project, Source("fire_point", cell_m=12_000), path, params=params, chunk=50)
    chain.find_hotspots(project, kind="fire_point", counting=chain.Counting(cell_m=12_000), params=params)
    table = files.read_layer(project.hotspots)
    with rasterio.open(path) as image:
        middles = table.geometry.to_crs(image.crs).centroid
        found = np.array(list(image.sample(zip(middles.x, middles.y, strict=True))))
        assert image.descriptions == surfaces.BANDS
        assert np.isfinite(image.read(3)).sum() == len(table) == step.figures["cells"]
    np.testing.assert_allclose(found, table[["z", "p_adjusted", "bin"]].to_numpy(), rtol=1e-6)
    assert step.figures["hot"] == (table["bin"] > 0).sum() > 0
    assert files.read_json(step.outputs[1])["radii"] == [1.5, 3.0]


def test_a_period_without_signals_leaves_nothing(project, tmp_path):
    """A sentence, and no file."""
    with pytest.raises(WorkbenchError) as fault:
        surfaces.draw(project, Source("fire_point"), tmp_path / "a.tif", between=(date(1999, 1, 1), date(1999, 2, 1)))
    assert fault.value.code == "chain.no_signals"
    assert list(tmp_path.iterdir()) == []


def test_an_image_is_a_tif_of_gi_star(project, tmp_path):
    """Another ending and another statistic are refused before any work."""
    for path, params in ((tmp_path / "a.gpkg", Params()), (tmp_path / "a.tif", Params(statistic="moran"))):
        with pytest.raises(WorkbenchError) as fault:
            surfaces.draw(project, Source("fire_point"), path, params=params)
        assert fault.value.code == "surfaces.no_image"
