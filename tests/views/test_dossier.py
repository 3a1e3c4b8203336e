"""The dossier page."""

import html

from gis import files
from tests.views import opened, small


def test_a_site_is_searched_and_its_sheet_is_drawn(monkeypatch, project):
    """A hostile name is shown as written, the print style is there."""
    test = opened.page(monkeypatch, project, "dossier")
    assert any("请搜索一家单位" in said for said in opened.told(test))
    test.text_input(key="dossier-search").set_value("onerror").run()
    assert not test.exception
    drawn = opened.html(test)
    assert html.escape(small.HOSTILE) in drawn
    assert small.HOSTILE not in drawn
    assert "@media print" in drawn


def test_a_site_can_be_asked_for_by_the_register_page(monkeypatch, project):
    """Through the session, as its button does."""
    site = files.read_layer(project.enterprises)["site_id"].iloc[7]
    test = opened.page(monkeypatch, project)
    test.session_state["dossier-site"] = site
    test.switch_page("views/dossier.py").run()
    assert not test.exception
    assert site in opened.html(test)
