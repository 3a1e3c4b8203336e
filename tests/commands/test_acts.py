"""Who acts at the terminal."""

import argparse
from datetime import UTC

import pandas as pd

from commands import acts
from gis.language import catalogue

WORDS = catalogue("zh")


def test_name_role_and_reason_make_an_act(monkeypatch):
    """The role comes from the environment where the command names none; time is in UTC."""
    monkeypatch.setenv(acts.ROLE, "approver")
    parser = argparse.ArgumentParser()
    acts.add_options(parser, WORDS)
    act = acts.act(parser.parse_args(["--by", "甲", "--why", "因"]))
    assert (act.who, act.role, act.why) == ("甲", "approver", "因")
    assert act.at.tzinfo == UTC
    assert acts.act(parser.parse_args(["--role", "local"])).role == "local"


def test_states_are_said_in_words_and_others_as_they_are():
    """A record of a kind without states keeps its code."""
    assert acts.state_of("lead", "to_read", WORDS) == "待判读"
    assert acts.state_of("visit", "open", WORDS) == "open"
    assert acts.state_of("lead", "", WORDS) == ""


def test_long_tables_say_what_is_left_out(capsys):
    """Two of three rows, and how many are not shown."""
    acts.print_table(pd.DataFrame({"number": [1, 2, 3]}), WORDS, rows=2)
    told = capsys.readouterr().out
    assert "1" in told.splitlines()[-1]
    assert "3" not in told
