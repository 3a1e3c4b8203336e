"""Commands of problems and of third parties: extension, evidence, look-back, record, verification; order to lead."""

import pytest

import cli
from tests.cross_check import cases
from tests.cross_check.test_rectification import detection, opened


def _run(capsys, place, group, *argv):
    code = cli.main([group, *map(str, argv), "--project", str(place)])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.fixture
def project(tmp_path):
    """Return a small province."""
    return cases.project(tmp_path / "p")


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_deadline_evidence_look_back_and_record(project, capsys, tmp_path):
    """Asked by one, granted by another; kept, looked back at, read, handed over, verified; a forged zip is found."""
    name, place = opened(project, state="verifying"), project.folder
    photo, record = tmp_path / "a.jpg", tmp_path / "r.zip"
    photo.write_bytes(b"\xff\xd8")
    far = ("--until", "2027-12-31", "--why", "雨季")
    folder = detection(tmp_path / "d", before="2025-06-18", after="2026-09-01", kinds=("waste",))
    assert "超期 1" in _run(capsys, place, "problems", "list", "--overdue")[1]
    code, told = _run(capsys, place, "problems", "ask", name, *far, "--by", "丙")
    assert code == 1
    assert "整改销号管理办法" in told
    code, told = _run(capsys, place, "problems", "extend", name, "--role", "approver")
    assert code == 1
    assert "没有待审批" in told
    assert _run(capsys, place, "problems", "attach", name, photo, "--kind", "after")[0] == 0
    assert "问题仍在（不支持销号）" in _run(capsys, place, "problems", "look-back", name, "--detection", folder)[1]
    moved = ("problems", "move", name, "--to", "announced", "--set", "acceptance=合格")
    assert "遥感回看不支持" in _run(capsys, place, *moved)[1]
    assert _run(capsys, place, "problems", "look-back", name, "--read", "gone", "--why", "影子")[0] == 0
    assert _run(capsys, place, *moved)[0] == 0
    assert "案卷" in _run(capsys, place, "problems", "record", name, "--to", record)[1]
    assert "与本项目台账一致" in _run(capsys, place, "problems", "verify", record)[1]
    assert "案卷完整" in _run(capsys, tmp_path / "nowhere", "problems", "verify", record)[1]
    record.write_bytes(record.read_bytes()[:-9])
    assert _run(capsys, place, "problems", "verify", record)[0] == 1


@pytest.mark.parametrize("group", ["surveys", "assessments"])
def test_a_third_partys_work_from_order_to_lead(project, capsys, group):
    """Ordered, delivered by the contractor, returned, delivered, accepted, made a lead by the bureau alone."""
    place, third = project.folder, ("--role", "contractor", "--by", "某公司")
    order = ("--set", f"site_id={cases.SITES[0]}", "organisation=某公司", "task=排查", "due_on=2026-07-10")
    done = ("--set", "done_on=2026-07-05", "finding=黑色出水")
    assert _run(capsys, place, group, "order", "P-1", *order, *third)[0] == 1
    assert _run(capsys, place, group, "order", "P-1", *order)[0] == 0
    assert _run(capsys, place, group, "deliver", "P-1", *done, *third)[0] == 0
    assert _run(capsys, place, group, "return", "P-1", "--why", "缺照片")[0] == 0
    assert _run(capsys, place, group, "deliver", "P-1", *done, *third)[0] == 0
    assert _run(capsys, place, group, "accept", "P-1", "--set", "acceptance=合格")[0] == 0
    assert _run(capsys, place, group, "lead", "P-1", *third)[0] == 1
    assert "已登记线索 L" in _run(capsys, place, group, "lead", "P-1")[1]
    assert "第三方排查" in _run(capsys, place, "leads", "list")[1]


def test_the_funnel_is_printed(project, capsys):
    """Every step with its count."""
    cases.suspected(project, *(cases.lead(str(ref)) for ref in range(5)))
    told = _run(capsys, project.folder, "leads", "funnel")[1]
    assert "疑似" in told
    assert "100%" in told
