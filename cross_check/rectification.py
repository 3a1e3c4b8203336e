"""Rim: the rectification of problems: deadlines, their extension, evidence by hash, look-backs from space.

How often and how far a deadline may be moved is data (cross_check/data/rectification.toml), with its document.
"""

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import Point

from cross_check import casebook, data, lookbacks
from cross_check.files import Project
from cross_check.ledger.events import Act, Entry, Event, Record
from cross_check.ledger.rules import EVIDENCE, LOOK_BACKS
from cross_check.ledger.store import Ledger
from cross_check.lookbacks import Finding, Place, Sight
from gis import files
from gis.crs import STORAGE, metric_for, stored
from gis.errors import WorkbenchError
from satellite import sights

RUNNING = ("handed_over", "rectifying", "closing_asked", "verifying", "returned", "filed", "relapsed")
"""States of problems whose deadline runs."""

_SHOWN = (
    "lead_id", "source", "site_id", "site_name", "division_code", "problem_type", "severity", "receiver", "letter_no",
    "due_on", "extensions", "extension_until", "look_back", "look_back_read", "lon", "lat",
)  # fmt: skip


def rules() -> dict[str, Any]:
    """Return the rules of rectification."""
    return data.rules("rectification")


def table(ledger: Ledger, *, on: dt.date, role: str = "analyst") -> pd.DataFrame:
    """Return all problems as they stand: problem_id, state, version, ``days_left``, ``overdue`` and what is known.

    ``days_left`` is missing without a deadline; it is negative, and the problem overdue, while the deadline has passed
    and the problem is still with the one who rectifies or with the examiners. A third party sees none that began with a
    complaint, as in ``casebook.table``.
    """
    records = [
        one for one in ledger.records("problem") if role != "contractor" or one.fields.get("source") != "complaint"
    ]
    rows = [
        {"problem_id": one.key[1], "state": one.state, "version": one.version}
        | {name: one.fields.get(name) for name in _SHOWN}
        for one in records
    ]
    found = pd.DataFrame(rows, columns=["problem_id", "state", "version", *_SHOWN])
    due = pd.to_datetime(found["due_on"]).astype("datetime64[us]")
    left = (due - pd.Timestamp(on)).dt.days
    overdue = (left < 0) & found["state"].isin(RUNNING)
    files_there = [len(one.fields.get("files") or ()) for one in records]
    return found.assign(due_on=due, days_left=left, overdue=overdue, files=files_there)


def due(fields: Mapping[str, Any], on: dt.date) -> dict[str, str]:
    """Return the deadline that a hand-over has where its letter states none, and the document of that rule.

    Parameters
    ----------
    fields : mapping
        Of the problem: ``severity`` 1 to 3, 1 where it is missing.
    on : date
        Day of the hand-over.

    Returns
    -------
    dict
        due_on and due_basis.
    """
    rule = rules()["hand_over"]
    severity = min(max(int(fields.get("severity") or 1), 1), len(rule["days"]))
    return {
        "due_on": (on + dt.timedelta(days=rule["days"][severity - 1])).isoformat(),
        "due_basis": str(rule["document"]),
    }


def ask_extension(ledger: Ledger, act: Act, problem_id: str, until: dt.date, seen: int | None = None) -> list[Event]:
    """Ask for a later deadline, with the reason; the approver decides. ``seen`` is the version before the eyes.

    Raises
    ------
    WorkbenchError
        ``rectification.not_running``; ``rectification.not_later``; ``rectification.too_long``,
        ``rectification.too_often`` and ``rectification.too_late`` name the rule's document; ``ledger.no_reason``; see
        ``Ledger.append``.
    """
    now, rule = _running(ledger, problem_id), rules()["extension"]
    _with_reason(act)
    due = dt.date.fromisoformat(str(now.fields.get("due_on")))
    told = {"document": rule["document"]}
    if until <= due:
        raise WorkbenchError("rectification.not_later", "{until} is not later than {due}", until=until, due=due)
    if (until - due).days > rule["most_days"]:
        raise WorkbenchError(
            "rectification.too_long",
            "A deadline is extended by at most {most} days ({document})",
            most=rule["most_days"],
            **told,
        )
    if int(now.fields.get("extensions") or 0) >= rule["most_times"]:
        raise WorkbenchError(
            "rectification.too_often",
            "A deadline is extended at most {most} times ({document})",
            most=rule["most_times"],
            **told,
        )
    if rule["before_due"] and act.day > due:
        raise WorkbenchError(
            "rectification.too_late", "An extension is asked for before {due} is over ({document})", due=due, **told
        )
    fields = {"extension_until": until.isoformat(), "extension_by": act.who, "extension_why": act.why}
    return ledger.append(act, [Entry("problem.ask", now.key, fields, None, now.version if seen is None else seen)])


def decide_extension(ledger: Ledger, act: Act, problem_id: str, *, grant: bool, seen: int | None = None) -> list[Event]:
    """Grant or refuse the extension that was asked for; the first deadline stays on record.

    Raises
    ------
    WorkbenchError
        ``rectification.none_asked``; ``rectification.same_person`` if the one who asked decides;
        ``ledger.no_reason`` for a refusal; ``ledger.not_allowed`` for anybody but an approver.
    """
    now = ledger.record(("problem", problem_id))
    until = now.fields.get("extension_until")
    if not until:
        raise WorkbenchError("rectification.none_asked", "No extension is asked for {name}", name=problem_id)
    if act.who == now.fields.get("extension_by"):
        raise WorkbenchError("rectification.same_person", "Who asked for an extension does not decide over it")
    fields: dict[str, Any] = {"extension_until": None, "extension_by": None, "extension_why": None}
    if grant:
        fields |= {
            "due_on": until,
            "first_due_on": now.fields.get("first_due_on") or now.fields["due_on"],
            "extensions": int(now.fields.get("extensions") or 0) + 1,
            "extended_by": act.who,
        }
    else:
        _with_reason(act)
    return ledger.append(act, [Entry("problem.extend", now.key, fields, None, now.version if seen is None else seen)])


def attach(project: Project, act: Act, problem_id: str, path: Path, kind: str) -> list[Event]:
    """Keep a file of evidence under its SHA-256 and record it; the same file twice is one.

    The file's own name is not kept: it may name a person.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``rectification.no_kind``; ``rectification.there_already``; ``ledger.no_record``; see
        ``Ledger.append``. Nothing is recorded or kept then.
    """
    if kind not in EVIDENCE:
        raise WorkbenchError("rectification.no_kind", "{kind} is no kind of evidence", kind=kind)
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    ledger = casebook.opened(project)
    now, digest = ledger.record(("problem", problem_id)), files.sha256(path)
    known = list(now.fields.get("files") or ())
    if any(each["sha256"] == digest for each in known):
        raise WorkbenchError("rectification.there_already", "{name} is among the evidence already", name=path.name)
    kept = evidence_path(project, digest, path.suffix.lower())
    facts = {"sha256": digest, "kind": kind, "ending": path.suffix.lower(), "bytes": path.stat().st_size}
    entry = Entry("problem.attach", now.key, {"files": [*known, facts]}, None, now.version or None)
    new = not kept.exists()
    with files.written_aside(kept) as aside:
        shutil.copyfile(path, aside)
    try:
        return ledger.append(act, [entry])
    except WorkbenchError:
        # An event whose file is gone would be worse than a file without one: the file is there first.
        if new and not _attached(ledger, digest):
            kept.unlink()
        raise


def _attached(ledger: Ledger, digest: str) -> bool:
    """Tell whether a file is among the evidence of any problem."""
    kept = (one.fields.get("files") or () for one in ledger.records("problem"))
    return any(each["sha256"] == digest for files_ in kept for each in files_)


def evidence_path(project: Project, digest: str, ending: str) -> Path:
    """Return where a file of evidence lies."""
    return project.evidence / f"{digest}{ending}"


def look_back(
    project: Project, act: Act, problem_id: str, detection: Path | None = None
) -> tuple[Finding, list[Event]]:
    """Record what a later detection says of a problem's place.

    Parameters
    ----------
    project : Project
    act : Act
    problem_id : str
    detection : Path, optional
        Folder with change.tif, patches.gpkg and recipe.json; the project's own by default.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``lookbacks.no_dates`` if the detection does not know its images' days;
        ``lookbacks.too_early``; ``ledger.no_record``; see ``Ledger.append``.
    """
    folder, ledger = detection or project.detect, casebook.opened(project)
    now = _existing(ledger, problem_id)
    lead = ledger.record(("lead", str(now.fields["lead_id"])))
    recipe = files.read_json(folder / "recipe.json")
    place = Place(outline_of(project, lead), str(now.fields.get("problem_type") or ""), _seen(lead))
    days = _days(recipe)
    sight = Sight(*days, sights.share(folder / "change.tif", place.outline))
    found = lookbacks.judge(place, stored(files.read_layer(folder / "patches.gpkg")), sight, rules()["look_back"])
    told = {
        "verdict": found.verdict,
        "speaks": found.speaks,
        "before_on": sight.before_on.isoformat(),
        "after_on": sight.after_on.isoformat(),
        "share": round(sight.share, 4),
        "patches": list(found.patch_ids),
        "recipe_sha256": files.sha256(folder / "recipe.json"),
    }
    fields = {"look_back": told, "look_back_read": None}
    return found, ledger.append(act, [Entry("problem.look_back", now.key, fields, None, now.version)])


def read_look_back(ledger: Ledger, act: Act, problem_id: str, verdict: str, seen: int | None = None) -> list[Event]:
    """Record how a person reads the last look-back; the machine's verdict stays beside it.

    Raises
    ------
    WorkbenchError
        ``lookbacks.none``; ``lookbacks.unknown``; ``ledger.no_reason`` if the person sees it otherwise.
    """
    now = _existing(ledger, problem_id)
    machine = now.fields.get("look_back")
    if machine is None:
        raise WorkbenchError("lookbacks.none", "There is no look-back of {name} yet", name=problem_id)
    if verdict not in LOOK_BACKS:
        raise WorkbenchError("lookbacks.unknown", "{name} is no verdict of a look-back", name=verdict)
    if verdict != machine["verdict"]:
        _with_reason(act)
    version = now.version if seen is None else seen
    return ledger.append(act, [Entry("problem.look_back", now.key, {"look_back_read": verdict}, None, version)])


def stands_against(fields: Mapping[str, Any]) -> bool:
    """Say whether the last look-back of a problem speaks against closing it, as a person read it or the machine saw."""
    return seen_as(fields) in lookbacks.AGAINST


def seen_as(fields: Mapping[str, Any]) -> str:
    """Return the verdict of a problem's last look-back, as a person read it or the machine saw; "" without one."""
    told, read = fields.get("look_back"), fields.get("look_back_read")
    return str(read or told["verdict"]) if isinstance(told, Mapping) else ""


def outline_of(project: Project, lead: Record) -> gpd.GeoSeries:
    """Return where a lead lies: its outline from the detection, else a circle of its reach around its point."""
    if project.leads.is_file():
        found = files.read_layer(project.leads)
        mine = found.loc[found["lead_id"] == lead.key[1], "geometry"]
        if len(mine):
            return mine.reset_index(drop=True)
    point = gpd.GeoSeries([Point(lead.fields["lon"], lead.fields["lat"])], crs=STORAGE)
    metric = metric_for(gpd.GeoDataFrame(geometry=point))
    reach = max(float(lead.fields.get("reach_m") or 0), rules()["look_back"]["least_reach_m"])
    return point.to_crs(metric).buffer(reach).to_crs(STORAGE)


def _existing(ledger: Ledger, problem_id: str) -> Record:
    now = ledger.record(("problem", problem_id))
    if not now.state:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=problem_id)
    return now


def _running(ledger: Ledger, problem_id: str) -> Record:
    now = _existing(ledger, problem_id)
    if now.state not in RUNNING or not now.fields.get("due_on"):
        raise WorkbenchError("rectification.not_running", "No deadline runs for {name}", name=problem_id)
    return now


def _with_reason(act: Act) -> None:
    if not act.why.strip():
        raise WorkbenchError("ledger.no_reason", "Give a reason")


def _seen(lead: Record) -> dt.date:
    return dt.date.fromisoformat(str(lead.fields["seen_on"])[:10])


def _days(recipe: Mapping[str, Any]) -> tuple[dt.date, dt.date]:
    inputs = recipe.get("inputs")
    told = [(inputs or {}).get(name, {}).get("seen_on") for name in ("before", "after")]
    if not all(told):
        raise WorkbenchError("lookbacks.no_dates", "The detection does not know the days of its images")
    first, last = (dt.date.fromisoformat(str(day)) for day in told)
    return first, last
