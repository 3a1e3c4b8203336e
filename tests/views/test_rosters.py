"""The list of the page of registers: what runs out first, what an empty one says, who may only read."""

from datetime import timedelta

import pandas as pd
import pytest

from cross_check import casebook, registers
from tests.cross_check import cases
from tests.views import opened
from tests.views.roster_made import listed, look  # noqa: F401 - the fixture
from views import state


@pytest.mark.parametrize(("language", "said"), [("zh", "已到期 1 项"), ("en", "1 have run out")])
def test_what_has_run_out_stands_first_under_an_alarm(monkeypatch, project, language, said):
    """With how long ago in its state; the other firm holds."""
    test = look(monkeypatch, project, "positive", language=language)
    assert any(said in each for each in opened.told(test))
    states = list(test.dataframe[0].value.iloc[:, 0])
    assert "11" in states[0]
    assert "11" not in states[1]


@pytest.mark.parametrize("tab", ["item", "cap", "visit"])
def test_an_empty_register_says_what_to_do(monkeypatch, project, tab):
    """Add one or import a table; nothing else is drawn in its place."""
    assert any("导入" in each for each in opened.told(look(monkeypatch, project, tab)))


def test_who_may_go_is_told_of_the_day_it_is(monkeypatch, project):
    """The one on leave until the end of July may go on 1 August, though nothing was recorded in between."""
    away = ["其间请假" in set(look(monkeypatch, project, "officer").dataframe[0].value.iloc[:, 0])]
    monkeypatch.setattr(state, "now", lambda: cases.NOW + timedelta(days=31))
    away.append("其间请假" in set(look(monkeypatch, project, "officer").dataframe[0].value.iloc[:, 0]))
    assert away == [True, False]


@pytest.mark.parametrize("tab", ["cap", "visit"])
def test_lines_of_sites_tell_their_names(monkeypatch, project, tab):
    """A line of all sites says so; one of a site that the register lacks says nothing."""
    names = {cases.SITES[0]: "示例一厂", "*": "所有单位", "X1": ""}
    more = {"cap": {"年度": "2026", "检查类型": "专项", "次数上限": "2", "文号": "示号"}}
    more["visit"] = {"检查日期": "2026-02-03", "检查类型": "日常"}
    rows = [{"许可证编号": site, "检查编号": str(at)} | more[tab] for at, site in enumerate(names)]
    registers.take(casebook.opened(project), cases.act(), pd.DataFrame(rows, index=[2, 3, 4]), tab)
    table = look(monkeypatch, project, tab).dataframe[0].value
    assert dict(zip(table["许可证编号"], table["单位"], strict=True)) == names


@pytest.mark.parametrize("role", ["reader", "contractor"])
def test_who_may_not_reads_only(monkeypatch, project, role):
    """The lists are there, forms and undo are not, and the page says that the role may not."""
    test = look(monkeypatch, project, "positive", role, row=0)
    assert any("不能办理" in each for each in opened.told(test))
    assert not {"登记", "登记变更", "移出正面清单", "导入"} & {each.label for each in test.button}
