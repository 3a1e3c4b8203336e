"""Rim: what a person rules on single sites of the register: that two are one or two, where one lies, that one goes.

Every ruling is an event of the register's history with its reason; ``desk.undo`` takes it back.
"""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from cross_check import annals
from cross_check.annals import Standing
from cross_check.areas import regions_of
from cross_check.files import Project
from cross_check.steps import Step
from gis import corrections, duplicates, entries, history, register
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.history import Act, Event


def merge(project: Project, act: Act, keep_id: str, gone_id: str, take: Sequence[str] = ()) -> Step:
    """Make one site of two as a person has decided, see ``duplicates.merged``.

    Raises
    ------
    WorkbenchError
        See ``duplicates.merged``; ``history.no_reason`` without a reason.
    """
    standing = _open(project, act)
    changes = duplicates.merged(standing.state, keep_id, gone_id, take)
    receipt = {"left": keep_id, "right": gone_id, "take": list(take)}
    after = _recorded(project, standing, "merge", act, changes, receipt)
    return Step("history.merged", {"keep": keep_id, "gone": gone_id, "total": len(after)}, (project.enterprises,))


def separate(project: Project, act: Act, left_id: str, right_id: str) -> Step:
    """Record that two sites are two, so that they are proposed no more.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site`` or ``duplicates.one_site``; ``history.no_reason`` without a reason.
    """
    standing = _open(project, act)
    duplicates.sides(standing.state, left_id, right_id)
    nothing = history.changes(standing.state, standing.state.iloc[:0])
    _recorded(project, standing, "separate", act, nothing, {"left": left_id, "right": right_id})
    return Step("history.separated", {"left": left_id, "right": right_id})


def move(project: Project, act: Act, site_id: str, lonlat: tuple[float, float]) -> Step:
    """Put a site where a person has found it; files that repeat its former place do not move it back.

    Parameters
    ----------
    project : Project
    act : Act
    site_id : str
    lonlat : (float, float)
        Degrees of EPSG:4490.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site``; ``history.outside_province``; ``history.not_moved``; ``history.no_reason``.
    """
    standing = _open(project, act)
    lon, lat = lonlat
    row = corrections.site(standing.state, site_id)
    if not _in_province(row, lonlat, regions_of(project)):
        message = "{lon:.6f}, {lat:.6f} lies outside the province; choose the place on the map again"
        raise WorkbenchError("history.outside_province", message, lon=lon, lat=lat)
    before = corrections.place_of(row)
    changes = corrections.moved(standing.state, site_id, lonlat, act.by)
    _recorded(project, standing, "move", act, changes, {"site": site_id, "before": [*before], "after": [lon, lat]})
    metres = corrections.distance_m(before, lonlat)
    facts = {"name": row["name"].iloc[0], "site": site_id, "lon": lon, "lat": lat, "metres": metres}
    return Step("history.moved", facts, (project.enterprises,))


def remove(project: Project, act: Act, site_id: str) -> Step:
    """Take a site out of the register, with who, when and why; its history stays.

    Raises
    ------
    WorkbenchError
        ``duplicates.no_site``; ``history.no_reason``.
    """
    standing = _open(project, act)
    name = corrections.site(standing.state, site_id)["name"].iloc[0]
    changes = corrections.removed(standing.state, site_id)
    after = _recorded(project, standing, "remove", act, changes, {"site": site_id, "name": name})
    return Step("history.removed", {"name": name, "site": site_id, "total": len(after)}, (project.enterprises,))


def removals(project: Project) -> pd.DataFrame:
    """Return the sites that people have removed, see ``corrections.removals``."""
    return corrections.removals(annals.headers(annals.records(project)))


def _in_province(row: gpd.GeoDataFrame, lonlat: tuple[float, float], areas: gpd.GeoDataFrame) -> bool:
    """Tell whether a place lies in the province, or where the site's division administers land beyond it."""
    point = gpd.GeoSeries(gpd.points_from_xy([lonlat[0]], [lonlat[1]]), index=row.index, crs=STORAGE)
    _, of_division = entries.divisions(row["division_code"], point, areas, register.BORDER_M, "geometry")
    found = entries.joined([*entries.positions(point, areas, "geometry"), *of_division])
    return not found["code"].isin(register.OUTSIDE).any()


def _open(project: Project, act: Act) -> Standing:
    if not act.why.strip():
        raise WorkbenchError("history.no_reason", "Say why; a decision without a reason is not recorded")
    return annals.standing(project)


def _recorded(
    project: Project,
    standing: Standing,
    kind: str,
    act: Act,
    changes: gpd.GeoDataFrame,
    receipt: Mapping[str, object],
) -> gpd.GeoDataFrame:
    """Record a ruling and return the register after it."""
    after = history.applied(standing.state, changes)
    event = Event(annals.next_number(standing), kind, act, changes, receipt=receipt)
    annals.save(project, standing, event, after, {})
    return after
