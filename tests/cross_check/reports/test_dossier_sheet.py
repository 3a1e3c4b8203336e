"""The dossier on paper."""

import html
import re

import pytest

from cross_check.reports import dossier_sheet
from cross_check.reports.dossier_sheet import Picture
from gis.language import LANGUAGES, catalogue
from tests.cross_check.reports import dossier_made


@pytest.fixture(scope="module")
def dossier():
    """A site with a hostile name, a neighbour, a lead and a zone."""
    return dossier_made.dossier()


@pytest.mark.parametrize("language", LANGUAGES)
def test_document_stands_alone_and_runs_nothing(dossier, language):
    """No script, no address, a policy that forbids both; the hostile name is shown as written."""
    whole = dossier_sheet.document(dossier, catalogue(language), [Picture(b"\x89PNG", "前期")])
    assert "<script" not in whole
    assert re.findall(r"(?:src|href)=\"(?!data:)", whole) == []
    assert "default-src 'none'" in whole
    assert html.escape(dossier_made.HOSTILE) in whole
    assert dossier_made.HOSTILE not in whole


def test_what_is_known_is_told_and_what_is_not_is_said_in_a_line(dossier):
    """The lead with its state, the zone with its distance; no visits, no positive list, no history."""
    sheet = dossier_sheet.sheet(dossier, catalogue("zh"))
    for said in ("L1", "新线索", "2025-06-01 → 2026-06-01", "湿地", "邻厂", "没有计划或记录的检查", "没有变更记录"):
        assert said in sheet
    assert "影像线索未经复核不作为证据" in sheet


def test_sheet_prints_on_a4(dossier):
    """Its style names the paper."""
    assert "size: A4 portrait" in dossier_sheet.document(dossier, catalogue("zh"))
