"""Draws on record: every step an event, files that cannot be exchanged, aborted draws that stay."""

import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cross_check import draw_records, draws, registers
from cross_check.files import Project
from cross_check.ledger import store
from cross_check.ledger.events import Act
from gis import files, synthetic
from gis.errors import WorkbenchError
from gis.language import catalogue
from tests.cross_check import drawing

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_draw.py"

DAY_BEFORE = dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)
DUE = dt.datetime(2026, 11, 29, 14, tzinfo=dt.UTC)
PROMISED = {"甲方": draws.commitment_of("n1"), "纪检": draws.commitment_of("n2")}


def _act(at=DAY_BEFORE, role="analyst", why="季度抽查"):
    return Act("王某", role, at, why)


@pytest.fixture
def project(tmp_path):
    """Return an empty project."""
    return Project(tmp_path)


@pytest.fixture
def number(project):
    """Return the number of a draw that has been announced."""
    return _announce(project)


def _announce(project, act=None):
    frozen = draws.freeze(drawing.candidates(), drawing.officers(), drawing.ORDER)
    announcement = draws.announce(
        frozen, beacons=drawing.BEACONS, nonces=PROMISED, document="黑环发〔2026〕1号", at=drawing.AT
    )
    return str(draw_records.announce(project, act or _act(), frozen, announcement).figures["number"])


def _conclude(project, number, at=DUE):
    return draw_records.conclude(project, _act(at), number, {"双色球 2026138": "03 08 11"})


def test_a_draw_goes_its_way_and_the_chain_is_whole(project, number):
    """Announced, told, concluded: four events, and the record is read back as it was written."""
    for party, nonce in (("甲方", "n1"), ("纪检", "n2")):
        draw_records.tell(project, _act(), number, party, nonce)
    step = _conclude(project, number)
    record = draw_records.read(project, number)
    ledger = store.opened(project.ledger)
    kinds = [event.kind for event in ledger.events(("draw", number))]
    assert kinds == ["draw.announce", "draw.tell", "draw.tell", "draw.conclude"]
    assert ledger.verify().whole
    assert record == json.loads(step.outputs[0].read_text(encoding="utf-8"))
    assert {each["by"]: each["value"] for each in record["nonces"]} == {"甲方": "n1", "纪检": "n2"}
    assert draw_records.listing(project)[["number", "state", "drawn"]].to_numpy().tolist() == [[number, "concluded", 7]]


def test_the_public_list_names_no_person(project, number):
    """Every unit with its chance and number, which sum to the sizes; officers, interests and reasons stay inside."""
    _conclude(project, number)
    record = draw_records.read(project, number)
    table = draw_records.public(record)
    assert list(table.columns) == ["unit_id", "name", "stratum", "weight", "chance", "number", "how"]
    key = table[table["stratum"] == "key"]
    chances = [int(a) * int(b) / int(c) for a, b, c in key["chance"].str.split(r"[*/]", regex=True)]
    assert sum(chances) == pytest.approx(5)
    assert not any(officer in table.to_csv() for officer in drawing.officers()["name"])


def test_a_certain_unit_leaves_the_line_before_the_chances_of_the_others():
    """One unit outweighs the rest: it is sure, the others share one place less, and the chances sum to the size."""
    table = drawing.candidates()
    table.loc[0, "weight"] = 1000
    frozen = draws.freeze(table, drawing.officers(), drawing.ORDER)
    record = draws.conclude(
        frozen,
        draws.announce(frozen, beacons=drawing.BEACONS, nonces={}, document="1", at=drawing.AT),
        values=dict.fromkeys(drawing.BEACONS, "1"),
        told={},
    )
    told = draw_records.public(record)
    key = told[told["stratum"] == "key"].set_index("unit_id")["chance"]
    assert key["U00"] == "1"
    parts = [[int(each) for each in re.split(r"[*/]", chance)] for chance in key.drop("U00")]
    assert sum(size * weight / total for size, weight, total in parts) == pytest.approx(4)
    assert all(total == sum(weight for _, weight, _ in parts) for _, _, total in parts)


def test_the_pair_of_the_last_draw_does_not_go_there_again(project, number):
    """Concluded draws tell who went where; one that was given up does not."""
    assert draw_records.past(project).empty
    _conclude(project, number)
    record = draw_records.read(project, number)
    past = draw_records.past(project).set_index("unit_id")["officer_ids"].to_dict()
    assert past == {each["unit"]: ";".join(each["officers"]) for each in record["result"]["officers"]}


def _joint(project, folder):
    sites = synthetic.enterprises(np.random.default_rng(1), files.read_sketch(), 60)
    files.write_table(sites, project.enterprises)
    files.write_table(drawing.officers(), project.officers)
    rows = pd.DataFrame({"统一社会信用代码": [*sites["credit_code"][:50], "91230100MA1XXXXX00"]})
    files.write_table(rows, folder / "units.csv")
    theirs = drawing.officers().assign(officer_id=[f"M{at}" for at in range(8)], name=[f"市监{at}" for at in range(8)])
    files.write_table(theirs.drop(columns="expertise"), folder / "officers.csv")
    return draw_records.partner(project, "市场监管局", folder / "units.csv", folder / "officers.csv")


def test_a_second_department_draws_along(project, tmp_path):
    """Its list and officers stand in the record; names are kept apart, their exchange is found, the verifier agrees."""
    joined = _joint(project, tmp_path)
    assert (len(joined.unit_ids), joined.unmatched) == (50, 1)
    frozen = draw_records.freeze(project, drawing.ORDER, joined=joined)
    assert {each["reason"] for each in frozen["excluded"]} >= {"draws.not_joint"}
    assert [each["id"] for each in frozen["left_out_partner_officers"]] == ["M6", "M7"]
    announcement = draws.announce(frozen, beacons=drawing.BEACONS, nonces=PROMISED, document="1", at=drawing.AT)
    number = str(draw_records.announce(project, _act(), frozen, announcement, joined).figures["number"])
    record = json.loads(_conclude(project, number).outputs[0].read_text(encoding="utf-8"))
    assert record["frozen"]["partner_sources"].keys() == {"units.csv", "officers.csv"}
    assert "市监" not in json.dumps(record, ensure_ascii=False)
    drawn = record["result"]["partner_officers"]
    assert drawn
    assert all(len(each["officers"]) == 2 for each in drawn)
    assert set(draw_records.public(record)["partner"]) == {"市场监管局"}
    assert draw_records.partner_names(project, number)["M0"] == "市监0"
    path = project.draws / number / "record.json"
    assert _verified(path) == (0, "the draw follows from what was published, byte by byte")
    record["frozen"]["partner_units"].pop(0)
    path.write_text(json.dumps(record), encoding="utf-8")
    assert "second department's list" in _verified(path)[1]
    (project.draws / number / "partner.json").write_text("{}", encoding="utf-8")
    with pytest.raises(WorkbenchError) as fault:
        draw_records.read(project, number)
    assert fault.value.code == "draws.exchanged"


def _verified(path):
    done = subprocess.run(
        [sys.executable, str(VERIFIER), str(path)], capture_output=True, check=False, encoding="utf-8"
    )
    return done.returncode, done.stdout.strip()


def test_caps_and_recent_visits_keep_units_out_with_reason_and_document(project, tmp_path):
    """Entered in the registers, seen in the draw; a visit of two years ago keeps nobody out."""
    _joint(project, tmp_path)
    ids = files.read_layer(project.enterprises)["site_id"].sort_values().tolist()
    ledger = store.opened(project.ledger)
    tables = {
        "cap": f"排污许可证编号,年度,检查类型,次数上限,文号\n{ids[0]},2026,routine,0,示限〔2026〕2号\n",
        "visit": "检查编号,排污许可证编号,检查日期,检查类型\n"
        f"1,{ids[1]},2026-11-20,routine\n2,{ids[2]},2024-11-20,routine\n",
    }
    before = _out(draw_records.freeze(project, drawing.ORDER))
    for kind, text in tables.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
        registers.import_file(ledger, _act(), tmp_path / f"{kind}.csv", kind)
    frozen = draw_records.freeze(project, drawing.ORDER)
    fresh = {unit: told for unit, told in _out(frozen).items() if before.get(unit) != told}
    stopped = {unit for unit, told in _out(frozen).items() if told[0] == "draws.stopped"}
    assert set(fresh) == {ids[0], ids[1]} - stopped
    assert fresh[ids[0]] == ("barring.cap", "0/0 示限〔2026〕2号")
    assert fresh[ids[1]][0] == "barring.recent"
    assert fresh[ids[1]][1].startswith("2026-11-20")
    announcement = draws.announce(frozen, beacons=drawing.BEACONS, nonces={}, document="1", at=drawing.AT)
    number = str(draw_records.announce(project, _act(), frozen, announcement).figures["number"])
    told = draw_records.excluded(project, number, catalogue("zh")).set_index("排污许可证编号")
    assert told.loc[ids[0], ["不参加原因", "事实与依据"]].tolist() == ["年度检查频次已满", "0/0 示限〔2026〕2号"]


def _out(frozen):
    return {each["id"]: (each["reason"], each["why"]) for each in frozen["excluded"]}


def test_a_joint_draw_needs_a_name_and_something_in_common(project, tmp_path):
    """A list of strangers and officers of the same ids are refused too."""
    joined = _joint(project, tmp_path)
    units, officers = tmp_path / "units.csv", tmp_path / "officers.csv"
    with pytest.raises(WorkbenchError) as fault:
        draw_records.partner(project, " ", units, officers)
    assert fault.value.code == "draws.no_partner"
    same = replace(joined, officers=joined.officers.assign(officer_id=[f"O{at}" for at in range(8)]))
    with pytest.raises(WorkbenchError) as fault:
        draw_records.freeze(project, drawing.ORDER, joined=same)
    assert fault.value.code == "draws.same_officer"
    units.write_text("统一社会信用代码\n91230100MA1XXXXX00\n", encoding="utf-8")
    with pytest.raises(WorkbenchError) as fault:
        draw_records.partner(project, "市场监管局", units, officers)
    assert fault.value.code == "draws.nothing_joint"


def test_the_public_list_is_written_in_words(project, number, tmp_path):
    """Headings, strata and results as people say them."""
    _conclude(project, number)
    draw_records.publish(project, number, tmp_path / "p.csv", catalogue("zh"))
    text = (tmp_path / "p.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "排污许可证编号,单位名称,类别,权重,入选概率,号码,结果"
    assert "重点" in text
    assert "未抽中" in text


def test_numbers_are_told_before_the_value_is_out(project, number):
    """On the day itself it is too late: who sees the value first must not choose."""
    late = dt.datetime(2026, 11, 28, 16, 30, tzinfo=dt.UTC)  # past midnight in Beijing
    for act, party, nonce, code in (
        (_act(late), "甲方", "n1", "draws.late"),
        (_act(), "乙方", "n1", "draws.no_party"),
        (_act(), "甲方", "n2", "draws.wrong_nonce"),
    ):
        with pytest.raises(WorkbenchError) as fault:
            draw_records.tell(project, act, number, party, nonce)
        assert fault.value.code == code
    assert not (project.draws / number / "told.json").exists()


def test_nothing_is_drawn_before_the_value_is_out(project, number):
    """The day is that of Beijing."""
    with pytest.raises(WorkbenchError) as fault:
        _conclude(project, number, at=dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC))
    assert fault.value.code == "draws.too_early"
    assert draw_records.listing(project)["state"].tolist() == ["announced"]


def test_a_draw_ends_once(project, number):
    """Neither drawn again with another value nor given up afterwards."""
    _conclude(project, number)
    for again in (lambda: _conclude(project, number), lambda: draw_records.abort(project, _act(), number)):
        with pytest.raises(WorkbenchError) as fault:
            again()
        assert fault.value.code == "draws.not_open"


def test_who_concludes_second_changes_nothing(project, number, monkeypatch):
    """Two people at once, with different values: the record of the first stays, whole."""
    whole = draws.conclude

    def meanwhile(*asked, **more):
        monkeypatch.setattr(draws, "conclude", whole)
        draw_records.conclude(project, _act(DUE), number, {"双色球 2026138": "01 02 03"})
        return whole(*asked, **more)

    monkeypatch.setattr(draws, "conclude", meanwhile)
    with pytest.raises(store.Conflict):
        _conclude(project, number)
    (value,) = draw_records.read(project, number)["beacons"]
    assert value["value"] == "01 02 03"
    kinds = [event.kind for event in store.opened(project.ledger).events(("draw", number))]
    assert kinds == ["draw.announce", "draw.conclude"]


def test_an_aborted_draw_stays_on_record(project, number):
    """With its reason; without one it is not given up."""
    with pytest.raises(WorkbenchError) as fault:
        draw_records.abort(project, _act(why=" "), number)
    assert fault.value.code == "ledger.no_reason"
    draw_records.abort(project, _act(why="名单有误"), number)
    assert draw_records.listing(project)["state"].tolist() == ["aborted"]
    assert store.opened(project.ledger).events(("draw", number))[-1].why == "名单有误"
    with pytest.raises(WorkbenchError) as fault:
        _announce(project)
    assert fault.value.code == "draws.there_already"


@pytest.mark.parametrize("name", ["frozen.json", "announcement.json", "record.json"])
def test_an_exchanged_file_is_found(project, number, name):
    """The ledger keeps the digest of each file."""
    _conclude(project, number)
    path = project.draws / number / name
    path.write_text(
        path.read_text(encoding="utf-8").replace("企业1", "企业X").replace("黑环发", "黑环函"), encoding="utf-8"
    )
    with pytest.raises(WorkbenchError) as fault:
        draw_records.read(project, number)
    assert fault.value.code == "draws.exchanged"


def test_a_contractor_draws_nothing(project):
    """The ledger's door refuses, and nothing is left on disk."""
    with pytest.raises(WorkbenchError) as fault:
        _announce(project, _act(role="contractor"))
    assert fault.value.code == "ledger.contractor"
    assert not project.draws.exists() or list(project.draws.iterdir()) == []


def test_unknown_numbers_are_refused(project):
    """A number that is none, and one that would climb out of the folder."""
    for number in ("D1", "../history"):
        with pytest.raises(WorkbenchError) as fault:
            draw_records.read(project, number)
        assert fault.value.code == "draws.unknown"


def test_digests_are_sha256():
    """What a party publishes of its number it can work out with any tool."""
    assert draws.commitment_of("n1") == hashlib.sha256(b"n1").hexdigest()
