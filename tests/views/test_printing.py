"""Printed sheets: every letter on them is in the typeface that they carry."""

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from gis import paper
from gis.errors import WorkbenchError
from views import printing

SHEET = "<!doctype html><html><style>p {}</style><body>双随机抽查笔录 D1</body></html>"


@pytest.fixture
def _typeface():
    try:
        paper.faces()
    except WorkbenchError:
        pytest.skip("the typeface is not fetched yet")


@pytest.mark.usefixtures("_typeface")
def test_a_sheet_carries_the_letters_that_it_uses():
    """All of them, few others, and the text itself unchanged."""
    page = printing.whole(SHEET)
    letters = re.search(r"base64,([^)]+)\)", page).group(1)
    known = TTFont(io.BytesIO(base64.b64decode(letters))).getBestCmap()
    assert set(map(ord, "双随机抽查笔录D1")) <= set(known)
    assert len(known) < 60
    assert re.sub(r"<style>@font.*?</style>", "", page) == SHEET


def test_without_the_typeface_a_sheet_is_as_it_was(monkeypatch):
    """Before set-up nothing is embedded and nothing fails."""
    monkeypatch.setattr(paper, "faces", _missing)
    assert printing.whole(SHEET + " ") == SHEET + " "


def _missing():
    raise WorkbenchError("plate.no_font", "none")
