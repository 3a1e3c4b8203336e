"""The command line: exit codes, sentences in both languages, and no traceback for a user's fault."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

import cli
from gis import files

PAIRS = Path(__file__).parents[2] / "shared" / "data" / "pairs"


def _hdq(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_help_is_quick_and_chinese():
    """`hdq --help` speaks Chinese and imports none of the heavy libraries."""
    check = "import sys, cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\nassert 'rasterio' not in sys.modules"
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, encoding="utf-8")
    assert "海东青" in said.stdout


@pytest.mark.parametrize(("language", "word"), [("zh", "找不到文件"), ("en", "There is no file")])
def test_a_missing_file_is_a_sentence(capsys, tmp_path, language, word):
    """Exit code 1, one line on the error stream, nothing on the other."""
    code, out, err = _hdq(capsys, "detect", "a.tif", "b.tif", "--out", tmp_path / "o", "--language", language)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert word in err


@pytest.mark.skipif(not PAIRS.is_dir(), reason="the image pairs are not beside the project")
def test_detect_runs_clean_on_a_real_pair(capsys, tmp_path):
    """A dam failure between two Landsat scenes: four files, and the flow among the three strongest patches."""
    folder = PAIRS / "brumadinho_dam"
    code, out, _ = _hdq(capsys, "detect", folder / "t1.tif", folder / "t2.tif", "--out", tmp_path / "out")
    assert code == 0
    assert "change.tif" in out
    patches = files.read_layer(tmp_path / "out" / "patches.gpkg")
    assert patches.head(3)["area_m2"].max() > 1e6


@pytest.mark.skipif(not PAIRS.is_dir(), reason="the image pairs are not beside the project")
def test_detect_meets_the_labels_from_the_command_line(capsys, tmp_path):
    """F1 of change.tif on Taizhou with no option set is at least 0.93."""
    folder = PAIRS / "taizhou"
    assert _hdq(capsys, "detect", folder / "t1.tif", folder / "t2.tif", "--out", tmp_path / "out")[0] == 0
    with rasterio.open(tmp_path / "out" / "change.tif") as change, rasterio.open(folder / "ref.tif") as reference:
        flagged, labels = change.read(1) == 1, reference.read(1)
    hits = (flagged & (labels == 2)).sum()
    assert 2 * hits / (2 * hits + (flagged & (labels == 1)).sum() + (~flagged & (labels == 2)).sum()) >= 0.93


def test_refused_pairs_leave_nothing(capsys, tmp_path):
    """No CRS, other CRS, no overlap, one band, nodata, a cut file: code 1, one sentence, no output folder."""

    def image(name, data=None, *, east=600_000, crs="EPSG:32651", nodata=None):
        data = np.random.default_rng(1).normal(9, 1, (3, 60, 60)).astype("float32") if data is None else data
        profile = {"count": len(data), "height": 60, "width": 60, "dtype": "float32", "crs": crs, "nodata": nodata}
        where = rasterio.Affine(10, 0, east, 0, -10, 5_060_000)
        with rasterio.open(tmp_path / name, "w", driver="GTiff", transform=where, **profile) as sink:
            sink.write(data)
            sink.descriptions = ("blue", "green", "red")[: len(data)]
        return tmp_path / name

    good = image("good.tif")
    cut = tmp_path / "cut.tif"
    cut.write_bytes(good.read_bytes()[:9000])
    nothing = image("nothing.tif", np.zeros((3, 60, 60), "float32"), nodata=0)
    bad = [
        image("nocrs.tif", crs=None),
        image("other.tif", crs="EPSG:32652"),
        image("far.tif", east=900_000),
        image("one.tif", np.ones((1, 60, 60), "float32")),
        nothing,
        cut,
    ]
    sentences = set()
    for path in bad:
        code, out, err = _hdq(capsys, "detect", good, path, "--out", tmp_path / "out")
        assert (code, out, err.count("\n")) == (1, "", 1), path.name
        sentences.add(err)
        assert not (tmp_path / "out").exists()
    assert len(sentences) == len(bad)


def test_import_tells_every_fault(capsys, tmp_path):
    """Row, column and reason on the screen; all of them in the file asked for."""
    columns = ["单位名称", "统一社会信用代码", "行业代码", "管理类别", "经度", "纬度"]
    rows = [
        ["示例厂", "91130200699229617X", "2611", "重点管理", "125°75′", "46.59"],
        ["", "1", "2611", "?", "125", "46"],
    ]
    pd.DataFrame(rows, columns=columns).to_excel(tmp_path / "r.xlsx", index=False)
    faults = tmp_path / "faults.csv"
    options = ("--project", tmp_path / "p", "--faults", faults, "--system", "cgcs2000")
    code, _, err = _hdq(capsys, "enterprises", "import", tmp_path / "r.xlsx", *options)
    assert code == 1
    assert "第 2 行" in err
    assert "管理类别" in err
    told = pd.read_csv(faults)
    assert len(told) >= 4
    assert told["sentence"].notna().all()
    assert not (tmp_path / "p").exists()


def test_the_chain_by_single_commands(capsys, demo_project, tmp_path):
    """Import, detect, leads, hotspots, plan: each command continues from the files of the one before."""
    project, _ = demo_project
    folder = tmp_path / "p"
    imagery = project.folder / "imagery"
    clear = [imagery / "2024-06-18-clear.tif", imagery / "2025-06-20-clear.tif"]
    folder.mkdir()
    for name in ("signals", "officers", "zones"):
        (folder / f"{name}.parquet").write_bytes(getattr(project, name).read_bytes())
    images = (imagery / "2024-06-18.tif", imagery / "2025-06-20.tif")
    commands = [
        ("enterprises", "import", project.folder / "register.xlsx"),
        ("detect", *images, "--clear", *clear, "--smallest-m2", "1500"),
        ("leads", "build", "--within-m", "300"),
        ("hotspots", "--kind", "complaint", "--first", "2023-01-01"),
        ("rounds", "plan", "--document", "示例1号", "--seed", "abc", "--starts-on", "2025-07-07", "--days", "2"),
    ]
    for command in commands:
        code, out, err = _hdq(capsys, *command, "--project", folder)
        assert (code, err) == (0, ""), command
        assert str(folder) in out
    assert json.loads((folder / "round.json").read_text(encoding="utf-8"))["document_no"] == "示例1号"
    assert files.read_layer(folder / "leads.gpkg")["distance_m"].max() <= 300


def test_a_plan_without_a_document_is_a_usage_fault(capsys):
    """The parser itself asks for the document: exit code 2."""
    with pytest.raises(SystemExit) as stop:
        cli.main(["rounds", "plan", "--seed", "x", "--starts-on", "2025-07-07"])
    assert stop.value.code == 2
    assert "--document" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [("--before-on", "18.6.2024"), ("--false-alarm", "2"), ("--smallest-m2", "-1")])
def test_meaningless_options_are_usage_faults(wrong):
    """A date, a probability and an area are checked before any file is opened."""
    with pytest.raises(SystemExit) as stop:
        cli.main(["detect", "a.tif", "b.tif", *wrong])
    assert stop.value.code == 2


def test_the_demo_report_reads_as_a_table(capsys, demo_project):
    """Every kind has a row in the user's language; no code of the catalogues shows through."""
    from gis.language import catalogue

    _, report = demo_project
    cli._print_report(report, catalogue("zh"))
    out = capsys.readouterr().out
    assert "查全率" in out
    assert "干扰" in out
    assert "合成" in out
    assert "demo." not in out
    assert "class." not in out


def test_scenes_of_the_closed_hub(capsys):
    """Whoever asks the closed public hub is told so."""
    closed = "https://apihub.copernicus.eu/apihub"
    period = ("--first", "2024-06-01", "--last", "2024-07-01")
    code, _, err = _hdq(
        capsys, "scenes", "search", "--provider", closed, "--bbox", 125, 45, 126, 46, *period, "--language", "en"
    )
    assert code == 1
    assert "closed" in err


def test_the_app_is_started_with_its_project(monkeypatch, capsys, tmp_path):
    """`hdq app` hands folder, port and language to the server and returns its exit code."""
    from views import server

    asked = []
    monkeypatch.setattr(server, "serve", lambda *arguments: asked.append(arguments) or 0)
    assert _hdq(capsys, "app", "--project", tmp_path, "--port", 8611, "--language", "en")[0] == 0
    assert asked == [(tmp_path, 8611, "en")]
