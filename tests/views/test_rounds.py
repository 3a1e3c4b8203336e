"""The round builder: a trial with matrix and reasons, a clash with offers, a document before anything is planned."""

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest

from cross_check import jobs
from gis import files
from gis.errors import WorkbenchError
from tests.cross_check import drawing
from tests.views import opened, small
from views import rounds, state

NOW = dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)


@pytest.fixture
def project(monkeypatch, tmp_path):
    """Return a province of three divisions with a team each, on the 26th of November."""
    made = small.write(tmp_path / "p")
    officers = drawing.officers()
    officers["home_division"] = ["230100", "230100", "230600", "230600", "231200", "231200", "230100", "230100"]
    officers["leave"] = None
    files.write_table(officers, made.officers)
    monkeypatch.setattr(state, "now", lambda: NOW)
    return made


def _past(project):
    """Bar what three divisions could do: only mutual inspection is left."""
    pairs = [("230100", "230600"), ("230600", "231200"), ("231200", "230100")]
    other = [(b, a) for a, b in pairs]
    rows = [(at, *pair) for at, some in enumerate((pairs, other), start=1) for pair in some]
    table = pd.DataFrame(rows, columns=["round", "home_division", "division_code"])
    files.write_table(table, project.past_rounds)


def _documented(test):
    test.text_input(key="rounds-document").input("黑环函〔2026〕9号").run()
    test.text_input(key="rounds-seed").input("双色球 2026138").run()
    assert not test.exception


def test_a_trial_shows_who_goes_where_and_why(monkeypatch, project):
    """Three teams in a ring, proved; the officer without certificate is named; the stored round differs."""
    test = opened.page(monkeypatch, project, "rounds")
    drawn = opened.html(test)
    assert drawn.count('class="chosen"') == 3
    assert drawn.count("本地") >= 3
    assert "未登记行政执法证号" in drawn
    assert any("已证明最优" in one.value for one in test.markdown)
    assert any("与以下试排不同" in one for one in opened.told(test))


def test_nothing_is_planned_without_its_document(monkeypatch, project):
    """Both buttons rest until the document is there; then the queue is told the whole command."""
    asked = []
    monkeypatch.setattr(jobs, "submit", lambda _, argv, **__: asked.append(argv))
    test = opened.page(monkeypatch, project, "rounds")
    assert test.button(key="rounds-plan").disabled
    assert test.button(key="rounds-plan-joint").disabled
    _documented(test)
    test.button(key="rounds-plan").click().run()
    test.button(key="rounds-plan-joint").click().run()
    plan, joint = asked
    assert plan[:6] == ["rounds", "plan", "--document", "黑环函〔2026〕9号", "--seed", "双色球 2026138"]
    assert plan[6:] == ["--starts-on", "2026-11-26", "--days", "5"]
    assert joint == [
        "rounds", "joint", "--document", "黑环函〔2026〕9号", "--rounds", "3", "--ends-on", "2026-12-01"
    ]  # fmt: skip


def test_a_clash_offers_what_relaxing_a_rule_costs(monkeypatch, project):
    """The sentence names the rules; the offer taken, the round is there with what it breaks."""
    _past(project)
    test = opened.page(monkeypatch, project, "rounds")
    assert any("无法同时满足" in one for one in opened.told(test))
    assert "rounds-offer-past" in [one.key for one in test.button]
    _documented(test)
    assert test.button(key="rounds-plan").disabled
    test.button(key="rounds-offer-past").click().run()
    assert not test.exception
    assert any("违反规则" in one for one in opened.told(test))
    assert "不重复近几轮的配对" in opened.html(test)
    asked = []
    monkeypatch.setattr(jobs, "submit", lambda _, argv, **__: asked.append(argv))
    test.button(key="rounds-plan").click().run()
    assert asked[0][-4:] == ["--past", str(project.past_rounds), "--relax", "past=500"]


def test_rounds_planned_together_stand_as_a_table(monkeypatch, project):
    """The rotation on record with the document it stands on."""
    rows = [(1, "T1", "230100", "230600"), (2, "T1", "230100", "231200")]
    table = pd.DataFrame(rows, columns=["round", "team_id", "home_division", "division_code"])
    files.write_table(table.assign(travel_km=100.0, expertise_met=True, load_min=60.0), project.rotation)
    files.write_json({"document_no": "函7号", "ends_on": "2026-12-31"}, project.rotation.with_suffix(".json"))
    test = opened.page(monkeypatch, project, "rounds")
    assert any("函7号" in one.value for one in test.caption)
    assert "第 2 轮" in opened.html(test)


def test_a_bureau_without_officers_is_told(monkeypatch, tmp_path):
    """The missing file is named."""
    test = opened.page(monkeypatch, small.write(tmp_path / "bare"), "rounds")
    assert any("officers.parquet" in one for one in opened.told(test))


def test_two_rules_are_offered_where_one_does_not_help(monkeypatch):
    """The fewest that help: each pair that does, with its price, and no three of them."""

    def assign(ground, params):
        del ground
        if not {"past", "back"} <= set(params.relaxed):
            raise WorkbenchError("rounds.clash", "no")
        return SimpleNamespace(broken=pd.DataFrame({"price_km": list(params.relaxed.values())}))

    monkeypatch.setattr(rounds, "_assign", assign)
    choice = rounds.Choice(dt.date(2026, 12, 1), (), 500.0, past=True)
    assert rounds._offers(None, choice) == [(("past", "back"), 2, 1000.0)]
    monkeypatch.setattr(rounds, "SOFT", ("past",))
    assert rounds._offers(None, choice) == []
