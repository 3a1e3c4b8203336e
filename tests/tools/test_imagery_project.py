"""Synthetic scenes and flights to look at."""

import numpy as np

from cross_check import coverage, flights
from cross_check.files import Project
from gis import files
from satellite import synthetic_flights
from tools import imagery_project


def test_scenes_are_judged_and_volumes_hold_what_was_planted(tmp_path, monkeypatch):
    """A winter scene is snow, not cloud; the three things built since spring are measured to 3 %."""
    for name, value in (("_SCENE_PX", 200), ("_EDGE_PX", 400), ("_GSD_M", 0.5)):
        monkeypatch.setattr(imagery_project, name, value)
    project = Project(tmp_path / "project")
    imagery_project.write(project, tmp_path / "source")
    table = coverage.read(project).set_index("seen_on")
    assert table.loc["2025-01-14", "snow"] > 0.9
    assert table.loc["2025-01-14", "cloud"] < 0.02
    first, second = flights.volumes(project)[0]
    heaps = files.read_layer(flights.volume_folder(project, (first, second)) / "heaps.parquet")
    where = synthetic_flights.grid(400, 400, gsd_m=0.5)
    for planted in imagery_project.HEAPS[1:]:
        volume = abs(synthetic_flights.planted(where, [planted]).sum()) * where.pixel_m2
        assert np.isclose(heaps["volume_m3"], volume, rtol=0.03).sum() == 1
