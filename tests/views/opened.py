"""Pages as tests look at them, with or without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from views import who

ROOT = Path(__file__).parents[2]


def page(monkeypatch, project, name="", language="zh"):
    """Return the app after a page of it has run on a project."""
    monkeypatch.setenv("HDQ_PROJECT", str(project.folder))
    monkeypatch.setenv("HDQ_LANGUAGE", language)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    if name:
        test.switch_page(f"views/{name}.py").run()
    assert not test.exception
    return test


def signed(monkeypatch, project, name, role, person="甲"):
    """Return a page as somebody sees it who has told name and role."""
    test = page(monkeypatch, project, name)
    test.text_input(key=who.NAME).input(person).run()
    test.selectbox(key=who.ROLE).select(role).run()
    assert not test.exception
    return test


def press(test, label):
    """Press the first button that is called so, and return the page as it is then."""
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception
    return test


def html(test):
    """Return all HTML that a page draws by itself."""
    return "".join(each.proto.body for each in test.get("html"))


def told(test):
    """Return what a page says in its boxes."""
    return [each.value for kind in ("info", "warning", "error") for each in getattr(test, kind)]


def inside(page):
    """Return the map of a page that a browser shows."""
    return page.frame_locator("iframe").first
