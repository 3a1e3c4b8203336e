"""Rim: the risk of a project's sites by rule, with what the ledger knows of their behaviour, each score explained."""

import geopandas as gpd

from cross_check import casebook, orders, scoring
from cross_check.files import Project
from cross_check.scoring import Scored
from gis import files


def scored(project: Project, enterprises: gpd.GeoDataFrame | None = None) -> Scored:
    """Return the risk of every site of the register with its reasons, see ``scoring.score``.

    Problems, relapses and complaints are counted from the ledger, where there is one.

    Parameters
    ----------
    project : Project
    enterprises : GeoDataFrame, optional
        The project's register where the caller has read it; it is read by default.

    Raises
    ------
    WorkbenchError
        ``files.missing`` without a register; ``ledger.no_database``.
    """
    if enterprises is None:
        enterprises = files.read_layer(project.enterprises)
    zones = files.read_layer(project.zones) if project.zones.is_file() else None
    counts = orders.counts_by_site(casebook.opened(project)) if casebook.begun(project) else None
    return scoring.score(scoring.facts(enterprises, zones, counts))
