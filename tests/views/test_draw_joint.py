"""The form of a joint draw: nothing until all three are told, then both lists in the preview and in the minutes."""

import datetime as dt

import pytest
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cross_check import draw_records
from cross_check.partners import Partner
from gis import files
from tests.cross_check import drawing
from tests.views import opened, small
from views import draw_joint, state, who

NOW = dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)


@pytest.fixture
def project(monkeypatch, tmp_path):
    """Return a small province with eight officers, on the 26th of November."""
    made = small.write(tmp_path / "p")
    files.write_table(drawing.officers(), made.officers)
    monkeypatch.setattr(state, "now", lambda: NOW)
    return made


class _Sent(UploadedFileRec):
    """A file as a browser sends it."""

    def getvalue(self):
        """Return its bytes."""
        return self.data


def _sent(name, text):
    return _Sent("1", name, "text/csv", text.encode())


def _theirs():
    rows = [f"M{at},市监{at},23A{at},2028-01-01,230100" for at in range(4)]
    return "\n".join(["编号,姓名,证号,有效期至,所属行政区", *rows])


def test_both_files_are_read_under_their_own_names(monkeypatch, project):
    """Units by credit code, officers without expertise; the names stand in the record."""
    monkeypatch.setenv("HDQ_PROJECT", str(project.folder))
    codes = files.read_layer(project.enterprises)["credit_code"][:40]
    units = _sent("../名单.csv", "\n".join(["统一社会信用代码", *codes]))
    joined = draw_joint.read("市场监管局", units, _sent("人员.csv", _theirs()))
    assert set(joined.sources) == {"名单.csv", "人员.csv"}
    assert len(joined.unit_ids) >= 40
    assert list(joined.officers["name"]) == [f"市监{at}" for at in range(4)]


def test_half_told_the_draw_stays_our_own(monkeypatch, project):
    """A name alone changes nothing, and the page says what is missing."""
    test = opened.page(monkeypatch, project, "draw")
    test.text_input(key="draw-joint-name").input("市场监管局").run()
    assert any("三项齐全" in one for one in opened.told(test))


def test_a_joint_draw_is_seen_in_preview_and_minutes(monkeypatch, project):
    """How many are on both lists, the pairs of the other department by name, and its name among the facts."""
    ids = files.read_layer(project.enterprises)["site_id"]
    theirs = drawing.officers().assign(officer_id=[f"M{at}" for at in range(8)], name=[f"市监{at}" for at in range(8)])
    joined = Partner("市场监管局", frozenset(ids[:200]), theirs, 3, {"名单.csv": "ab"})
    monkeypatch.setattr(draw_joint, "ask", lambda _: joined)
    test = opened.page(monkeypatch, project, "draw")
    test.text_input(key=who.NAME).input("乙").run()
    assert any("共同名单 200 家（其名单另有 3 行" in one.value for one in test.markdown)
    test.text_input(key="draw-title").input("联合").run()
    test.text_input(key="draw-document").input("1号").run()
    test.text_input(key="draw-beacon-0").input("双色球").run()
    test.button(key="draw-announce").click().run()
    assert not test.exception
    monkeypatch.setattr(state, "now", lambda: NOW + dt.timedelta(days=4))
    test.run()
    number = str(draw_records.listing(project)["number"].iloc[0])
    test.text_input(key=f"draw-value-{number}-双色球").input("1").run()
    test.button(key="draw-conclude").click().run()
    assert not test.exception
    drawn = test.dataframe[0].value
    assert drawn["联合部门人员"].str.contains("市监").all()
    assert "联合部门" in opened.html(test)
