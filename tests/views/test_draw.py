"""The page of draws: preview, announcement, waiting, numbers, result, downloads; an aborted draw stays."""

import datetime as dt
import hashlib
import json
import subprocess
import sys

import pytest

from cross_check import draw_records
from cross_check.ledger import store
from gis import files
from gis.language import catalogue
from tests.cross_check import drawing
from tests.views import opened, small
from views import draw, draw_form, state

NOW = dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)
OUT = dt.datetime(2026, 11, 29, 14, tzinfo=dt.UTC)
DIGEST = hashlib.sha256(b"n1").hexdigest()


@pytest.fixture
def project(monkeypatch, tmp_path):
    """Return a small province with eight officers, on the 26th of November."""
    made = small.write(tmp_path / "p")
    files.write_table(drawing.officers(), made.officers)
    monkeypatch.setattr(state, "now", lambda: NOW)
    return made


def _page(monkeypatch, project, role="analyst"):
    return opened.signed(monkeypatch, project, "draw", role, "乙")


def _announced(monkeypatch, project, parties=""):
    test = _page(monkeypatch, project)
    test.text_input(key="draw-title").input("2026年第四季度").run()
    test.text_area(key="draw-witnesses").input("纪检<b>组").run()
    test.text_input(key="draw-document").input("黑环发〔2026〕1号").run()
    test.text_input(key="draw-beacon-0").input("双色球 2026138").run()
    test.text_area(key="draw-parties").input(parties).run()
    test.button(key="draw-announce").click().run()
    assert not test.exception
    return test


def _number(project):
    return str(draw_records.listing(project)["number"].iloc[-1])


def test_everybody_in_and_out_is_seen_before_anything_is_written(monkeypatch, project):
    """Formula, document of the rule, stopped and listed units, the officers on leave and without certificate."""
    test = _page(monkeypatch, project)
    drawn = opened.html(test)
    assert "家 × 25%" in drawn
    assert any("池州" in one.value for one in test.caption)
    units, officers = (one.value for one in test.dataframe)
    assert set(units["原因"].str[:3]) >= {"已停产", "正面清"}
    assert units["事实与依据"].ne("").any()
    assert list(officers["原因"]) == ["其间请假", "未登记行政执法证号"]
    assert test.button(key="draw-announce").disabled
    assert not project.draws.exists()


def test_a_draw_is_announced_told_and_drawn(monkeypatch, project):
    """The commitment stands on the page, the number is told, the value waits for its day, and the record replays."""
    test = _announced(monkeypatch, project, f"纪检={DIGEST}")
    number = _number(project)
    record = draw_records.read(project, number)
    assert record["announcement"]["commitment"] in [one.value for one in test.code]
    assert "draw-conclude" not in [one.key for one in test.button]
    test.text_input(key=f"draw-nonce-{number}").input("n1").run()
    test.button(key="draw-tell").click().run()
    assert not test.exception
    monkeypatch.setattr(state, "now", lambda: OUT)
    test.run()
    test.text_input(key=f"draw-value-{number}-双色球 2026138").input("03 08 11").run()
    test.button(key="draw-conclude").click().run()
    assert not test.exception
    record = draw_records.read(project, number)
    assert record["nonces"] == [{"by": "纪检", "value": "n1"}]
    assert record["seed"] in [one.value for one in test.code]
    drawn = [row for row in record["result"]["units"] if row["how"] != "not_drawn"]
    assert len(test.dataframe[0].value) == len(drawn)
    assert len(test.get("download_button")) == 4
    path = project.draws / number / "record.json"
    assert json.loads(path.read_text(encoding="utf-8"))["seed"] == record["seed"]
    done = subprocess.run(
        [sys.executable, str(opened.ROOT / "tools" / "verify_draw.py"), str(path)], capture_output=True, check=False
    )
    assert done.returncode == 0


def test_the_public_list_names_no_officer(monkeypatch, project):
    """Neither names nor numbers of officers leave with it."""
    test = _announced(monkeypatch, project)
    number = _number(project)
    monkeypatch.setattr(state, "now", lambda: OUT)
    test.run()
    test.text_input(key=f"draw-value-{number}-双色球 2026138").input("1").run()
    test.button(key="draw-conclude").click().run()
    monkeypatch.setenv("HDQ_PROJECT", str(project.folder))
    text = draw.public(catalogue("zh"), number, "csv").decode("utf-8-sig")
    assert "示例企业" in text
    assert not any(word in text for word in (*drawing.officers()["name"], *drawing.officers()["officer_id"]))
    assert draw.public(catalogue("zh"), number, "xlsx")[:2] == b"PK"


def test_a_draw_given_up_stays_on_the_list_with_its_reason(monkeypatch, project):
    """The reason is compulsory and stands in the history."""
    test = _announced(monkeypatch, project)
    number = _number(project)
    assert test.button(key="draw-abort").disabled
    test.text_input(key=f"draw-abort-why-{number}").input("名录有误").run()
    test.button(key="draw-abort").click().run()
    assert not test.exception
    drawn = opened.html(test)
    assert "已中止" in drawn
    assert "名录有误" in drawn
    assert store.opened(project.ledger).record(("draw", number)).state == "aborted"


def test_a_wrong_line_of_a_party_is_named_and_nothing_is_announced(monkeypatch, project):
    """A digest has 64 digits."""
    test = _announced(monkeypatch, project, "纪检=abc")
    assert any("纪检=abc" in one for one in opened.told(test))
    assert not project.draws.exists()


def test_a_contractor_sees_and_does_not_draw(monkeypatch, project):
    """The button is not there, and the page says why."""
    test = _page(monkeypatch, project, "contractor")
    assert "draw-announce" not in [one.key for one in test.button]
    assert any("第三方不能组织抽查" in one for one in opened.told(test))


def test_a_bureau_without_officers_is_told(monkeypatch, tmp_path):
    """The missing file is named."""
    project = small.write(tmp_path / "bare")
    test = opened.page(monkeypatch, project, "draw")
    assert any("officers.parquet" in one for one in opened.told(test))
    assert draw_form.people(project) == {}
