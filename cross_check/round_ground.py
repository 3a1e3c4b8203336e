"""Rim: what a round is planned on, read from a project: teams, regions, their needs, past rounds."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check import casebook, forms, officers, orders, plans
from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.officers import Teams
from cross_check.round_cases import PAST
from cross_check.steps import Step
from gis import files, readers


@dataclass(frozen=True)
class Ground:
    """Tables of a round: ``officers.Teams``, ``gis.regions.SCHEMA``, ``round_cases.NEEDS`` and ``round_cases.PAST``."""

    formed: Teams
    regions: gpd.GeoDataFrame
    needs: pd.DataFrame
    past: pd.DataFrame


def read(project: Project, *, ends_on: dt.date, past: Path | None = None) -> Ground:
    """Read what a round is planned on.

    Parameters
    ----------
    project : Project
    ends_on : date
        Certificates must be valid until then.
    past : Path, optional
        Earlier rounds as ``.parquet``.

    Raises
    ------
    WorkbenchError
        ``files.missing``; those of ``officers.teams`` and ``plans.needs``.
    """
    areas = regions_of(project)
    leads = casebook.standing(project)
    enterprises = orders.as_listed(project, files.read_layer(project.enterprises), ends_on)
    formed = officers.teams(files.read_table(project.officers), areas, on=ends_on)
    # What a region asks for does not depend on document and seed of the draw among its sites.
    needs = plans.needs(leads, enterprises, areas, params=plans.Params(document_no="-", seed="-"))
    earlier = files.read_table(past) if past else pd.DataFrame(columns=list(PAST.columns))
    return Ground(formed, areas, needs, earlier)


def keep_past(source: Path, project: Project) -> Step:
    """Take a table of earlier rounds into the project: ``PAST`` under its own or Chinese headings.

    Raises
    ------
    TableFaults
        With every fault by row; nothing is written then.
    WorkbenchError
        See ``gis.readers.read``.
    """
    rows = files.read_table(source) if source.suffix == ".parquet" else readers.read_rows(source)
    table = forms.demand(pd.DataFrame(rows), "past_rounds", PAST, source.name)
    files.write_table(table, project.past_rounds)
    return Step("rounds.past_kept", {"rounds": table["round"].nunique(), "pairs": len(table)}, (project.past_rounds,))
