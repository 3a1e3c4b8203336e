"""Day routes: a crew's day on the map and by the clock, its night, its reserve, and what a closed gate changes."""

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import routing
from cross_check.replanning import Closed
from cross_check.reports import day_sheets
from cross_check.routes import Routes
from gis.errors import WorkbenchError
from gis.language import Catalogue, catalogue
from views import board, choosing, colours, frame, layers, plan, printing, queue, scenes, state
from views.layers import Layer
from views.state import Stamp, Tables

PAGE = "day_routes"
_HEIGHT = 560
_ROOM = 0.3
_PREVIEW = "gate-preview"


@dataclass(frozen=True)
class Crew:
    """Whose day the page shows; ``day`` 0 is all days."""

    team_id: str
    crew: int
    day: int


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "day_page.title", words.say("day_page.hint"))
    shown = frame.tables(words, "visits", "nights")
    teams = plan.team_names(shown, words)
    crew = _choice(words, shown, teams)
    left, right = st.columns([3, 2], gap="small")
    with left:
        own = _own(shown["legs"], crew)
        scene = board.Scene(
            layers=_layers(shown.stamp, crew, words.language),
            bounds=layers.bounds_of(own, _ROOM) if len(own) else layers.bounds_of(shown["regions"]),
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))
        st.caption(words.say("plan_page.no_roads"))
    with right:
        _day(words, shown, crew, teams)
    _gate(words, shown, crew)
    with st.expander(words.say("day_page.anew"), icon=":material/restart_alt:"):
        _anew(words, shown)
    queue.panel(words, "routes", "rounds")


def _choice(words: Catalogue, shown: Tables, teams: dict[str, str]) -> Crew:
    legs = shown["legs"]
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        team = st.selectbox(
            words.say("plan_page.field_team"),
            list(teams),
            format_func=lambda each: teams[each],
            key=f"{PAGE}-team",
            persist_state="session",
            width=230,
        )
        crews = sorted({int(each) for each in legs.loc[legs["team_id"] == team, "crew"]}) or [1]
        crew = crews[0]
        if len(crews) > 1:
            crew = st.segmented_control(
                words.say("day_page.crew"), crews, default=crews[0], required=True, key=f"{PAGE}-crew-{team}"
            )
        days = sorted({int(each) for each in legs.loc[(legs["team_id"] == team) & (legs["crew"] == crew), "day"]})
        day = st.segmented_control(
            words.say("plan_page.field_day"),
            [*days, 0],
            format_func=lambda each: words.say("plan_page.day", day=each) if each else words.say("plan_page.all_days"),
            default=days[0] if days else 0,
            required=True,
            key=f"{PAGE}-day-{team}-{crew}",
        )
    return Crew(str(team), int(crew), int(day))


def _own(table: gpd.GeoDataFrame, crew: Crew) -> gpd.GeoDataFrame:
    if table.empty:
        return table
    mine = (table["team_id"] == crew.team_id) & (table["crew"] == crew.crew)
    return table[mine & (table["day"] == crew.day)] if crew.day and "day" in table else table[mine]


@st.cache_resource(max_entries=48, show_spinner=False)
def _layers(stamp: Stamp, crew: Crew, language: str) -> list[Layer]:
    shown, words = state.tables(stamp), catalogue(language)
    teams = plan.team_names(shown, words)
    return [
        *scenes.regions(shown["regions"], words),
        scenes.routes(_own(shown["legs"], crew), teams, words),
        _spare(_own(shown["reserve"], crew), words),
        _beds(_own(shown["nights"], crew), words),
        scenes.stops(_own(shown["visits"], crew), teams, words),
    ]


def _beds(nights: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    content = layers.NO_PLACES
    if len(nights):
        ids = [f"{team}-{crew}-{night}" for team, crew, night in nights[["team_id", "crew", "night"]].to_numpy()]
        names = list(nights[f"name_{words.language}"])
        told = [words.say("day_page.night", night=each) for each in nights["night"]]
        content = layers.places(nights, ids, ["bed"] * len(nights), [names, told])
    style = {"bed": {"color": "#ffffff", "fillColor": _BED, "fillOpacity": 1.0, "radius": 7, "weight": 2}}
    fields = [words.say("day_page.field_night")]
    return Layer(
        "beds", "points", content, style, fields, words.say("day_page.beds"), colours.sample("dot", "#FFFFFF", _BED)
    )


def _spare(reserve: gpd.GeoDataFrame, words: Catalogue) -> Layer:
    content, first = layers.NO_PLACES, reserve
    if len(reserve):
        first = reserve.drop_duplicates("target_id")
        told = [f"{risk:.0f}" for risk in first["risk"]]
        content = layers.places(first, list(first["target_id"]), ["spare"] * len(first), [list(first["name"]), told])
    style = {"spare": {"color": _SPARE, "fillColor": "#ffffff", "fillOpacity": 1.0, "radius": 5, "weight": 2}}
    fields = [words.say("day_sheets.spare_risk")]
    sample = colours.sample("dot", _SPARE, "#FFFFFF")
    return Layer("spare", "points", content, style, fields, words.say("day_sheets.reserve"), sample)


_BED, _SPARE = "#4338CA", "#64748B"


def _routes(shown: Tables) -> Routes:
    return Routes(shown["visits"], shown["legs"], shown["nights"], shown["unserved"], shown["reserve"])


def _houses(shown: Tables, words: Catalogue) -> dict[str, str]:
    names = dict(zip(shown["nights"]["lodging_id"], shown["nights"][f"name_{words.language}"], strict=True))
    return names | dict(zip(shown["regions"]["division_code"], shown["regions"][f"name_{words.language}"], strict=True))


def _day(words: Catalogue, shown: Tables, crew: Crew, teams: dict[str, str]) -> None:
    legs = _own(shown["legs"], crew)
    facts = {
        "visits": int(legs["visits"].sum()),
        "km": f"{legs['length_m'].sum() / 1000:,.0f}",
        "hours": f"{legs['duty_min'].sum() / 60:.1f}",
    }
    st.caption(words.say("day_page.sums", **facts))
    if not crew.day:
        _week(words, shown, crew)
        return
    held, houses = _routes(shown), _houses(shown, words)
    rows = day_sheets.timetable(held, crew.team_id, crew.crew, crew.day, houses)
    heads = [words.say(f"day_sheets.head_{name}") for name in ("time", "what", "place", "note")]
    told = [(day_sheets.span(row), words.say(row.code), row.place, day_sheets.note(row, words)) for row in rows]
    st.html(frame.sheet(heads, told))
    hand = day_sheets.reserve(held, crew.team_id, crew.crew, crew.day)
    st.markdown(f"**{words.say('day_sheets.reserve')}**")
    if hand.empty:
        st.caption(words.say("day_page.no_reserve"))
    else:
        heads = [words.say(f"day_sheets.spare_{name}") for name in ("rank", "name", "risk", "more")]
        lines = [
            (str(row.rank), row.name, f"{row.risk:.0f}", f"{row.more_min:+.0f}") for row in hand.itertuples(index=False)
        ]
        st.html(frame.sheet(heads, lines))
    title = words.say("day_sheets.title", team=teams.get(crew.team_id, crew.team_id), day=crew.day)
    whole = dated(shown.stamp, crew.day) | facts
    about = [(words.say(f"day_sheets.{name}"), str(value)) for name, value in whole.items()]
    st.download_button(
        words.say("day_page.print"),
        data=printing.whole(day_sheets.html(title, about, rows, hand, words)),
        file_name=f"{crew.team_id}-{crew.crew}-{crew.day}.html",
        mime="text/html",
        icon=":material/print:",
        on_click="ignore",
    )


def dated(stamp: Stamp, day: int) -> dict[str, object]:
    """Return when a day of the round is and by which document it is made, as far as the round's record tells."""
    told = state.facts(stamp, "round")
    first = told.get("starts_on")
    on = (dt.date.fromisoformat(first) + dt.timedelta(days=day - 1)).isoformat() if first else ""
    return {name: value for name, value in (("date", on), ("document", told.get("document_no"))) if value}


def _week(words: Catalogue, shown: Tables, crew: Crew) -> None:
    """Draw all days of a crew: when it leaves, pauses and is back, and where it sleeps."""
    houses = _houses(shown, words)
    heads = [words.say(f"day_page.head_{name}") for name in ("day", "leave", "lunch", "back", "visits", "duty", "bed")]
    rows = [
        (
            str(leg.day),
            leg.leave,
            leg.lunch if isinstance(leg.lunch, str) else "-",
            leg.back,
            str(leg.visits),
            f"{leg.duty_min / 60:.1f}",
            houses.get(leg.to_lodging, leg.to_lodging),
        )
        for leg in _own(shown["legs"], crew).sort_values("day").itertuples()
    ]
    st.html(frame.sheet(heads, rows))
    left = shown["unserved"]
    left = left[left["team_id"] == crew.team_id] if len(left) else left
    said = words.say("day_page.unserved", count=len(left))
    st.markdown(f"**{said}**")
    if len(left):
        heads = [words.say(f"day_page.left_{name}") for name in ("name", "risk", "reason")]
        st.html(
            frame.sheet(
                heads, [(row.name, f"{row.risk:.0f}", words.say(row.reason)) for row in left.itertuples(index=False)]
            )
        )


def _gate(words: Catalogue, shown: Tables, crew: Crew) -> None:
    """Draw the closed gate: which, when; what it would change; take it over."""
    today = _own(shown["visits"], crew).sort_values(["day", "order"])
    if not crew.day or today.empty:
        return
    with st.expander(words.say("day_page.gate"), icon=":material/block:", expanded=_PREVIEW in st.session_state):
        names = dict(zip(today["target_id"], today["name"], strict=True))
        arrives = dict(zip(today["target_id"], today["arrive"], strict=True))
        with st.container(horizontal=True, vertical_alignment="bottom", key="gate-form"):
            target = st.selectbox(
                words.say("day_page.closed"), list(names), format_func=lambda each: f"{arrives[each]} {names[each]}"
            )
            at = st.time_input(
                words.say("day_page.at"), _later(arrives[target]), step=dt.timedelta(minutes=5), key=f"gate-at-{target}"
            )
            if st.button(words.say("day_page.preview"), icon=":material/visibility:", type="primary"):
                _propose(words, Closed(str(target), f"{at:%H:%M}"))
        _preview(words)


def _later(clock: str, minutes: int = 10) -> dt.time:
    began = dt.datetime.combine(dt.date.min, dt.time.fromisoformat(clock))
    return (began + dt.timedelta(minutes=minutes)).time()


def _propose(words: Catalogue, event: Closed) -> None:
    try:
        found, _ = routing.close_gate(state.project(), event)
    except WorkbenchError as fault:
        st.session_state.pop(_PREVIEW, None)
        st.error(words.explain(fault), icon=":material/error:")
        return
    st.session_state[_PREVIEW] = (routing.proposal_of(event), found.changes)


def _preview(words: Catalogue) -> None:
    if _PREVIEW not in st.session_state:
        st.caption(words.say("day_page.gate_hint"))
        return
    name, changes = st.session_state[_PREVIEW]
    st.html(
        frame.sheet(
            [words.say(f"day_page.change_{each}") for each in ("what", "name", "before", "after")],
            _lines(words, changes),
        )
    )
    with st.container(horizontal=True, key="gate-act"):
        if st.button(words.say("day_page.take_over"), icon=":material/check:"):
            try:
                routing.take_over(state.project(), name, by=str(st.session_state.get("person", "")), at=state.now())
            except WorkbenchError as fault:
                st.error(words.explain(fault), icon=":material/error:")
                return
            st.session_state.pop(_PREVIEW)
            st.rerun()
        if st.button(words.say("day_page.discard"), icon=":material/close:"):
            st.session_state.pop(_PREVIEW)
            st.rerun()


def _lines(words: Catalogue, changes: pd.DataFrame) -> list[tuple[str, ...]]:
    def when(told: object) -> str:
        if not isinstance(told, str):
            return "-"
        day, clock = told.split()
        return words.say("day_page.when", day=day, clock=clock)

    return [
        (words.say(f"replanning.kind_{row.change}"), row.name, when(row.before), when(row.after))
        for row in changes.itertuples(index=False)
    ]


def _anew(words: Catalogue, shown: Tables) -> None:
    """Draw the form that plans all days anew through the queue."""
    facts = state.facts(shown.stamp, "round")
    with st.container(horizontal=True, vertical_alignment="bottom", key="anew"):
        nights = st.segmented_control(
            words.say("day_page.nights"),
            ("lodging", "base"),
            format_func=lambda each: words.say(f"day_page.nights_{each}"),
            default="lodging",
            required=True,
        )
        days = st.number_input(words.say("day_page.days"), 1, 31, int(facts.get("days", 5)), width=120)
        crews = st.number_input(words.say("day_page.crews"), 1, 9, 1, width=120)
        argv = ["routes", "plan", "--nights", str(nights), "--days", str(days), "--crews", str(crews)]
        queue.button(words, words.say("day_page.plan"), argv, key="routes-plan")


if __name__ == "__main__":
    page()
