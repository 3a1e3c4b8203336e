"""Commands of the import desk: what they print, in both languages, and that each does its step."""

import pandas as pd
import pytest

import cli
from gis import codes, files
from gis.language import LANGUAGES

HEADINGS = ["单位名称", "统一社会信用代码", "行业代码", "管理类别", "经度", "纬度"]
TWIN = codes.complete_credit_codes(pd.Series(["91230101XX000009"])).iloc[0]
ROWS = [
    ["示例化工厂", "91130200699229617X", "2611", "重点管理", "125.1078", "46.5983"],
    ["示例化工厂", TWIN, "2611", "重点管理", "125.1078", "46.5983"],
]
SAID = ("--system", "cgcs2000:decimal")


@pytest.fixture
def source(tmp_path):
    """A file of two sites that may be one."""
    path = tmp_path / "a.csv"
    pd.DataFrame(ROWS, columns=HEADINGS).to_csv(path, index=False, encoding="utf-8-sig")
    return path


@pytest.fixture
def hdq(capsys, tmp_path):
    """Run a command on one project; its code, and what it printed."""

    def run(*words, language="en"):
        code = cli.main([*map(str, words), "--project", str(tmp_path / "p"), "--language", language])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_preview_shows_and_saves_nothing(hdq, source, tmp_path, language):
    """New sites, and the pair that may be one."""
    code, out = hdq("enterprises", "preview", source, *SAID, language=language)
    assert code == 0
    assert ROWS[0][0] in out
    assert {"en": "same name", "zh": "名称相同"}[language] in out
    assert not (tmp_path / "p").exists()


def test_import_history_and_undo(hdq, source, tmp_path):
    """One event comes and is taken back; the list shows both, and who."""
    assert hdq("enterprises", "import", source, *SAID, "--by", "Li", "--why", "June")[0] == 0
    table = tmp_path / "history.csv"
    code, out = hdq("enterprises", "history", "--out", table)
    assert code == 0
    assert "Li" in out
    assert pd.read_csv(table)["sites"].tolist() == [2]
    site = files.read_layer(tmp_path / "p" / "enterprises.parquet").loc[0, "site_id"]
    assert site in hdq("enterprises", "history", "--site", site)[1]
    assert site in hdq("enterprises", "history", "--on", "2999-01-01")[1]
    assert hdq("enterprises", "undo", "--by", "Li")[0] == 0
    assert files.read_layer(tmp_path / "p" / "enterprises.parquet").empty
    code, out = hdq("enterprises", "undo", "--event", "9")
    assert code == 1
    assert "9" in out


def test_doubles_are_shown_merged_and_kept_apart(hdq, source, tmp_path):
    """Both sides first; without a reason nothing is decided."""
    hdq("enterprises", "import", source, *SAID)
    table = tmp_path / "pairs.csv"
    hdq("enterprises", "duplicates", "--out", table)
    left, right = pd.read_csv(table).loc[0, ["left_id", "right_id"]]
    assert TWIN in hdq("enterprises", "duplicates", "--show", left, right)[1]
    assert hdq("enterprises", "duplicates", "--separate", left, right)[0] == 1
    assert hdq("enterprises", "duplicates", "--separate", left, right, "--why", "two lines")[0] == 0
    assert left not in hdq("enterprises", "duplicates")[1]
    assert hdq("enterprises", "duplicates", "--merge", left, right, "--why", "one", "--take", "name")[0] == 0
    assert files.read_layer(tmp_path / "p" / "enterprises.parquet")["site_id"].tolist() == [left]


@pytest.mark.parametrize("language", LANGUAGES)
def test_quality_is_told_by_city(hdq, source, tmp_path, language):
    """Counts on the screen, every finding in the file, each with its sentence."""
    hdq("enterprises", "import", source, *SAID)
    table = tmp_path / "findings.csv"
    code, out = hdq("enterprises", "quality", "--out", table, language=language)
    assert code == 0
    assert "大庆市" in out
    assert "100.0%" in out
    assert pd.read_csv(table)["sentence"].notna().all()


def test_own_regions_come_in_by_one_command(hdq, tmp_path):
    """The sketch itself as somebody's layer; a wrong one is refused with its rows."""
    sketch = files.read_sketch()[["division_code", "geometry"]]
    sketch.to_file(tmp_path / "own.gpkg", driver="GPKG")
    code, out = hdq("regions", "import", tmp_path / "own.gpkg", "--level", "prefecture")
    assert (code, "13" in out) == (0, True)
    sketch.iloc[1:].to_file(tmp_path / "few.gpkg", driver="GPKG")
    code, out = hdq("regions", "import", tmp_path / "few.gpkg", "--level", "prefecture")
    assert code == 1
    assert "哈尔滨市" in out
    zones = sketch.iloc[:2].assign(name=["a", "b"])
    zones.to_file(tmp_path / "zones.gpkg", driver="GPKG")
    assert hdq("regions", "import", tmp_path / "zones.gpkg", "--kind", "red_line")[0] == 0
    assert len(files.read_layer(tmp_path / "p" / "zones.parquet")) == 2


def test_a_layer_needs_a_level_or_a_kind(tmp_path):
    """One of the two, not both."""
    for options in ([], ["--level", "county", "--kind", "park"]):
        with pytest.raises(SystemExit):
            cli.main(["regions", "import", str(tmp_path / "x.gpkg"), *options])


def test_a_cell_is_corrected_and_a_row_left_out(hdq, source, tmp_path):
    """The file stays; the register has the corrected name, and one row only."""
    fix = ("--fix", "2:单位名称=更名化工厂", "--skip-row", "3")
    assert hdq("enterprises", "import", source, *SAID, *fix, "--by", "Li")[0] == 0
    assert files.read_layer(tmp_path / "p" / "enterprises.parquet")["name"].tolist() == ["更名化工厂"]


def test_a_dossier_is_written_and_senders_are_told(hdq, source, tmp_path):
    """By name of the site; the sender's memory can be dropped."""
    hdq("enterprises", "import", source, *SAID, "--skip-row", "3", "--by", "Li", "--sender", "Suihua")
    code, _ = hdq("enterprises", "dossier", ROWS[0][0], "--out", tmp_path / "d.html")
    assert code == 0
    assert ROWS[0][0] in (tmp_path / "d.html").read_text(encoding="utf-8")
    assert "Suihua" in hdq("enterprises", "senders")[1]
    assert "Suihua" not in hdq("enterprises", "senders", "--forget", "Suihua")[1]


def test_sites_are_asked_for_their_prefecture(hdq, source):
    """The table names it; a layer nobody brought is named too."""
    hdq("enterprises", "import", source, *SAID, "--skip-row", "3", "--by", "Li")
    assert "大庆市" in hdq("regions", "overlap", "prefecture")[1]
    assert hdq("regions", "nearest", "river")[0] == 1
