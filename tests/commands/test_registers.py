"""Commands of the registers."""

import pandas as pd
import pytest

import cli
from cross_check import casebook
from cross_check.files import Project
from tests.cross_check import cases


def _run(capsys, place, *argv):
    code = cli.main([*map(str, argv), "--project", str(place)])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.fixture
def place(tmp_path):
    """Return the folder of a small province."""
    return cases.project(tmp_path / "p").folder


ROWS = {
    "positive": {
        "许可证编号": "S1",
        "列入依据": "x",
        "决定文号": "1号",
        "有效期自": "2024-01-01",
        "有效期至": "2024-12-31",
    },
    "items": {"事项编号": "1", "事项名称": "示例", "实施依据": "某法"},
    "caps": {"许可证编号": "*", "年度": 2026, "检查类型": "合计", "频次上限": 2, "依据文号": "示号"},
    "surveys": {"排查编号": "P1", "许可证编号": "S1", "排查日期": "2026-03-01", "机构": "某院", "排查情况": "渗漏"},
    "assessments": {"评估编号": "G1", "许可证编号": "S1", "评估日期": "2026-03-01", "机构": "某院", "结论": "可行"},
    "visits": {"检查编号": "V1", "许可证编号": "S1", "检查日期": "2026-03-01", "检查类型": "日常"},
}


@pytest.mark.parametrize("name", list(ROWS))
def test_each_register_is_imported_and_listed(place, tmp_path, capsys, name):
    """A file in, a line out; an unreadable file is told by row."""
    pd.DataFrame([ROWS[name]]).to_excel(tmp_path / "a.xlsx", index=False)
    code, told = _run(capsys, place, name, "import", tmp_path / "a.xlsx")
    assert code == 0, told
    assert next(iter(ROWS[name].values())) in _run(capsys, place, name, "list")[1]
    pd.DataFrame([dict.fromkeys(ROWS[name], "") | {"备注": "x"}]).to_excel(tmp_path / "b.xlsx", index=False)
    assert _run(capsys, place, name, "import", tmp_path / "b.xlsx")[0] == 1


@pytest.mark.parametrize("name", list(ROWS))
def test_a_contractor_gets_surveys_and_assessments_in_and_nothing_else(place, tmp_path, capsys, name):
    """The refusal names the document, and the ledger stays empty."""
    pd.DataFrame([ROWS[name]]).to_csv(tmp_path / "a.csv", index=False)
    code, told = _run(capsys, place, name, "import", tmp_path / "a.csv", "--role", "contractor", "--by", "某院")
    made = casebook.opened(Project(place)).events()
    if name in {"surveys", "assessments"}:
        assert code == 0, told
        assert [(event.kind, event.role, event.who) for event in made] == [(f"{name[:-1]}.add", "contractor", "某院")]
    else:
        assert code == 1
        assert "国办发" in told
        assert not made


def test_a_survey_carries_no_inspection_in(place, tmp_path, capsys):
    """Kind of check, officers and order beside the survey's own columns do not enter the ledger."""
    row = ROWS["surveys"] | {"检查类型": "个案", "officer_ids": "O1;O2", "order_id": "Q1"}
    pd.DataFrame([row]).to_csv(tmp_path / "a.csv", index=False)
    assert _run(capsys, place, "surveys", "import", tmp_path / "a.csv", "--role", "contractor")[0] == 0
    (event,) = casebook.opened(Project(place)).events()
    assert set(event.changes) <= {"report_no", "site_id", "done_on", "organisation", "finding", "document_no"}


def test_faults_of_a_survey_are_told_by_row_and_nothing_is_recorded(place, tmp_path, capsys):
    """A day that is none in the second row spoils the table, not the ledger."""
    rows = [ROWS["surveys"], ROWS["surveys"] | {"排查编号": "P2", "排查日期": "昨天"}]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    code, told = _run(capsys, place, "surveys", "import", tmp_path / "a.csv", "--role", "contractor")
    assert code == 1
    assert "昨天" in told
    assert "排查日期" in told
    assert not casebook.opened(Project(place)).events()


def test_removal_and_reminders(place, tmp_path, capsys):
    """A line that ended is reminded of; removed with a bar, the bar is."""
    pd.DataFrame([ROWS["positive"]]).to_csv(tmp_path / "a.csv", index=False)
    _run(capsys, place, "positive", "import", tmp_path / "a.csv")
    assert "有效期届满" in _run(capsys, place, "positive", "alarms")[1]
    argv = ("positive", "remove", "S1", "--why", "违法", "--on", "2024-06-01", "--barred-until", "2025-06-01")
    assert _run(capsys, place, *argv)[0] == 0
    assert "限制期届满" in _run(capsys, place, "positive", "alarms")[1]


def test_certificates_that_run_out_are_listed(place, capsys):
    """All of the small province's end within a century, none within no day at all before."""
    assert "人员0" in _run(capsys, place, "officers", "alarms", "--within-days", 36500)[1]


def test_officers_and_lines_are_withdrawn_and_taken_back(place, tmp_path, capsys):
    """By the terminal as on the page; the table of officers follows the ledger's undo."""
    assert _run(capsys, place, "officers", "withdraw", "O1", "--why", "调离")[0] == 0
    assert "人员1" not in _run(capsys, place, "officers", "list")[1]
    number = casebook.opened(Project(place)).events()[-1].number
    assert _run(capsys, place, "ledger", "undo", number, "--why", "误操作")[0] == 0
    assert "人员1" in _run(capsys, place, "officers", "list")[1]
    pd.DataFrame([ROWS["visits"]]).to_csv(tmp_path / "a.csv", index=False)
    _run(capsys, place, "visits", "import", tmp_path / "a.csv")
    (visit,) = casebook.opened(Project(place)).records("visit")
    assert _run(capsys, place, "visits", "withdraw", visit.key[1], "--why", "重复")[0] == 0
    assert not casebook.opened(Project(place)).records("visit")


def test_the_positive_list_is_suggested_ground_by_ground(tmp_path, capsys):
    """Who could be listed, who should leave, and every ground of one site."""
    project = cases.project(tmp_path / "p")
    assert cli.main(["positive", "suggest", "--project", str(project.folder)]) == 0
    told = capsys.readouterr().out
    assert "可建议列入 3 家" in told
    assert cli.main(["positive", "suggest", "--site", cases.SITES[0], "--project", str(project.folder)]) == 0
    assert "符合  三年内无查实问题（0）" in capsys.readouterr().out


def test_the_risk_of_a_site_is_explained_line_by_line(tmp_path, capsys):
    """A list of all, and the lines of one with the one that decides."""
    project = cases.project(tmp_path / "p")
    assert cli.main(["risk", "--project", str(project.folder)]) == 0
    assert "示例四厂" in capsys.readouterr().out
    assert cli.main(["risk", "--site", cases.SITES[3], "--project", str(project.folder)]) == 0
    told = capsys.readouterr().out
    assert "环境风险重点管控单位" in told
    assert "决定项" in told
