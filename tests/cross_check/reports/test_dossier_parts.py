"""What a dossier says, before it is set on a page."""

import pandas as pd
import pytest

from cross_check.reports import dossier_parts
from gis.language import LANGUAGES, catalogue
from tests.cross_check.reports import dossier_made


@pytest.fixture(scope="module")
def dossier():
    """A site with a hostile name, a neighbour, a lead and a zone."""
    return dossier_made.dossier()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_has_a_cell_for_each_head(dossier, language):
    """In both languages; what there is none of is said in one line."""
    told = dossier_parts.parts(dossier, catalogue(language))
    assert {len(row) for table in told.tables for row in table.rows if len(row) != len(table.heads)} == set()
    assert len(told.tables) == 3
    assert told.nothing
    assert told.name == dossier_made.HOSTILE


def test_what_the_register_says_and_what_it_does_not_are_all_its_columns(dossier):
    """A person of the firm is named where the register names one."""
    words = catalogue("zh")
    told = dossier_parts.parts(dossier, words)
    assert "联系电话" in told.lacking
    site = dossier.site.assign(contact_phone="0459-6000000")
    full = dossier_parts.parts(dossier.__class__(**dossier.__dict__ | {"site": site}), words)
    assert ("联系电话", "0459-6000000") in full.facts
    assert "联系电话" not in full.lacking


def test_a_lead_without_area_or_former_image_says_nothing_of_them(dossier):
    """Such as one from a complaint."""
    leads = dossier.leads.assign(area_m2=float("nan"), before_on=pd.NaT)
    told = dossier_parts.parts(dossier.__class__(**dossier.__dict__ | {"leads": leads}), catalogue("zh"))
    (row,) = told.tables[0].rows
    assert row[3:5] == ["", "2026-06-01"]
