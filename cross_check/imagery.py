"""Rim: a project's images: for which area they are looked for, and the list of those that are there."""

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from filelock import FileLock
from shapely.geometry.base import BaseGeometry

from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import photos, scene_list, scenes
from satellite.products import Description
from satellite.questions import BEIJING
from satellite.scene_list import Listed

_COARSE_DEG = 0.005
_UNKNOWN = "scene.unknown"
_NEAR, _LIKENESS = 3, 0.4


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


def divisions(project: Project) -> gpd.GeoDataFrame:
    """Return the prefectures and then the counties by whose outlines images can be looked for.

    The project's own layers go before the shipped sketch, see the columns ``division_code``, ``name_zh``, ``name_en``.

    Raises
    ------
    WorkbenchError
        Those of reading the project's layers.
    """
    regions = files.read_layer(project.regions) if project.regions.exists() else files.read_sketch()
    counties = files.read_layer(project.counties) if project.counties.exists() else files.read_county_sketch()
    columns = ["division_code", "name_zh", "name_en", "geometry"]
    parts = [part.reindex(columns=columns).set_geometry("geometry", crs=part.crs) for part in (regions, counties)]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True)).drop_duplicates("division_code", ignore_index=True)


def listing(project: Project) -> gpd.GeoDataFrame:
    """Return the list of a project's images, see ``scene_list.SCHEMA``; without rows if there is none.

    Raises
    ------
    WorkbenchError
        ``rows.unreadable`` if it is damaged.
    """
    return files.read_layer(project.scenes) if project.scenes.exists() else scene_list.empty()


def add(
    project: Project, path: Path, *, at: datetime, seen_on: date | None = None, progress: Progress = silent
) -> Step:
    """List images that lie on disk, by content: a file, an archive, a product's folder, or a folder of such.

    Parameters
    ----------
    project : Project
    path : Path
    at : datetime
        Now, with its time zone.
    seen_on : date, optional
        Day in Beijing of an image that does not tell it.
    progress : Progress
        Told images.

    Returns
    -------
    Step
        ``imagery.added``: how many are new, known already, and passed over as no images.

    Raises
    ------
    WorkbenchError
        ``imagery.photo`` for a photo, which belongs to a flight; ``imagery.no_place`` or ``imagery.no_date`` for an
        image that does not tell where or when; those of ``scenes.describe``. The list stays as it was.
    """
    described, passed = _described(path, progress)
    rows = [_row(project, place, found, at, seen_on) for place, found in described]
    fresh = enlist(project, rows)
    figures = {"fresh": fresh, "known": len(rows) - fresh, "passed": passed}
    return Step("imagery.added", figures, (project.scenes,) if rows else ())


def _of_file(path: Path) -> BaseGeometry:
    layer = files.read_layer(path)
    polygons = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise WorkbenchError("imagery.no_polygon", "{name} holds no polygon", name=path.name)
    return polygons.geometry.union_all()


def _of_division(project: Project, division: str) -> BaseGeometry:
    table = divisions(project)
    called = (table[["division_code", "name_zh", "name_en"]] == division).any(axis=1)
    if called.any():
        return table[called].geometry.union_all()
    raise WorkbenchError("imagery.no_division", "No division is called {name}", name=division)


def _described(path: Path, progress: Progress) -> tuple[list[tuple[Path, Description]], int]:
    """Return the images at a place and how many things there are none; photos beside them are none."""
    if _is_photo(path):
        english = "{name} is a photo; photos come in with their flight: hdq drone photos FOLDER --flight NAME"
        raise WorkbenchError("imagery.photo", english, name=path.name)
    try:
        return [(path, scenes.describe(path))], 0
    except WorkbenchError as fault:
        if fault.code != _UNKNOWN or not path.is_dir():
            raise
    found, passed = [], 0
    inside = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    for done, child in enumerate(inside):
        progress(done, len(inside), "imagery.adding")
        if _is_photo(child):
            passed += 1
            continue
        try:
            found.append((child, scenes.describe(child)))
        except WorkbenchError as fault:
            if fault.code != _UNKNOWN:
                raise
            passed += 1
    return found, passed


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in photos.ENDINGS and path.is_file()


def _row(project: Project, path: Path, found: Description, at: datetime, seen_on: date | None) -> Listed:
    if found.footprint is None:
        english = "{name} does not tell where it was taken and cannot be listed"
        raise WorkbenchError("imagery.no_place", english, name=path.name)
    sensed_at = found.sensed_at
    if sensed_at is None:
        if seen_on is None:
            english = "{name} does not tell when it was taken; say the day with --seen-on"
            raise WorkbenchError("imagery.no_date", english, name=path.name)
        sensed_at = datetime.combine(seen_on, time(12), BEIJING)
    content, size = content_of(path)
    return Listed(
        content=content,
        scene_id=found.scene_id,
        sensor=found.sensor,
        platform=found.platform,
        sensed_at=sensed_at,
        footprint=found.footprint,
        bands=found.bands,
        cloud_percent=float("nan") if found.cloud_percent is None else found.cloud_percent,
        gsd_m=float("nan") if found.gsd_m is None else found.gsd_m,
        size_mb=size / 1e6,
        path=written(project, path),
        added_at=at,
    )


def enlist(project: Project, rows: Sequence[Listed]) -> int:
    """Put images on the project's list and return how many are new; of one that is there twice, the last counts."""
    if not rows:
        return 0
    fresh = scene_list.as_table({row.content: row for row in rows}.values())
    project.folder.mkdir(parents=True, exist_ok=True)
    # A fetching job and somebody who adds a folder may come at once.
    with FileLock(project.scenes.with_name(f".{project.scenes.name}.lock")):
        table, count = scene_list.joined(listing(project), fresh)
        files.write_table(table, project.scenes)
    return count


def content_of(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file, or of the names and digests of a folder's files, and their size in bytes.

    Hidden files do not count: they are notes of ours or of the system's.
    """
    if path.is_file():
        return files.sha256(path), path.stat().st_size
    digest, size = hashlib.sha256(), 0
    for file in sorted(path.rglob("*")):
        inner = file.relative_to(path)
        if file.is_file() and not any(part.startswith(".") for part in inner.parts):
            digest.update(f"{inner.as_posix()}\n{files.sha256(file)}\n".encode())
            size += file.stat().st_size
    return digest.hexdigest(), size


def written(project: Project, path: Path) -> str:
    """Return a path as the list writes it: from the project's folder where it lies within, else from the root."""
    whole, root = path.resolve(), project.folder.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.as_posix()


def located(project: Project, names: Sequence[str]) -> tuple[Path, ...]:
    """Return where images lie that are named by a path or by their id on the project's list.

    A path goes before an id; of several images of one id, the one added last is taken.

    Parameters
    ----------
    project : Project
    names : sequence of str

    Raises
    ------
    WorkbenchError
        ``scene_ids.near`` with the nearest ids, ``scene_ids.unlike`` if none is near, or ``scene_ids.none`` if the list
        is empty; ``scene_ids.gone`` if the image is no longer where the list says.
    """
    listed = listing(project).sort_values("added_at")
    at = dict(zip(listed["scene_id"], listed["path"], strict=True))
    return tuple(_located(project, name, at) for name in names)


def nearest(name: str, ids: Iterable[str]) -> str:
    """Return the ids most like a name, one after the other, as people read them; "" if none is like it."""
    lower = {each.lower(): each for each in ids}
    within = [each for each in lower if name.lower() in each]
    like = difflib.get_close_matches(name.lower(), lower, _NEAR, _LIKENESS)
    return ", ".join(lower[each] for each in dict.fromkeys([*within, *like][:_NEAR]))


def _located(project: Project, name: str, at: dict[str, str]) -> Path:
    if (path := Path(name)).exists():
        return path
    if name in at:
        if not (path := place(project, at[name])).exists():
            english = "{name} is on the project's list but no longer at {path}"
            raise WorkbenchError("scene_ids.gone", english, name=name, path=at[name])
        return path
    english = "There is neither a file {name} nor an image of that id in the project's list"
    if not at:
        raise WorkbenchError("scene_ids.none", english, name=name)
    if near := nearest(name, at):
        raise WorkbenchError("scene_ids.near", f"{english}; the nearest ids are {{near}}", name=name, near=near)
    raise WorkbenchError("scene_ids.unlike", english, name=name, count=len(at))


def place(project: Project, written: str) -> Path:
    """Return where an image of the list lies.

    Parameters
    ----------
    project : Project
    written : str
        From the column ``path``.
    """
    return project.folder / written
