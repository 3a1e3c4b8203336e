"""What all commands share: readers of arguments, and faults on the screen."""

import argparse
import io
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from commands import frame
from gis.language import catalogue

WORDS = catalogue("en")


@pytest.mark.parametrize("text", ["18.6.2024", "2024-13-01", ""])
def test_a_day_is_a_date(text):
    """And nothing else."""
    assert frame.day(WORDS)("2024-06-18") == date(2024, 6, 18)
    with pytest.raises(argparse.ArgumentTypeError):
        frame.day(WORDS)(text)


def test_numbers_are_in_their_ranges():
    """Above nothing, and between none and all."""
    assert (frame.positive("2.5"), frame.share("0.5")) == (2.5, 0.5)
    for read, texts in ((frame.positive, ("0", "-1", "nan", "x")), (frame.share, ("0", "1", "nan"))):
        for text in texts:
            with pytest.raises(ValueError):  # noqa: PT011 - argparse asks for no more
                read(text)


def test_a_table_of_faults_is_a_csv():
    """Whatever case its ending has."""
    assert frame.csv_file(WORDS)("A.CSV") == Path("A.CSV")
    with pytest.raises(argparse.ArgumentTypeError):
        frame.csv_file(WORDS)("a.xlsx")


def test_few_faults_are_shown_and_all_are_written(tmp_path):
    """Thirty on the screen and how many more; in the file every one with its sentence."""
    faults = pd.DataFrame({"row": range(2, 52), "column": "name", "code": "table.empty_value", "value": ""})
    screen = io.StringIO()
    frame.print_faults(faults, WORDS, None, screen)
    lines = screen.getvalue().splitlines()
    assert len(lines) == 31
    assert "20" in lines[-1]
    frame.print_faults(faults, WORDS, tmp_path / "all.csv", io.StringIO())
    assert len(pd.read_csv(tmp_path / "all.csv")) == 50


def test_a_command_works_in_the_folder_it_is_told(monkeypatch):
    """From the surroundings, unless the command line says otherwise."""
    monkeypatch.setenv("HDQ_PROJECT", "there")
    parser = argparse.ArgumentParser()
    frame.command(parser.add_subparsers(), "x", "cli.demo", lambda *_: 0, WORDS)
    assert frame.project(parser.parse_args(["x"])).folder == Path("there")
    assert frame.project(parser.parse_args(["x", "--project", "here"])).folder == Path("here")
