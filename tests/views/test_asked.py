"""What is said of a file on the import desk."""

from views.asked import Asked


def test_answers_become_a_letter():
    """Columns, systems by group, corrected cells and rows left out, as the desk reads them."""
    said = Asked(part="表1").with_column("name", "企业").with_system(2, "gcj02")
    said = said.with_fixes({(5, "经度"): "125.1"}, {7})
    letter = said.letter("绥化局")
    assert (letter.part, letter.sender, dict(letter.columns)) == ("表1", "绥化局", {"name": "企业"})
    assert dict(letter.answer.groups) == {2: "gcj02"}
    assert dict(letter.fixes) == {(5, "经度"): "125.1"}
    assert letter.skipped == frozenset({7})


def test_a_later_answer_takes_the_place_of_an_earlier_one():
    """Nothing stands twice, and an empty system gives the group back to the evidence."""
    said = Asked().with_column("name", "甲").with_column("name", "乙").with_system(1, "bd09").with_system(1, "")
    said = said.with_fixes({(2, "a"): "x"}, {3}).with_fixes({(2, "a"): "y"}, {4})
    assert said == Asked(columns=(("name", "乙"),), fixes=((2, "a", "y"),), skipped=(3, 4))
