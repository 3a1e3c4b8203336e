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


def test_values_are_told_in_words():
    """Codes by the words that tables have, whole numbers without a point, nothing for what is missing."""
    words = catalogue("zh")
    assert roster_form.value(words, "officer", "also_expertise", "air;waste") == "气、固废"
    assert roster_form.value(words, "cap", "most", 2.0) == "2"
    assert roster_form.value(words, "cap", "check_kind", None) == ""
