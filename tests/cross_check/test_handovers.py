"""Records of cases: whole, verifiable by whoever receives them, and without anybody who complained."""

import json
import zipfile

import pytest

from cross_check import casebook, handovers, rectification
from gis.errors import WorkbenchError
from gis.language import catalogue
from tests.cross_check import cases
from tests.cross_check.test_rectification import opened

ZH = catalogue("zh")
TOLD = {"source": "complaint", "source_ref": "信访-20260620-007", "note": "举报人称夜间偷排", "machine_class": None}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a project with a problem from a complaint, with evidence, and the record of its case."""
    folder = tmp_path_factory.mktemp("record")
    project = cases.project(folder / "p")
    name = opened(project, source="complaint", **{key: TOLD[key] for key in ("note",)})
    photo = folder / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    rectification.attach(project, cases.act("local", "丙"), name, photo, "after")
    path = folder / "record.zip"
    step = handovers.write(project, cases.act(), name, path, ZH)
    return project, name, path, step


def _altered(path, target, change):
    """Copy a zip with one file changed, added or left out (None)."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as sink:
        parts = {name: source.read(name) for name in source.namelist()} | change
        for name, content in parts.items():
            if content is not None:
                sink.writestr(name, content)
    return target


def test_a_record_holds_events_documents_map_and_manifest(made):
    """And the ledger keeps the manifest's hash, so that a later one is another."""
    project, name, path, step = made
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    documents = {"documents/01-after.jpg"}
    assert names == {"events.jsonl", "manifest.json", "case.html", "map.pdf", "map.png"} | documents
    record = casebook.opened(project).record(("problem", name))
    assert record.fields["record_sha256"] == step.figures["sha256"]
    found = handovers.verify(path, casebook.opened(project))
    assert (found.fault, found.files) == ("", 5)
    assert found.events == step.figures["events"]


def test_nobody_who_complained_is_in_it(made):
    """Neither the number nor what was said, in no file; the seal of that event cannot be recomputed and is told."""
    _, _, path, _ = made
    with zipfile.ZipFile(path) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", errors="replace")
    assert "夜间偷排" not in whole
    assert '"source_ref"' not in whole.replace('"withheld":["note","source_ref"]', "")
    assert handovers.verify(path).withheld == 1


@pytest.mark.parametrize(
    ("change", "fault", "name"),
    [
        ({"case.html": b"<html>"}, "handovers.altered", "case.html"),
        ({"map.png": None}, "handovers.missing", "map.png"),
        ({"extra.txt": b"x"}, "handovers.unnamed", "extra.txt"),
    ],
)
def test_what_was_changed_is_named(made, tmp_path, change, fault, name):
    """A file that is another, is gone, or came in later."""
    found = handovers.verify(_altered(made[2], tmp_path / "a.zip", change))
    assert (found.fault, found.name) == (fault, name)


def test_an_event_told_otherwise_is_found_by_its_seal(made, tmp_path):
    """Even where the manifest was made to fit; and one that was sealed anew differs from the ledger's."""
    project, _, path, _ = made
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("events.jsonl").decode().splitlines()
        manifest = json.loads(archive.read("manifest.json"))
    event = json.loads(lines[2])
    event["why"] = "另有原因"
    forged = ("\n".join([*lines[:2], json.dumps(event, ensure_ascii=False), *lines[3:]]) + "\n").encode()
    manifest["files"]["events.jsonl"] = handovers.hashlib.sha256(forged).hexdigest()
    change = {"events.jsonl": forged, "manifest.json": json.dumps(manifest).encode()}
    found = handovers.verify(_altered(path, tmp_path / "a.zip", change))
    assert (found.fault, found.name) == ("handovers.event", str(event["number"]))
    event["seal"] = handovers.seals.seal(handovers._event(event))
    forged = ("\n".join([*lines[:2], json.dumps(event, ensure_ascii=False), *lines[3:]]) + "\n").encode()
    manifest["files"]["events.jsonl"] = handovers.hashlib.sha256(forged).hexdigest()
    change = {"events.jsonl": forged, "manifest.json": json.dumps(manifest).encode()}
    again = _altered(path, tmp_path / "b.zip", change)
    assert handovers.verify(again).fault == "handovers.chain"
    assert handovers.verify(again, casebook.opened(project)).fault in {"handovers.other", "handovers.chain"}


def test_lost_evidence_stops_the_record(tmp_path):
    """Nothing is written then, and nothing recorded."""
    project = cases.project(tmp_path / "p")
    name = opened(project)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x")
    rectification.attach(project, cases.act(), name, photo, "before")
    before = len(casebook.opened(project).events())
    next(project.evidence.iterdir()).write_bytes(b"y")
    with pytest.raises(WorkbenchError) as refusal:
        handovers.write(project, cases.act(), name, tmp_path / "r.zip", ZH)
    assert refusal.value.code == "handovers.lost"
    assert not (tmp_path / "r.zip").exists()
    assert len(casebook.opened(project).events()) == before


def test_who_may_not_hand_over_writes_nothing(tmp_path):
    """A third party, a reader; and a file that is no record is refused by name."""
    project = cases.project(tmp_path / "p")
    name = opened(project)
    for role in ("contractor", "reader"):
        with pytest.raises(WorkbenchError):
            handovers.write(project, cases.act(role), name, tmp_path / "r.zip", ZH)
    assert not (tmp_path / "r.zip").exists()
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(WorkbenchError) as refusal:
        handovers.verify(tmp_path / "x.zip")
    assert refusal.value.code == "handovers.no_record"


def test_a_blurred_place_stays_blurred(tmp_path):
    """Where the place would lead to a person its coordinates are left out too."""
    project = cases.project(tmp_path / "p")
    name = opened(project, source="complaint", lon=126.512345, lat=45.512345)
    ledger = casebook.opened(project)
    lead = str(ledger.record(("problem", name)).fields["lead_id"])
    casebook.note(ledger, cases.act(), lead, {"blur_m": 1000})
    handovers.write(project, cases.act(), name, tmp_path / "r.zip", ZH)
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        whole = archive.read("events.jsonl").decode() + archive.read("case.html").decode()
    assert "126.512345" not in whole
    assert "45.512345" not in whole
