"""Draws on record: every step an event, files that cannot be exchanged, aborted draws that stay."""

import datetime as dt
import hashlib
import json

import pytest

from cross_check import draw_records, draws
from cross_check.files import Project
from cross_check.ledger import store
from cross_check.ledger.events import Act
from gis.errors import WorkbenchError
from tests.cross_check import drawing

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


def test_rules_have_a_document(tmp_path):
    """Each shipped set names where it comes from; a file of one's own is read the same way, a broken one refused."""
    for name in ("chizhou-2019", "jiangxi-county", "jianghan-2025"):
        assert draw_records.rule(name)["document"]
    own = tmp_path / "own.toml"
    own.write_text('[ours]\ndocument = "x"\nperiod = "year"\nstrata = []\n', encoding="utf-8")
    assert draw_records.rule("ours", own)["name"] == "ours"
    own.write_text("[ours", encoding="utf-8")
    for wanted, path, code in (("ours", own, "draws.bad_rules"), ("heilongjiang", None, "draws.no_rule")):
        with pytest.raises(WorkbenchError) as fault:
            draw_records.rule(wanted, path)
        assert fault.value.code == code


def test_unknown_numbers_are_refused(project):
    """A number that is none, and one that would climb out of the folder."""
    for number in ("D1", "../history"):
        with pytest.raises(WorkbenchError) as fault:
            draw_records.read(project, number)
        assert fault.value.code == "draws.unknown"


def test_digests_are_sha256():
    """What a party publishes of its number it can work out with any tool."""
    assert draws.commitment_of("n1") == hashlib.sha256(b"n1").hexdigest()
