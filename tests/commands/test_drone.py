"""Commands on drone flights: each verb by its words, in both languages."""

import pytest

import cli
from tests.satellite import flown


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two flights on disk and a project folder."""
    folder = tmp_path_factory.mktemp("drone")
    return folder, flown.flights(folder, moved=(2.0, 0.0))


def test_a_day_with_two_flights(made, capsys):
    """In, registered, measured, listed."""
    folder, (first, second) = made
    project = ["--project", str(folder / "p"), "--language", "en"]
    for name, day, (ortho, dsm) in (("a", "2025-04-20", first), ("b", "2025-06-01", second)):
        asked = ["--flight", name, "--ortho", str(ortho), "--dsm", str(dsm), "--flown-on", day, "--pilot", "Li"]
        assert cli.main(["drone", "cog", *asked, *project]) == 0
    assert cli.main(["drone", "register", "--flight", "b", "--onto", "a", *project]) == 0
    assert "moved back" in capsys.readouterr().out
    assert cli.main(["drone", "volume", "a", "b", *project]) == 0
    assert "2 heaps" in capsys.readouterr().out
    assert cli.main(["drone", "photos", str(flown.photos(folder / "photos")), "--flight", "b", *project]) == 0
    assert "14 photos, 13 placed" in capsys.readouterr().out
    assert cli.main(["drone", "list", *project]) == 0
    listed = capsys.readouterr().out
    assert listed.splitlines()[0].startswith("2025-06-01  b  orthomosaic yes")
    assert "2 flights" in listed


def test_a_refusal_is_a_sentence(made, capsys):
    """Unknown cells end with 1 and say what to do."""
    folder, _ = made
    asked = ["--flight", "a", "--cells", str(folder / "none.gpkg"), "--project", str(folder / "q"), "--language", "zh"]
    assert cli.main(["drone", "coverage", *asked]) == 1
    assert "请先读取航次" in capsys.readouterr().err
