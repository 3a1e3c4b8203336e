"""The cross-inspection: which team goes where, and its days on the road."""

from html import escape
from typing import Any

import geopandas as gpd
import streamlit as st

from gis.language import Catalogue, catalogue
from views import board, choosing, colours, frame, layers, listing, scenes, state, wording
from views.layers import Layer
from views.state import Stamp, Tables

PAGE = "plan"
_HEIGHT = 600
_ROOM = 0.3


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "plan_page.title", words.say("plan_page.hint"))
    shown = frame.tables(words, "visits")
    teams = team_names(shown, words)
    _assignment(words, shown, teams)
    picked, day = _filters(words, shown, teams)
    legs, visits = _chosen(shown["legs"], picked, day), _chosen(shown["visits"], picked, day)
    left, right = st.columns([3, 2], gap="small")
    with left:
        scene = board.Scene(
            layers=_layers(shown.stamp, picked, day, words.language),
            bounds=layers.bounds_of(legs, _ROOM) if picked else layers.bounds_of(shown["regions"]),
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))
        st.html(_team_colours(teams))
        st.caption(words.say("plan_page.no_roads"))
    with right:
        ordered = visits.sort_values(["team_id", "day", "order"], ignore_index=True)
        listed = listing.visits(ordered, teams, words)
        choosing.table(PAGE, "stops", listed, list(ordered["target_id"]), listing.columns(words), _HEIGHT - 30)
        listing.downloads(ordered, "visits", words)


def team_names(shown: Tables, words: Catalogue) -> dict[str, str]:
    """Return what people call each team, by its id and in the order of colours."""
    names = wording.region_names(shown["regions"], words.language)
    if len(shown.assignment):
        homes = zip(shown.assignment["team_id"], shown.assignment["home_division"], strict=True)
        return {team: words.say("plan_page.team", home=names.get(home, home)) for team, home in homes}
    return {team: team for team in sorted(set(shown["visits"]["team_id"]))}


def _assignment(words: Catalogue, shown: Tables, teams: dict[str, str]) -> None:
    table = shown.assignment
    if table.empty:
        return
    names = wording.region_names(shown["regions"], words.language)
    heads = [words.say(f"plan_page.head_{name}") for name in _HEADS]
    rows = [_row(words, each, teams, names) for each in table.itertuples()]
    with st.expander(words.say("plan_page.assignment", count=len(table)), icon=":material/groups:"):
        st.html(frame.sheet(heads, rows))


_HEADS = ("team", "region", "officers", "travel", "expertise", "reason")


def _row(words: Catalogue, each: Any, teams: dict[str, str], names: dict[str, str]) -> tuple[str, ...]:  # noqa: ANN401
    return (
        teams[each.team_id],
        names.get(each.division_code, each.division_code),
        str(len(each.officer_ids.split(";"))),
        wording.distance(each.travel_km * 1000, words),
        words.say("map.yes" if each.expertise_met else "map.no"),
        words.say(each.reason),
    )


def _team_colours(teams: dict[str, str]) -> str:
    marks = "".join(
        f'<span><i style="background:{colours.team(place)}"></i>{escape(name)}</span>'
        for place, name in enumerate(teams.values())
    )
    return f'<div class="hdq-chips">{marks}</div>'


def _filters(words: Catalogue, shown: Tables, teams: dict[str, str]) -> tuple[str, int]:
    days = sorted({int(day) for day in shown["visits"]["day"]})
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        team = st.selectbox(
            words.say("plan_page.field_team"),
            ["", *teams],
            format_func=lambda each: teams.get(each, words.say("plan_page.all_teams")),
            key="team",
            persist_state="session",
            width=230,
        )
        day = st.segmented_control(
            words.say("plan_page.field_day"),
            [0, *days],
            format_func=lambda each: words.say("plan_page.day", day=each) if each else words.say("plan_page.all_days"),
            default=0,
            required=True,
            key="day",
            persist_state="session",
        )
        legs = _chosen(shown["legs"], team, int(day))
        figures = {
            "visits": f"{int(legs['visits'].sum()):,}",
            "km": f"{legs['length_m'].sum() / 1000:,.0f}",
            "hours": f"{legs['drive_min'].sum() / 60:,.1f}",
        }
        st.caption(words.say("plan_page.sums", **figures))
    return team, int(day)


def _chosen(table: gpd.GeoDataFrame, team: str, day: int) -> gpd.GeoDataFrame:
    kept = table
    if team and len(kept):
        kept = kept[kept["team_id"] == team]
    if day and len(kept):
        kept = kept[kept["day"] == day]
    return kept


@st.cache_resource(max_entries=32, show_spinner=False)
def _layers(stamp: Stamp, team: str, day: int, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    teams = team_names(shown, words)
    return [
        *scenes.regions(shown["regions"], words),
        scenes.routes(_chosen(shown["legs"], team, day), teams, words),
        scenes.stops(_chosen(shown["visits"], team, day), teams, words, numbered=bool(team or day)),
    ]


if __name__ == "__main__":
    page()
