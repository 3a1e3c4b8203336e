"""What runs out, on the overview."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from cross_check import casebook, registers
from tests.cross_check import cases
from tests.cross_check.test_registers import ROW
from tests.views import opened
from views import state


@pytest.mark.parametrize(("language", "said"), [("zh", "到期提醒"), ("en", "What runs out")])
def test_an_ending_listing_and_certificates_are_told(monkeypatch, tmp_path, language, said):
    """Two weeks before the list's end; certificates until January are not; who qualifies is counted."""
    project = cases.project(tmp_path / "p")
    path = tmp_path / "list.csv"
    pd.DataFrame([ROW | {"有效期至": "2026-07-15", "公示日期": "2026-01-02"}]).to_csv(path, index=False)
    registers.import_file(casebook.opened(project), cases.act(), path, "positive")
    monkeypatch.setattr(state, "now", lambda: cases.NOW)
    test = opened.page(monkeypatch, project, language=language)
    assert any(said in each.value for each in test.subheader)
    drawn = opened.html(test)
    assert "2026-07-15" in drawn
    assert "示例二厂" in drawn
    assert "2027-01-01" not in drawn
    assert any("3" in each.value and "hdq" not in each.value for each in test.caption)
    monkeypatch.setattr(state, "now", lambda: cases.NOW + timedelta(days=150))
    assert "2027-01-01" in opened.html(opened.page(monkeypatch, project, language=language))


def test_without_a_ledger_nothing_is_said(monkeypatch, tmp_path):
    """And none is made by looking."""
    project = cases.project(tmp_path / "p")
    test = opened.page(monkeypatch, project)
    assert not any("到期提醒" in each.value for each in test.subheader)
    assert not project.ledger.exists()


@pytest.mark.parametrize(
    ("day", "said"), [("2026-02-20", None), ("2026-03-10", "还有 21 天"), ("2026-04-05", "已逾期 5 天")]
)
def test_from_march_on_the_overview_warns_of_a_plan_not_filed(monkeypatch, project, day, said):
    """Silent in February; from 1 March the days left, in April the days over."""
    monkeypatch.setattr(state, "now", lambda: datetime.fromisoformat(day).replace(tzinfo=UTC))
    warned = [each.value for each in opened.page(monkeypatch, project).warning]
    assert any(said in each for each in warned) if said else not any("报备" in each for each in warned)
