"""The small project of the page tests, written once a session."""

import pytest

from tests.views import small


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Return the small project."""
    return small.write(tmp_path_factory.mktemp("projects") / "small")
