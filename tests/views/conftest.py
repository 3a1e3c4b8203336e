"""The small project of the page tests, written once a session, and a browser for those that need one."""

import pytest

from tests.views import small
from tools import screenshots


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Return the small project."""
    return small.write(tmp_path_factory.mktemp("projects") / "small")


@pytest.fixture(scope="module")
def browser():
    """Return a browser and the list of addresses that it was refused."""
    refused = []
    with screenshots.browsing(screenshots.chromium(), refused) as context:
        yield context, refused


@pytest.fixture
def page(browser):
    """Return a page; afterwards it fails on any request to another host and on anything the console complains of."""
    context, refused = browser
    complaints = []
    opened = context.new_page()
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert refused == []
    assert complaints == []
