"""Commands of triage, from proposal to a closed problem."""

import pytest

import cli
from commands import triage
from cross_check import casebook, registers
from cross_check.triage import Refusal
from gis.language import catalogue
from tests.cross_check import cases


def _run(capsys, place, *argv, group="triage"):
    code = cli.main([group, *map(str, argv), "--project", str(place)])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.fixture
def project(tmp_path):
    """Return a small province."""
    return cases.project(tmp_path / "p")


def test_a_proposal_names_way_rule_and_document(project, capsys):
    """A listed firm: checked by the local bureau, and why nobody else goes."""
    (name,) = cases.suspected(project, cases.lead("1", site_id=cases.SITES[1], lon=126.6))
    told = _run(capsys, project.folder, "propose")[1]
    assert name in told
    assert "转属地核实" in told
    assert "环办执法〔2021〕10号" in told
    assert name in _run(capsys, project.folder, "propose", "--most", "1")[1]
    assert "没有" in _run(capsys, project.folder, "propose", "L0")[1]


def test_preview_decide_and_list(project, capsys):
    """A preview changes nothing; the decision needs the approver; the order is listed."""
    (name,) = cases.suspected(project, cases.lead("1"))
    place, chief = project.folder, ("--role", "approver", "--by", "乙")
    assert "可直接批准 1" in _run(capsys, place, "decide", name, "--way", "onsite_now", "--preview", *chief)[1]
    assert _run(capsys, place, "draft", name)[0] == 0
    assert "待审批" in _run(capsys, place, "list")[1]
    assert _run(capsys, place, "decide", name, "--way", "onsite_now")[0] == 1
    assert _run(capsys, place, "decide", name, "--way", "onsite_now", *chief)[0] == 0
    assert "已批准" in _run(capsys, place, "list")[1]


def test_a_case_is_closed_on_the_command_line(project, capsys):
    """Decide, issue, inspect, find, confirm, open, and all steps of a problem."""
    (name,) = cases.suspected(project, cases.lead("1"))
    place, chief, local = project.folder, ("--role", "approver"), ("--role", "local")
    letter = ("--set", "letter_no=1号", "receiver=230100", "due_on=2026-07-06")
    steps = [
        ("triage", "decide", name, "--way", "onsite_now", *chief),
        ("leads", "move", name, "--to", "to_check", *letter),
        ("triage", "inspect", name, "--officers", "O0", "O1", "--on", "2026-07-02", "--role", "leader"),
        ("leads", "move", name, "--to", "to_review", "--set", "finding=堆放", "--role", "leader"),
        ("leads", "move", name, "--to", "confirmed"),
        ("problems", "open", name),
        *(
            ("problems", "move", f"P{name[1:]}", "--to", to, *more)
            for to, more in (
                ("to_hand_over", ()),
                ("handed_over", letter),
                ("rectifying", ("--set", "signed_by=丙", *local)),
                ("closing_asked", ("--set", "measures=清运", *local)),
                ("verifying", ()),
                ("announced", ("--set", "acceptance=合格")),
            )
        ),
    ]
    for group, *argv in steps:
        code, told = _run(capsys, place, *argv, group=group)
        assert code == 0, told
    closing = ("move", f"P{name[1:]}", "--to", "closed", *chief)
    assert _run(capsys, place, *closing, group="problems")[0] == 1
    proofs = [f"proof_{part}=文件" for part in ("cleared", "traced", "punished", "published")]
    assert _run(capsys, place, *closing, "--set", *proofs, group="problems")[0] == 0
    assert "已销号" in _run(capsys, place, "list", group="problems")[1]
    assert _run(capsys, place, "verify", group="ledger")[0] == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("triage", "decide", "{lead}", "--way", "onsite_now"),
        ("triage", "draft", "{lead}"),
        ("triage", "inspect", "{lead}", "--officers", "O0", "O1", "--on", "2026-07-02"),
        (
            "leads",
            "add",
            "--source",
            "survey",
            "--number",
            "1",
            "--seen-on",
            "2026-06-20",
            "--lon",
            "126.5",
            "--lat",
            "45.5",
        ),
        ("leads", "move", "{lead}", "--to", "watched"),
        ("leads", "read", "{lead}", "suspected", "--class", "waste"),
        ("leads", "note", "{lead}", "--set", "trigger=accident"),
        ("leads", "merge", "{lead}", "{other}"),
        ("leads", "harmless", "{lead}", "--until", "2099-01-01"),
        ("leads", "undo", "1"),
        ("leads", "complainant", "X1"),
        ("problems", "open", "{lead}"),
        ("positive", "remove", "S1"),
        ("ledger", "undo", "1"),
    ],
)
def test_a_contractor_gets_nowhere_by_any_command(project, capsys, argv):
    """Every command that records something is refused, and the ledger stays as it was."""
    names = cases.suspected(project, cases.lead("1"), cases.lead("2", lon=126.7))
    ledger = casebook.opened(project)
    before = ledger.events()
    group, *rest = (part.format(lead=names[0], other=names[1]) for part in argv)
    code, told = _run(capsys, project.folder, *rest, "--role", "contractor", "--why", "因", group=group)
    assert code == 1
    assert "第三方" in told
    assert ledger.events() == before


def test_a_contractor_imports_no_register(project, tmp_path, capsys):
    """Nor a list of visits, which would be inspections by the back door."""
    path = tmp_path / "v.csv"
    path.write_text("检查编号,许可证编号,检查日期,检查类型\nV1,S1,2026-03-01,日常\n", encoding="utf-8")
    code, told = _run(capsys, project.folder, "import", path, "--role", "contractor", group="visits")
    assert (code, "第三方" in told) == (1, True)
    assert registers.lines(casebook.opened(project), "visit").empty


def test_a_refusal_is_said_with_its_facts_in_words():
    """Kinds of check, states and evidence have their own words."""
    words = catalogue("zh")
    missing = {"missing": "data;place"}
    refusal = Refusal("local", "triage.evidence", "规程", "第三条", "2026-01-01", hard=False, facts=missing)
    assert triage.say_refusal(refusal, words) == "证据不全，尚缺：监测数据、位置（依据：规程 2026-01-01 第三条）"
    full = {"kind": "total", "visits": 2, "most": 2}
    cap = Refusal("onsite_now", "triage.cap", "文件", "", "", hard=True, facts=full)
    assert "合计" in triage.say_refusal(cap, words)
