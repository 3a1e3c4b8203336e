"""Messy files of known truth: located rightly, or asked; never silently wrong. The full 200 are a benchmark."""

from collections import Counter

import pytest

from gis import files
from tests.gis import messy

FILES = 40


@pytest.fixture(scope="module")
def sketch():
    """The shipped prefectures."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def judged(sketch, tmp_path_factory):
    """Forty files and what became of them."""
    folder, province = tmp_path_factory.mktemp("messy"), messy.sites(sketch)
    made = [messy.make(number, folder, province) for number in range(FILES)]
    return [(one, messy.judge(one, sketch)) for one in made]


def test_no_file_is_silently_wrong(judged):
    """Every row that was placed lies within 60 m of its truth; a file is right, asked, or refused with the reason."""
    verdicts = Counter(outcome.verdict for _, outcome in judged)
    assert set(verdicts) <= {"right", "asked", "refused"}, verdicts


def test_only_old_datums_are_refused(judged):
    """A file that could be read is read."""
    assert {one.plan for one, outcome in judged if outcome.verdict == "refused"} <= {"old_datum"}


def test_what_can_be_told_is_not_asked(judged):
    """Where the file says its system truly, or enough sites are on record, nobody is bothered."""
    told = [outcome.verdict for one, outcome in judged if one.enough]
    assert len(told) > FILES / 3
    assert told.count("right") >= 0.95 * len(told)


def test_good_rows_are_not_faults(judged):
    """Damaged cells are told as faults, and hardly any other."""
    assert sum(outcome.refused_rows for _, outcome in judged) <= 1


def test_files_are_made_alike_from_one_number(sketch, tmp_path):
    """The scoreboard is repeatable."""
    province = messy.sites(sketch)
    one, two = (messy.make(5, tmp_path / name, province) for name in ("a", "b") if not (tmp_path / name).mkdir())
    assert (one.plan, one.system, one.declared) == (two.plan, two.system, two.declared)
    assert one.truth.equals(two.truth)
