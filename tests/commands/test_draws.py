"""Commands on draws: from announcing to the public list, each a sentence."""

import datetime as dt

import numpy as np
import pytest

import cli
from commands import acts
from cross_check.files import Project
from cross_check.ledger.events import Act
from gis import files, synthetic
from tests.cross_check import drawing


@pytest.fixture
def folder(tmp_path):
    """Return a project with 40 sites and officers."""
    files.write_table(
        synthetic.enterprises(np.random.default_rng(1), files.read_sketch(), 40), Project(tmp_path).enterprises
    )
    files.write_table(drawing.officers(), Project(tmp_path).officers)
    return tmp_path


@pytest.fixture
def at(monkeypatch):
    """Set the day on which commands act."""

    def move(day):
        when = dt.datetime.fromisoformat(f"{day}T02:00:00+00:00")
        monkeypatch.setattr(acts, "act", lambda arguments: Act(arguments.by, arguments.role, when, arguments.why))

    return move


def _hdq(capsys, folder, *arguments):
    code = cli.main(["draw", *map(str, arguments), "--project", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_draw_by_hand(capsys, folder, at):
    """Announce, tell, run, list and publish: each says what it did."""
    at("2026-11-26")
    _, out, _ = _hdq(capsys, folder, "nonce")
    nonce, digest = (line.rsplit("：", 1)[1] for line in out.strip().splitlines())
    options = [
        "--title",
        "四季度",
        "--rule",
        "chizhou-2019",
        "--document",
        "黑环发〔2026〕1号",
        "--valid-on",
        "2026-12-01",
    ]
    beacon = ["--beacon", "双色球=2026-11-29", "--promised", f"甲方={digest}"]
    code, out, _ = _hdq(capsys, folder, "announce", *options, *beacon)
    assert code == 0
    number = next(Project(folder).draws.iterdir()).name
    assert number in out
    assert _hdq(capsys, folder, "tell", number, "--party", "甲方", "--nonce", nonce)[0] == 0
    code, _, err = _hdq(capsys, folder, "run", number, "--value", "双色球=03 08 11")
    assert (code, "2026-11-29" in err) == (1, True)
    at("2026-11-29")
    code, out, _ = _hdq(capsys, folder, "run", number, "--value", "双色球=03 08 11")
    assert (code, "种子" in out) == (0, True)
    assert "已完成" in _hdq(capsys, folder, "list")[1]
    code, out, _ = _hdq(capsys, folder, "publish", number, "--to", folder / "public.csv")
    assert (code, len(files.read_json(Project(folder).draws / number / "record.json")["beacons"])) == (0, 1)
    assert (folder / "public.csv").read_text(encoding="utf-8-sig").count("\n") > 10


def test_giving_up_needs_a_reason(capsys, folder, at):
    """Without one it is refused, with one it stays on record."""
    at("2026-11-26")
    options = ["--title", "四季度", "--rule", "chizhou-2019", "--document", "1", "--valid-on", "2026-12-01"]
    _hdq(capsys, folder, "announce", *options, "--beacon", "双色球=2026-11-29")
    number = next(Project(folder).draws.iterdir()).name
    assert _hdq(capsys, folder, "abort", number)[0] == 1
    assert _hdq(capsys, folder, "abort", number, "--why", "名单有误")[0] == 0
    assert "已中止" in _hdq(capsys, folder, "list")[1]


@pytest.mark.parametrize("beacon", ["双色球", "=2026-11-29", "双色球=tomorrow"])
def test_a_public_value_has_a_name_and_a_day(capsys, folder, beacon):
    """Refused by the reader of arguments."""
    with pytest.raises(SystemExit):
        _hdq(
            capsys,
            folder,
            "announce",
            "--title",
            "x",
            "--rule",
            "y",
            "--document",
            "1",
            "--valid-on",
            "2026-12-01",
            "--beacon",
            beacon,
        )
    assert "名称=值" in capsys.readouterr().err


def test_a_joint_draw_and_the_bureaus_own_ratios(capsys, folder, at):
    """Ratios of other places are called so until a file replaces them; the second department stands on the list."""
    at("2026-11-26")
    own = folder / "own.toml"
    own.write_text(
        '[ours]\ndocument = "黑环发〔2026〕9号"\nperiod = "year"\nstrata = [\n'
        + "".join(f'{{ name = "{name}", share_percent = 30 }},\n' for name in ("key", "ordinary", "special"))
        + "]\n",
        encoding="utf-8",
    )
    assert "外地的比例" in _hdq(capsys, folder, "rules")[1]
    assert "黑环发〔2026〕9号" in _hdq(capsys, folder, "rules", own)[1]
    assert "外地的比例" not in _hdq(capsys, folder, "rules")[1]
    codes = files.read_layer(Project(folder).enterprises)["credit_code"][:30]
    (folder / "units.csv").write_text("\n".join(["统一社会信用代码", *codes]), encoding="utf-8")
    theirs = drawing.officers().assign(officer_id=[f"M{each}" for each in range(8)])
    files.write_table(theirs, folder / "theirs.csv")
    options = ["--title", "x", "--rule", "ours", "--document", "1", "--valid-on", "2026-12-01"]
    jointly = ["--jointly", "市场监管局", folder / "units.csv", folder / "theirs.csv"]
    code, out, _ = _hdq(capsys, folder, "announce", *options, "--beacon", "双色球=2026-11-29", *jointly)
    assert (code, "外地" in out) == (0, False)
    number = next(Project(folder).draws.iterdir()).name
    code, out, _ = _hdq(capsys, folder, "excluded", number, "--to", folder / "out.csv")
    assert (code, "不在联合部门名单内" in out) == (0, True)
    assert "市场监管局" in (folder / "out.csv").read_text(encoding="utf-8-sig")
    at("2026-11-29")
    assert _hdq(capsys, folder, "run", number, "--value", "双色球=1")[0] == 0
    assert _hdq(capsys, folder, "publish", number, "--to", folder / "public.csv")[0] == 0
    assert "市场监管局" in (folder / "public.csv").read_text(encoding="utf-8-sig")
