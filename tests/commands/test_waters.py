"""hdq waters."""

import cli
from tests.cross_check import test_water_bodies as made

lakes = made.lakes


def test_findings_are_printed(lakes, capsys):
    """Bodies are found and judged; the finding is a line with its numbers; an empty project says what to do."""
    asked = ["waters", "--find", "--project", str(lakes.folder), "--language", "en"]
    assert cli.main(asked) == 0
    out = capsys.readouterr().out
    assert "turbid, NDTI +" in out
    assert "2 water bodies, 2 judged, 1 findings" in out
    assert cli.main(["waters", "--project", str(lakes.folder / "none"), "--language", "en"]) == 1
    assert "hdq waters --find" in capsys.readouterr().err
