"""The command on several rounds, and the reader of prices."""

import argparse

import pytest

import cli
from commands import rotations
from gis.language import catalogue


def test_a_project_without_leads_is_a_sentence(capsys, tmp_path):
    """Exit code 1 and what is missing."""
    code = cli.main(["rounds", "joint", "--document", "1", "--ends-on", "2026-12-31", "--project", str(tmp_path)])
    assert code == 1
    assert "leads.parquet" in capsys.readouterr().err


def test_prices_are_read():
    """A rule and kilometres."""
    assert rotations.relaxed(catalogue("zh"))("past=300") == ("past", 300.0)


@pytest.mark.parametrize("text", ["past", "own=300", "past=-1", "past=much"])
def test_what_is_no_price_is_refused(text):
    """The own region has no price, and a price is above 0."""
    with pytest.raises(argparse.ArgumentTypeError, match="reciprocal"):
        rotations.relaxed(catalogue("zh"))(text)
