"""Acts on the page of registers: a line added, changed, ended and taken back; a file with its receipt."""

import pandas as pd
import pytest

from cross_check import casebook, registers, staffing
from gis import files
from tests.cross_check import cases
from tests.cross_check.test_registers import ROW
from tests.views import opened
from tests.views.roster_made import fill, listed, look  # noqa: F401 - the fixture
from views import state


def test_a_cap_is_added_changed_withdrawn_and_taken_back(monkeypatch, project):
    """By the form alone; triage keeps to what stands, and a refused row says why and changes nothing."""
    ledger = casebook.opened(project)
    test = look(monkeypatch, project, "cap")
    fill(test, site_id="*", year="2026", most="x", document_no="示号")
    opened.press(test, "登记")
    assert "年度上限" in opened.html(test) or "频次上限" in opened.html(test)
    assert ledger.records("cap") == []
    fill(test, most="2")
    opened.press(test, "登记")
    assert registers.lines(ledger, "cap")["most"].tolist() == [2]
    test = look(monkeypatch, project, "cap", row=0)
    fill(test, most="3", why="更正")
    opened.press(test, "登记变更")
    assert registers.lines(ledger, "cap")["most"].tolist() == [3]
    test = look(monkeypatch, project, "cap", row=0)
    opened.press(test, "撤出名录")
    assert len(ledger.records("cap")) == 1
    next(each for each in test.text_input if str(each.key).startswith("rosters-end")).set_value("文件废止")
    opened.press(test, "撤出名录")
    assert ledger.records("cap") == []
    test = look(monkeypatch, project, "cap")
    undo = next(each for each in test.text_input if str(each.key).startswith("undo-why"))
    undo.set_value("仍有效")
    next(each for each in test.button if str(each.key).startswith("undo-")).click().run()
    assert registers.lines(ledger, "cap")["most"].tolist() == [3]


def test_a_firm_leaves_the_positive_list_on_a_day(monkeypatch, project):
    """With the reason; listed anew by new days its former end is history."""
    test = look(monkeypatch, project, "positive", row=1)
    next(each for each in test.text_input if str(each.key).startswith("rosters-end")).set_value("弄虚作假")
    opened.press(test, "移出正面清单")
    fields = casebook.opened(project).record(("positive", cases.SITES[1])).fields
    assert (fields["removed_on"], fields["removal_reason"]) == ("2026-07-01", "弄虚作假")
    assert any("已移出" in each for each in test.dataframe[0].value.iloc[:, 0])


def test_an_officer_is_changed_and_what_stands_in_the_way_is_said(monkeypatch, project):
    """The one on leave says so; her leave taken out she may go, and the table that draws read has it."""
    test = look(monkeypatch, project, "officer")
    states = list(test.dataframe[0].value.iloc[:, 0])
    assert states.count("其间请假") == 1
    test = look(monkeypatch, project, "officer", row=states.index("其间请假"))
    fill(test, leave="")
    opened.press(test, "登记变更")
    assert staffing.table(project)["leave"].isna().all()
    assert "其间请假" not in set(test.dataframe[0].value.iloc[:, 0])


LINES = {
    "positive": ROW | {"列入依据": "三年无处罚;在线联网", "公示日期": "2026-01-05"},
    "item": {"事项编号": "1", "事项名称": "现场检查", "实施依据": "某法第一条;某条例第二条", "实施层级": "市级"},
    "cap": {"许可证编号": "*", "年度": "2026", "检查类型": "专项", "次数上限": "0", "文号": "示号"},
    "visit": {"检查编号": "1", "许可证编号": cases.SITES[0], "检查日期": "2026-02-03", "检查类型": "日常"},
}
OFFICER = {
    "编号": "O8", "姓名": "人员8", "执法证号": "238", "有效期至": "2027-01-01", "专业": "水", "其他专业": "气;固废",
    "所属行政区": "230600", "回避单位": f"{cases.SITES[0]};{cases.SITES[2]}", "曾任职单位": "甲厂;乙厂",
    "请假": "2026-07-01/2026-07-05;2026-08-01/2026-08-03",
}  # fmt: skip


@pytest.mark.parametrize(("language", "change"), [("zh", "登记变更"), ("en", "Record the change")])
@pytest.mark.parametrize("kind", [*LINES, "officer"])
def test_a_line_saved_untouched_stays_as_it_was(monkeypatch, tmp_path, kind, language, change):
    """Lists keep all their members, a cap of none stays none: nothing differs, so nothing is recorded."""
    made = cases.project(tmp_path / "p")
    monkeypatch.setattr(state, "now", lambda: cases.NOW)
    ledger = casebook.opened(made)
    if kind == "officer":
        files.write_table(staffing.table(made).head(0), made.officers)
        staffing.take(made, cases.act(), pd.DataFrame([OFFICER], index=[2]))
    else:
        registers.take(ledger, cases.act(), pd.DataFrame([LINES[kind]], index=[2]), kind)
    before = [(one.key, one.version, one.fields) for one in ledger.records(kind)]
    test = look(monkeypatch, made, kind, row=0, language=language)
    opened.press(test, change)
    assert not test.error
    assert [(one.key, one.version, one.fields) for one in ledger.records(kind)] == before


def test_a_file_is_imported_with_a_receipt_or_refused_row_by_row(monkeypatch, project):
    """A wrong row refuses the whole table and is told by its number; put right, the receipt counts the rows."""
    ledger = casebook.opened(project)
    good = "事项编号,事项名称,实施依据,实施层级\n1,现场检查,某法第一条,市级\n"
    for text, count in ((good + "2,抽测,,市级\n", 0), (good, 1)):
        test = look(monkeypatch, project, "item")
        test.file_uploader(key="rosters-item-sent").set_value(("items.csv", text.encode(), "text/csv")).run()
        opened.press(test, "导入")
        assert len(ledger.records("item")) == count
        assert ("items.csv" in "".join(opened.told(test))) == (not count)
    assert any("登记 1 行" in each.value for each in test.success)
