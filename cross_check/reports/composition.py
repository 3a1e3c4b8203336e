"""What stands on each briefing plate: tables in, plates out. Nothing is drawn or written here."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check.reports import palette, tallies
from cross_check.reports.contents import Area, Brief, Contents
from gis.crs import EQUAL_AREA, STORAGE
from gis.language import Catalogue, catalogue
from gis.plates import Layer, Plate
from gis.scale import Bbox

_CROWD_CELL_M = 50_000.0
_MOST_SITES = 300


def province(
    contents: Contents, brief: Brief, *, areas: tuple[Area, ...] = (), page: tuple[int, int] = (1, 1)
) -> Plate:
    """Compose the plate of the whole province: hot cells, leads by class, routes, seats, and figures by prefecture.

    Enterprises appear as graduated dots, one a cell of 50 km, at the middle of the cell's enterprises.

    Parameters
    ----------
    contents : Contents
        As ``checked`` returns them.
    brief : Brief
    areas : tuple of Area
        Places with a plate of their own; the inset shows where they are, numbered by page.
    page : (number, of how many)
    """
    words = catalogue(brief.language)
    layers = [
        Layer(kind="polygons", table=contents.regions, symbols=(palette.LAND,)),
        *_crowd_layers(contents, words),
        *_zone_layers(contents, words),
        *_hot_layers(contents, words),
        _border_layer(contents, words),
        *_route_layers(contents, words),
        *_lead_point_layers(contents, words),
        *_seat_layers(contents, words, brief.language),
        *_team_layers(contents),
    ]
    return replace(
        _plate(contents, brief),
        subtitle=tallies.headline(contents, words),
        extent=contents.regions,
        layers=tuple(layers),
        figures=tallies.of_province(contents, words, brief.language),
        marked=tuple((str(page[0] + number), area.bbox) for number, area in enumerate(areas, start=1)),
        page=page,
    )


def area(contents: Contents, brief: Brief, place: Area, *, page: tuple[int, int] = (1, 1)) -> Plate:
    """Compose the plate of one area: the picture, the leads as numbered outlines, the enterprises near, and a list.

    Parameters
    ----------
    contents : Contents
        As ``checked`` returns them.
    brief : Brief
    place : Area
    page : (number, of how many)
    """
    words = catalogue(brief.language)
    here = _leads_within(contents, place.bbox)
    ground = Layer(kind="polygons", table=contents.regions, symbols=(palette.LAND,))
    picture = [Layer(kind="image", picture=place.picture)] if place.picture else []
    layers = [ground, *picture, *_zone_layers(contents, words, close=True), _border_layer(contents, words)]
    if len(here):
        outlines = palette.lead_outlines(words)
        name = words.say("brief.leads")
        layers.append(Layer(kind="polygons", table=here, name=name, symbols=outlines, by="shown_class", counted=True))
    layers += _site_layers(contents, here, place.bbox, words)
    if len(here):
        numbers = here.set_geometry(_middles(here))
        layers.insert(
            -1 if _named_sites(contents, here) is not None else len(layers),
            Layer(kind="labels", table=numbers, symbols=(palette.NUMBERS,), text="number", priority="priority"),
        )
    return replace(
        _plate(contents, brief),
        title=words.say("brief.area_title", name=place.name),
        subtitle=tallies.area_headline(here, words),
        extent=place.bbox,
        layers=tuple(layers),
        figures=tallies.of_area(here, words),
        shows_leads=bool(len(here)),
        sources=brief.sources + tallies.dates_of(here, words),
        page=page,
    )


def _plate(contents: Contents, brief: Brief) -> Plate:
    words = catalogue(brief.language)
    shown = contents.leads if contents.leads is not None else None
    return Plate(
        title=brief.title,
        subtitle="",
        extent=contents.regions,
        province=contents.regions,
        layers=(),
        sources=brief.sources + (tallies.dates_of(shown, words) if shown is not None else ()),
        maker=brief.maker,
        made_on=brief.made_on,
        checked_by=brief.checked_by,
        size=brief.size,
        language=brief.language,
        classification=brief.classification,
        map_note=brief.map_note,
        approval_no=brief.approval_no,
        shows_leads=shown is not None and bool(len(shown)),
        synthetic=brief.synthetic,
    )


def _middles(table: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return a point inside each outline."""
    return table.geometry.representative_point()


def _hot_layers(contents: Contents, words: Catalogue) -> list[Layer]:
    if contents.hotspots is None:
        return []
    name = words.say("brief.hotspots")
    return [
        Layer(kind="cells", table=contents.hotspots, name=name, symbols=palette.bins(words), by="bin", counted=True)
    ]


def _zone_layers(contents: Contents, words: Catalogue, *, close: bool = False) -> list[Layer]:
    if contents.zones is None:
        return []
    name, looks = words.say("brief.zones"), palette.zones(words, hatched=not close)
    return [Layer(kind="polygons", table=contents.zones, name=name, symbols=looks, by="kind")]


def _border_layer(contents: Contents, words: Catalogue) -> Layer:
    edges = contents.regions.set_geometry(contents.regions.boundary)
    return Layer(kind="lines", table=edges, name=words.say("brief.places"), symbols=(palette.border(words),))


def _crowd_layers(contents: Contents, words: Catalogue) -> list[Layer]:
    if contents.enterprises is None or contents.enterprises.empty:
        return []
    dots = crowds(contents.enterprises)
    name = words.say("brief.crowds")
    return [Layer(kind="points", table=dots, name=name, symbols=palette.crowds(words), by="low")]


def crowds(enterprises: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one point a 50-km cell with enterprises: columns ``count`` and ``low`` (its class), at their mean."""
    points = enterprises.geometry.to_crs(EQUAL_AREA)
    table = pd.DataFrame({"x": points.x.to_numpy(), "y": points.y.to_numpy()})
    cells = [np.floor(table["x"] / _CROWD_CELL_M), np.floor(table["y"] / _CROWD_CELL_M)]
    grouped = table.groupby(cells)
    means, counts = grouped.mean(), grouped.size().to_numpy()
    lows = np.array(palette.crowd_lows())
    return gpd.GeoDataFrame(
        {"count": counts, "low": lows[np.searchsorted(lows, counts, side="right") - 1]},
        geometry=gpd.points_from_xy(means["x"], means["y"], crs=EQUAL_AREA),
    )


def _route_layers(contents: Contents, words: Catalogue) -> list[Layer]:
    layers = []
    name = words.say("brief.routes")
    if contents.legs is not None and len(contents.legs):
        layers.append(Layer(kind="lines", table=contents.legs, name=name, symbols=(palette.route(words),)))
    if contents.visits is not None and len(contents.visits):
        layers.append(
            Layer(kind="points", table=contents.visits, name=name, symbols=(palette.stop(words),), counted=True)
        )
    return layers


def _lead_point_layers(contents: Contents, words: Catalogue) -> list[Layer]:
    if contents.leads is None or contents.leads.empty:
        return []
    points = contents.leads.set_geometry(_middles(contents.leads))
    name, looks = words.say("brief.leads"), palette.lead_points(words)
    return [Layer(kind="points", table=points, name=name, symbols=looks, by="shown_class", counted=True)]


def _seat_layers(contents: Contents, words: Catalogue, language: str) -> list[Layer]:
    regions = contents.regions
    seats = regions.set_geometry(gpd.points_from_xy(regions["seat_lon"], regions["seat_lat"], crs=STORAGE))
    lettering = Layer(kind="labels", table=seats, symbols=(palette.LETTERING,), text=f"name_{language}")
    return [
        Layer(kind="points", table=seats, name=words.say("brief.places"), symbols=(palette.seat(words),)),
        lettering,
    ]


def _team_layers(contents: Contents) -> list[Layer]:
    if contents.legs is None or contents.legs.empty:
        return []
    longest = contents.legs.sort_values("length_m", ascending=False, kind="stable").drop_duplicates("team_id")
    lines = longest.to_crs(EQUAL_AREA)
    middles = lines.set_geometry(lines.interpolate(0.5, normalized=True))
    return [Layer(kind="labels", table=middles, symbols=(palette.TEAM_LETTERING,), text="team_id")]


def _leads_within(contents: Contents, bbox: Bbox) -> gpd.GeoDataFrame:
    """Return the leads of a bbox with their ``number``, the most urgent first."""
    if contents.leads is None:
        return gpd.GeoDataFrame({"shown_class": [], "number": []}, geometry=[], crs=STORAGE)
    west, south, east, north = bbox
    here = contents.leads.cx[west:east, south:north]
    here = here.sort_values(["priority", "lead_id"], ascending=[False, True])
    return here.assign(number=[str(number) for number in range(1, len(here) + 1)])


def _site_layers(contents: Contents, here: gpd.GeoDataFrame, bbox: Bbox, words: Catalogue) -> list[Layer]:
    """Return the enterprises around, those that a lead names set apart and labelled; the others only if few."""
    named = _named_sites(contents, here)
    if contents.enterprises is None:
        return []
    around = contents.enterprises.cx[bbox[0] : bbox[2], bbox[1] : bbox[3]]
    others = around if named is None else around[~around["site_id"].isin(named["site_id"])]
    name, layers = words.say("brief.sites"), []
    if 0 < len(others) <= _MOST_SITES:
        layers.append(Layer(kind="points", table=others, name=name, symbols=(palette.site(words, near=False),)))
    if named is not None:
        layers.append(Layer(kind="points", table=named, name=name, symbols=(palette.site(words, near=True),)))
        layers.append(Layer(kind="labels", table=named, symbols=(palette.SMALL_LETTERING,), text="name"))
    return layers


def _named_sites(contents: Contents, here: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    if contents.enterprises is None or here.empty:
        return None
    named = contents.enterprises[contents.enterprises["site_id"].isin(here["site_id"].dropna())]
    return named if len(named) else None
