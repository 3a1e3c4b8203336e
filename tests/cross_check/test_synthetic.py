"""Synthetic officers and complaints: enough to form teams, plainly invented, nobody's name in a complaint."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cross_check import officers as duty
from cross_check import synthetic
from gis import data, files, schema, signals

ON = dt.date(2026, 4, 1)
SITES = [f"S{number:03d}" for number in range(50)]


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture(scope="module")
def staff(sketch):
    """Officers of all thirteen prefectures."""
    return synthetic.officers(np.random.default_rng(6), sketch, on=ON, site_ids=SITES)


def test_every_prefecture_has_six_to_ten_officers(staff, sketch):
    """With ids of their own and a home that exists."""
    schema.demand(staff, duty.SCHEMA, "staff")
    sizes = staff["home_division"].value_counts()
    assert set(sizes.index) == set(sketch["division_code"])
    assert sizes.between(6, 10).all()


def test_every_prefecture_can_form_a_team_with_all_expertise(staff):
    """Its first four officers hold valid certificates and one expertise each."""
    valid = staff[staff["certificate_until"] >= pd.Timestamp(ON)]
    assert (valid.groupby("home_division")["expertise"].nunique() == len(duty.EXPERTISE)).all()


def test_some_certificates_are_expired_and_some_missing(staff):
    """What the rules must catch is there; who has no number has no date either."""
    assert 0.02 < staff["certificate_no"].isna().mean() < 0.2
    assert 0.02 < (staff["certificate_until"] < pd.Timestamp(ON)).mean() < 0.2
    assert staff["certificate_no"].isna().equals(staff["certificate_until"].isna())
    assert staff["certificate_no"].dropna().is_unique


def test_names_are_plainly_invented(staff):
    """The mark, a family name and a number."""
    assert staff["name"].str.fullmatch(data.words("synthetic")["mark"] + r"·\w\d{3}").all()


def test_interests_are_sites_that_were_given(staff, sketch):
    """One to three of them for some officers, none where no sites are given."""
    lists = staff["interest_sites"].dropna().str.split(";")
    assert 0.1 < len(lists) / len(staff) < 0.5
    assert lists.map(len).between(1, 3).all()
    assert set(lists.explode()) <= set(SITES)
    assert synthetic.officers(np.random.default_rng(6), sketch, on=ON)["interest_sites"].isna().all()


def test_same_seed_same_people(sketch, tmp_path):
    """Byte for byte; another seed makes others."""
    for seed, name in ((6, "a"), (6, "b"), (7, "c")):
        table = synthetic.officers(np.random.default_rng(seed), sketch, on=ON, site_ids=SITES)
        files.write_table(table, tmp_path / f"{name}.parquet")
    hashes = [files.sha256(tmp_path / f"{name}.parquet") for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]


def test_complaints_are_a_number_a_date_and_a_place(sketch):
    """No further column: who complained appears nowhere."""
    events, truth = synthetic.complaints(np.random.default_rng(6), sketch, first_on=dt.date(2023, 1, 1))
    assert list(events.columns) == list(signals.SCHEMA.columns)
    assert set(events["kind"]) == {"complaint"}
    assert len(truth) == 8
    assert len(events) == 3000 + truth["events"].sum()
    assert events["seen_on"].between("2023-01-01", "2025-12-31").all()
