"""Layers of the work map: each table as the map shows it. Pure; pages cache what they make."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cross_check.leads import STATES
from cross_check.ledger import rules
from gis.language import Catalogue
from views import colours, layers, study, wording
from views.layers import Layer

LISTED = ("all", "listed", "unlisted")
STANDS = ("standing", "problem", "over", "every")
"""Leads that are still open, those that became a problem, those dismissed or closed, all."""
_ONES = {"all": None, "listed": True, "unlisted": False}
_OVER = (*rules.DISMISSED, rules.CLOSED)
_STATES = {
    "standing": tuple(each for each in STATES if each not in {*_OVER, "problem"}),
    "problem": ("problem",),
    "over": _OVER,
    "every": STATES,
}


@dataclass(frozen=True)
class Choice:
    """What the filters of the work map let through.

    ``division_code`` "" lets every division through, no ``classes`` every class; ``listed`` is one of ``LISTED``,
    ``stands`` one of ``STANDS``.
    """

    division_code: str = ""
    classes: tuple[str, ...] = ()
    least_score: float = 0.0
    listed: str = "all"
    stands: str = STANDS[0]


_FURTHER = {
    "river": "#4FA3D1", "water": "#0072B2", "park": "#7C3AED", "grid": "#94A3B8", "cropland": "#9AA34A",
    "county": "#B6C2CF",
}  # fmt: skip
_MOST_FURTHER = 4000

EVERY = Choice(stands="every")
"""Every lead, whatever became of it."""


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
    kept &= leads["state"].isin(_STATES[choice.stands]).to_numpy()
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
    # The middle, not the seat: around the seats enterprises and stops are dense.
    rings = shapely.maximum_inscribed_circle(shapely.simplify(table.geometry.to_numpy(), 0.01), 0.02)
    middles = table.set_geometry(shapely.get_point(rings, 0), crs=table.crs)
    said = layers.places(middles, codes, ["name"] * len(table), [names])
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
        style = colours.area(colour, fill=0.04, weight=1.5, dashes="5 4")
        sample = colours.sample("dashed", colour)
        fields = [words.say("map.field_kind")]
        made.append(Layer(f"zones-{kind}", "areas", content, {kind: style}, fields, said, sample, pane="zones"))
    return made


def further(kind: str, table: gpd.GeoDataFrame, words: Catalogue) -> list[Layer]:
    """Return a layer of the bureau's own: rivers, parks, grid cells or counties; none that is too dense to see."""
    if table.empty or len(table) > _MOST_FURTHER:
        return []
    said, colour = words.say(f"legend.{kind}"), _FURTHER[kind]
    names = [wording.text(each) for each in table["name"]]
    ids = [f"{kind}-{number}" for number in range(len(table))]
    content = layers.shapes(table, ids, [kind] * len(table), [names, [said] * len(table)])
    style = colours.area(colour, fill=0, weight=1.8 if kind == "river" else 0.9)
    sample = colours.sample("line", colour)
    return [
        Layer(
            f"further-{kind}",
            "areas",
            content,
            {kind: style},
            [words.say("map.field_kind")],
            said,
            sample,
            pane="zones",
        )
    ]


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
    table: gpd.GeoDataFrame, zone_table: gpd.GeoDataFrame, words: Catalogue, names: dict[str, str], *, pins: bool = True
) -> Layer:
    """Return leads as polygons in the colour of their class; ``pins`` mark them where they are too small to see."""
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
    sample = colours.sample("box", "#D55E00", "#D55E0099")
    name = words.say("legend.leads", count=f"{len(table):,}")
    return Layer("leads", "areas", content, styles, [words.say(field) for field in fields], name, sample, pins=pins)


def told(table: gpd.GeoDataFrame, words: Catalogue, names: dict[str, str]) -> Layer:
    """Return leads of other sources than the detection (``casebook.table``) as points, where they have a place."""
    content, placed = layers.NO_PLACES, table[~table.geometry.is_empty & table.geometry.notna()]
    if len(placed):
        values = [
            list(placed["lead_id"]),
            [words.say(f"sources.{each}") for each in placed["source"]],
            [words.say(f"lead_state.{each}") for each in placed["state"]],
            [wording.day(each) for each in placed["seen_on"]],
            [names.get(code, code) for code in placed["division_code"]],
            [wording.text(each) for each in placed["site_name"]],
        ]
        content = layers.places(placed, list(placed["lead_id"]), ["told"] * len(placed), values)
    fields = [words.say(f"cases.column_{name}") for name in ("source", "state", "seen_on", "region", "site")]
    name, sample = words.say("legend.told", count=f"{len(placed):,}"), colours.sample("dot", colours.TOLD, colours.TOLD)
    return Layer("told", "points", content, {"told": colours.dot(colours.TOLD)}, fields, name, sample)


def chosen_told(table: gpd.GeoDataFrame, choice: Choice) -> gpd.GeoDataFrame:
    """Return the leads of other sources that a choice lets through, by state, division and class."""
    kept = table["state"].isin(_STATES[choice.stands]) & ~table["source"].isin(["patch"])
    if choice.division_code:
        kept &= table["division_code"] == choice.division_code
    if choice.classes:
        kept &= table["shown_class"].isin(choice.classes)
    return table[kept].reset_index(drop=True)


def cells(table: gpd.GeoDataFrame, words: Catalogue, *, marked_only: bool = False) -> Layer:
    """Return hotspot cells coloured by their class of the adjusted p; those with too few cases get an outline alone.

    Cells of class 0 without a case are left out, with ``marked_only`` all of class 0.
    """
    shown, kinds = table, np.zeros(0, dtype=str)
    if len(table):
        few = study.few(table)
        kept = (table["bin"] != 0) | ((few | (table["count"] > 0)) & (not marked_only))
        shown, kinds = table[kept], np.where(few, "few", table["bin"].astype(str))[kept]
    fields = [words.say(f"map.field_{name}") for name in ("bin", "count", "z", "p", "p_adjusted")]
    content = layers.NO_SHAPES
    if len(shown):
        values = [
            list(shown["cell_id"]),
            bin_labels(shown, words),
            [str(each) for each in shown["count"]],
            [wording.number(each) for each in shown["z"]],
            [wording.chance(each) for each in shown["p"]],
            [wording.chance(each) for each in shown["p_adjusted"]],
        ]
        content = layers.shapes(shown, list(shown["cell_id"]), kinds.tolist(), values)
    # A 3-km cell is a pixel wide when the province is seen whole: an edge of its own colour keeps it visible.
    styles = {
        str(each): colours.area(colour, fill=0.85 if each else 0.7, weight=1.2 if each else 0)
        for each, colour in colours.BINS.items()
    } | {"few": colours.area(colours.FEW, fill=0.05, weight=1.4, dashes="3 3")}
    sample = colours.sample("box", "#B2182B", "#EF8A62")
    return Layer("cells", "areas", content, styles, fields, words.say("legend.cells"), sample, pane="cells")


def window(table: gpd.GeoDataFrame, members: pd.Series) -> Layer:
    """Return the outlines of the cells that speak about the chosen one."""
    near = table[table["cell_id"].isin(members)]
    content = layers.shapes(near, list(near["cell_id"]), ["window"] * len(near), [list(near["cell_id"])])
    style = {"color": "#111827", "weight": 1.4, "dashArray": "4 3", "fill": False}
    return Layer("window", "areas", content, {"window": style}, pick=False, pane="chosen")


def routes(table: gpd.GeoDataFrame, teams: dict[str, str], words: Catalogue) -> Layer:
    """Return the line of each crew and day; ``teams`` names every team of the round, in the order of colours."""
    places = {team: place for place, team in enumerate(teams)}
    content = layers.NO_SHAPES
    if len(table):
        # A round planned before teams could split has no crews.
        crews = table["crew"] if "crew" in table else [1] * len(table)
        keys = zip(table["team_id"], crews, table["day"], strict=True)
        ids = [f"{team}-{crew}-{day}" for team, crew, day in keys]
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


def stops(table: gpd.GeoDataFrame, teams: dict[str, str], words: Catalogue, *, numbered: bool = True) -> Layer:
    """Return visits as stops in their team's colour, with their number in the day or, where dense, without."""
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
        numbers = [int(each) for each in table["order"]] if numbered else []
        content = layers.places(table, list(table["target_id"]), list(table["team_id"]), values, numbers)
    styles = {team: {"color": colours.team(place)} for team, place in places.items()}
    fields = [words.say(f"plan_page.field_{name}") for name in ("team", "day", "time", "kind")]
    sample = colours.sample("dot", "#FFFFFF", colours.team(0))
    return Layer("stops", "stops", content, styles, fields, words.say("legend.stops"), sample)


def class_legend(words: Catalogue) -> dict[str, object]:
    """Return the legend of the classes of change."""
    items = [
        {**colours.sample("box", colour, f"{colour}99"), "text": wording.class_label(kind, words)}
        for kind, colour in colours.CLASSES.items()
    ]
    return {"title": words.say("legend.classes"), "items": items}


def bin_legend(words: Catalogue, table: gpd.GeoDataFrame) -> dict[str, object]:
    """Return the legend of the classes of hotspots that a table holds."""
    there = set(table["bin"])
    items = [
        {**colours.sample("box", "#94A3B8", colour), "text": wording.bin_label(int(each), words)}
        for each, colour in colours.BINS.items()
        if each in there
    ]
    if study.few(table).any():
        items.append({**colours.sample("dashed", colours.FEW), "text": words.say("hotspots_page.few")})
    return {"title": words.say("legend.bins"), "items": items}


def bin_labels(table: gpd.GeoDataFrame, words: Catalogue) -> list[str]:
    """Return what people call the class of every cell, a warning where cases are too few."""
    few = words.say("hotspots_page.few")
    pairs = zip(table["bin"], study.few(table), strict=True)
    return [few if scarce else wording.bin_label(int(each), words) for each, scarce in pairs]
