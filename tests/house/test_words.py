"""The sentences of the workbench, and the checkers that hold them."""

import pytest

from gis.language import LANGUAGES, catalogue
from tests.house import words
from tests.house.tree import ROOT, Module, all_faults, modules, none, tracked

ENGLISH = catalogue("en").words


def test_both_catalogues_have_the_same_keys_and_places():
    """A sentence that exists in one language exists in the other and takes the same values."""
    none(words.unequal(catalogue("zh").words, ENGLISH))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty(language):
    """Every code says something."""
    none(words.empty(catalogue(language).words))


def test_chinese_sentences_are_set_in_chinese_type():
    """Commas, colons and brackets beside Chinese characters are full-width ones."""
    zh = catalogue("zh").words
    none([f"{key}: {marks}" for key, sentence in zh.items() for marks in words.half_width(sentence)])


def test_every_code_has_a_sentence():
    """A code in a module is a key of the catalogues."""
    none(all_faults(lambda module: words.unknown_codes(module, ENGLISH), modules()))


def test_every_place_is_filled():
    """Who says or raises a sentence names all its places."""
    none(all_faults(lambda module: words.unfilled_places(module, ENGLISH), modules()))


def test_no_sentence_is_idle():
    """A key that nothing names is removed."""
    data = [(ROOT / name).read_text(encoding="utf-8") for name in tracked() if _is_data(name)]
    none(words.idle(ENGLISH, modules(), data))


def _is_data(name):
    return name.endswith(".toml") and not name.startswith("words/")


def test_unequal_catalogues_are_found():
    """A key on one side only and a place that differs are both told."""
    faults = words.unequal({"a.b": "{x}", "a.c": "", "a.e": "{x:.1f}"}, {"a.b": "{y}", "a.d": "", "a.e": "{x}"})
    assert faults == ["a.c: in one catalogue only", "a.d: in one catalogue only", "a.b: places differ"]


def test_empty_sentences_are_found():
    """White space says nothing either."""
    assert words.empty({"a.b": " ", "a.c": "x"}) == ["a.b: empty"]


@pytest.mark.parametrize(
    "line",
    [
        'say("nowhere.to")',
        'raise WorkbenchError("nowhere.to", "x")',
        'words.say("a.missing")',
        'CODE = "a.missing"',
        'say(f"c.{x}")',
    ],
)
def test_unknown_codes_are_found(line):
    """Said, raised or kept in a table: a code without a sentence is told."""
    assert len(words.unknown_codes(Module("m.py", line), {"a.b": "x"})) == 1


@pytest.mark.parametrize(
    "line", ['say("a.b")', 'open("a.json")', '"b.missing"', '"A sentence, a.missing"', 'say(f"a.{x}")', "say(x)"]
)
def test_other_strings_are_no_codes(line):
    """File names and prose are left alone."""
    assert words.unknown_codes(Module("m.py", line), {"a.b": "x"}) == []


def test_unfilled_places_are_found():
    """A place that is not named in the call is told, unless the values come as a mapping."""
    module = Module("m.py", 'say("a.b", x=1)\nsay("a.b", **values)\nWorkbenchError("a.b", "x", x=1, y=2)')
    assert words.unfilled_places(module, {"a.b": "{x} {y:.1f}"}) == ["m.py:1: a.b lacks y"]


def test_idle_sentences_are_found():
    """Keys named whole, by a pattern or in a data file are in use; others are told."""
    module = Module("m.py", 'say("a.b")\nsay(f"state.{state}")\nsay("bin." + name)\nf"{x}.{y}"')
    keys = ["a.b", "state.new", "bin.hot", "data.key", "a.idle"]
    assert words.idle(dict.fromkeys(keys, ""), [module], ['code = "data.key"']) == ["a.idle: idle"]


def test_a_pattern_without_a_fixed_part_uses_nothing():
    """``f"{section}.{key}"`` alone does not keep a sentence alive."""
    assert words.idle({"a.b": "x"}, [Module("m.py", 'say(f"{x}{y}")')]) == ["a.b: idle"]


def test_latin_punctuation_beside_chinese_is_found():
    """Full-width marks pass, Latin ones pass between Latin words, figures and places."""
    full = "\u57ce\u5e02\uff0c\u53bf\uff1a{name} (km, m) 1:50\u3002"
    assert words.half_width(full) == []
    assert len(words.half_width("\u57ce\u5e02,\u53bf:{name}")) == 2
