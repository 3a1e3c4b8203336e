"""Commands that make images ready."""

import numpy as np

import cli
from cross_check import imagery
from cross_check.files import Project
from tests.satellite import made_scenes


def made(folder):
    fine, coarse = np.full((60, 60), 2000), np.full((30, 30), 3000)
    scl = np.full((30, 30), 4)
    scl[:10] = 9
    bright = fine.copy()
    bright[:20] = 6500
    swir = coarse.copy()
    swir[:10] = 6000
    counts = {"B02": bright, "B03": bright, "B04": bright, "B08": bright, "B11": swir}
    return made_scenes.sentinel2(folder, counts, scl=scl)


def test_a_scene_is_described(tmp_path, capsys):
    """In the chosen language, what is wanting too."""
    photo = made_scenes.photo(tmp_path / "mmexport.jpg", exif=False, xmp=False)
    assert cli.main(["scenes", "describe", str(made(tmp_path)), str(photo)]) == 0
    said = capsys.readouterr().out
    assert "Sentinel-2B" in said
    assert "2024-06-18 02:45 UTC" in said
    assert "位置不可核" in said
    assert "分辨率 10 米" in said
    assert "分辨率 未知，" in said


def test_from_archive_to_coverage(tmp_path, capsys):
    """Converted, prepared, counted; each command says what it did."""
    archive, project = str(made_scenes.zipped(made(tmp_path))), tmp_path / "project"
    told = ["--project", str(project), "--language", "en"]
    assert cli.main(["scenes", "convert", archive, *told]) == 0
    assert "6 files converted" in capsys.readouterr().out
    assert cli.main(["scenes", "prepare", archive, "--bands", "red", "nir", *told]) == 0
    assert "1 scenes are ready" in capsys.readouterr().out
    assert cli.main(["scenes", "coverage", *told]) == 0
    said = capsys.readouterr().out
    assert "cloud 33.3%" in said
    assert "2024-06: 1 scenes" in said
    assert Project(project).coverage_months.is_file()


def test_refusals_are_sentences(tmp_path, capsys):
    """A hostile archive, and coverage before anything is prepared."""
    archive = made_scenes.hostile_zip(tmp_path / "x.zip", "../evil.xml")
    for words in (["prepare", str(archive)], ["coverage"]):
        assert cli.main(["scenes", *words, "--project", str(tmp_path / "project")]) == 1
    said = capsys.readouterr().err
    assert "指向" in said or "条目" in said
    assert "hdq scenes prepare" in said


def test_scenes_are_named_by_their_ids(tmp_path, capsys):
    """An image of the project's list is described, prepared and counted by its id; a mistyped one names the nearest."""
    project = tmp_path / "project"
    told = ["--project", str(project), "--language", "en"]
    assert cli.main(["scenes", "add", str(made(tmp_path)), *told]) == 0
    scene_id = imagery.listing(Project(project))["scene_id"].iloc[0]
    assert cli.main(["scenes", "describe", scene_id, *told]) == 0
    assert cli.main(["scenes", "prepare", scene_id, *told]) == 0
    assert cli.main(["scenes", "coverage", scene_id, *told]) == 0
    assert "2024-06: 1 scenes" in capsys.readouterr().out
    for verb in ("prepare", "coverage"):
        assert cli.main(["scenes", verb, f"{scene_id}x", *told]) == 1
        said = capsys.readouterr().err
        assert said.count(scene_id) == 2
        assert "Traceback" not in said
