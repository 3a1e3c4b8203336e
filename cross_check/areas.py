"""Rim: the areas of a project, its own or the shipped ones."""

import geopandas as gpd

from cross_check.files import Project
from gis import files
from gis.crs import STORAGE


def regions_of(project: Project) -> gpd.GeoDataFrame:
    """Return the project's regions, the shipped sketch where the bureau has not brought its own."""
    return files.read_layer(project.regions) if project.regions.is_file() else files.read_sketch()


def zones_of(project: Project) -> gpd.GeoDataFrame:
    """Return the project's protected zones; none where it has none."""
    nothing: dict[str, list[object]] = {"zone_id": [], "name": [], "kind": [], "geometry": []}
    return files.read_layer(project.zones) if project.zones.is_file() else gpd.GeoDataFrame(nothing, crs=STORAGE)
