"""The builder of cross-inspection rounds: who goes where, at what cost, by which rule not; several rounds together."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import geopandas as gpd
import pandas as pd
import streamlit as st
from shapely.geometry import LineString, Point

from cross_check import casebook, round_cases, round_ground, rounds
from cross_check.files import Project
from cross_check.round_ground import Ground
from cross_check.rounds import Assignment, Params
from gis.errors import WorkbenchError
from gis.files import read_json, read_table
from gis.language import Catalogue
from views import board, cases, choosing, colours, frame, layers, queue, round_tables, scenes, state, wording
from views.layers import Layer
from views.round_tables import Names
from views.state import Stamp, Tables

PAGE = "rounds"
RELAX = f"{PAGE}-relax"
SOFT = round_cases.RULES[1:]
_PRICE_KM = 500
_HEIGHT = 520
_MOST = 12


@dataclass(frozen=True)
class Choice:
    """What the round is tried with: day until which certificates are valid, relaxed rules and their price."""

    ends_on: dt.date
    relaxed: tuple[str, ...]
    price_km: float
    past: bool

    def params(self) -> Params:
        """Return the parameters of the round."""
        return Params(relaxed=dict.fromkeys(self.relaxed, self.price_km))


@dataclass(frozen=True)
class Clash:
    """Rules that leave no round, and what it would cost to relax some: (rules, times broken, kilometres)."""

    fault: WorkbenchError
    offers: tuple[tuple[tuple[str, ...], int, float], ...]


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "rounds_page.title", words.say("rounds_page.hint"))
    shown = frame.tables(words, "regions", "enterprises", "leads")
    names = wording.region_names(shown["regions"], words.language)
    try:
        choice, argv = _form(words)
        ground, found, cells = _tried(shown.stamp, _others(), choice)
    except WorkbenchError as fault:
        st.error(words.explain(fault), icon=":material/error:")
        return
    # The page's own classes are made anew at every run: a kept Clash is none of this run's.
    if isinstance(found, Assignment):
        _round(words, shown, names, found, (ground, cells))
    else:
        _clash(words, found, choice)
    _plan(words, choice, argv, possible=isinstance(found, Assignment))
    with st.expander(words.say("rounds_page.joint"), icon=":material/table_chart:", expanded=True):
        _joint(words, names, choice, argv)
    queue.panel(words, "rounds")


def _form(words: Catalogue) -> tuple[Choice, dict[str, str]]:
    """Ask for the round; return what it is tried with and what the command is told."""
    project, today = state.project(), state.today()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            document = st.text_input(words.say("rounds_page.document"), key=f"{PAGE}-document", width=300)
            seed = st.text_input(words.say("rounds_page.seed"), key=f"{PAGE}-seed", width=300)
            first = st.date_input(
                words.say("rounds_page.starts_on"), today, format="YYYY-MM-DD", key=f"{PAGE}-first", width=150
            )
            days = st.number_input(words.say("day_page.days"), 1, 31, 5, key=f"{PAGE}-days", width=120)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            relaxed = st.multiselect(
                words.say("rounds_page.relax"),
                SOFT,
                format_func=lambda each: words.say(f"rounds_page.rule_{each}"),
                placeholder=words.say("rounds_page.none_relaxed"),
                key=RELAX,
                width=420,
            )
            price = st.number_input(
                words.say("rounds_page.price_km"), 1, 100_000, _PRICE_KM, step=100, key=f"{PAGE}-price", width=180
            )
        with st.expander(words.say("rounds_page.past"), icon=":material/history:"):
            _past(words, project)
    told = {"document": str(document).strip(), "seed": str(seed).strip()}
    told |= {"first": first.isoformat(), "days": str(days)}
    ends_on = first + dt.timedelta(days=int(days))
    return Choice(ends_on, tuple(relaxed), float(price), project.past_rounds.is_file()), told


def _past(words: Catalogue, project: Project) -> None:
    """Take a table of earlier rounds."""
    if project.past_rounds.is_file():
        table = read_table(project.past_rounds)
        st.caption(words.say("rounds.past_kept", rounds=table["round"].nunique(), pairs=len(table)))
    else:
        st.caption(words.say("rounds_page.no_past"))
    sent = frame.upload(words, words.say("rounds_page.past"), ["xlsx", "csv", "parquet"], key=f"{PAGE}-past")
    if sent is not None and st.button(words.say("rounds_page.keep_past"), key=f"{PAGE}-keep"):
        with frame.put_down(sent) as path:
            round_ground.keep_past(path, project)
        st.rerun()


def _others() -> tuple[object, ...]:
    """Return the state of what the stamp of tables knows nothing of: officers, past rounds, the ledger."""
    project = state.project()
    paths = (project.officers, project.past_rounds)
    head = cases.ledger().head() if casebook.begun(project) else ()
    return (*(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths), *head)


@st.cache_resource(max_entries=16, show_spinner=False)
def _tried(stamp: Stamp, others: tuple[object, ...], choice: Choice) -> tuple[Ground, Assignment | Clash, pd.DataFrame]:
    """Send teams to regions without writing anything; return also the cells of the matrix, none after a clash."""
    del others
    past = stamp.project.past_rounds if choice.past else None
    ground = round_ground.read(stamp.project, ends_on=choice.ends_on, past=past)
    try:
        sent = _assign(ground, choice.params())
    except WorkbenchError as fault:
        if not fault.code.startswith("rounds.clash"):
            raise
        return ground, Clash(fault, tuple(_offers(ground, choice))), pd.DataFrame()
    facts = round_cases.checked(ground.formed.table, ground.regions, ground.needs, ground.past)
    return ground, sent, round_cases.cells(round_cases.build(*facts, Params()), sent.table)


def _assign(ground: Ground, params: Params) -> Assignment:
    return rounds.assign(ground.formed.table, ground.regions, needs=ground.needs, past=ground.past, params=params)


def _offers(ground: Ground, choice: Choice) -> list[tuple[tuple[str, ...], int, float]]:
    """Return the fewest further rules that make the round possible when they are relaxed, every choice of them."""
    left = [rule for rule in SOFT if rule not in choice.relaxed]
    for size in range(1, len(left) + 1):
        found = []
        for rules in combinations(left, size):
            relaxed = dict.fromkeys((*choice.relaxed, *rules), choice.price_km)
            try:
                sent = _assign(ground, Params(relaxed=relaxed))
            except WorkbenchError:
                continue  # these do not help
            found.append((rules, len(sent.broken), float(sent.broken["price_km"].sum())))
        if found:
            return found
    return []


def _clash(words: Catalogue, clash: Clash, choice: Choice) -> None:
    st.error(words.explain(clash.fault), icon=":material/block:")
    if not clash.offers:
        st.info(words.say("rounds_page.no_offer"), icon=":material/info:")
    for rules, times, price in clash.offers:
        named = words.say("triage_cli.joint").join(words.say(f"rounds_page.rule_{rule}") for rule in rules)
        st.button(
            words.say("rounds_page.offer", rule=named, times=times, km=f"{price:,.0f}"),
            key=f"{PAGE}-offer-{'-'.join(rules)}",
            on_click=partial(_relax, (*choice.relaxed, *rules)),
        )


def _relax(chosen: tuple[str, ...]) -> None:
    st.session_state[RELAX] = list(chosen)


def _round(words: Catalogue, shown: Tables, names: Names, sent: Assignment, kept: tuple[Ground, pd.DataFrame]) -> None:
    ground, cells = kept
    facts = {
        "status": words.say(f"rounds_page.{sent.status}"),
        "teams": len(sent.table),
        "km": f"{sent.table['travel_km'].sum():,.0f}",
        "heaviest": f"{sent.table['load_min'].max() / 60:.1f}",
        "lightest": f"{sent.table['load_min'].min() / 60:.1f}",
    }
    st.markdown(f"**{words.say('rounds_page.figures', **facts)}**")
    _stored(words, shown, sent)
    if len(sent.broken):
        st.warning(words.say("rounds_page.broken", count=len(sent.broken)), icon=":material/warning:")
        heads = [words.say(f"rounds_page.head_{name}") for name in ("pair", "rule", "price")]
        st.html(frame.sheet(heads, round_tables.broken(sent, names, words)))
    left, right = st.columns([2, 3], gap="small")
    with left:
        scene = board.Scene(
            layers=[*scenes.regions(shown["regions"], words), *_lines(sent, shown["regions"], names, words)],
            bounds=layers.bounds_of(shown["regions"]),
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))
        st.caption(words.say("plan_page.no_roads"))
    with right:
        st.html(round_tables.matrix(cells, names, words))
        st.caption(words.say("rounds_page.matrix"))
        away = round_tables.left_out(sent, ground.formed, names, words)
        with st.expander(words.say("rounds_page.left_out", count=len(away)), icon=":material/person_off:"):
            st.html(frame.sheet([words.say(f"rounds_page.head_{name}") for name in ("who", "why")], away))
    st.html(round_tables.pairs(sent, names, words))


def _stored(words: Catalogue, shown: Tables, sent: Assignment) -> None:
    """Say whether the round on record is the one that is tried here."""
    if shown.assignment.empty:
        st.caption(words.say("rounds_page.nothing_stored"))
        return
    columns = ["home_division", "division_code"]
    both = [set(table[columns].itertuples(index=False, name=None)) for table in (shown.assignment, sent.table)]
    document = state.facts(shown.stamp, "round").get("document_no", "-")
    if both[0] == both[1]:
        st.caption(words.say("rounds_page.same", document=document))
    else:
        st.warning(words.say("rounds_page.differs", document=document), icon=":material/update:")


def _lines(sent: Assignment, regions: gpd.GeoDataFrame, names: Names, words: Catalogue) -> list[Layer]:
    """Return a line from each team's seat to that of its region, and the number of its row where it goes."""
    seats = {row.division_code: Point(row.seat_lon, row.seat_lat) for row in regions.itertuples()}
    table, homes = sent.table, list(sent.table["home_division"])
    ends = [(seats[a], seats[b]) for a, b in zip(homes, table["division_code"], strict=True)]
    values = [
        [
            words.say("rounds_page.pair", team=round_tables.team(words, a, names), region=names.get(b, b))
            for a, b in zip(homes, table["division_code"], strict=True)
        ],
        [wording.distance(each * 1000, words) for each in table["travel_km"]],
        [words.say(each) for each in table["reason"]],
    ]
    fields = [words.say("plan_page.head_travel"), words.say("plan_page.head_reason")]
    ways = gpd.GeoDataFrame(geometry=[LineString(pair) for pair in ends], crs=regions.crs)
    goals = gpd.GeoDataFrame(geometry=[there for _, there in ends], crs=regions.crs)
    tones = {home: colours.team(place) for place, home in enumerate(homes)}
    content = layers.shapes(ways, homes, homes, values)
    dots = layers.places(goals, homes, homes, values, list(range(1, len(homes) + 1)))
    said = (words.say("legend.routes"), words.say("rounds_page.goals"))
    samples = (colours.sample("line", colours.team(0)), colours.sample("dot", colours.team(0), colours.team(0)))
    lines = {home: colours.line(tone) for home, tone in tones.items()}
    points = {home: {"color": tone} for home, tone in tones.items()}
    return [
        Layer("ways", "areas", content, lines, fields, said[0], samples[0]),
        Layer("goals", "stops", dots, points, fields, said[1], samples[1]),
    ]


def _plan(words: Catalogue, choice: Choice, told: dict[str, str], *, possible: bool) -> None:
    """Draw the button that plans the round with its days; without a document it rests."""
    ready = bool(told["document"] and told["seed"])
    if not ready:
        st.info(words.say("rounds_page.incomplete"), icon=":material/description:")
    argv = ["rounds", "plan", "--document", told["document"], "--seed", told["seed"]]
    argv += ["--starts-on", told["first"], "--days", told["days"], *_past_argv()]
    argv += ["--relax", *(f"{rule}={choice.price_km:g}" for rule in choice.relaxed)] if choice.relaxed else []
    queue.button(words, words.say("rounds_page.plan"), argv, key=f"{PAGE}-plan", disabled=not (ready and possible))


def _past_argv() -> list[str]:
    path = state.project().past_rounds
    return ["--past", str(path)] if path.is_file() else []


def _joint(words: Catalogue, names: Names, choice: Choice, told: dict[str, str]) -> None:
    """Draw the rounds planned together, and the button that plans them."""
    project = state.project()
    recipe = project.rotation.with_suffix(".json")
    if project.rotation.is_file() and recipe.is_file():
        facts = read_json(recipe)
        st.caption(words.say("rounds_page.rotation_of", document=facts["document_no"], day=facts["ends_on"]))
        st.html(round_tables.rotation(read_table(project.rotation), names, words))
    else:
        st.caption(words.say("rounds_page.no_rotation"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = st.number_input(words.say("rounds_page.count"), 1, _MOST, 3, key=f"{PAGE}-count", width=120)
        argv = ["rounds", "joint", "--document", told["document"], "--rounds", str(count)]
        argv += ["--ends-on", choice.ends_on.isoformat(), *_past_argv()]
        label = words.say("rounds_page.plan_joint")
        queue.button(words, label, argv, key=f"{PAGE}-plan-joint", disabled=not told["document"])


if __name__ == "__main__":
    page()
