"""The plan page shows who goes where and every day of it."""

import pytest

from tests.views import opened


@pytest.mark.parametrize(("language", "team"), [("zh", "哈尔滨市检查组"), ("en", "Team of Harbin")])
def test_teams_are_named_by_their_home(monkeypatch, project, language, team):
    """Every team is called after its home in the page's language."""
    test = opened.page(monkeypatch, project, "plan", language)
    assert team in opened.html(test)
    assert len(test.dataframe[0].value) == 4


def test_team_and_day_narrow_the_visits(monkeypatch, project):
    """One team on one day has its own visits only."""
    test = opened.page(monkeypatch, project, "plan")
    test.selectbox(key="team").set_value("T230600").run()
    assert len(test.dataframe[0].value) == 2
    test.session_state["day"] = 2
    test.run()
    assert len(test.dataframe[0].value) == 1


def test_reasons_are_sentences(monkeypatch, project):
    """The assignment says why, not a code."""
    drawn = opened.html(opened.page(monkeypatch, project, "plan"))
    assert "规则允许的地区中路程最近" in drawn
    assert "rounds." not in drawn
