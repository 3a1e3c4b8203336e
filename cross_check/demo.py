"""Rim: the demo. It makes a synthetic province, runs the whole chain on it and scores it against the planted truth."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import briefs, casebook, chain, clusters, desk, plans, routing, scoreboard, sources
from cross_check import synthetic as people
from cross_check.files import Project
from cross_check.ledger import engines, events
from cross_check.ledger.store import Ledger
from cross_check.reports.contents import Brief
from cross_check.scoreboard import Score
from cross_check.steps import Step
from gis import files
from gis import synthetic as province
from gis.errors import WorkbenchError
from gis.history import Act
from gis.language import DEFAULT, Catalogue, catalogue
from gis.progress import Progress, silent
from satellite import files as images
from satellite import patches
from satellite import synthetic as scenes
from satellite.files import PairFiles
from satellite.synthetic import DATES

FIRST_ON = date(2022, 7, 1)
"""Signals cover 36 months from here."""
_STRAW_WINDOWS = (((3, 10), (5, 15)), ((9, 15), (12, 10)))
_STEPS = 10
_ACT = Act(by="demo", at=datetime(2025, 6, 30, tzinfo=UTC), sender="synthetic")
# The same in every language, so that the results are.
_DRAW_SEED = "synthetic public number 2025-07-01"


@dataclass(frozen=True)
class Params:
    """What the demo makes.

    Attributes
    ----------
    seed : int
        The same seed gives the same province, images and results.
    size_px : int
        Edge of the image area in pixels of 10 m.
    enterprises : int
    language : str
        Of the briefing maps.
    """

    seed: int = 20_210_406
    size_px: int = 2000
    enterprises: int = 20_000
    language: str = DEFAULT


@dataclass(frozen=True)
class Report:
    """What the demo did: its steps with their seconds, and the score of leads and of hotspots."""

    steps: tuple[tuple[Step, float], ...]
    leads: Score
    hotspots: Score


def run(folder: Path, *, params: Params | None = None, progress: Progress = silent) -> Report:
    """Run the chain on a synthetic province.

    Parameters
    ----------
    folder : Path
        Project folder; files of an earlier demo are replaced.
    params : Params, optional
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``demo.no_place`` if the folder holds a project that is no demo; else if a step fails; what the steps before
        wrote stays.
    """
    params = params or Params()
    project = Project(folder)
    _demand_own(project)
    done: list[tuple[Step, float]] = []
    words = catalogue(params.language)
    order = routing.RoundOrder(date(2025, 7, 7), plans.Params(document_no=words.say("demo.document"), seed=_DRAW_SEED))
    brief = Brief(
        title=words.say("demo.title"),
        maker=words.say("demo.maker"),
        made_on=date(2025, 6, 30),
        sources=tuple(words.say("demo.source", day=DATES[at].isoformat()) for at in (0, 3)),
        language=params.language,
        synthetic=True,
    )
    arrows: tuple[Callable[[], Step], ...] = (
        lambda: make(project, params),
        lambda: desk.import_enterprises(folder / "register.xlsx", project, _ACT)[0],
        lambda: chain.detect(pair_files(folder), project.detect, project=project),
        lambda: chain.build_leads(project),
        lambda: record_leads(project, words),
        lambda: chain.find_hotspots(project, kind="fire_point"),
        lambda: clusters.find_emerging(project, clusters.Source("complaint")),
        lambda: clusters.make_lists(project, clusters.Source("complaint")),
        lambda: routing.plan_round(project, order),
        lambda: briefs.write(project, brief),
    )
    for at, arrow in enumerate(arrows):
        progress(at, _STEPS, "demo.working")
        started = perf_counter()
        done.append((arrow(), perf_counter() - started))
    report = Report(tuple(done), *score(project))
    files.write_json(_plain(report), project.report)
    progress(_STEPS, _STEPS, "demo.working")
    return report


def make(project: Project, params: Params) -> Step:
    """Make the synthetic province and write it as a bureau would receive it: images, masks, tables."""
    images_out, truth = _images(project, params)
    rng = np.random.default_rng(params.seed)
    regions = files.read_sketch()
    inner = truth[~truth["decoy"]].geometry.representative_point()
    near = list(zip(inner.x, inner.y, strict=True))
    zones = province.zones(rng, regions, near=near[:1])
    sites = province.enterprises(rng, regions, params.enterprises, near=near[::2])
    fires, fire_truth = province.signals(rng, regions, _fire_plan())
    complaints, complaint_truth = people.complaints(rng, regions, first_on=FIRST_ON)
    staff = people.officers(rng, regions, on=date(2025, 7, 1), site_ids=list(sites["site_id"][:400]))
    signals = gpd.GeoDataFrame(pd.concat([fires, complaints], ignore_index=True), crs=fires.crs)
    for table, path in (
        (regions, project.regions),
        (zones, project.zones),
        (signals, project.signals),
        (staff, project.officers),
        (truth, project.truth / "changes.parquet"),
        (fire_truth, project.truth / "fire_points.parquet"),
        (complaint_truth, project.truth / "complaints.parquet"),
    ):
        files.write_table(table, path)
    sheet = project.folder / "register.xlsx"
    files.write_register_sheet(sites, sheet)
    for former in (project.enterprises, *project.history.glob("*"), *project.ledger.parent.glob("*")):
        former.unlink(missing_ok=True)
    figures = {
        "enterprises": len(sites),
        "signals": len(signals),
        "officers": len(staff),
        "scenes": len(DATES),
        "changes": int((~truth["decoy"]).sum()),
        "decoys": int(truth["decoy"].sum()),
    }
    return Step("demo.made", figures, (*images_out, sheet, project.truth))


def record_leads(project: Project, words: Catalogue) -> Step:
    """Bring the leads into the project's own ledger, whatever database the bureau names for its real one.

    The more pressing half is read, against the planted truth, so that a round has somewhere to go; the others wait.
    """
    ledger = Ledger(engines.opened(f"sqlite:///{project.ledger.resolve()}"))
    act, found = events.Act(_ACT.by, "analyst", _ACT.at), files.read_layer(project.leads)
    step = casebook.take_in(ledger, act, sources.from_patches(found, catalogue()))
    truth = files.read_layer(project.truth / "changes.parquet")
    planted = truth.loc[~truth["decoy"], "geometry"].union_all()
    pressing = found.sort_values(["priority", "lead_id"], ascending=[False, True]).head(-(-len(found) // 2))
    for lead in pressing.itertuples():
        verdict = "suspected" if lead.geometry.intersects(planted) else "excluded"
        why = words.say("demo.not_there") if verdict == "excluded" else ""
        casebook.read(ledger, replace(act, why=why), lead.lead_id, verdict, lead.machine_class)
    return step


def _demand_own(project: Project) -> None:
    """Refuse to write over a project that no demo made."""
    own = (project.regions, project.zones, project.officers, project.enterprises, project.signals)
    if not project.truth.is_dir() and any(path.exists() for path in own):
        raise WorkbenchError(
            "demo.no_place",
            "{name} holds a project of yours; give the demo another folder with --project",
            name=project.folder.name,
        )


def pair_files(folder: Path) -> PairFiles:
    """Return the pair that the demo compares: the two summers, with their clear masks."""
    imagery = folder / "imagery"
    before, after = DATES[0].isoformat(), DATES[3].isoformat()
    return PairFiles(
        imagery / f"{before}.tif",
        imagery / f"{after}.tif",
        (imagery / f"{before}-clear.tif", imagery / f"{after}-clear.tif"),
    )


def score(project: Project) -> tuple[Score, Score]:
    """Compare leads and hotspots of a synthetic project with its planted truth."""
    truth = files.read_layer(project.truth / "changes.parquet")
    change, grid = images.read_change(project.detect / "change.tif")
    seen = patches.seen_share(change, grid, truth.geometry)
    leads = scoreboard.score_leads(files.read_layer(project.leads), truth, seen)
    fires = files.read_layer(project.truth / "fire_points.parquet")
    return leads, scoreboard.score_hotspots(files.read_layer(project.hotspots), fires)


def _images(project: Project, params: Params) -> tuple[list[Path], gpd.GeoDataFrame]:
    world = scenes.make_world(params.seed, size_px=params.size_px)
    imagery = project.folder / "imagery"
    written = []
    for at, day in enumerate(DATES):
        image, mask = imagery / f"{day.isoformat()}.tif", imagery / f"{day.isoformat()}-clear.tif"
        images.write_scene(scenes.scene(world, at), image)
        tags = {"SYNTHETIC": "YES", "CONTENT": "1 usable, 0 cloud or shadow"}
        images.write_raster(scenes.clear(world, at), world.land.grid, mask, nodata=255, tags=tags)
        written.append(image)
    return written, scenes.truth(world, 0, 3)


def _fire_plan() -> province.SignalPlan:
    return province.SignalPlan("fire_point", FIRST_ON, day_weights=province.window_weights(_STRAW_WINDOWS, 0.1))


def _plain(report: Report) -> dict[str, object]:
    def plain(score: Score) -> dict[str, object]:
        rows = score.rows.to_dict("records")
        return {
            "rows": [
                {key: value.item() if hasattr(value, "item") else value for key, value in row.items()} for row in rows
            ],
            "reported": score.reported,
            "right": score.right,
            "recall": round(score.recall, 4),
            "precision": round(score.precision, 4),
        }

    steps = [{"code": step.code, "figures": dict(step.figures)} for step, _ in report.steps]
    return {"synthetic": True, "steps": steps, "leads": plain(report.leads), "hotspots": plain(report.hotspots)}
