"""Rim: a round and its routes on disk: teams sent, days planned, planned anew after a closed gate, checked."""

import datetime as dt
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import (
    audits,
    casebook,
    lodgings,
    officers,
    orders,
    plans,
    replanning,
    road_services,
    road_tables,
    rounds,
    routes,
)
from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.nights import Search
from cross_check.replanning import Closed, Replanned
from cross_check.road_tables import RoadTable
from cross_check.route_cases import Roads
from cross_check.route_params import Params
from cross_check.routes import Routes
from cross_check.steps import Step
from cross_check.travel import Travel
from gis import files, readers
from gis.errors import WorkbenchError
from gis.progress import Progress, silent

PARTS = ("visits", "legs", "nights", "unserved", "reserve")


@dataclass(frozen=True)
class RoadOrder:
    """Where driving times come from: at most one of a service's address and the bureau's own table."""

    osrm: str | None = None
    valhalla: str | None = None
    table: Path | None = None

    def open(self) -> Roads | None:
        """Return the roads, None for great circles.

        Raises
        ------
        WorkbenchError
            See ``road_services.service`` and ``read_roads``.
        """
        if self.osrm:
            return road_services.service("osrm", self.osrm)
        if self.valhalla:
            return road_services.service("valhalla", self.valhalla)
        return read_roads(self.table) if self.table else None


@dataclass(frozen=True)
class RoundOrder:
    """What a round needs from its organiser.

    Attributes
    ----------
    starts_on : date
        First day of the round.
    plan : plans.Params
        With the authorising document's number and the public seed of the draw.
    assign : rounds.Params
    route : route_params.Params
    past : Path, optional
        Table of earlier rounds (``rounds.PAST``) as .parquet.
    roads : RoadOrder
    """

    starts_on: dt.date
    plan: plans.Params
    assign: rounds.Params = field(default_factory=rounds.Params)
    route: Params = field(default_factory=Params)
    past: Path | None = None
    roads: RoadOrder = field(default_factory=RoadOrder)


def plan_round(project: Project, order: RoundOrder, *, progress: Progress = silent) -> Step:
    """Send teams to regions and plan their days.

    Raises
    ------
    WorkbenchError
        ``rounds.no_document`` and others of ``cross_check.rounds`` and ``cross_check.plans``; ``files.missing``.
    """
    areas = regions_of(project)
    ends_on = order.starts_on + dt.timedelta(days=order.route.days)
    found = casebook.standing(project)
    enterprises = orders.as_listed(project, files.read_layer(project.enterprises), order.starts_on, ends_on)
    formed = officers.teams(files.read_table(project.officers), areas, on=ends_on)
    past = files.read_table(order.past) if order.past else pd.DataFrame(columns=list(rounds.PAST.columns))
    needs = plans.needs(found, enterprises, areas, params=order.plan)
    sent = rounds.assign(formed.table, areas, needs=needs, past=past, params=order.assign)
    chosen = plans.targets(found, enterprises, areas, sent.table, params=order.plan)
    beds = lodgings_of(project, areas)
    planned = routes.plan(
        sent.table,
        chosen.table,
        areas,
        params=order.route,
        lodgings=beds,
        roads=order.roads.open(),
        progress=progress,
    )
    facts = {
        "document_no": order.plan.document_no,
        "seed": order.plan.seed,
        "starts_on": order.starts_on.isoformat(),
        "days": order.route.days,
        "status": sent.status,
        "broken": sent.broken.to_dict("records"),
        "teams": len(sent.table),
        "officers_left_out": len(formed.left_out),
        "targets": len(chosen.table),
        "excluded": {reason: int(count) for reason, count in chosen.excluded["reason"].value_counts().items()},
        **figures(planned),
    }
    files.write_table(sent.table, project.assignment)
    files.write_table(chosen.table, project.targets)
    written = write(project, planned, order.route, order.roads)
    files.write_json(facts, project.round)
    return Step(f"chain.planned_{sent.status}", facts, (project.assignment, project.targets, *written, project.round))


def read_roads(path: Path) -> RoadTable:
    """Read the bureau's own table: pairs (``road_tables.PAIRS``) or, as ``.npz``, ``ids``, ``km`` and ``minutes``.

    Raises
    ------
    TableFaults
        With every fault by row.
    WorkbenchError
        ``roads.bad_matrix``, ``roads.twice``, ``files.missing`` or ``files.unreadable``.
    """
    if path.suffix.lower() != ".npz":
        return road_tables.from_pairs(pd.DataFrame(readers.read_rows(path)).replace("", None), path.name)
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    try:
        with np.load(path, allow_pickle=False) as held:
            ids, km, minutes = held["ids"], held["km"], held["minutes"]
    except (KeyError, ValueError, OSError) as fault:
        raise WorkbenchError(
            "roads.bad_matrix",
            "{source} must hold ids and square tables km and minutes of {count} rows, none below 0",
            source=path.name,
            count=0,
        ) from fault
    return road_tables.from_matrices([str(each) for each in ids], km, minutes, path.name)


def import_lodgings(source: Path, project: Project) -> Step:
    """Take the bureau's own lodging places (columns lodging_id, name, lon, lat) into the project."""
    rows = pd.DataFrame(readers.read_rows(source)).replace("", None)
    table = lodgings.from_rows(rows, regions_of(project), source.name)
    files.write_table(table, project.lodgings)
    return Step("routing.lodgings", {"houses": int((table["kind"] == "house").sum())}, (project.lodgings,))


def lodgings_of(project: Project, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the project's lodging places, the seats and the shipped towns where it has none of its own."""
    own = files.read_layer(project.lodgings) if project.lodgings.is_file() else None
    return routes.beds_of(own, areas)


def plan(
    project: Project,
    params: Params,
    *,
    roads: RoadOrder | None = None,
    progress: Progress = silent,
) -> Step:
    """Plan the days of the round that the project holds anew, for instance with other hours or roads.

    Raises
    ------
    WorkbenchError
        ``files.missing`` before ``hdq rounds plan``; see ``routes.plan``.
    """
    assignment, targets = files.read_table(project.assignment), files.read_layer(project.targets)
    roads, areas = roads or RoadOrder(), regions_of(project)
    planned = routes.plan(
        assignment,
        targets,
        areas,
        params=params,
        lodgings=lodgings_of(project, areas),
        roads=roads.open(),
        progress=progress,
    )
    written = write(project, planned, params, roads)
    return Step("routing.planned", figures(planned), written)


def figures(planned: Routes) -> dict[str, object]:
    """Return what a plan comes to, for a sentence."""
    away = planned.nights["lodging_id"].nunique() if len(planned.nights) else 0
    return {
        "visits": len(planned.visits),
        "unserved": len(planned.unserved),
        "road_km": round(float(planned.legs["length_m"].sum()) / 1000),
        "houses": int(away),
    }


def write(project: Project, planned: Routes, params: Params, roads: RoadOrder) -> tuple[Path, ...]:
    """Write the parts of a plan and what it was planned with."""
    paths = [getattr(project, part) for part in PARTS]
    for part, path in zip(PARTS, paths, strict=True):
        files.write_table(getattr(planned, part), path)
    order = asdict(params) | {"roads": {name: value and str(value) for name, value in asdict(roads).items()}}
    files.write_json(order, project.route_order)
    return (*paths, project.route_order)


def read(project: Project) -> tuple[Routes, Params, RoadOrder]:
    """Return the project's routes, and with what they were planned.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there are none.
    """
    held = Routes(**{part: files.read_layer(getattr(project, part)) for part in PARTS})
    order: dict[str, Any] = dict(files.read_json(project.route_order))
    roads = dict(order.pop("roads"))
    table = roads.pop("table")
    given = {field.name: order[field.name] for field in fields(Params) if field.name in order}
    given |= {"travel": Travel(**given["travel"]), "search": _search(given["search"]), "prizes": tuple(given["prizes"])}
    return held, Params(**given), RoadOrder(**roads, table=Path(table) if table else None)


def _search(held: dict[str, Any]) -> Search:
    return Search(**(held | {"warmth": tuple(held["warmth"])}))


def close_gate(project: Project, event: Closed, *, prices: replanning.Prices | None = None) -> tuple[Replanned, Step]:
    """Propose the rest of a crew's round after a closed gate; the announced plan stays until ``take_over``.

    The proposal stands in a folder of the project under a name made of target and time.
    """
    planned, params, roads = read(project)
    targets = files.read_layer(project.targets)
    found = replanning.after_closed_gate(
        planned,
        targets,
        lodgings_of(project, regions_of(project)),
        event,
        params=params,
        prices=prices,
        roads=roads.open(),
    )
    name = proposal_of(event)
    with files.folder_written_aside(project.replans / name) as aside:
        for part in PARTS:
            files.write_table(getattr(found.routes, part), aside / f"{part}.parquet")
        files.write_table(found.changes, aside / "changes.csv")
        files.write_json({"target_id": event.target_id, "at": event.at, "was": _mark(project)}, aside / "event.json")
    counts = found.changes["change"].value_counts()
    kinds = {kind: int(counts.get(kind, 0)) for kind in ("moved", "dropped", "added", "retimed")}
    return found, Step("routing.proposed", kinds | {"name": name}, (project.replans / name,))


def proposal_of(event: Closed) -> str:
    """Return the name of the proposal for a closed gate."""
    return f"{event.target_id}-{event.at.replace(':', '')}"


def take_over(project: Project, name: str, *, by: str, at: dt.datetime) -> Step:
    """Make a proposal the announced plan; the plan so far is kept in its folder.

    Raises
    ------
    WorkbenchError
        ``routing.no_proposal`` if there is none of this name, ``routing.outdated`` if the plan has changed since.
    """
    folder = project.replans / name
    if not (folder / "event.json").is_file():
        raise WorkbenchError("routing.no_proposal", "There is no proposal {name}", name=name)
    event = files.read_json(folder / "event.json")
    if event["was"] != _mark(project):
        raise WorkbenchError("routing.outdated", "The plan has changed since proposal {name} was made", name=name)
    for part in PARTS:
        files.write_table(files.read_layer(getattr(project, part)), folder / f"former-{part}.parquet")
    for part in PARTS:
        files.write_table(files.read_layer(folder / f"{part}.parquet"), getattr(project, part))
    files.write_json(event | {"taken_by": by, "taken_at": at.isoformat(timespec="seconds")}, folder / "event.json")
    return Step("routing.taken_over", {"name": name}, tuple(getattr(project, part) for part in PARTS))


def _mark(project: Project) -> str:
    return "".join(files.sha256(getattr(project, part))[:16] for part in ("visits", "legs"))


def check(project: Project) -> tuple[list[audits.Violation], Step]:
    """Check the project's routes with the independent audit."""
    planned, params, roads = read(project)
    targets, assignment = files.read_layer(project.targets), files.read_table(project.assignment)
    areas = regions_of(project)
    beds = lodgings_of(project, areas)
    drive = _asked(roads.open())
    found = audits.check(planned, targets, assignment, areas, params=params, lodgings=beds, drive_min=drive)
    return found, Step("routing.checked" if found else "routing.sound", {"count": len(found)} | figures(planned))


def _asked(roads: Roads | None) -> audits.Drive | None:
    """Return drives of other roads than great circles, asked for pair by pair and remembered."""
    if roads is None:
        return None
    known: dict[tuple[str, str], float] = {}

    def drive(one: audits.Place, other: audits.Place) -> float:
        pair = one[0], other[0]
        if pair not in known:
            _, minutes = roads.table(list(pair), np.array([one[1:], other[1:]]))
            known[pair] = float(minutes[0, 1])
        return known[pair]

    return drive
