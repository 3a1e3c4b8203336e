"""Coordinate systems on the import desk: every hypothesis with its probability, all on one map, and a choice."""

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import registry
from gis.coordinates import Located
from gis.language import Catalogue
from views import asked, board, choosing, colours, frame, layers, scenes, wording
from views.layers import Bounds, Layer

PAGE = "desk"
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F3C8D", "#2B2B2B")
"""Of the hypotheses by falling probability; Okabe and Ito's palette, safe for the colour blind."""

ALL = -1
"""Instead of a row: all of them."""

_SYSTEMS = ("cgcs2000", "gcj02", "bd09")
_HEIGHT = 430
_KNOWN = "#94A3B8"
_CLOSEST = 17
_LEAST_DEG = 0.004


def draw(
    located: Located, sha256: str, existing: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, words: Catalogue
) -> None:
    """Draw hypotheses group by group beside the map of all of them."""
    left, right = st.columns([2, 3], gap="small")
    with left:
        for number, table in located.hypotheses.groupby("group"):
            _group(int(str(number)), table, located, sha256, words)
    with right:
        row = _row(located, sha256, words)
        some = [*scenes.regions(regions, words), known(existing, located, words), *bids(located, words)]
        scene = board.Scene(
            layers=[*some, *flags(located, row, words)],
            bounds=bounds(located, row),
            legend=[legend(located, words)],
            chosen=choosing.chosen(PAGE),
            closest=_CLOSEST,
        )
        board.draw(scene, words, f"{PAGE}-map", height=_HEIGHT, on_pick=choosing.from_map(PAGE))


def colour_of(located: Located) -> dict[str, str]:
    """Return the colour of each hypothesis by name, the most probable of any group first."""
    best = located.hypotheses.groupby("name")["probability"].max().sort_values(ascending=False, kind="stable")
    return {str(name): COLOURS[place % len(COLOURS)] for place, name in enumerate(best.index)}


def bids(located: Located, words: Catalogue) -> list[Layer]:
    """Return one layer a hypothesis: where its rows would lie, and its name at the first of them."""
    made = []
    for name, colour in colour_of(located).items():
        some = located.candidates[located.candidates["name"] == name]
        if some.empty:
            continue
        said = registry.system(name, words)
        shares = [f"{share:.1%}" for share in some["probability"]]
        values = [[said] * len(some), [str(row) for row in some["row"]], shares]
        ids = [f"{name}-{row}" for row in some["row"]]
        content = layers.places(some, ids, ["bid"] * len(some), values)
        fields = [words.say(f"desk.field_{field}") for field in ("row", "probability")]
        key = f"bid-{name}".replace(":", "-")
        style = {"bid": colours.dot(colour)}
        made.append(
            Layer(key, "stops", content, style, fields, f"{said} {max(shares)}", colours.sample("dot", colour, colour))
        )
    return made


def flags(located: Located, row: int, words: Catalogue) -> list[Layer]:
    """Return numbered marks where one row would lie under each hypothesis; none without a row."""
    some = located.candidates[located.candidates["row"] == row]
    if some.empty:
        return []
    numbers = numbered(located)
    names = [str(name) for name in some["name"]]
    values = [[registry.system(name, words) for name in names], [f"{share:.1%}" for share in some["probability"]]]
    ids = [f"{name}-flag" for name in names]
    content = layers.places(some, ids, names, values, [numbers[name] for name in names])
    styles = {name: {"color": colour} for name, colour in colour_of(located).items()}
    return [Layer("flags", "flags", content, styles, [words.say("desk.field_probability")])]


def bounds(located: Located, row: int) -> Bounds:
    """Return where to look: so near to one row that its hypotheses are apart, or at all rows."""
    some = located.candidates[located.candidates["row"] == row]
    if some.empty:
        return layers.bounds_of(located.candidates)
    (south, west), (north, east) = layers.bounds_of(some)
    margin = max(east - west, north - south, _LEAST_DEG) / 2
    return (south - margin, west - margin), (north + margin, east + margin)


def numbered(located: Located) -> dict[str, int]:
    """Return the number of each hypothesis by name, 1 for the most probable of any group."""
    return {name: place for place, name in enumerate(colour_of(located), 1)}


def _row(located: Located, sha256: str, words: Catalogue) -> int:
    """Return the row that is looked at, or ``ALL`` of them. A question comes first."""
    asked_for = located.hypotheses.loc[located.hypotheses["decided"] == "", "first_row"]
    rows = [int(row) for row in located.candidates["row"].unique()]
    first = int(asked_for.iloc[0]) if len(asked_for) else rows[0] if rows else ALL
    options = [ALL, *rows]
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    found = left.selectbox(
        words.say("desk.look_at"),
        options,
        index=options.index(first) if first in options else 0,
        format_func=lambda row: words.say("desk.look_all") if row == ALL else words.say("desk.look_row", row=row),
        key=f"look-{sha256[:12]}",
    )
    right.caption(words.say("desk.map_hint"))
    return ALL if found is None else int(found)


def known(existing: gpd.GeoDataFrame, located: Located, words: Catalogue) -> Layer:
    """Return the sites on record around the rows, in grey."""
    near = existing
    if len(existing) and len(located.candidates):
        west, south, east, north = located.candidates.total_bounds
        near = existing.cx[west - 0.1 : east + 0.1, south - 0.1 : north + 0.1]
    content = layers.NO_PLACES
    if len(near):
        content = layers.places(near, list(near["site_id"]), ["known"] * len(near), [list(near["name"])])
    style = {"known": colours.dot(_KNOWN)}
    return Layer(
        "known", "points", content, style, (), words.say("desk.layer_known"), colours.sample("dot", _KNOWN, _KNOWN)
    )


def legend(located: Located, words: Catalogue) -> dict[str, object]:
    """Return the legend of the hypotheses, with their numbers."""
    numbers = numbered(located)
    items = [
        {**colours.sample("dot", colour, colour), "text": f"{numbers[name]} {registry.system(name, words)}"}
        for name, colour in colour_of(located).items()
    ]
    return {"title": words.say("desk.legend"), "items": items}


def rows_of(table: pd.DataFrame, words: Catalogue) -> list[list[str]]:
    """Return the hypotheses of one group as rows of texts: name, probability, inside, known, shift."""
    return [
        [
            registry.system(row.name, words),
            f"{row.probability:.1%}",
            "" if pd.isna(row.inside) else f"{row.inside:.0%}",
            words.say("desk.known_m", count=row.known, metres=wording.distance(row.known_m, words))
            if row.known
            else "",
            wording.distance(row.shift_m, words) if row.shift_m else "",
        ]
        for row in table.itertuples(index=False)
    ]


def _group(number: int, table: pd.DataFrame, located: Located, sha256: str, words: Catalogue) -> None:
    head = table.iloc[0]
    facts = {"group": number, "rows": head["rows"], "first_row": head["first_row"]}
    st.html(f"<b>{words.say('desk.group', **facts)}</b>")
    if head["decided"]:
        by = located.record.loc[head["first_row"], "coord_by"]
        code = f"decided_{by}" if by in {"evidence", "declared"} else "decided_by"
        frame.reason(words.say(f"desk.{code}", label=registry.system(head["decided"], words), by=by), "cold")
    else:
        frame.reason(words.say("desk.ask", reason=words.say(head["reason"])), "hot")
    heads = [words.say(f"desk.head_{name}") for name in ("system", "probability", "inside", "known", "shift")]
    st.html(frame.sheet(heads, rows_of(table, words), loose=True))
    _choice(number, table, sha256, words)


def _choice(number: int, table: pd.DataFrame, sha256: str, words: Catalogue) -> None:
    names = list(dict.fromkeys([*table["name"], *_SYSTEMS]))
    now = dict(asked.of(sha256).systems).get(number, "")
    key = f"system-{sha256[:12]}-{number}"
    st.session_state.setdefault(key, now)
    options = ["", *names, *([now] if now and now not in names else [])]
    st.selectbox(
        words.say("desk.choose_system"),
        options,
        format_func=lambda name: registry.system(name, words) if name else words.say("desk.by_evidence"),
        key=key,
        on_change=_set,
        args=(sha256, number, key),
    )


def _set(sha256: str, number: int, key: str) -> None:
    asked.keep(sha256, asked.of(sha256).with_system(number, st.session_state[key] or ""))
