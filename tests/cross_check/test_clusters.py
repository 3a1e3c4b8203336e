"""Clusters, patterns, lists and fires on disk: what is written can be read, and what is missing is told."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from cross_check import clusters
from cross_check.clusters import ScanOrder, Source
from cross_check.files import Project
from gis import emerging, files, fires, groups, lists, scan, scan_events, schema, synthetic
from gis.crs import STORAGE
from gis.errors import WorkbenchError

FIRE = Source("fire_point", cell_m=10_000.0)
QUICK = ScanOrder(step_days=30, params=scan.Params(radius_m=30_000, longest=3, replications=99))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project of synthetic signals and sites, and the planted clusters."""
    project = Project(tmp_path_factory.mktemp("signals"))
    rng, regions = np.random.default_rng(1), files.read_sketch()
    plan = synthetic.SignalPlan("fire_point", date(2022, 7, 1), months=12, background=1500, clusters=5)
    points, truth = synthetic.signals(rng, regions, plan)
    files.write_table(points, project.signals)
    files.write_table(synthetic.enterprises(rng, regions, 400), project.enterprises)
    return project, truth


def test_planted_clusters_are_found(project):
    """Each planted cluster is touched, and every significant cluster touches a planted one."""
    project, truth = project
    step = clusters.scan_signals(project, FIRE, QUICK)
    found = schema.demand(files.read_layer(project.clusters), scan_events.SCHEMA, "clusters")
    significant = found[found["p"] <= 0.05]
    assert (step.code, step.figures["clusters"]) == ("scan.done", len(significant))
    assert all(truth.geometry.intersects(circle).any() for circle in significant.geometry)
    assert all(significant.geometry.intersects(disc).any() for disc in truth.geometry)
    schema.demand(files.read_layer(project.groups), groups.SCHEMA, "groups")
    assert all(path.is_file() for path in step.outputs)


def test_the_recipe_repeats_the_scan(project):
    """Model, period, parameters and seed stand in scan.json; a bound that is none is null."""
    project, _ = project
    clusters.scan_signals(
        project, FIRE, ScanOrder(model="poisson", params=scan.Params(replications=19, radius_m=np.inf))
    )
    recipe = files.read_json(project.scan)
    assert (recipe["model"], recipe["first"], recipe["seed"]) == ("poisson", "2022-07-01", 1)
    assert recipe["params"]["radius_m"] is None


def test_sites_can_be_the_exposure(project):
    """Only cells with a site are scanned."""
    project, _ = project
    order = ScanOrder(model="poisson", exposure="enterprises", params=scan.Params(radius_m=30_000, replications=19))
    assert clusters.scan_signals(project, FIRE, order).figures["cells"] <= 400


def test_patterns_and_months_are_written(project):
    """Both tables keep their schema and speak of the same cells."""
    project, _ = project
    step = clusters.find_emerging(project, FIRE)
    cells = schema.demand(files.read_layer(project.emerging), emerging.SCHEMA, "emerging")
    months = schema.demand(files.read_table(project.emerging_months), emerging.STEPS, "months")
    assert step.figures["months"] == 12
    assert set(months["cell_id"]) <= set(cells["cell_id"])
    assert months["count"].sum() == cells["cases"].sum()


def test_lists_are_those_of_the_month(project):
    """The last month unless told; a month outside the record is told."""
    project, _ = project
    step = clusters.make_lists(project, FIRE, most=5)
    table = schema.demand(files.read_table(project.lists), lists.SCHEMA, "lists")
    assert step.figures["month"] == "2023-06"
    assert set(table["month"]) == {"2023-06"}
    with pytest.raises(WorkbenchError, match="2030-01"):
        clusters.make_lists(project, FIRE, month="2030-01")


def test_fires_know_the_sources_of_heat(project, tmp_path):
    """A file with satellites is merged; the bureau's own flare marks what is seen at it."""
    project, _ = project
    rows = {"latitude": [46.5, 46.5001, 47.5], "longitude": [125.0, 125.0, 126.0], "acq_date": ["2024-10-05"] * 3}
    rows |= {"satellite": ["N", "1", "N"], "instrument": ["VIIRS"] * 3, "frp": [3, 4, 5]}
    pd.DataFrame(rows).to_csv(tmp_path / "firms.csv", index=False)
    flare = {"source_id": ["L1"], "kind": ["flare"], "reach_m": [300.0]}
    own = Project(tmp_path / "own")
    files.write_table(gpd.GeoDataFrame(flare, geometry=[Point(126, 47.5)], crs=STORAGE), own.heat_sources)
    step = clusters.merge_fires(own, points=tmp_path / "firms.csv")
    found = schema.demand(files.read_layer(own.fires), fires.SCHEMA, "fires")
    assert (step.figures["points"], step.figures["fires"], step.figures["heat_source"]) == (3, 2, 1)
    assert sorted(found["verdict"]) == ["heat_source", "straw_window"]
    assert clusters.merge_fires(project).figures["fires"] > 0


def test_nothing_to_look_at_is_told(tmp_path, project):
    """No file, and no signal of the kind."""
    with pytest.raises(WorkbenchError) as fault:
        clusters.find_emerging(Project(tmp_path), FIRE)
    assert fault.value.code == "files.missing"
    with pytest.raises(WorkbenchError) as fault:
        clusters.find_emerging(project[0], Source("complaint"))
    assert fault.value.code == "chain.no_signals"
