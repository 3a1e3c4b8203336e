"""The sheet of a case: facts, evidence, look-back, history; names are no markup."""

import pytest

from cross_check import casebook, rectification
from cross_check.ledger.events import Entry
from cross_check.reports import case_sheet
from gis.language import catalogue
from tests.cross_check import cases
from tests.cross_check.test_rectification import opened


@pytest.mark.parametrize(("language", "said"), [("zh", "举报人信息不入案卷"), ("en", "Who complained is not")])
def test_the_sheet_tells_the_case(tmp_path, language, said):
    """State, deadline, evidence and each event with who and when; the map is drawn beside it."""
    project = cases.project(tmp_path / "p")
    name, ledger = opened(project, site_name="<b>某厂</b>"), casebook.opened(project)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    rectification.attach(project, cases.act("local", "丙"), name, photo, "after")
    told = {"verdict": "gone", "before_on": "2025-06-18", "after_on": "2026-09-01", "share": 0.97}
    fields = {"look_back": told, "finding": "<script>x</script>"}
    ledger.append(cases.act(), [Entry("problem.look_back", ("problem", name), fields)])
    made = case_sheet.files_of(project, ledger.events(), name, catalogue(language), tmp_path)
    sheet = made["case.html"].decode()
    for part in (name, "2026-07-31", "2026-09-01", "97%", "丙", said):
        assert part in sheet
    assert "<script>" not in sheet
    assert made["map.pdf"].startswith(b"%PDF")
    assert made["map.png"].startswith(b"\x89PNG")
