"""Headings guessed with a confidence, and senders remembered."""

import pandas as pd
import pytest

from gis import guesses
from gis.guesses import Custom

CODES = ["91130200699229617X", "911302307808371268"]


def table(**columns):
    """Two rows under some headings."""
    return pd.DataFrame(columns, index=[2, 3], dtype=str)


def guess(rows, custom=None):
    """Guesses as heading, confidence and reason by column."""
    found = guesses.guess(rows, custom)
    return {row.column: (row.heading, row.confidence, row.why) for row in found.itertuples()}


def test_known_headings_are_sure():
    """Chinese and English."""
    found = guess(table(单位名称=["甲", "乙"], longitude=["126", "127"]))
    assert found["name"] == ("单位名称", 0.99, "known")
    assert found["lon"] == ("longitude", 0.99, "known")


def test_cells_speak_for_themselves():
    """A column of credit codes is one, whatever its heading."""
    found = guess(table(编码=CODES, 状态标识=["停产", "运行中"]))
    assert found["credit_code"] == ("编码", 0.95, "cells")
    assert found["operating"] == ("状态标识", 0.95, "cells")


def test_headings_that_hold_a_known_word_are_sure_enough():
    """With what stands round it."""
    found = guess(table(排污单位名称全称=["甲", "乙"]))
    assert found["name"][0] == "排污单位名称全称"
    assert found["name"][1] >= guesses.SURE


def test_a_likeness_is_only_shown():
    """Misspelt headings are proposed, not used."""
    rows = table(企业明称=["甲", "乙"])
    assert guess(rows)["name"][2] == "similar"
    assert guesses.sure(guesses.guess(rows)) == {}


def test_each_heading_and_column_stands_once():
    """The better guess wins."""
    rows = table(统一社会信用代码=CODES, 代码=CODES, 单位名称=["甲", "乙"], 单位名称2=["a", "b"])
    found = guesses.guess(rows)
    assert found["column"].is_unique
    assert found["heading"].is_unique
    assert guesses.sure(found)["credit_code"] == "统一社会信用代码"
    assert guesses.sure(found)["name"] == "单位名称"
    assert found["confidence"].is_monotonic_decreasing


def test_senders_are_remembered():
    """Their own headings come first next time; what a later file does not say stays."""
    memory = guesses.remembered({}, "suihua", Custom({"name": "厂子"}, "gcj02"))
    memory = guesses.remembered(memory, "suihua", Custom({"lon": "东经"}, ""))
    custom = guesses.recalled(memory, "suihua")
    assert custom == Custom({"name": "厂子", "lon": "东经"}, "gcj02")
    assert guess(table(厂子=["甲", "乙"], 单位名称=["a", "b"]), custom)["name"] == ("厂子", 1.0, "remembered")
    assert guesses.recalled(memory, "heihe") == Custom()


@pytest.mark.parametrize("memory", [{"a": 1}, {"a": {"columns": 3}}, {"a": {}}])
def test_a_damaged_memory_is_no_memory(memory):
    """What somebody wrote into the file by hand breaks nothing."""
    assert guesses.recalled(memory, "a") == Custom()


def test_a_table_without_headings_gives_no_guess():
    """Nothing to tell."""
    assert guesses.guess(pd.DataFrame(index=[2, 3])).empty
