"""The frame of the app: navigation and language."""

from tests.views import opened, small


def test_language_switch_changes_every_page(monkeypatch, tmp_path):
    """The switch turns the open page into English, and the next page stays English."""
    project = small.write(tmp_path / "own")
    test = opened.page(monkeypatch, project)
    assert "总览" in opened.html(test)
    test.session_state["language"] = "en"
    test.run()
    assert "Overview" in opened.html(test)
    test.switch_page("views/hotspots.py").run()
    assert "Hotspots" in opened.html(test)
