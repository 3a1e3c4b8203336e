"""Sentences by code in two languages."""

import pytest

from gis.errors import WorkbenchError
from gis.language import DEFAULT, LANGUAGES, Catalogue, catalogue


def test_chinese_is_the_default():
    """Who asks for no language gets Chinese."""
    assert DEFAULT == "zh"
    assert catalogue() == catalogue("zh")


@pytest.mark.parametrize(("language", "sentence"), [("zh", "找不到文件 a.tif"), ("en", "There is no file a.tif")])
def test_say_fills_places(language, sentence):
    """A code and its values make a sentence."""
    assert catalogue(language).say("files.missing", name="a.tif") == sentence


def test_explain_translates_an_error():
    """An error raised in English is told in Chinese."""
    error = WorkbenchError("files.missing", "There is no file {name}", name="a.tif")
    assert catalogue("zh").explain(error) == "找不到文件 a.tif"


@pytest.mark.parametrize("params", [{}, {"title": "x"}])
def test_missing_value_is_refused(params):
    """A place without a value is a mistake, never an empty sentence."""
    with pytest.raises(KeyError):
        catalogue("en").say("files.missing", **params)


def test_unknown_code_is_refused():
    """A code without a sentence is a mistake, never shown as it is."""
    with pytest.raises(KeyError):
        catalogue("en").say("files.nowhere")


@pytest.mark.parametrize("language", ["", "ZH", "fr", "../zh"])
def test_unknown_language_is_refused(language):
    """Two languages and no file names."""
    with pytest.raises(ValueError, match="language is one of"):
        catalogue(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_become_dotted_codes(language):
    """Tables of the file are joined with dots, however deep, and hold nothing but sentences."""
    words = catalogue(language).words
    assert all("." in code for code in words)
    assert all(isinstance(sentence, str) for sentence in words.values())


def test_catalogue_formats_numbers_itself():
    """A place may say how its number is written."""
    assert Catalogue("en", {"a.b": "{share:.1%}"}).say("a.b", share=0.1234) == "12.3%"
