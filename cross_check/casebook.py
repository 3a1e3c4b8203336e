"""Rim: leads in the ledger. They come in from every source under one form; people read, move, merge and note them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import complaints, matches, sources, standings
from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.ledger import complainants, engines, rules, store
from cross_check.ledger.events import Act, Entry, Event
from cross_check.ledger.store import Ledger
from cross_check.sources import Ground
from cross_check.steps import Step
from gis import files, readers, regions, register
from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError
from gis.language import catalogue
from satellite.targets import CLASSES

_SEES_ALL = ("analyst", "approver")
_DEGREE_M = 111_000.0
_MACHINE_FIELDS = tuple(column for column in sources.FORM.columns if column not in {"lead_id", "geometry"})


def opened(project: Project) -> Ledger:
    """Return the ledger of a project."""
    return store.opened(project.ledger)


def begun(project: Project) -> bool:
    """Say whether a project has a ledger; to ask does not make one."""
    return engines.there(project.ledger)


def standing(project: Project) -> gpd.GeoDataFrame:
    """Return the leads of the detection (``leads.SCHEMA``) with state and human class of the ledger, if there is one.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there are none; ``ledger.no_database``.
    """
    found = files.read_layer(project.leads)
    return stood(opened(project), found) if begun(project) else found


def stood(ledger: Ledger, found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return leads of a detection as they stand in a ledger, see ``standings.of``."""
    closed = [one.fields.get("lead_id") for one in ledger.records("problem", ["closed"])]
    return standings.of(found, table(ledger, merged=True), frozenset(map(str, closed)))


def ground(project: Project) -> Ground:
    """Return what lies around the leads of a project: register, divisions and zones; what is not there is empty."""
    nobody = gpd.GeoDataFrame({name: [] for name in register.SCHEMA.columns}, geometry="geometry", crs=STORAGE)
    nothing: dict[str, list[object]] = {"zone_id": [], "name": [], "kind": [], "geometry": []}
    zones = gpd.GeoDataFrame(nothing, geometry="geometry", crs=STORAGE)
    return Ground(
        files.read_layer(project.enterprises) if project.enterprises.is_file() else nobody,
        regions_of(project),
        files.read_layer(project.zones) if project.zones.is_file() else zones,
    )


def table(ledger: Ledger, *, role: str = "analyst", merged: bool = False) -> gpd.GeoDataFrame:
    """Return all leads as they stand.

    Parameters
    ----------
    ledger : Ledger
    role : str
        Analysts and approvers see every place as it is; for others a lead whose place was blurred lies in the middle of
        a cell of that size. A third party sees no complaint at all.
    merged : bool
        Whether leads that went into another are listed too.

    Returns
    -------
    GeoDataFrame
        The columns of ``sources.FORM`` with state, version, human_class, shown_class (the human class where it stands),
        due_on, order_id, merged (numbers it took in), merged_into, trigger and whatever else was recorded; points.
    """
    records = [one for one in ledger.records("lead") if merged or not one.fields.get("merged_into")]
    if role == "contractor":
        records = [one for one in records if one.fields.get("source") != "complaint"]
    wanted = [*_MACHINE_FIELDS, "human_class", "due_on", "order_id", "merged", "merged_into", "trigger", "blur_m"]
    known = sorted({name for one in records for name in one.fields} - set(wanted) - {"lon", "lat"})
    rows = [
        {"lead_id": one.key[1], "state": one.state, "version": one.version}
        | {name: one.fields.get(name) for name in (*wanted, *known)}
        for one in records
    ]
    found = pd.DataFrame(rows, columns=["lead_id", "state", "version", *wanted, *known])
    lon, lat = (np.array([one.fields.get(name, np.nan) for one in records], float) for name in ("lon", "lat"))
    if role not in _SEES_ALL:
        lon, lat = _blurred(lon, lat, found["blur_m"])
    for column in ("seen_on", "due_on"):
        found[column] = pd.to_datetime(found[column]).astype("datetime64[us]")
    for column in ("score", "severity", "area_m2", "reach_m", "distance_m"):
        found[column] = found[column].astype(float)
    shown = found["human_class"].where(found["human_class"].notna(), found["machine_class"])
    places = gpd.points_from_xy(lon, lat)
    return gpd.GeoDataFrame(found.assign(shown_class=shown), geometry=places, crs=STORAGE)


def take_in(
    ledger: Ledger, act: Act, found: gpd.GeoDataFrame, record: Callable[[Sequence[Entry]], object] | None = None
) -> Step:
    """Bring leads (``sources.FORM``) into the ledger in one act; known ones stay as people have made them.

    ``record`` records their entries with others of its own; by default they are recorded alone.
    """
    known = {one.key[1] for one in ledger.records("lead")}
    made = additions(found[~found["lead_id"].isin(known)])
    (record or partial(ledger.append, act))(made)
    return Step("casebook.taken", {"leads": len(found), "new": len(made), "known": len(found) - len(made)})


def additions(found: gpd.GeoDataFrame) -> list[Entry]:
    """Return what is to be recorded so that leads (``sources.FORM``) are in the ledger."""
    return [Entry("lead.add", ("lead", lead["lead_id"]), _fields(lead), "new", 0) for lead in _rows(found)]


def take_results(project: Project, act: Act, what: str) -> Step:
    """Bring the results of the workbench itself into the ledger.

    Parameters
    ----------
    project : Project
    act : Act
    what : str
        One of ``sources.MACHINE``.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if the result has not been made.
    ValueError
        If ``what`` is none of them.
    """
    if what == "patch":
        found = sources.from_patches(files.read_layer(project.leads), catalogue())
    elif what == "hotspot":
        day = pd.Timestamp(act.day)
        found = sources.from_hotspots(files.read_layer(project.hotspots), day, ground(project))
    elif what == "fire_point":
        found = sources.from_fires(files.read_layer(project.fires), ground(project))
    else:
        raise ValueError(f"{what} is no result of the workbench")
    return take_in(opened(project), act, found)


def import_file(
    project: Project, act: Act, path: Path, source: str, *, skip_faulty: bool = False
) -> tuple[Step, pd.DataFrame]:
    """Bring a table of leads (csv, xlsx, a layer) into the ledger as one act.

    Parameters
    ----------
    project : Project
    act : Act
    path : Path
    source : str
        One of ``sources.TOLD``. Of complaints, who complained goes to its own database and nowhere else.
    skip_faulty : bool
        Take the good rows although there are faulty ones.

    Returns
    -------
    step : Step
    faults : DataFrame
        Of the rows that were skipped: row, column, code, value.

    Raises
    ------
    TableFaults
        With every fault, if there is one and ``skip_faulty`` is not set; nothing is recorded. A row of complaints whose
        text names the person of its own row is one (``complaints.naming``).
    WorkbenchError
        ``chain.nothing_good``; see ``readers.read_rows``.
    """
    rows = readers.read_rows(path)
    people = complaints.persons(rows) if source == "complaint" else {}
    unfit = complaints.naming(rows, people) if people else None
    taken = sources.from_rows(rows, source, ground(project), unfit=unfit)
    if len(taken.faults) and not skip_faulty:
        raise TableFaults(path.name, taken.faults)
    if taken.leads.empty:
        raise WorkbenchError("chain.nothing_good", "{name} holds no row without a fault", name=path.name)
    ledger, record = opened(project), None
    known = set(taken.leads["source_ref"])
    persons = [person for person in people.values() if person.number in known]
    if persons and rules.allowed(act.role, "complainant.keep"):
        record = partial(complainants.keep, complainants.opened(project.complainants), ledger, act, persons)
    step = take_in(ledger, act, taken.leads, record)
    return Step(step.code, dict(step.figures) | {"leads": len(taken.leads)}), taken.faults


def read(
    ledger: Ledger, act: Act, lead_id: str, verdict: str, human_class: str = "", seen: int | None = None
) -> list[Event]:
    """Record what a person reads in a lead: the human class beside the machine's, and the verdict.

    Parameters
    ----------
    ledger : Ledger
    act : Act
        An exclusion needs a reason.
    lead_id : str
    verdict : str
        ``suspected``, ``excluded`` or ``doubtful``.
    human_class : str
        One of the classes of ``satellite.targets``; the machine's stays beside it.
    seen : int, optional
        Version that the person had before the eyes.

    Raises
    ------
    WorkbenchError
        ``casebook.unknown_class``; see ``Ledger.append``.
    """
    if human_class and human_class not in CLASSES:
        raise WorkbenchError("casebook.unknown_class", "{name} is no class of leads", name=human_class)
    now = ledger.record(("lead", lead_id))
    fields = {"human_class": human_class or now.fields.get("human_class")}
    made = [Entry("lead.move", now.key, {}, "to_read", seen)] if now.state == "new" else []
    made.append(Entry("lead.read", now.key, fields, verdict, None if made else seen))
    return ledger.append(act, made)


def move(
    ledger: Ledger,
    act: Act,
    lead_ids: Sequence[str],
    to: str,
    fields: Mapping[str, Any] | None = None,
    seen: Mapping[str, int] | None = None,
) -> list[Event]:
    """Move leads to a state, all or none; ``seen`` holds the version of each that the person had before the eyes.

    Raises
    ------
    WorkbenchError
        ``casebook.needs_order``: only a decision over an order (``cross_check.orders``) issues a lead, only an
        inspection begins a check, and only a problem takes a lead over; see ``Ledger.append``.
    """
    if to in {"to_issue", "checking", "problem"}:
        raise WorkbenchError(
            "casebook.needs_order",
            "Nobody moves a lead there by hand: decide its order, open its inspection or problem",
        )
    known, told = seen or {}, dict(fields or {})
    return ledger.append(act, [Entry("lead.move", ("lead", name), told, to, known.get(name)) for name in lead_ids])


def note(ledger: Ledger, act: Act, lead_id: str, fields: Mapping[str, Any], seen: int | None = None) -> list[Event]:
    """Record facts of a lead without moving it, such as a trigger, further evidence, or a blurred place.

    Raises
    ------
    WorkbenchError
        See ``Ledger.append``.
    ValueError
        If a field is one that only other verbs may write.
    """
    if set(fields) & {"human_class", "machine_class", "source", "merged", "merged_into", "order_id", "problem_id"}:
        raise ValueError(f"a note does not write {sorted(fields)}")
    return ledger.append(act, [Entry("lead.note", ("lead", lead_id), dict(fields), None, seen)])


def suggestions(leads: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return pairs of open leads that may be one (``matches.SUGGESTED``), without those that a person kept apart."""
    standing = leads[~leads["state"].isin(rules.OVER)]
    found = matches.suggest(standing)
    apart = {
        frozenset((row.lead_id, other))
        for row in leads.itertuples()
        for other in str(getattr(row, "kept_apart", None) or "").split(";")
    }
    together = [frozenset(pair) not in apart for pair in zip(found["left_id"], found["right_id"], strict=True)]
    return found[np.array(together, dtype=bool)].reset_index(drop=True)


def merge(ledger: Ledger, act: Act, keep_id: str, gone_id: str) -> list[Event]:
    """Take a lead into another: the one that stays lists both numbers, the one that goes says where it went.

    The one that stays has the evidence of both, unless a machine alone saw the other: that counts once it is read.

    Raises
    ------
    WorkbenchError
        ``casebook.one_lead`` if both are one; ``casebook.merged_already``; ``ledger.no_record``.
    """
    keep, gone = (ledger.record(("lead", name)) for name in (keep_id, gone_id))
    if keep_id == gone_id:
        raise WorkbenchError("casebook.one_lead", "A lead is not merged with itself")
    if keep.fields.get("merged_into") or gone.fields.get("merged_into"):
        raise WorkbenchError("casebook.merged_already", "{name} went into another lead already", name=gone_id)
    both = [keep.fields.get("merged"), gone_id, gone.fields.get("merged")]
    numbers = ";".join(str(part) for part in both if part)
    unread = gone.fields.get("source") in rules.MACHINE and not gone.fields.get("human_class")
    known = [record.fields.get("evidence") for record in ((keep,) if unread else (keep, gone))]
    evidence = ";".join(dict.fromkeys(";".join(str(part) for part in known if part).split(";")))
    return ledger.append(
        act,
        [
            Entry("lead.merge", keep.key, {"merged": numbers, "evidence": evidence or None}, None, keep.version),
            Entry("lead.merge", gone.key, {"merged_into": keep_id}, None, gone.version),
        ],
    )


def keep_apart(ledger: Ledger, act: Act, left_id: str, right_id: str) -> list[Event]:
    """Record that two leads are two, so that they are suggested no more."""
    left = ledger.record(("lead", left_id))
    apart = ";".join(filter(None, [str(left.fields.get("kept_apart") or ""), right_id]))
    return ledger.append(act, [Entry("lead.note", left.key, {"kept_apart": apart}, None, left.version)])


def region_names(project: Project, language: str) -> dict[str, str]:
    """Return what people call each division of a project."""
    areas: gpd.GeoDataFrame = regions.SCHEMA.validate(regions_of(project))
    return dict(zip(areas["division_code"], areas[f"name_{language}"], strict=True))


def _rows(found: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = found.to_dict("records")
    return rows


def _fields(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lead as JSON holds it; what is missing is left out."""
    place = lead["geometry"]
    plain: dict[str, Any] = {"lon": round(place.x, 7), "lat": round(place.y, 7)}
    for name in _MACHINE_FIELDS:
        value = lead[name]
        if value is None or pd.isna(value):
            continue
        if isinstance(value, pd.Timestamp):
            plain[name] = value.date().isoformat()
        else:
            plain[name] = round(float(value), 6) if isinstance(value, float) else value
    return plain


def _blurred(lon: np.ndarray, lat: np.ndarray, blur_m: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Move places into the middle of cells of their own size in metres; a place without a size stays."""
    size = pd.to_numeric(blur_m, errors="coerce").to_numpy(dtype=float) / _DEGREE_M
    wide = size / np.cos(np.radians(lat))
    there = np.isfinite(size)
    with np.errstate(invalid="ignore"):
        x, y = (np.floor(lon / wide) + 0.5) * wide, (np.floor(lat / size) + 0.5) * size
    return np.where(there, x, lon), np.where(there, y, lat)
