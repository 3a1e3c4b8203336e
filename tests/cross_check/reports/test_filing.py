"""The filing package: every part in one file, the same figures as the plan, a change sheet after a change."""

import datetime as dt
import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from cross_check import planning, yearplans
from cross_check.files import Project
from cross_check.planning import Change, YearOrder
from cross_check.reports import filing
from cross_check.synthetic import officers
from gis import files, synthetic

COVER = filing.Cover("执法处", dt.date(2026, 3, 20))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package of a changed plan, and its project."""
    project = Project(tmp_path_factory.mktemp("filing"))
    rng, regions = np.random.default_rng(2), files.read_sketch()
    files.write_table(synthetic.enterprises(rng, regions, 300), project.enterprises)
    files.write_table(officers(rng, regions, on=dt.date(2026, 1, 1), site_ids=[]), project.officers)
    planning.build(project, YearOrder(yearplans.Params(2026), share=0.05))
    planning.mark_filed(project, 2026, dt.date(2026, 3, 20))
    held = planning.latest(project, 2026)
    site = held.table("left")["site_id"].iloc[0] if len(held.table("left")) else held.table("plan")["site_id"].iloc[0]
    table = pd.DataFrame({"campaign_id": ["=1+1"], "months": ["8;9"], "site_id": [site]})
    files.write_table(table, project.folder / "urgent.csv")
    why = Change("紧急专项", "局长", dt.date(2026, 7, 1))
    planning.change(project, 2026, why, campaigns=project.folder / "urgent.csv")
    planning.mark_filed(project, 2026, dt.date(2026, 7, 3))
    step = filing.write(project, 2026, COVER)
    with zipfile.ZipFile(step.outputs[0]) as held_zip:
        return project, {name: held_zip.read(name) for name in held_zip.namelist()}


def _sheet(parts: dict[str, bytes], name: str) -> pd.DataFrame:
    return pd.read_excel(io.BytesIO(parts[name]), engine="openpyxl")


def test_the_package_holds_every_part(package):
    """Cover, plan, months, map as PDF and PNG, change sheet."""
    _, parts = package
    assert sorted(parts) == ["changes.xlsx", "cover.json", "map.pdf", "map.png", "months.xlsx", "plan.xlsx"]
    assert parts["map.pdf"].startswith(b"%PDF")


def test_all_parts_tell_the_same_figures(package):
    """Visits of cover, plan and months agree with the version that holds; no month is beyond its room."""
    project, parts = package
    plan = planning.latest(project, 2026).table("plan")
    cover = json.loads(parts["cover.json"])
    months, sheet = _sheet(parts, "months.xlsx"), _sheet(parts, "plan.xlsx")
    assert cover["visits"] == len(plan) == len(sheet) == months["检查次数"].sum()
    assert (months["人日"] <= months["可用人日"] + 0.1).all()
    assert cover["due_on"] == "2026-03-31"
    assert cover["changes"][0]["reason"] == "紧急专项"


def test_the_change_sheet_tells_old_new_reason_approver_and_when_filed_again(package):
    """Every changed visit with both months, the reason, the approver and the day of filing again."""
    _, parts = package
    sheet = _sheet(parts, "changes.xlsx")
    assert set(sheet["变更原因"]) == {"紧急专项"}
    assert set(sheet["批准人"]) == {"局长"}
    assert set(sheet["重新报备日期"]) == {"2026-07-03"}
    assert (sheet["原月份"].notna() | sheet["新月份"].notna()).all()


def test_no_text_of_a_table_becomes_a_formula(package):
    """A campaign called =1+1 stays a text."""
    import openpyxl

    _, parts = package
    for name in ("plan.xlsx", "changes.xlsx"):
        sheet = openpyxl.load_workbook(io.BytesIO(parts[name])).active
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
