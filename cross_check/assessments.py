"""Rim: the audit of a detection on disk: a sample drawn with a public seed, its forms, the reviews, the report."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cross_check import reviews
from cross_check.files import Project
from cross_check.steps import Step
from gis import files, readers
from gis.errors import WorkbenchError
from gis.language import DEFAULT, catalogue
from satellite import accuracy, patches, samples, series
from satellite import files as images
from satellite.samples import UNCHANGED

_EXPECTED = {True: 0.98, False: 0.8}
_MAPS = {"change.tif": (patches.UNSEEN,), "states.tif": (series.UNSEEN, series.NO_BASELINE)}


@dataclass(frozen=True)
class Order:
    """What a sample is drawn for.

    Attributes
    ----------
    seed : str
        Made public before the draw.
    error : float
        Wanted standard error of the overall accuracy, 0 to 1.
    fewest : int
        Places in each stratum (a class in a month) at least.
    language : str
        Of the forms' headings.
    """

    seed: str
    error: float = 0.02
    fewest: int = 25
    language: str = DEFAULT


def draw(project: Project, order: Order, *, detection: Path | None = None) -> Step:
    """Draw the sample of a detection, or of a series' report, and write the forms for reviewers.

    Writes sample.parquet (with the strata, not for reviewers), form.csv, form.gpkg and sample.json; reviews and report
    of an earlier sample go, for they are about another one.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no detection; ``accuracy.nothing`` if it observed nothing.
    """
    folder = detection or project.detect
    image = _map_of(folder)
    state, grid = images.read_change(image)
    found = files.read_layer(folder / "patches.gpkg")
    divided = samples.strata(np.isin(state, _MAPS[image.name]), found, grid)
    sizes = {row.stratum: float(row.size) for row in divided.table.itertuples() if row.pixels}
    if not sizes:
        raise WorkbenchError("accuracy.nothing", "{name} observed nothing: there is nothing to audit", name=folder.name)
    users = [_EXPECTED[name == UNCHANGED] for name in sizes]
    places = accuracy.sample_size(list(sizes.values()), users, order.error)
    wanted = accuracy.allocate(sizes, places, fewest=order.fewest)
    sample = samples.draw(divided, wanted, grid, seed=order.seed)
    dates = reviews.dates_of(files.read_json(folder / "recipe.json"))
    blank = reviews.form(sample, dates, catalogue(order.language))
    facts = {
        "seed": order.seed,
        "error": order.error,
        "fewest": order.fewest,
        "inputs": _contents(folder),
        "strata": divided.table.to_dict("records"),
    }
    with files.folder_written_aside(project.accuracy) as aside:
        files.write_table(sample, aside / "sample.parquet")
        files.write_table(pd.DataFrame(blank.drop(columns="geometry")), aside / "form.csv")
        files.write_table(blank, aside / "form.gpkg")
        files.write_json(facts, aside / "sample.json")
    for stale in (project.accuracy_reviews, project.accuracy_report):
        stale.unlink(missing_ok=True)
    written = tuple(project.accuracy / name for name in ("form.csv", "form.gpkg", "sample.parquet", "sample.json"))
    return Step("chain.accuracy_drawn", {"places": len(sample), "strata": len(sizes)}, written)


def take(source: Path, project: Project) -> Step:
    """Take filled forms into the project; a place reviewed before keeps the newest finding.

    Raises
    ------
    TableFaults
        See ``reviews.read``; nothing is taken then.
    WorkbenchError
        ``accuracy.no_sample`` if none was drawn; see ``gis.readers.read_rows``.
    """
    sample = _sample(project)
    rows = pd.DataFrame(readers.read_rows(source)).drop(columns="geometry", errors="ignore")
    taken = reviews.read(rows, sample, source.name)
    if project.accuracy_reviews.is_file():
        taken = pd.concat([files.read_table(project.accuracy_reviews), taken])
    kept = taken.drop_duplicates("sample_id", keep="last").sort_values("sample_id", ignore_index=True)
    files.write_table(kept, project.accuracy_reviews)
    return Step("chain.accuracy_taken", {"reviewed": len(kept), "places": len(sample)}, (project.accuracy_reviews,))


def report(project: Project, *, detection: Path | None = None) -> Step:
    """Judge the detection by its reviews and write report.json.

    Raises
    ------
    WorkbenchError
        ``accuracy.no_sample``, ``accuracy.no_reviews``; ``accuracy.other_map`` if the detection is not the one that
        the sample was drawn from; see ``reviews.judge``.
    """
    sample, facts = _sample(project), files.read_json(project.accuracy / "sample.json")
    if not project.accuracy_reviews.is_file():
        raise WorkbenchError("accuracy.no_reviews", "No review has been taken in yet")
    if not stands(project, detection=detection):
        raise WorkbenchError(
            "accuracy.other_map", "The detection is not the one the sample was drawn from; draw a new sample"
        )
    strata = pd.DataFrame(facts["strata"])
    found = reviews.judge(sample, files.read_table(project.accuracy_reviews), strata)
    files.write_json({**found, "seed": facts["seed"]}, project.accuracy_report)
    overall = found["overall"]
    figures = {name: found[name] for name in ("reviewed", "unsure", "drawn")}
    figures |= {name: overall[name] for name in ("value", "low", "high")} if isinstance(overall, dict) else {}
    told = figures.get("value") is not None
    return Step("chain.accuracy_reported" if told else "chain.accuracy_few", figures, (project.accuracy_report,))


def stands(project: Project, *, detection: Path | None = None) -> bool:
    """Tell whether the detection is still the one that the sample was drawn from.

    Raises
    ------
    WorkbenchError
        ``accuracy.no_sample``; ``files.missing`` if there is no detection any more.
    """
    _sample(project)
    return files.read_json(project.accuracy / "sample.json")["inputs"] == _contents(detection or project.detect)


def _contents(folder: Path) -> dict[str, str]:
    """Return what tells one detection from another: not the hash of a GeoPackage, which notes when it was written."""
    image, found = _map_of(folder), files.read_layer(folder / "patches.gpkg")
    listed = "\n".join(sorted(found["patch_id"] + " " + found["machine_class"]))
    return {image.name: files.sha256(image), "patches": hashlib.sha256(listed.encode()).hexdigest()}


def _sample(project: Project) -> pd.DataFrame:
    if not project.accuracy_sample.is_file():
        raise WorkbenchError("accuracy.no_sample", "No sample has been drawn yet: hdq accuracy draw --seed TEXT")
    return files.read_layer(project.accuracy_sample)


def _map_of(folder: Path) -> Path:
    for name in _MAPS:
        if (folder / name).is_file():
            return folder / name
    raise WorkbenchError("files.missing", "There is no file {name}", name=f"{folder.name}/change.tif")
