"""The list of the page of registers: what runs out first, what an empty one says, who may only read."""

import pytest

from tests.views import opened
from tests.views.roster_made import listed, look  # noqa: F401 - the fixture


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


@pytest.mark.parametrize("role", ["reader", "contractor"])
def test_who_may_not_reads_only(monkeypatch, project, role):
    """The lists are there, forms and undo are not, and the page says that the role may not."""
    test = look(monkeypatch, project, "positive", role, row=0)
    assert any("不能办理" in each for each in opened.told(test))
    assert not {"登记", "登记变更", "移出正面清单", "导入"} & {each.label for each in test.button}
