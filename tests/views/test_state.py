"""What pages show is read anew exactly when a file has changed."""

import os

import pytest

from cross_check.files import Project
from tests.views import small
from views import state


@pytest.fixture
def own(tmp_path):
    """Return a project that a test may change."""
    return small.write(tmp_path / "own")


def test_stamp_changes_with_each_file(own):
    """A touched file gives another stamp; nothing else does."""
    first = state.stamp_of(own)
    assert state.stamp_of(own) == first
    os.utime(own.leads, ns=(1, 1))
    assert state.stamp_of(own) != first


def test_tables_are_shared_until_a_file_changes(own):
    """One reading serves all pages; a new file is seen at once."""
    first = state.tables(state.stamp_of(own))
    assert state.tables(state.stamp_of(own)) is first
    own.leads.unlink()
    second = state.tables(state.stamp_of(own))
    assert len(first["leads"]) == 6
    assert second["leads"].empty


def test_folder_without_files_is_an_empty_project(tmp_path):
    """Nothing made yet is a state, not an error."""
    stamp = state.stamp_of(Project(tmp_path))
    assert stamp.marks == ()
    assert not stamp.has("leads")
    assert state.tables(stamp)["leads"].empty
    assert state.facts(stamp, "recipe") == {}


def test_project_comes_from_the_surroundings(monkeypatch, tmp_path):
    """The pages show the folder that the command named."""
    monkeypatch.setenv(state.PROJECT, str(tmp_path))
    assert state.project().folder == tmp_path


def test_times_are_beijing_times():
    """Half past four in the afternoon UTC is half past midnight in Beijing."""
    assert state.written_at(1_617_726_600 * 10**9) == "2021-04-07 00:30"
