"""Layers of the work map: each table as the map shows it. Pure; pages cache what they make."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.language import Catalogue
from views import colours, layers, wording
from views.layers import Layer

LISTED = ("all", "listed", "unlisted")
_ONES = {"all": None, "listed": True, "unlisted": False}


@dataclass(frozen=True)
class Choice:
    """What the filters of the work map let through.

    ``division_code`` "" lets every division through, no ``classes`` every class; ``listed`` is one of ``LISTED``.
    """

    division_code: str = ""
    classes: tuple[str, ...] = ()
    least_score: float = 0.0
    listed: str = "all"


def chosen_sites(sites: gpd.GeoDataFrame, choice: Choice) -> gpd.GeoDataFrame:
    """Return the sites that a choice lets through."""
    if sites.empty:
        return sites
    kept = np.ones(len(sites), dtype=bool)
    if choice.division_code:
        kept &= (sites["division_code"] == choice.division_code).to_numpy()
    wanted = _ONES[choice.listed]
    if wanted is not None:
        kept &= sites["positive_list"].to_numpy(dtype=bool) == wanted
    return sites[kept]


def chosen_leads(leads: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, choice: Choice) -> gpd.GeoDataFrame:
    """Return the leads that a choice lets through, by priority; with a choice of lists, those beside such a site."""
    if leads.empty:
        return leads
    kept = leads["score"].to_numpy() >= choice.least_score
    if choice.division_code:
        kept &= (leads["division_code"] == choice.division_code).to_numpy()
    if choice.classes:
        kept &= pd.Series(wording.class_of(leads)).isin(choice.classes).to_numpy()
    if choice.listed != "all":
        kept &= leads["site_id"].isin(chosen_sites(sites, choice)["site_id"]).to_numpy()
    return leads[kept].sort_values(["priority", "lead_id"], ascending=[False, True], ignore_index=True)


def regions(table: gpd.GeoDataFrame, words: Catalogue) -> list[Layer]:
    """Return the regions' outlines and, as a second layer, their names."""
    if table.empty:
        return []
    codes = list(table["division_code"])
    names = list(wording.region_names(table, words.language).values())
    ground = {"color": colours.OUTLINE, "weight": 1.2, "fillColor": "#FFFFFF", "fillOpacity": 1}
    outlines = layers.shapes(table, codes, ["ground"] * len(table), [names])
    seats = table.set_geometry(gpd.points_from_xy(table["seat_lon"], table["seat_lat"]), crs=table.crs)
    said = layers.places(seats, codes, ["name"] * len(table), [names])
    return [
        Layer("regions", "areas", outlines, {"ground": ground}, pick=False, pane="ground"),
        Layer("names", "names", said, {}, pick=False),
    ]


def zones(table: gpd.GeoDataFrame, words: Catalogue) -> list[Layer]:
    """Return one layer a kind of protected zone."""
    made = []
    for kind, colour in colours.ZONES.items():
        some = table[table["kind"] == kind] if len(table) else table
        if some.empty:
            continue
        said = words.say(f"legend.{kind}")
        values = [list(some["name"]), [said] * len(some)]
        content = layers.shapes(some, list(some["zone_id"]), [kind] * len(some), values)
        style = colours.area(colour, fill=0.08, weight=1.5, dashes="5 4")
        sample = colours.sample("dashed", colour)
        fields = [words.say("map.field_kind")]
        made.append(Layer(f"zones-{kind}", "areas", content, {kind: style}, fields, said, sample, pane="zones"))
    return made


def sites(table: gpd.GeoDataFrame, words: Catalogue, names: dict[str, str]) -> Layer:
    """Return enterprise sites, gathered into clusters where they are dense."""
    if table.empty:
        content = layers.NO_PLACES
    else:
        listed = np.where(table["positive_list"], "listed", "site")
        on_list = {True: words.say("map.yes"), False: words.say("map.no")}
        values = [
            list(table["name"]),
            [words.say(f"map.permit_{each}") for each in table["permit_category"]],
            [on_list[bool(each)] for each in table["positive_list"]],
            [words.say(f"map.{each}") for each in table["operating"]],
            [names.get(code, code) for code in table["division_code"]],
            list(table["site_id"]),
        ]
        content = layers.places(table, list(table["site_id"]), list(listed), values)
    fields = [words.say(f"map.field_{name}") for name in ("permit", "positive_list", "operating", "region", "site_id")]
    styles = {"site": colours.dot(colours.SITE), "listed": colours.dot(colours.LISTED_SITE, hollow=True)}
    sample = colours.sample("dot", colours.SITE, colours.SITE)
    name = words.say("legend.sites", count=f"{len(table):,}")
    return Layer("sites", "points", content, styles, fields, name, sample)


def leads(
    table: gpd.GeoDataFrame, zone_table: gpd.GeoDataFrame, words: Catalogue, names: dict[str, str], key: str = "leads"
) -> Layer:
    """Return leads as polygons in the colour of their class."""
    fields = [
        f"map.field_{name}" for name in ("class", "priority", "score", "area", "dates", "region", "site", "zones")
    ]
    content = layers.NO_SHAPES
    if len(table):
        kinds = wording.class_of(table)
        dates = zip(table["before_on"], table["after_on"], strict=True)
        near = zip(table["site_name"], table["distance_m"], strict=True)
        values = [
            list(table["lead_id"]),
            wording.labels(kinds, words),
            [wording.number(each) for each in table["priority"]],
            [wording.number(each) for each in table["score"]],
            [wording.area(each, words) for each in table["area_m2"]],
            [f"{wording.day(first)} \u2192 {wording.day(last)}" for first, last in dates],
            [names.get(code, code) for code in table["division_code"]],
            [f"{wording.text(name)} {wording.distance(metres, words)}".strip() for name, metres in near],
            [wording.zone_names(each, zone_table) for each in table["zone_ids"]],
        ]
        content = layers.shapes(table, list(table["lead_id"]), kinds, values)
    styles = {kind: colours.area(colour) for kind, colour in colours.CLASSES.items()}
    sample = colours.sample("box", "#D55E00", "#D55E0073")
    name = words.say("legend.leads", count=f"{len(table):,}")
    return Layer(key, "areas", content, styles, [words.say(field) for field in fields], name, sample)


def cells(table: gpd.GeoDataFrame, words: Catalogue, *, still: bool = False) -> Layer:
    """Return hotspot cells coloured by their class of the adjusted p; ``still`` leaves out those of class 0."""
    shown = table[table["bin"] != 0] if still and len(table) else table
    fields = [words.say(f"map.field_{name}") for name in ("bin", "count", "z", "p", "p_adjusted")]
    content = layers.NO_SHAPES
    if len(shown):
        values = [
            list(shown["cell_id"]),
            [wording.bin_label(int(each), words) for each in shown["bin"]],
            [str(each) for each in shown["count"]],
            [wording.number(each) for each in shown["z"]],
            [wording.number(each, 4) for each in shown["p"]],
            [wording.number(each, 4) for each in shown["p_adjusted"]],
        ]
        content = layers.shapes(shown, list(shown["cell_id"]), [str(each) for each in shown["bin"]], values)
    styles = {
        str(each): {**colours.area(colour, fill=0.8 if each else 0.25, weight=0.5), "color": "#94A3B8"}
        for each, colour in colours.BINS.items()
    }
    sample = colours.sample("box", "#B2182B", "#EF8A62")
    return Layer("cells", "areas", content, styles, fields, words.say("legend.cells"), sample, pane="cells")


def routes(table: gpd.GeoDataFrame, teams: dict[str, str], words: Catalogue) -> Layer:
    """Return the line of each team and day; ``teams`` names every team of the round, in the order of colours."""
    places = {team: place for place, team in enumerate(teams)}
    content = layers.NO_SHAPES
    if len(table):
        ids = [f"{team}-{day}" for team, day in zip(table["team_id"], table["day"], strict=True)]
        values = [
            [teams.get(each, each) for each in table["team_id"]],
            [str(each) for each in table["day"]],
            [wording.distance(each, words) for each in table["length_m"]],
            [words.say("plan_page.minutes", minutes=f"{each:,.0f}") for each in table["drive_min"]],
            [str(each) for each in table["visits"]],
        ]
        content = layers.shapes(table, ids, list(table["team_id"]), values)
    styles = {team: colours.line(colours.team(place)) for team, place in places.items()}
    fields = [words.say(f"plan_page.field_{name}") for name in ("day", "length", "drive", "visits")]
    sample = colours.sample("line", colours.team(0))
    return Layer("routes", "areas", content, styles, fields, words.say("legend.routes"), sample)


def stops(table: gpd.GeoDataFrame, teams: dict[str, str], words: Catalogue) -> Layer:
    """Return visits as numbered stops in their team's colour."""
    places = {team: place for place, team in enumerate(teams)}
    content = layers.NO_PLACES
    if len(table):
        values = [
            list(table["name"]),
            [teams.get(each, each) for each in table["team_id"]],
            [str(each) for each in table["day"]],
            [f"{arrive}-{leave}" for arrive, leave in zip(table["arrive"], table["leave"], strict=True)],
            [words.say(f"plan_page.kind_{each}") for each in table["target_kind"]],
        ]
        numbers = [int(each) for each in table["order"]]
        content = layers.places(table, list(table["target_id"]), list(table["team_id"]), values, numbers)
    styles = {team: {"color": colours.team(place)} for team, place in places.items()}
    fields = [words.say(f"plan_page.field_{name}") for name in ("team", "day", "time", "kind")]
    sample = colours.sample("dot", "#FFFFFF", colours.team(0))
    return Layer("stops", "stops", content, styles, fields, words.say("legend.stops"), sample)


def class_legend(words: Catalogue) -> dict[str, object]:
    """Return the legend of the classes of change."""
    items = [
        {**colours.sample("box", colour, f"{colour}73"), "text": wording.class_label(kind, words)}
        for kind, colour in colours.CLASSES.items()
    ]
    return {"title": words.say("legend.classes"), "items": items}


def bin_legend(words: Catalogue) -> dict[str, object]:
    """Return the legend of the classes of hotspots."""
    items = [
        {**colours.sample("box", "#94A3B8", colour), "text": wording.bin_label(int(each), words)}
        for each, colour in colours.BINS.items()
    ]
    return {"title": words.say("legend.bins"), "items": items}


def team_legend(teams: dict[str, str], words: Catalogue) -> dict[str, object]:
    """Return the legend of the teams."""
    items = [{**colours.sample("line", colours.team(place)), "text": name} for place, name in enumerate(teams.values())]
    return {"title": words.say("legend.teams"), "items": items}
