"""Options for coordinate systems, and questions on the screen."""

import argparse

import pandas as pd
import pytest

import cli
from commands import places
from cross_check.files import Project
from gis import files
from gis.coordinates import Undecided
from gis.language import LANGUAGES, catalogue


def letter(*argv):
    """What some options say."""
    parser = argparse.ArgumentParser()
    places.add_options(parser, catalogue("en"))
    return places.letter(parser.parse_args(argv))


def test_options_make_a_letter():
    """A system for all, another for one group, a column and a sheet."""
    found = letter("--system", "gcj02", "--system", "2=EPSG:4530", "--column", "name=厂子", "--part", "表1")
    assert (found.answer.system, found.answer.groups) == ("gcj02", {2: "EPSG:4530"})
    assert (found.columns, found.part) == ({"name": "厂子"}, "表1")


def test_without_options_the_evidence_decides():
    """Automatic is the default."""
    assert letter().answer.system == "auto"


@pytest.mark.parametrize("text", ["name", "=x", ""])
def test_a_column_needs_its_heading(text):
    """Half a pair is refused."""
    with pytest.raises(SystemExit):
        letter("--column", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_told(capsys, language):
    """Each group with its reason, each hypothesis with its probability, and how to answer."""
    names = ["cgcs2000", "gcj02", "bd09", "cgcs2000:dms", "EPSG:4551"]
    questions = pd.DataFrame(
        {
            "group": 1,
            "rows": 12,
            "first_row": 2,
            "reason": "coordinates.unsure",
            "name": names,
            "probability": 0.2,
            "inside": 1.0,
            "known": 0,
            "known_m": 0.0,
            "lon": 126.5,
            "lat": 45.8,
            "shift_m": 573.0,
        }
    )
    assert places.tell(Undecided("a.xlsx", questions), catalogue(language)) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in names)
    assert "20.0%" in told
    assert "573" in told
    assert "--system" in told


def test_an_import_asks_and_takes_the_answer(capsys, tmp_path):
    """Nothing is saved until the system is named; then it is recorded with the place."""
    headings = ["单位名称", "统一社会信用代码", "行业代码", "管理类别", "经度", "纬度"]
    row = ["示例化工厂", "91130200699229617X", "2611", "重点管理", "125.101234", "46.593478"]
    pd.DataFrame([row], columns=headings).to_excel(tmp_path / "a.xlsx", index=False)
    project = Project(tmp_path / "p")
    command = ["enterprises", "import", str(tmp_path / "a.xlsx"), "--project", str(project.folder)]
    assert cli.main(command) == 1
    assert "gcj02" in capsys.readouterr().err
    assert not project.enterprises.exists()
    assert cli.main([*command, "--system", "gcj02", "--by", "li", "--why", "x"]) == 0
    site = files.read_layer(project.enterprises).iloc[0]
    assert (site["coord_raw"], site["coord_decided"], site["coord_by"]) == ("125.101234 | 46.593478", "gcj02", "li")
    assert site.geometry.x == pytest.approx(125.0942, abs=1e-3)
