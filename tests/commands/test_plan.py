"""Commands on the yearly plan: build, check, compare, change, pack."""

import datetime as dt
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

import cli
from cross_check import planning
from cross_check.files import Project
from cross_check.synthetic import officers
from gis import files, synthetic


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with a small register and officers."""
    project = Project(tmp_path_factory.mktemp("plan"))
    rng, regions = np.random.default_rng(3), files.read_sketch()
    files.write_table(synthetic.enterprises(rng, regions, 200), project.enterprises)
    files.write_table(officers(rng, regions, on=dt.date(2026, 1, 1), site_ids=[]), project.officers)
    return project.folder


def _hdq(capsys, folder, *arguments):
    code = cli.main(["plan", *map(str, arguments), "--project", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_year_from_build_to_package(capsys, folder):
    """Built, sound, changed with a reason, compared, packed and noted as filed, in both languages."""
    assert _hdq(capsys, folder, "check", "--year", 2026)[0] == 1
    code, out, _ = _hdq(capsys, folder, "build", "--year", 2026, "--share", 0.05)
    assert (code, "第 1 版" in out) == (0, True)
    said = _hdq(capsys, folder, "check", "--year", 2026)[1]
    assert ("未发现" in said, "报备" in said) == (True, True)
    sites = files.read_layer(Project(folder).enterprises)["site_id"].iloc[:3]
    urgent = folder / "urgent.csv"
    pd.DataFrame({"campaign_id": "U", "months": "9;10", "site_id": sites}).to_csv(urgent, index=False)
    change = ("change", "--year", 2026, "--reason", "r", "--approver", "a", "--on", "2026-06-01", "--campaigns", urgent)
    assert "第 2 版" in _hdq(capsys, folder, *change)[1]
    code, out, _ = _hdq(capsys, folder, "diff", 1, 2, "--year", 2026, "--language", "en")
    assert (code, "changes version 1" in out) == (0, True)
    packed = ("file", "--year", 2026, "--maker", "处", "--made-on", "2026-03-20", "--filed-on", "2026-03-21")
    code, out, _ = _hdq(capsys, folder, *packed)
    assert (code, "package-v002.zip" in out) == (0, True)
    assert planning.filed_on(Project(folder), 2026) == dt.date(2026, 3, 21)
    with zipfile.ZipFile(next(folder.rglob("package-v002.zip"))) as package:
        sheet = pd.read_excel(io.BytesIO(package.read("changes.xlsx")), engine="openpyxl")
    assert set(sheet["重新报备日期"].astype(str).str[:10]) == {"2026-03-21"}
    code, _, err = _hdq(capsys, folder, "build", "--year", 2026)
    assert (code, "已报备" in err) == (1, True)


def test_a_year_without_its_holidays_says_so(capsys, folder):
    """A year whose notice is not entered is planned with a warning."""
    code, out, _ = _hdq(capsys, folder, "build", "--year", 2031, "--share", 0.05)
    assert (code, "尚未录入" in out) == (0, True)
