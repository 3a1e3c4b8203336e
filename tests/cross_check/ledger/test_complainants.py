"""Complainants: canaries that never leave their own database."""

import logging
import os
import stat
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import make_url

import cli
from cross_check import casebook
from cross_check.ledger import complainants, copies, engines
from gis.errors import TableFaults, WorkbenchError
from gis.files import write_table
from tests.cross_check import cases

CANARIES = {"举报人": "金丝雀甲", "联系电话": "13900001111", "住址": "金丝雀街1号", "身份证号": "230103198001011234"}
ROW = {"信访编号": "X1", "受理日期": "2026-06-20", "经度": "126.5", "纬度": "45.5", "内容摘要": "夜间排放"}


@pytest.fixture
def made(tmp_path):
    """Return a project into which two complaints came, one of them with a person."""
    project = cases.project(tmp_path / "p")
    table = pd.DataFrame([ROW | CANARIES, ROW | {"信访编号": "X2"}]).fillna("")
    table.to_csv(tmp_path / "letters.csv", index=False)
    casebook.import_file(project, cases.act(), tmp_path / "letters.csv", "complaint")
    return project


def test_a_person_is_kept_apart_and_shown_to_the_approver_alone(made):
    """A look needs a reason and is itself on record, without the name."""
    ledger, people = casebook.opened(made), complainants.opened(made.complainants)
    with pytest.raises(WorkbenchError) as refusal:
        complainants.reveal(people, ledger, cases.act(), "X1")
    assert refusal.value.code == "ledger.not_allowed"
    with pytest.raises(WorkbenchError):
        complainants.reveal(people, ledger, cases.act("approver", why=""), "X1")
    found = complainants.reveal(people, ledger, cases.act("approver", why="核实"), "X1")
    assert (found.name, found.phone) == ("金丝雀甲", "13900001111")
    assert repr(found) == "Person(number='X1')"
    last = ledger.events()[-1]
    assert (last.kind, last.object_id, last.why) == ("complainant.reveal", "X1", "核实")
    with pytest.raises(WorkbenchError):
        complainants.reveal(people, ledger, cases.act("approver", why="核实"), "X2")


def test_the_file_is_its_owners_alone(made):
    """Nobody else on the machine may read it."""
    assert stat.S_IMODE(made.complainants.stat().st_mode) == 0o600


def test_canaries_are_nowhere_else(made, tmp_path, caplog, capsys):
    """Not in events, tables, exports, the backup, file names, logs, or what commands print."""
    caplog.set_level(logging.DEBUG)
    ledger = casebook.opened(made)
    leads = casebook.table(ledger)
    for ending in ("csv", "xlsx", "gpkg"):
        write_table(
            leads if ending == "gpkg" else pd.DataFrame(leads).drop(columns="geometry"), tmp_path / f"out.{ending}"
        )
    copies.backup(ledger, tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        told = [archive.read(name).decode() for name in archive.namelist()]
    for argv in (["ledger", "history"], ["ledger", "verify"]):
        cli.main([*argv, "--project", str(made.folder)])
    told += [capsys.readouterr().out, caplog.text, leads.to_csv(), *map(str, ledger.events())]
    own = {made.complainants, tmp_path / "letters.csv", *made.complainants.parent.glob("complainants.sqlite-*")}
    for path in Path(tmp_path).rglob("*"):
        assert not any(canary in str(path) for canary in CANARIES.values())
        if path.is_file() and path not in own:
            body = path.read_bytes()
            assert not any(canary.encode() in body for canary in CANARIES.values()), path
    assert not any(canary in text for canary in CANARIES.values() for text in told)


def test_a_refused_file_does_not_repeat_the_person(tmp_path):
    """The faults name row and column of the complaint, not who complained; nobody is kept."""
    project = cases.project(tmp_path / "p")
    pd.DataFrame([ROW | CANARIES | {"受理日期": "bad"}]).to_csv(tmp_path / "letters.csv", index=False)
    with pytest.raises(TableFaults) as refusal:
        casebook.import_file(project, cases.act(), tmp_path / "letters.csv", "complaint")
    told = str(refusal.value) + refusal.value.faults.to_csv()
    assert not any(canary in told for canary in CANARIES.values())
    assert not project.complainants.exists()


def test_on_a_server_people_have_a_schema_of_their_own(monkeypatch, tmp_path):
    """The same on PostgreSQL."""
    url = os.environ.get("HDQ_TEST_POSTGRES")
    if not url:
        pytest.skip("HDQ_TEST_POSTGRES names no PostgreSQL")
    engine = engines.engine_of(url)
    name = f"hdq_people_{os.getpid()}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    own = make_url(url).set(database=name).render_as_string(hide_password=False)
    try:
        monkeypatch.setenv(engines.URL, own)
        project = cases.project(tmp_path / "p")
        ledger, people = casebook.opened(project), complainants.opened(project.complainants)
        kept = complainants.keep(people, ledger, cases.act(), [complainants.Person("X1", name="金丝雀甲")])
        assert kept == 1
        assert complainants.reveal(people, ledger, cases.act("approver"), "X1").name == "金丝雀甲"
        assert not project.complainants.exists()
    finally:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_text_that_names_its_own_person_is_refused_or_left_out(tmp_path):
    """Name or phone in the summary of the same row; the fault repeats neither, and of that row nobody is kept."""
    project = cases.project(tmp_path / "p")
    spoken = ROW | CANARIES | {"信访编号": "X2", "内容摘要": "金丝雀甲反映夜间排放（１３９００００１１１１）"}
    pd.DataFrame([ROW | CANARIES, spoken]).to_csv(tmp_path / "letters.csv", index=False)
    with pytest.raises(TableFaults) as refusal:
        casebook.import_file(project, cases.act(), tmp_path / "letters.csv", "complaint")
    assert refusal.value.faults[["row", "column", "code", "value"]].to_numpy().tolist() == [
        [3, "内容摘要", "complaints.names_person", ""]
    ]
    assert not any(canary in str(refusal.value) for canary in CANARIES.values())
    casebook.import_file(project, cases.act(), tmp_path / "letters.csv", "complaint", skip_faulty=True)
    ledger = casebook.opened(project)
    assert casebook.table(ledger)["source_ref"].tolist() == ["X1"]
    assert [one.key[1] for one in ledger.records("complainant")] == ["X1"]


def test_leads_and_who_complained_come_in_together_or_not_at_all(tmp_path):
    """A phone in another row's text holds the whole file back: nobody is kept, nothing is recorded."""
    project = cases.project(tmp_path / "p")
    other = ROW | {"信访编号": "X2", "内容摘要": "请回电13900002222"}
    pd.DataFrame([ROW | CANARIES, other]).fillna("").to_csv(tmp_path / "letters.csv", index=False)
    with pytest.raises(WorkbenchError) as refusal:
        casebook.import_file(project, cases.act(), tmp_path / "letters.csv", "complaint")
    assert refusal.value.code == "ledger.personal"
    ledger, people = casebook.opened(project), complainants.opened(project.complainants)
    assert ledger.events() == []
    with people.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM people").scalar() == 0
