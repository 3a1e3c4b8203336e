"""The arrows of the chain on disk: what goes wrong leaves everything as it was."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import rasterio

from cross_check import chain
from cross_check.chain import Counting
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from satellite.files import PairFiles
from tests.kept import files_in


def _image(path, seed, **changes):
    data = np.random.default_rng(seed).normal(100, 10, (3, 120, 120)).astype(np.float32)
    profile = {"driver": "GTiff", "count": 3, "height": 120, "width": 120, "dtype": "float32", "crs": "EPSG:32651"}
    profile |= {"transform": rasterio.Affine(10, 0, 600_000, 0, -10, 5_060_000)} | changes
    with rasterio.open(path, "w", **profile) as sink:
        sink.write(data[: profile["count"]])
    return path


def test_a_refused_pair_writes_nothing(tmp_path):
    """Whatever is wrong with a pair, no folder and no half file appears."""
    good = _image(tmp_path / "good.tif", 1)
    cut = tmp_path / "cut.tif"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    wrong = {
        "detect.unreadable": cut,
        "detect.no_crs": _image(tmp_path / "nocrs.tif", 2, crs=None),
        "detect.other_crs": _image(tmp_path / "other.tif", 2, crs="EPSG:4326"),
        "detect.few_bands": _image(tmp_path / "one.tif", 2, count=1),
    }
    for code, path in wrong.items():
        with pytest.raises(WorkbenchError) as refusal:
            chain.detect(PairFiles(good, path), tmp_path / "out")
        assert refusal.value.code == code
        assert not (tmp_path / "out").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_unrelated_images_are_told_as_unregistered(tmp_path):
    """Pure noise runs clean, and the step says that the registration could not be checked."""
    pair = PairFiles(_image(tmp_path / "a.tif", 1), _image(tmp_path / "b.tif", 2))
    step = chain.detect(pair, tmp_path / "out", dates=(date(2024, 1, 1), date(2025, 1, 1)))
    assert step.code == "chain.detected_unregistered"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "change.tif",
        "patches.gpkg",
        "recipe.json",
        "score.tif",
    ]


def test_a_new_detection_replaces_the_old_one_whole(tmp_path):
    """A second run into the same folder leaves its own four files and nothing of the first."""
    first = PairFiles(_image(tmp_path / "a.tif", 1), _image(tmp_path / "b.tif", 2))
    second = PairFiles(_image(tmp_path / "c.tif", 3), _image(tmp_path / "d.tif", 4))
    out = tmp_path / "out"
    chain.detect(first, out)
    old = files_in(out)
    chain.detect(second, out)
    new = files_in(out)
    assert old.keys() == new.keys()
    assert all(old[path] != new[path] for path in old if path.suffix in {".tif", ".json"})


def test_leads_need_patches(tmp_path):
    """Before a detection there is nothing to build from."""
    with pytest.raises(WorkbenchError) as refusal:
        chain.build_leads(Project(tmp_path))
    assert refusal.value.code == "files.missing"


def test_leads_work_without_register_and_zones(demo_project, tmp_path):
    """A bureau's first look needs only images."""
    project, _ = demo_project
    bare = Project(tmp_path)
    step = chain.build_leads(bare, patches=project.patches)
    assert step.figures["leads"] > 0
    assert step.figures["beside"] == step.figures["zoned"] == 0


def test_hotspots_of_a_file_of_points(tmp_path):
    """A FIRMS table goes straight in; a period without points is refused."""
    rng = np.random.default_rng(1)
    lon = np.concatenate([rng.uniform(123, 130, 300), rng.normal(127, 0.03, 60)])
    lat = np.concatenate([rng.uniform(46, 49, 300), rng.normal(47, 0.02, 60)])
    table = pd.DataFrame({"latitude": lat, "longitude": lon, "acq_date": "2024-04-01"})
    table.to_csv(tmp_path / "fires.csv", index=False)
    project = Project(tmp_path / "p")
    step = chain.find_hotspots(project, kind="fire_point", events=tmp_path / "fires.csv")
    assert step.figures["hot"] > 0
    with pytest.raises(WorkbenchError) as refusal:
        chain.find_hotspots(
            project, kind="fire_point", events=tmp_path / "fires.csv", between=(date(2025, 1, 1), date(2025, 2, 1))
        )
    assert refusal.value.code == "chain.no_signals"


def test_hotspots_in_other_cells(tmp_path):
    """Hexagons by area, prefectures by a column, a density beside them: each leaves its files, recipe and months."""
    rng = np.random.default_rng(2)
    lon = np.concatenate([rng.uniform(123, 130, 300), rng.normal(127, 0.1, 150)])
    lat = np.concatenate([rng.uniform(46, 49, 300), rng.normal(47, 0.1, 150)])
    days = pd.date_range("2024-03-01", periods=450, freq="8h").strftime("%Y-%m-%d")
    pd.DataFrame({"latitude": lat, "longitude": lon, "acq_date": days}).to_csv(tmp_path / "fires.csv", index=False)
    project = Project(tmp_path / "p")
    wanted = {"kind": "fire_point", "events": tmp_path / "fires.csv"}
    step = chain.find_hotspots(project, **wanted, counting=Counting(resolution=5, density_m=20_000))
    assert step.figures["hot"] > 0
    assert [path.name for path in step.outputs if not path.is_file()] == []
    assert files.read_json(project.hotspots.with_suffix(".json"))["resolution"] == 5
    months = files.read_table(project.hotspots.with_name("hotspots_months.parquet"))
    assert months["month"].nunique() == 5
    assert (months["exposure"] > 1e8).all()
    layer = files.read_sketch().assign(people=1000.0)
    files.write_table(layer, tmp_path / "areas.gpkg")
    own = Counting(polygons=tmp_path / "areas.gpkg", exposure="people")
    assert chain.find_hotspots(project, **wanted, counting=own).figures["cells"] == len(layer)
    assert set(files.read_layer(project.hotspots)["exposure"]) == {1000.0}
    with pytest.raises(WorkbenchError) as refusal:
        chain.find_hotspots(project, **wanted, counting=replace(own, exposure="sheep"))
    assert refusal.value.code == "hotspots.no_exposure"
