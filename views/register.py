"""The register: map and table of one selection, its quality by city, and pairs that may be one."""

import datetime as dt
import re
from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import desk, registry, rulings
from cross_check import layers as own_layers
from cross_check.areas import regions_of
from cross_check.files import Project
from gis import history, particulars, register
from gis.errors import WorkbenchError
from gis.history import Act
from gis.language import Catalogue, catalogue
from views import (
    board,
    cases,
    choosing,
    frame,
    handout,
    import_desk,
    layers,
    receipts,
    ruling_form,
    scenes,
    sieve,
    state,
    who,
    wording,
)
from views.layers import Layer
from views.sieve import Sieve
from views.state import Stamp

PAGE = "register"
DOSSIER_SITE = "dossier-site"
"""In the session's state: the site whose dossier is to be opened."""

_HEIGHT = 560
_LISTED = (
    "name", "division_code", "county_code", "unit_id", "permit_category", "management_level", "pollution_types",
    "key_lists", "listed_years", "supervision", "special_object", "operating", "positive_list", "positive_until",
    "industry_code", "park", "river_basin", "site_id",
)  # fmt: skip
_CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "permit_category": ("category", register.PERMIT_CATEGORIES),
    "key_list": ("lists", register.KEY_LISTS),
    "supervision": ("supervision", ("key", "ordinary")),
    "special_object": ("special", ("yes", "no")),
    "operating": ("state", register.OPERATING),
    "positive_list": ("positive", ("yes", "no")),
}
_MORE = {
    "county_code": "county_code", "unit_id": "unit_id", "management_level": "management_level",
    "pollution_type": "pollution_types", "list_year": "listed_years", "river_basin": "river_basin",
}  # fmt: skip
"""Further filters and the columns whose values they offer."""
_WORDS = {"key_list": "key_lists", "pollution_type": "pollution_types"}
_PERSONS = "register-persons"


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "register_page.title", words.say("register_page.hint"))
    stamp = state.stamp_of(state.project())
    if not stamp.has("enterprises"):
        frame.missing(words, stamp, "enterprises")
    listed, quality, doubles, removed = st.tabs(
        [words.say(f"register_page.tab_{name}") for name in ("list", "quality", "doubles", "removed")]
    )
    with listed:
        _list(stamp, words)
    with quality:
        _quality(stamp, words)
    with doubles:
        _doubles(stamp, words)
    with removed:
        ruling_form.removed(stamp.project, words)


@st.cache_resource(max_entries=4, show_spinner=False)
def sites(stamp: Stamp) -> gpd.GeoDataFrame:
    """Return the register with all particulars (``history.STATE``), those it lacks missing."""
    return history.completed(state.tables(stamp)["enterprises"])


@st.cache_resource(max_entries=2, show_spinner=False)
def assessed(stamp: Stamp, marks: tuple[tuple[str, int], ...], today: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return findings on the register's quality and their counts by city, see ``desk.assess``."""
    del marks
    return desk.assess(stamp.project, today)


@st.cache_resource(max_entries=32, show_spinner=False)
def sifted(stamp: Stamp, sieve_: Sieve, marks: tuple[tuple[str, int], ...], today: dt.date) -> gpd.GeoDataFrame:
    """Return the sites that a sieve lets through."""
    doubted = set()
    if sieve_.doubt:
        found, _ = assessed(stamp, marks, today)
        doubted = set(found["site_id"][found["code"] == sieve_.doubt])
    return sieve.sift(sites(stamp), sieve_, doubted)


def _list(stamp: Stamp, words: Catalogue) -> None:
    chosen_sieve = _filters(stamp, words)
    marks = (*receipts.mark(stamp.project), *own_layers.mark(stamp.project))
    shown = sifted(stamp, chosen_sieve, marks, state.today())
    total = len(sites(stamp))
    with st.container(horizontal=True, vertical_alignment="center"):
        share = len(shown) / total if total else 0.0
        st.caption(words.say("register_page.found", count=f"{len(shown):,}", share=share), width="content")
        if not chosen_sieve.empty:
            st.button(
                words.say("register_page.clear"), key="clear-sieve", on_click=_clear, icon=":material/filter_alt_off:"
            )
        _opener(shown, words)
    if shown.empty:
        st.info(words.say("register_page.none"), icon=":material/search_off:")
        return
    left, right = st.columns([3, 2], gap="small")
    with left:
        scene = board.Scene(
            layers=[
                *_layers(stamp, chosen_sieve, marks, state.today(), words.language),
                *ruling_form.mark(PAGE, words),
            ],
            bounds=layers.bounds_of(shown),
            chosen=choosing.chosen(PAGE),
            flight=choosing.flight(PAGE),
            placing=ruling_form.placing(PAGE),
        )
        board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))
    with right:
        table = _table(stamp, chosen_sieve, marks, state.today(), words.language)
        choosing.table(PAGE, "sites", table, list(shown["site_id"]), {}, _HEIGHT - 100)
        named = st.toggle(words.say("register_page.persons"), key=_PERSONS)
        handed = shown if named else shown.drop(columns=list(particulars.PERSONS))
        handout.buttons(handed, "enterprises", _about(chosen_sieve, words), words)
    ruling_form.draw(stamp.project, shown, PAGE, words)


def _filters(stamp: Stamp, words: Catalogue) -> Sieve:
    names = cases.region_names(words)
    with st.container(horizontal=True, vertical_alignment="bottom", key="register-filters"):
        search = st.text_input(
            words.say("register_page.search"), key="sieve-search", persist_state="session", width=260
        )
        division = _choice(
            "division_code", words.say("columns.division"), list(names), lambda code: names.get(code, code), words
        )
        chosen = {
            field: _choice(field, words.say(f"register_page.{label}"), list(options), _naming(field, words), words)
            for field, (label, options) in _CHOICES.items()
        }
        found, _ = assessed(stamp, receipts.mark(stamp.project), state.today())
        doubt = _choice("doubt", words.say("register_page.doubt"), sorted(set(found["code"])), words.say, words)
        with st.popover(words.say("register_page.more"), icon=":material/tune:"):
            for field, column in _MORE.items():
                options = offered(sites(stamp)[column], column)
                chosen[field] = _choice(field, registry.column(column, words), options, _telling(column, words), words)
    return Sieve(search=search, division_code=division, doubt=doubt, **chosen)


def offered(values: pd.Series, column: str) -> list[str]:
    """Return the values of a column that a filter offers: of a set its members, of years on key lists the years."""
    texts = values.dropna().astype(str)
    if column == "listed_years":
        return sorted({year for text in texts.unique() for year in re.findall(r"\d{4}", text)}, reverse=True)
    if column == "pollution_types":
        return sorted({one for text in texts.unique() for one in text.split(";")})
    return sorted(set(texts))


def _telling(column: str, words: Catalogue) -> Callable[[str], str]:
    return lambda value: value if column == "listed_years" else registry.value(column, value, words)


def _naming(field: str, words: Catalogue) -> Callable[[str], str]:
    name = _WORDS.get(field, field)
    return lambda value: words.say(f"values.{name}_{value}")


def _choice(field: str, label: str, options: list[str], named: Callable[[str], str], words: Catalogue) -> str:
    found = st.selectbox(
        label,
        ["", *options],
        format_func=lambda value: named(value) if value else words.say("register_page.any"),
        key=f"sieve-{field}",
        persist_state="session",
        width=150,
    )
    return str(found or "")


def _clear() -> None:
    for field in ("search", "division_code", "doubt", *_CHOICES, *_MORE):
        st.session_state[f"sieve-{field}"] = ""


def _opener(shown: gpd.GeoDataFrame, words: Catalogue) -> None:
    """Draw the way to the dossier of the chosen site."""
    now = choosing.chosen(PAGE)
    site = shown[shown["site_id"] == now[1]] if now else shown.iloc[:0]
    if site.empty:
        st.caption(words.say("register_page.choose"), width="content")
        return
    st.caption(wording.unmarked(str(site["name"].iloc[0])), width="content")
    if st.button(words.say("register_page.dossier"), key="open-dossier", type="primary", icon=":material/article:"):
        st.session_state[DOSSIER_SITE] = str(site["site_id"].iloc[0])
        st.switch_page("views/dossier.py")


def listed(shown: gpd.GeoDataFrame, words: Catalogue) -> pd.DataFrame:
    """Return sites as a list in words, in the order of the table."""
    columns = {}
    for column in _LISTED:
        texts = shown[column].astype(object).where(shown[column].notna(), "").astype(str)
        known = {text: registry.value(column, text, words) for text in texts.unique()}
        columns[registry.column(column, words)] = texts.map(known).to_numpy()
    return pd.DataFrame(columns)


@st.cache_resource(max_entries=16, show_spinner=False)
def _table(
    stamp: Stamp, sieve_: Sieve, marks: tuple[tuple[str, int], ...], day: dt.date, language: str
) -> pd.DataFrame:
    return listed(sifted(stamp, sieve_, marks, day), catalogue(language))


@st.cache_resource(max_entries=16, show_spinner=False)
def _layers(
    stamp: Stamp, sieve_: Sieve, marks: tuple[tuple[str, int], ...], day: dt.date, language: str
) -> list[Layer]:
    words = catalogue(language)
    areas = regions_of(stamp.project)
    made = scenes.regions(areas, words)
    for kind, layer in own_layers.brought(stamp.project).items():
        made += scenes.further(kind, layer, words)
    made += scenes.zones(state.tables(stamp)["zones"], words)
    shown = sifted(stamp, sieve_, marks, day)
    return [*made, scenes.sites(shown, words, wording.region_names(areas, language))]


def _about(chosen: Sieve, words: Catalogue) -> list[tuple[str, str]]:
    said = []
    for field in ("search", "division_code", *_CHOICES, *_MORE, "doubt"):
        value = getattr(chosen, field)
        if value:
            name = _WORDS.get(field, field)
            text = words.say(value) if field == "doubt" else registry.value(name, value, words)
            said.append((words.words.get(f"columns.{name}", words.words.get(f"register_page.{field}", field)), text))
    return said


def _quality(stamp: Stamp, words: Catalogue) -> None:
    found, board_ = assessed(stamp, receipts.mark(stamp.project), state.today())
    if found.empty:
        st.success(words.say("register_page.quality_none"), icon=":material/verified:")
        return
    st.caption(words.say("register_page.quality_hint"))
    names = cases.region_names(words)
    table, codes_ = by_city(board_, names, words)
    picked = st.dataframe(
        table,
        hide_index=True,
        key="quality",
        on_select="rerun",
        selection_mode="single-row",
        height="content",
        column_config={table.columns[0]: st.column_config.TextColumn(width=260, pinned=True)},
    )
    rows = picked["selection"]["rows"]
    if not rows:
        return
    code = codes_[rows[0]]
    some = found if code == "quality.any" else found[found["code"] == code]
    told = pd.DataFrame(
        {
            words.say("columns.site_id"): list(some["site_id"]),
            words.say("columns.name"): list(some["name"]),
            words.say("columns.division"): [names.get(one, one) for one in some["division_code"]],
            words.say("register_page.quality_code"): [words.say(one) for one in some["code"]],
            words.say("desk.fault_column"): [registry.column(one, words) for one in some["column"]],
            words.say("desk.fault_value"): list(some["value"]),
        }
    )
    st.dataframe(told, hide_index=True, height=330)
    st.download_button(
        words.say("desk.fault_download"),
        data=lambda: handout.sheet(told),
        file_name="quality.xlsx",
        icon=":material/download:",
        on_click="ignore",
        key="quality-download",
    )


def by_city(board_: pd.DataFrame, names: dict[str, str], words: Catalogue) -> tuple[pd.DataFrame, list[str]]:
    """Return the quality board (``quality.board``) with a row a finding and a column a city, and the rows' codes.

    The commonest finding comes first; sites with any finding stand on top.
    """
    cities = [code for code in names if code in set(board_["division_code"])]
    totals = board_.groupby("code")["found"].sum().sort_values(ascending=False, kind="stable")
    order = ["quality.any", *[str(code) for code in totals.index if code != "quality.any"]]
    cells = board_.set_index(["code", "division_code"])
    table = pd.DataFrame({words.say("register_page.quality_code"): [words.say(code) for code in order]})
    whole = int(cells.loc["quality.any"]["sites"].sum())
    table[words.say("register_page.quality_all")] = [
        f"{int(totals[code]):,} ({totals[code] / whole:.0%})" for code in order
    ]
    for city in cities:
        rows = cells.xs(city, level="division_code")
        table[names[city]] = [f"{int(rows.loc[code, 'found']):,} ({rows.loc[code, 'share']:.0%})" for code in order]
    return table, order


@st.cache_resource(max_entries=2, show_spinner=False)
def _pairs(stamp: Stamp, marks: tuple[tuple[str, int], ...]) -> pd.DataFrame:
    del marks
    return desk.find_duplicates(stamp.project)


def _doubles(stamp: Stamp, words: Catalogue) -> None:
    pairs = _pairs(stamp, receipts.mark(stamp.project))
    st.caption(words.say("register_page.doubles_hint"))
    if pairs.empty:
        st.info(words.say("register_page.doubles_none"), icon=":material/done_all:")
        return
    joint = registry.joint(words)
    shown = pd.DataFrame(
        {
            words.say("register_page.head_score"): pairs["score"].map("{:.0%}".format),
            words.say("register_page.head_left"): list(pairs["left_name"]),
            words.say("register_page.head_right"): list(pairs["right_name"]),
            words.say("register_page.head_distance"): [wording.distance(each, words) for each in pairs["distance_m"]],
            words.say("register_page.head_reasons"): [
                joint.join(words.say(f"duplicates.{one}") for one in reasons.split(";")) for reasons in pairs["reasons"]
            ],
        }
    )
    picked = st.dataframe(
        shown, hide_index=True, height=230, key="doubles", on_select="rerun", selection_mode="single-row"
    )
    place = (picked["selection"]["rows"] or [0])[0]
    pair = pairs.iloc[place]
    st.html(f"<b>{words.say('register_page.doubles_pair', place=place + 1, count=len(pairs))}</b>")
    left, right = st.columns([3, 2], gap="medium")
    left.html(import_desk.both_sides(sites(stamp), pair["left_id"], pair["right_id"], words))
    with right:
        _decide(stamp.project, pair, words)


def _decide(project: Project, pair: pd.Series, words: Catalogue) -> None:
    ids = {pair["left_id"]: "doubles_left", pair["right_id"]: "doubles_right"}
    named = {site: f"{words.say(f'register_page.{side}')} {site}" for site, side in ids.items()}
    key = f"{pair['left_id']}-{pair['right_id']}"
    keep = st.radio(
        words.say("register_page.doubles_keep"), list(ids), format_func=lambda site: named[site], key=f"keep-{key}"
    )
    gone = next(site for site in ids if site != keep)
    columns = [column for column in history.STATE.columns if column not in {"site_id", "permit_no", "geometry"}]
    take = st.multiselect(
        words.say("register_page.doubles_take"),
        [*columns, "geometry"],
        format_func=lambda column: registry.column(column, words),
        key=f"take-{key}",
        placeholder=words.say("register_page.doubles_take_none"),
    )
    # The side bar's name stands there already; a widget of the same key would be that widget twice.
    by = st.text_input(words.say("register_page.doubles_by"), value=who.name(), key=f"by-{key}")
    why = st.text_input(words.say("register_page.doubles_why"), key=f"why-{key}")
    ready = bool(by.strip() and why.strip())
    if not ready:
        st.caption(words.say("register_page.doubles_need"))
    act = Act(by=by.strip(), at=state.now(), why=why.strip())
    merge, separate = st.columns(2)
    with merge:
        if st.button(words.say("register_page.doubles_merge"), key=f"merge-{key}", type="primary", disabled=not ready):
            _done(lambda: rulings.merge(project, act, keep, gone, take), words)
    with separate:
        if st.button(words.say("register_page.doubles_separate"), key=f"separate-{key}", disabled=not ready):
            _done(lambda: rulings.separate(project, act, pair["left_id"], pair["right_id"]), words)


def _done(verb: Callable[[], object], words: Catalogue) -> None:
    try:
        verb()
    except WorkbenchError as error:
        st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
        return
    st.toast(words.say("register_page.doubles_done"), icon=":material/done:")
    st.rerun()


if __name__ == "__main__":
    page()
