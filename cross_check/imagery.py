"""Rim: a project's images: for which area they are looked for, how they are fetched, what is there."""

from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError

_COARSE_DEG = 0.005


def area(project: Project, *, division: str = "", file: Path | None = None) -> BaseGeometry:
    """Return the area for which images are looked for.

    Parameters
    ----------
    project : Project
    division : str
        Code or name of a prefecture or county; the project's own outlines go before the shipped sketch.
    file : Path, optional
        A layer of polygons instead.

    Returns
    -------
    Polygon or MultiPolygon
        Longitude and latitude; up to 0.005 degrees larger than the outline and with few corners.

    Raises
    ------
    WorkbenchError
        ``imagery.no_division`` if nothing is called so, ``imagery.no_polygon`` if the file holds no polygon, and
        those of reading the file.
    """
    outline = _of_file(file) if file is not None else _of_division(project, division)
    return shapely.simplify(outline, _COARSE_DEG / 2).buffer(_COARSE_DEG / 2, quad_segs=1, join_style="mitre")


def _of_file(path: Path) -> BaseGeometry:
    layer = files.read_layer(path)
    polygons = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise WorkbenchError("imagery.no_polygon", "{name} holds no polygon", name=path.name)
    return polygons.geometry.union_all()


def _of_division(project: Project, division: str) -> BaseGeometry:
    own = [path for path in (project.regions, project.counties) if path.exists()]
    for table in (*map(files.read_layer, own), files.read_sketch(), files.read_county_sketch()):
        names = [name for name in ("division_code", "name_zh", "name_en") if name in table]
        called = (table[names] == division).any(axis=1)
        if called.any():
            return table[called].geometry.union_all()
    raise WorkbenchError("imagery.no_division", "No division is called {name}", name=division)
