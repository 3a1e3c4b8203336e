"""Rectification: deadlines and their extension, evidence by hash, look-backs that speak for or against closing."""

from dataclasses import replace
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from cross_check import casebook, orders, rectification
from cross_check.ledger.events import Entry
from cross_check.ledger.store import Conflict, Ledger
from gis import files
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from tests.cross_check import cases
from tests.cross_check.cases import refused

LOCAL, CHIEF = cases.act("local", "丙", "雨季无法清运"), cases.act("approver", "乙", "")
DUE = date(2026, 7, 31)


@pytest.fixture
def project(tmp_path):
    """Return the small province, its ledger empty."""
    return cases.project(tmp_path / "p")


def opened(project, *, state="rectifying", due=DUE, **more):
    """Put a problem of a waste heap into a ledger, in a state and with a deadline, and return its id."""
    ledger, lead = casebook.opened(project), cases.lead("1", **more)
    casebook.take_in(ledger, cases.act(), cases.leads(lead))
    fields = {"lead_id": lead["lead_id"], "problem_type": "waste", "due_on": due.isoformat(), "site_id": cases.SITES[0]}
    name = f"P{lead['lead_id'][1:]}"
    ledger.append(cases.act(), [Entry("problem.open", ("problem", name), fields, "pooled", 0)])
    letter = {"letter_no": "示函1号", "receiver": "230100", "due_on": due.isoformat()}
    road = [("to_hand_over", {}), ("handed_over", letter), ("rectifying", {"signed_by": "丙"})]
    road += [("closing_asked", {"measures": "清运"}), ("verifying", {})]
    for to, told in road:
        orders.move_problem(ledger, CHIEF, name, to, told)
        if to == state:
            break
    return name


def _fields(project, name):
    return casebook.opened(project).record(("problem", name)).fields


def test_an_extension_is_asked_for_and_granted_by_another(project):
    """The deadline moves, the first one stays on record, and the count is kept."""
    name, ledger, later = opened(project), casebook.opened(project), DUE + timedelta(days=30)
    rectification.ask_extension(ledger, LOCAL, name, later)
    assert _fields(project, name)["due_on"] == DUE.isoformat()
    assert refused(rectification.decide_extension, ledger, LOCAL, name, grant=True) == "rectification.same_person"
    other = replace(LOCAL, who="丁")
    assert refused(rectification.decide_extension, ledger, other, name, grant=True) == "ledger.not_allowed"
    rectification.decide_extension(ledger, CHIEF, name, grant=True)
    told = _fields(project, name)
    assert (told["due_on"], told["first_due_on"], told["extensions"]) == (later.isoformat(), DUE.isoformat(), 1)
    assert "extension_until" not in told
    assert refused(rectification.decide_extension, ledger, CHIEF, name, grant=True) == "rectification.none_asked"


def test_a_refused_extension_needs_a_reason_and_changes_no_deadline(project):
    """The request is gone, the deadline stands."""
    name, ledger = opened(project), casebook.opened(project)
    rectification.ask_extension(ledger, LOCAL, name, DUE + timedelta(days=9))
    assert refused(rectification.decide_extension, ledger, CHIEF, name, grant=False) == "ledger.no_reason"
    rectification.decide_extension(ledger, replace(CHIEF, why="可加派车辆"), name, grant=False)
    assert _fields(project, name)["due_on"] == DUE.isoformat()
    assert "extensions" not in _fields(project, name)


def test_limits_of_an_extension_are_data_with_a_document(project):
    """Not earlier, not too long, not after the deadline, not too often, not without a reason."""
    name, ledger, rule = opened(project), casebook.opened(project), rectification.rules()["extension"]
    ask = rectification.ask_extension
    most = DUE + timedelta(days=rule["most_days"])
    assert refused(ask, ledger, LOCAL, name, DUE) == "rectification.not_later"
    assert refused(ask, ledger, LOCAL, name, most + timedelta(days=1)) == "rectification.too_long"
    assert refused(ask, ledger, replace(LOCAL, why=" "), name, most) == "ledger.no_reason"
    late = replace(LOCAL, at=LOCAL.at + timedelta(days=31))
    assert refused(ask, ledger, late, name, most) == "rectification.too_late"
    for time in range(1, rule["most_times"] + 1):
        ask(ledger, LOCAL, name, DUE + timedelta(days=time))
        rectification.decide_extension(ledger, CHIEF, name, grant=True)
    with pytest.raises(WorkbenchError) as refusal:
        ask(ledger, LOCAL, name, DUE + timedelta(days=30))
    assert refusal.value.code == "rectification.too_often"
    assert rule["document"] in str(refusal.value)


def test_third_parties_and_readers_ask_for_nothing(project):
    """Neither does a problem without a running deadline get a later one."""
    name, ledger = opened(project), casebook.opened(project)
    for role, code in (("contractor", "ledger.contractor"), ("reader", "ledger.not_allowed")):
        act = cases.act(role, "戊")
        assert refused(rectification.ask_extension, ledger, act, name, DUE + timedelta(days=1)) == code
    ledger.append(CHIEF, [Entry("problem.move", ("problem", name), {"case_no": "1"}, "filed")])
    ledger.append(
        replace(CHIEF, why="因"), [Entry("problem.move", ("problem", name), {"transfer_document": "1"}, "transferred")]
    )
    assert refused(rectification.ask_extension, ledger, LOCAL, name, DUE) == "rectification.not_running"
    assert refused(rectification.ask_extension, ledger, LOCAL, "P0", DUE) == "ledger.no_record"


def test_overdue_is_what_runs_beyond_its_deadline(project):
    """On the day itself it is not; what rests with nobody is never."""
    name, ledger = opened(project), casebook.opened(project)
    late = rectification.table(ledger, on=DUE + timedelta(days=1)).set_index("problem_id").loc[name]
    assert (bool(late["overdue"]), late["days_left"]) == (True, -1)
    assert not rectification.table(ledger, on=DUE)["overdue"].any()
    ledger.append(
        replace(CHIEF, why="因"), [Entry("problem.move", ("problem", name), {"transfer_document": "1"}, "transferred")]
    )
    assert not rectification.table(ledger, on=DUE + timedelta(days=99))["overdue"].any()
    assert rectification.table(casebook.opened(cases.project(project.folder / "q")), on=DUE).empty


def test_a_third_party_sees_no_problem_of_a_complaint(project):
    """As it sees no complaint; the bureau's own people see both."""
    ledger, keep = casebook.opened(project), {"problem_type": "waste"}
    for name, source in (("P1", "complaint"), ("P2", "patch")):
        told = keep | {"lead_id": "L1", "source": source}
        ledger.append(cases.act(), [Entry("problem.open", ("problem", name), told, "pooled", 0)])
    seen = {role: set(rectification.table(ledger, on=DUE, role=role)["problem_id"]) for role in ("contractor", "local")}
    assert seen == {"contractor": {"P2"}, "local": {"P1", "P2"}}


def test_evidence_is_kept_by_content_and_its_name_is_not(project, tmp_path):
    """The same bytes twice are one; a name that may name a person is nowhere."""
    name, photo = opened(project), tmp_path / "举报人王某家旁.JPG"
    photo.write_bytes(b"\xff\xd8 picture")
    rectification.attach(project, LOCAL, name, photo, "after")
    (told,) = _fields(project, name)["files"]
    kept = rectification.evidence_path(project, told["sha256"], told["ending"])
    assert kept.read_bytes() == photo.read_bytes()
    assert kept.name == f"{files.sha256(photo)}.jpg"
    assert refused(rectification.attach, project, LOCAL, name, photo, "after") == "rectification.there_already"
    assert refused(rectification.attach, project, LOCAL, name, photo, "selfie") == "rectification.no_kind"
    assert "王某" not in "".join(str(event.plain()) for event in casebook.opened(project).events())


def test_what_the_ledger_refuses_leaves_no_file(project, tmp_path):
    """An unknown problem, somebody who may not, a reason with a telephone; what was kept before stays."""
    name, photo = opened(project), tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    assert refused(rectification.attach, project, LOCAL, "P0", photo, "after") == "ledger.no_record"
    outsider = cases.act("contractor", "第三方")
    assert refused(rectification.attach, project, outsider, name, photo, "after") == "ledger.contractor"
    talkative = replace(LOCAL, why="电话13812345678")
    assert refused(rectification.attach, project, talkative, name, photo, "after") == "ledger.personal"
    assert [path for path in project.evidence.rglob("*") if path.is_file()] == []
    rectification.attach(project, LOCAL, name, photo, "after")
    assert refused(rectification.attach, project, LOCAL, "P0", photo, "after") == "ledger.no_record"
    assert [path.name for path in project.evidence.iterdir()] == [f"{files.sha256(photo)}.jpg"]


def test_a_file_that_somebody_else_attached_meanwhile_stays(project, tmp_path, monkeypatch):
    """One is refused for coming second; the event of the first still finds its file."""
    name, photo = opened(project), tmp_path / "a.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    append = Ledger.append

    def second(ledger, act, entries):
        append(ledger, act, entries)
        return append(ledger, act, entries)

    monkeypatch.setattr(Ledger, "append", second)
    with pytest.raises(Conflict):
        rectification.attach(project, LOCAL, name, photo, "after")
    (told,) = _fields(project, name)["files"]
    assert rectification.evidence_path(project, told["sha256"], told["ending"]).is_file()


def detection(folder, *, before, after, kinds=(), seen=True):
    """Write a detection around the heap of ``cases.lead``: dates, what was seen, patches at the place."""
    folder.mkdir(parents=True)
    data = np.full((60, 60), 0 if seen else 255, np.uint8)
    profile = {"driver": "GTiff", "count": 1, "height": 60, "width": 60, "dtype": "uint8", "crs": "EPSG:4490"}
    profile |= {"transform": rasterio.Affine(1e-4, 0, 126.497, 0, -1e-4, 45.503)}
    with rasterio.open(folder / "change.tif", "w", **profile) as sink:
        sink.write(data, 1)
    shape = (
        gpd.GeoSeries.from_xy([126.5], [45.5], crs=STORAGE).buffer(1e-4) if kinds else gpd.GeoSeries([], crs=STORAGE)
    )
    table = {"patch_id": [f"A{n}" for n in range(len(kinds))], "machine_class": list(kinds)}
    found = gpd.GeoDataFrame(table, geometry=list(shape) * len(kinds), crs=STORAGE)
    files.write_table(found, folder / "patches.gpkg")
    files.write_json({"inputs": {"before": {"seen_on": before}, "after": {"seen_on": after}}}, folder / "recipe.json")
    return folder


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_a_look_back_against_closing_stops_the_announcement(project, tmp_path):
    """Until a person reads it otherwise or goes on with a reason; the machine's verdict stays beside the person's."""
    name, ledger = opened(project, state="verifying"), casebook.opened(project)
    folder = detection(tmp_path / "d", before="2026-06-20", after="2026-09-01")
    found, _ = rectification.look_back(project, cases.act(), name, folder)
    assert (found.verdict, found.speaks) == ("untouched", "against")
    accepted = {"acceptance": "合格"}
    assert refused(orders.move_problem, ledger, CHIEF, name, "announced", accepted) == "rectification.look_back_against"
    plain = replace(cases.act(), why="")
    assert refused(rectification.read_look_back, ledger, plain, name, "changed") == "ledger.no_reason"
    rectification.read_look_back(ledger, cases.act(why="已覆绿，影像不明显"), name, "changed")
    told = _fields(project, name)
    assert (told["look_back"]["verdict"], told["look_back_read"]) == ("untouched", "changed")
    orders.move_problem(ledger, CHIEF, name, "announced", accepted)
    rectification.look_back(project, cases.act(), name, folder)
    proofs = {f"proof_{part}": "文件" for part in ("cleared", "traced", "punished", "published")}
    assert refused(orders.move_problem, ledger, CHIEF, name, "closed", proofs) == "rectification.look_back_against"
    orders.move_problem(ledger, replace(CHIEF, why="现场核实已清"), name, "closed", proofs)
    assert ledger.verify().whole


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
@pytest.mark.parametrize(
    ("before", "kinds", "seen", "verdict"),
    [
        ("2025-06-18", (), True, "gone"),
        ("2025-06-18", ("waste",), True, "still"),
        ("2026-06-20", ("other",), True, "changed"),
        ("2026-06-20", ("waste",), True, "again"),
        ("2026-06-20", (), False, "unseen"),
    ],
)
def test_a_planted_heap_is_looked_back_at(project, tmp_path, before, kinds, seen, verdict):
    """Gone, still there, changed, again, not seen; the recipe's hash and the dates are on record."""
    name = opened(project)
    folder = detection(tmp_path / "d", before=before, after="2026-09-01", kinds=kinds, seen=seen)
    found, _ = rectification.look_back(project, cases.act(), name, folder)
    told = _fields(project, name)["look_back"]
    assert found.verdict == told["verdict"] == verdict
    assert told["recipe_sha256"] == files.sha256(folder / "recipe.json")
    assert told["after_on"] == "2026-09-01"


def test_a_look_back_needs_dates_and_a_problem(project, tmp_path):
    """A detection without days, a problem that is none, a reading of nothing."""
    name, ledger = opened(project), casebook.opened(project)
    folder = detection(tmp_path / "d", before=None, after="2026-09-01")
    assert refused(rectification.look_back, project, cases.act(), name, folder) == "lookbacks.no_dates"
    assert refused(rectification.look_back, project, cases.act(), "P0", folder) == "ledger.no_record"
    assert refused(rectification.read_look_back, ledger, cases.act(), name, "gone") == "lookbacks.none"
