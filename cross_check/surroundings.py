"""Rim: what a project holds around a site, read for its dossier; what it does not hold is empty."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check import annals, casebook, dossiers, registers
from cross_check.areas import regions_of
from cross_check.dossiers import Dossier, Surroundings
from cross_check.files import Project
from gis import files, history
from gis.crs import STORAGE
from gis.errors import WorkbenchError


def dossier(project: Project, site_id: str, *, on: dt.date) -> Dossier:
    """Return everything that a project knows of a site.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site``; ``files.missing`` if there is no register.
    """
    return dossiers.gather(site_id, read(project), annals.events(project), on=on)


def read(project: Project) -> Surroundings:
    """Return what lies around the sites of a project.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no register.
    """
    positive, checks, problems = _ledger(project)
    found = sorted(project.layers.glob("*.parquet")) if project.layers.is_dir() else []
    return Surroundings(
        state=history.completed(files.read_layer(project.enterprises)),
        areas=regions_of(project),
        leads=casebook.standing(project) if project.leads.is_file() else _layer(project.leads),
        zones=_layer(project.zones),
        cells=_layer(project.hotspots),
        fires=_layer(project.fires),
        visits=_layer(project.visits),
        layers={path.stem: files.read_layer(path) for path in found},
        positive=positive,
        checks=checks,
        problems=problems,
    )


def site_called(project: Project, text: str) -> str:
    """Return the id of the one site that an id, permit number, credit code or name stands for.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site`` if there is none; ``dossier.several`` if there are several.
    """
    state = files.read_layer(project.enterprises)
    if text in set(state["site_id"]):
        return text
    known = (state["permit_no"] == text) | (state["credit_code"] == text) | (state["name"] == text)
    found = list(state["site_id"][known.fillna(value=False)])
    if not found:
        raise WorkbenchError("duplicates.no_site", "The register has no site {site}", site=text)
    if len(found) > 1:
        raise WorkbenchError(
            "dossier.several", "{text} stands for several sites: {sites}", text=text, sites=", ".join(found[:10])
        )
    return str(found[0])


def _layer(path: Path) -> gpd.GeoDataFrame:
    empty = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=STORAGE)
    return files.read_layer(path) if path.is_file() else empty


def _ledger(project: Project) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return positive list, visits and problems of the ledger; nothing where there is no ledger yet."""
    if not casebook.begun(project):
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
    ledger = casebook.opened(project)
    names = ("lead_id", "problem_type", "site_id")
    problems = [
        {"problem_id": one.key[1], "state": one.state} | {name: one.fields.get(name) for name in names}
        for one in ledger.records("problem")
    ]
    return registers.lines(ledger, "positive"), registers.lines(ledger, "visit"), pd.DataFrame(problems)
