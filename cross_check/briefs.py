"""Rim: the briefing of a project: its maps drawn from the tables on disk and the leads as the ledger has them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from cross_check import casebook, comparisons
from cross_check.areas import regions_of, zones_of
from cross_check.files import Project
from cross_check.reports import briefing
from cross_check.reports.contents import Area, Brief, Contents, area_of
from cross_check.steps import Step
from gis import files, regions
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import files as images


def write(project: Project, brief: Brief, *, progress: Progress = silent) -> Step:
    """Draw the province plate and, where there is a detection, the plate of its area.

    Leads stand as the ledger has them: what was excluded, refuted, found lawful or archived is not shown, and counted.
    """
    contents = Contents(
        regions=regions_of(project),
        zones=zones_of(project),
        leads=casebook.standing(project) if project.leads.is_file() else None,
        hotspots=_layer(project.hotspots),
        enterprises=_layer(project.enterprises),
        legs=_layer(project.legs),
        visits=_layer(project.visits),
        assignment=files.read_table(project.assignment) if project.assignment.is_file() else None,
    )
    written = briefing.write(contents, brief, project.brief, areas=_areas(project, brief.language), progress=progress)
    return Step("chain.briefed", {"files": len(written)}, written)


def image_sources(project: Project) -> tuple[str, ...]:
    """Return a line for each image that the project's detection compared: its name and date."""
    return tuple(
        " ".join(filter(None, (Path(image["path"]).name, image.get("seen_on")))) for image in _compared(project)
    )


def _areas(project: Project, language: str) -> tuple[Area, ...]:
    """Return the area of the detection, named by its division; none where it names no images."""
    compared = _compared(project)
    if not compared:
        return ()
    path = project.detect / compared[1]["path"]
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    area = area_of(path.stem, images.read_picture(path))
    west, south, east, north = area.bbox
    middle = gpd.GeoSeries(gpd.points_from_xy([(west + east) / 2], [(south + north) / 2]), crs=STORAGE)
    areas = regions_of(project).set_index("division_code")
    name = areas.loc[regions.division_of(middle, areas.reset_index()).iloc[0], f"name_{language}"]
    return (replace(area, name=str(name)),)


def _compared(project: Project) -> list[dict[str, Any]]:
    """Return the two images of the detection (``comparisons.images_of``); none without a detection."""
    return comparisons.images_of(files.read_json(project.recipe)) if project.recipe.is_file() else []


def _layer(path: Path) -> gpd.GeoDataFrame | None:
    return files.read_layer(path) if path.is_file() else None
