"""Registers: files come in as one act or not at all; removal, bar, alarms, harmless places."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from cross_check import casebook, registers
from gis.errors import TableFaults
from tests.cross_check import cases
from tests.cross_check.cases import refused

ROW = {
    "许可证编号": cases.SITES[1],
    "单位名称": "示例二厂",
    "列入依据": "三年无处罚",
    "决定文号": "示环〔2026〕1号",
    "有效期自": "2026-01-01",
    "有效期至": "2028-12-31",
}


@pytest.fixture
def ledger(tmp_path):
    """Return the ledger of a small province."""
    return casebook.opened(cases.project(tmp_path / "p"))


def _file(tmp_path, *rows, name="list.xlsx"):
    path = tmp_path / name
    table = pd.DataFrame(list(rows))
    table.to_excel(path, index=False) if path.suffix == ".xlsx" else table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_a_positive_list_comes_in_as_one_act_and_goes_back_as_one(ledger, tmp_path, name):
    """The same file again changes nothing; undo empties the register."""
    path = _file(tmp_path, ROW, ROW | {"许可证编号": cases.SITES[0]}, name=name)
    assert registers.import_file(ledger, cases.act(), path, "positive").figures == {"rows": 2, "new": 2, "changed": 2}
    assert registers.lines(ledger, "positive")["grounds"].tolist() == ["三年无处罚"] * 2
    assert registers.import_file(ledger, cases.act(), path, "positive").figures == {"rows": 2, "new": 0, "changed": 0}
    ledger.undo(cases.act(), 1)
    assert registers.lines(ledger, "positive").empty


def test_faults_are_told_by_row_and_nothing_comes_in(ledger, tmp_path):
    """An end before the beginning, a firm twice, an empty document."""
    path = _file(tmp_path, ROW, ROW, ROW | {"许可证编号": "X", "有效期至": "2025-01-01"}, ROW | {"决定文号": ""})
    with pytest.raises(TableFaults) as refusal:
        registers.import_file(ledger, cases.act(), path, "positive")
    told = {(row.row, row.code) for row in refusal.value.faults.itertuples()}
    assert {(4, "listings.reversed"), (5, "table.empty_value")} <= told
    assert {row for row, code in told if code == "table.repeated_value"} == {2, 3}
    assert ledger.events() == []


def test_a_removed_firm_is_barred_and_comes_back_after(ledger, tmp_path):
    """Removal needs a reason; within the bar a new listing is a fault, afterwards it clears the removal."""
    registers.import_file(ledger, cases.act(), _file(tmp_path, ROW), "positive")
    site, on = cases.SITES[1], date(2026, 7, 1)
    assert refused(registers.remove, ledger, cases.act(why=""), site, on=on) == "ledger.no_reason"
    assert refused(registers.remove, ledger, cases.act(), "S9", on=on) == "ledger.no_record"
    registers.remove(ledger, cases.act(why="弄虚作假"), site, on=on, barred_until=date(2029, 7, 1))
    assert registers.lines(ledger, "positive")["removal_reason"].tolist() == ["弄虚作假"]
    assert registers.alarms(ledger, on=date(2029, 6, 20))["code"].tolist() == ["listings.bar_ends"]
    early = ROW | {"有效期自": "2029-01-01", "有效期至": "2031-01-01"}
    with pytest.raises(TableFaults) as refusal:
        registers.import_file(ledger, cases.act(), _file(tmp_path, early), "positive")
    assert refusal.value.faults["code"].tolist() == ["listings.barred"]
    registers.import_file(ledger, cases.act(), _file(tmp_path, early | {"有效期自": "2029-07-02"}), "positive")
    assert registers.lines(ledger, "positive")["removed_on"].isna().all()


def test_items_caps_and_visits_come_in_under_their_own_forms(ledger, tmp_path):
    """Three more registers, one way in."""
    item = {"事项编号": "1", "事项名称": "示例检查", "实施依据": "某法第一条", "实施层级": "省级"}
    cap = {"许可证编号": "*", "年度": 2026, "检查类型": "合计", "频次上限": 2, "依据文号": "示号"}
    visit = {"检查编号": "V1", "许可证编号": cases.SITES[0], "检查日期": "2026-03-01", "检查类型": "日常检查"}
    for kind, row in (("item", item), ("cap", cap), ("visit", visit)):
        registers.import_file(ledger, cases.act(), _file(tmp_path, row), kind)
    assert registers.lines(ledger, "item")["level"].tolist() == ["province"]
    assert registers.lines(ledger, "cap")[["site_id", "year", "most"]].to_numpy().tolist() == [["*", 2026, 2]]
    assert registers.lines(ledger, "visit")["check_kind"].tolist() == ["routine"]


def test_a_line_is_withdrawn_with_a_reason_and_may_come_back(ledger, tmp_path):
    """Withdrawn it counts no more; its history stays, and the same line may be listed anew. Not the positive list."""
    cap = {"许可证编号": "*", "年度": 2026, "检查类型": "合计", "频次上限": 2, "依据文号": "示号"}
    registers.import_file(ledger, cases.act(), _file(tmp_path, cap), "cap")
    key = ("cap", "*/2026/total")
    assert refused(registers.withdraw, ledger, cases.act(why=""), *key) == "ledger.no_reason"
    assert refused(registers.withdraw, ledger, cases.act(role="reader"), *key) == "ledger.not_allowed"
    assert refused(registers.withdraw, ledger, cases.act(), "cap", "S9") == "ledger.no_record"
    assert refused(registers.withdraw, ledger, cases.act(), *key, seen=7) == "ledger.conflict"
    registers.withdraw(ledger, cases.act(why="废止"), *key)
    assert registers.lines(ledger, "cap").empty
    registers.import_file(ledger, cases.act(), _file(tmp_path, cap), "cap")
    assert registers.lines(ledger, "cap")["most"].tolist() == [2]
    assert [event.kind for event in ledger.events(key)] == ["cap.add", "cap.withdraw", "cap.add"]
    with pytest.raises(ValueError, match="positive"):
        registers.withdraw(ledger, cases.act(), "positive", cases.SITES[0])


def test_a_harmless_place_needs_a_reason_and_a_day_to_come(ledger):
    """It takes place and class from the lead that showed it."""
    casebook.take_in(ledger, cases.act(), cases.leads(cases.lead("1")))
    name = cases.lead("1")["lead_id"]
    assert refused(registers.suppress, ledger, cases.act(why=""), name, until=date(2027, 1, 1)) == "ledger.no_reason"
    assert refused(registers.suppress, ledger, cases.act(), name, until=date(2026, 7, 1)) == "registers.past"
    early = replace(cases.act(), at=datetime(2026, 6, 30, 17, 0, tzinfo=UTC))
    assert refused(registers.suppress, ledger, early, name, until=date(2026, 7, 1)) == "registers.past"
    assert refused(registers.suppress, ledger, cases.act(), "L9", until=date(2027, 1, 1)) == "ledger.no_record"
    registers.suppress(ledger, cases.act(why="固定堆场"), name, until=date(2027, 1, 1))
    found = registers.benign(ledger).iloc[0]
    assert (found["reason"], found["shown_class"], found.geometry.x) == ("固定堆场", "waste", 126.5)
