"""The page of registers as tests of its list and of its acts look at it."""

import pandas as pd
import pytest

from cross_check import casebook, registers
from tests.cross_check import cases
from tests.cross_check.test_registers import ROW
from tests.views import opened
from views import state

OVER = ROW | {"许可证编号": cases.SITES[2], "单位名称": "示例三厂", "有效期至": "2026-06-20"}


@pytest.fixture(name="project")
def listed(tmp_path, monkeypatch):
    """Return the small province with a positive list of two firms, the second of which has run out."""
    made = cases.project(tmp_path / "p")
    rows = [row | {"公示日期": "2026-01-05"} for row in (ROW, OVER)]
    registers.take(casebook.opened(made), cases.act(), pd.DataFrame(rows, index=[2, 3]), "positive")
    monkeypatch.setattr(state, "now", lambda: cases.NOW)
    return made


def look(monkeypatch, project, tab, role="analyst", row=None, language="zh"):
    """Return the page on a tab as somebody in a role sees it, with a row of its list chosen."""
    test = opened.page(monkeypatch, project, "rosters", language)
    test.session_state["person"], test.session_state["role"] = "甲", role
    test.session_state["rosters-tab"] = tab
    test.run()
    if row is not None:
        test.session_state[f"rosters-{tab}-list"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        test.run()
    assert not test.exception
    return test


def fill(test, **texts):
    """Fill fields in by their columns."""
    for column, text in texts.items():
        next(each for each in test.text_input if str(each.key).endswith(f"-{column}")).set_value(text)
