"""The form of a line: values in words and back under the headings that tables have."""

import pytest

from cross_check import forms, officers
from gis import schema
from gis.language import catalogue
from tests.cross_check import cases
from views import roster_form

KINDS = ("positive", "item", "cap", "visit", "officer")


def test_what_was_shown_is_read_back_as_it_was():
    """An officer's line, filled in again as the form shows it, is the same line."""
    known = cases.staff().assign(also_expertise="air;waste", home_unit="某支队").iloc[3].to_dict()
    told = known | {"certificate_until": "2027-01-01", "also_expertise": ["air", "waste"]}
    told = {name: value if isinstance(value, str | list) else None for name, value in told.items()}
    both = schema.table({**officers.SCHEMA.columns, **officers.PARTICULARS.columns})
    read = forms.demand(roster_form.row("officer", told), "officers", both, "form").iloc[0].to_dict()
    for name in ("officer_id", "expertise", "also_expertise", "home_unit", "leave", "certificate_until"):
        assert read[name] == known[name]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_name(kind, language):
    """In both languages, and never a code."""
    words = catalogue(language)
    for column in roster_form.headings(kind):
        assert "_" not in roster_form.label(words, kind, column)


def test_a_line_is_called_as_people_call_it():
    """By its name, else by its number; a cap by site, year and kind, never by its key."""
    zh = catalogue("zh")
    cap = {"site_id": "*", "year": 2026.0, "check_kind": "total"}
    assert roster_form.name(zh, "cap", "*/2026/total", cap) == "所有单位 2026 合计"
    assert roster_form.name(catalogue("en"), "cap", "A/2026/case", cap | {"site_id": "A"}) == "A 2026 total"
    assert roster_form.name(zh, "visit", "示例-001", {"visit_no": "示例-001"}) == "示例-001"
    assert roster_form.name(zh, "officer", "O1", {"officer_id": "O1", "name": "人员1"}) == "人员1"


def test_values_are_told_in_words():
    """Codes by the words that tables have, whole numbers without a point, nothing for what is missing."""
    words = catalogue("zh")
    assert roster_form.value(words, "officer", "also_expertise", "air;waste") == "气、固废"
    assert roster_form.value(words, "cap", "most", 2.0) == "2"
    assert roster_form.value(words, "cap", "check_kind", None) == ""
