"""Rim: the briefing of a project: its maps drawn from the tables on disk and the leads as the ledger has them."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd

from cross_check import casebook, chain
from cross_check.chain import Step
from cross_check.files import Project
from cross_check.reports import briefing
from cross_check.reports.contents import Area, Brief, Contents, area_of
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
        regions=chain.regions_of(project),
        zones=chain.zones_of(project),
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
    if not project.recipe.is_file():
        return ()
    inputs = _inputs(project)
    return tuple(
        " ".join(filter(None, (Path(str(image["path"])).name, str(image["seen_on"] or ""))))
        for image in (inputs["before"], inputs["after"])
    )


def _areas(project: Project, language: str) -> tuple[Area, ...]:
    """Return the area of the detection, named by its division."""
    if not project.recipe.is_file():
        return ()
    after = _inputs(project)["after"]
    path = project.detect / str(after["path"])
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    area = area_of(path.stem, images.read_picture(path))
    west, south, east, north = area.bbox
    middle = gpd.GeoSeries(gpd.points_from_xy([(west + east) / 2], [(south + north) / 2]), crs=STORAGE)
    areas = chain.regions_of(project).set_index("division_code")
    name = areas.loc[regions.division_of(middle, areas.reset_index()).iloc[0], f"name_{language}"]
    return (replace(area, name=str(name)),)


def _inputs(project: Project) -> dict[str, dict[str, object]]:
    inputs = files.read_json(project.recipe)["inputs"]
    if not isinstance(inputs, dict):
        raise WorkbenchError("chain.bad_recipe", "{name} is no recipe", name=project.recipe.name)
    return inputs


def _layer(path: Path) -> gpd.GeoDataFrame | None:
    return files.read_layer(path) if path.is_file() else None
