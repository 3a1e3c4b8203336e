"""The dossier of one site on paper: one HTML document without script and without anything from elsewhere, for A4."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import pandas as pd

from cross_check import registry
from cross_check.dossiers import Dossier
from cross_check.reports import site_map
from gis import history
from gis.history import BEIJING
from gis.language import Catalogue

_FACTS = (
    "credit_code", "permit_no", "permit_category", "industry_code", "operating", "supervision", "special_object",
    "key_lists", "listed_years", "positive_list", "positive_until", "positive_document", "division_code",
    "county_code", "unit_id", "address", "river_basin", "park", "grid_cell", "facilities",
)  # fmt: skip
_PLACE = ("coord_raw", "coord_declared", "coord_detected", "coord_decided", "coord_by")
_MOST = 8
_GOOD = {"yes": "\u2713", "no": "\u2717", "": ""}

STYLE = """
.hdq-dossier { font-family: 'Noto Sans SC', 'Microsoft YaHei', 'SimSun', sans-serif; color: #1f2937; font-size: 12px;
  line-height: 1.5; max-width: 190mm; background: #fff; }
.hdq-dossier header { border-bottom: 2px solid #0f5c6e; padding-bottom: 4px; margin-bottom: 8px; }
.hdq-dossier h1 { font-size: 20px; margin: 0; padding: 0; }
.hdq-dossier header p { margin: 2px 0 0; color: #475569; }
.hdq-dossier h2 { font-size: 13px; margin: 7px 0 2px; padding: 0 0 0 7px; border-left: 4px solid #0f5c6e; }
.hdq-dossier .two { display: grid; grid-template-columns: 1fr 76mm; gap: 10px; align-items: start; }
.hdq-dossier .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.hdq-dossier table { border-collapse: collapse; width: 100%; }
.hdq-dossier th, .hdq-dossier td { border-bottom: 1px solid #e5eaf0; padding: 1.5px 6px 1.5px 0; text-align: left;
  vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
.hdq-dossier th { color: #64748b; white-space: nowrap; }
.hdq-dossier .facts th { width: 1%; padding-right: 10px; }
.hdq-dossier .no { color: #b2182b; font-weight: 700; }
.hdq-dossier svg, .hdq-dossier img { width: 100%; height: auto; display: block; }
.hdq-dossier figure { margin: 0; } .hdq-dossier figcaption, .hdq-dossier small { color: #64748b; font-size: 10.5px; }
.hdq-dossier .key span { white-space: nowrap; margin-right: 8px; }
.hdq-dossier .key i { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 3px; }
.hdq-dossier footer { margin-top: 8px; border-top: 1px solid #94a3b8; padding-top: 3px; color: #475569;
  font-size: 10.5px; }
.hdq-dossier figure, .hdq-dossier tr { break-inside: avoid; } .hdq-dossier h2 { break-after: avoid; }
.hdq-dossier p { margin: 2px 0; font-size: 12px; }
@page { size: A4 portrait; margin: 9mm 10mm; }
"""
"""Style of the sheet; the same on the screen and on paper."""


@dataclass(frozen=True)
class Picture:
    """An image of the place: PNG and what stands under it."""

    png: bytes
    said: str


def document(dossier: Dossier, words: Catalogue, pictures: Sequence[Picture] = ()) -> str:
    """Return the sheet as a whole HTML document that any browser prints on A4."""
    title = escape(words.say("dossier.file_title", name=dossier.site["name"].iloc[0]))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
    policy += "style-src 'unsafe-inline'\">"
    body = sheet(dossier, words, pictures)
    return f'<!DOCTYPE html><html lang="{words.language}"><head>{policy}{head}</head><body>{body}</body></html>'


def sheet(dossier: Dossier, words: Catalogue, pictures: Sequence[Picture] = ()) -> str:
    """Return the sheet as one element, all texts escaped.

    Parameters
    ----------
    dossier : Dossier
    words : Catalogue
    pictures : sequence of Picture
        Such as the images before and after.
    """
    row = dossier.site.iloc[0]
    tables = {
        "leads": _leads(dossier.leads, words),
        "problems": _problems(dossier.problems, words),
        "zones": _zones(dossier, words),
        "visits": _visits(dossier, words),
        "positive": _positive(dossier.positive),
        "neighbours": _neighbours(dossier, words),
        "signals": _signals(dossier, words),
        "past": _past(dossier, words),
    }
    # Nothing known is an answer too, but it needs no more than a line.
    nothing = registry.joint(words).join(words.say(f"dossier.no_{name}") for name, rows in tables.items() if not rows)
    parts = [
        _head(row, dossier, words),
        f'<div class="two"><div>{_facts(row, words)}{_doubts(dossier, words)}</div>',
        f"<div>{_map(dossier, words)}</div></div>",
        _pictures(pictures, words),
        _identity(dossier, words),
        *(_table(name, rows, words) for name, rows in tables.items() if rows),
        f"<p><small>{escape(nothing)}</small></p>" if nothing else "",
        f"<footer>{escape(words.say('dossier.footer', day=dossier.on.isoformat()))}</footer>",
    ]
    return f'<article class="hdq-dossier">{"".join(parts)}</article>'


def _head(row: pd.Series, dossier: Dossier, words: Catalogue) -> str:
    lon, lat = dossier.lonlat
    said = words.say("dossier.subtitle", site=row["site_id"], lon=lon, lat=lat, day=dossier.on.isoformat())
    return f"<header><h1>{escape(str(row['name']))}</h1><p>{escape(said)}</p></header>"


def _facts(row: pd.Series, words: Catalogue) -> str:
    rows = [(registry.column(name, words), registry.value(name, str(row[name]), words)) for name in _FACTS]
    place = [(registry.column(name, words), registry.value(name, str(row[name]), words)) for name in _PLACE]
    shown = [f"<tr><th>{escape(name)}</th><td>{escape(said)}</td></tr>" for name, said in rows if said]
    lacking = [name for name, said in rows if not said]
    told = registry.joint(words).join(f"{name} {said}" for name, said in place if said)
    notes = f"<small>{escape(told)}</small>" if told else ""
    if lacking:
        joined = registry.joint(words).join(lacking)
        notes += f"<br><small>{escape(words.say('dossier.lacking', columns=joined))}</small>"
    return f'<section>{_h2("facts", words)}<table class="facts">{"".join(shown)}</table>{notes}</section>'


def _map(dossier: Dossier, words: Catalogue) -> str:
    key = "".join(
        f'<span><i style="background:{colour}"></i>{escape(said)}</span>'
        for colour, said in site_map.legend(dossier, words)
    )
    note = escape(words.say("dossier.map_note"))
    # As a picture: pages take foreign elements out of what they show, and a picture runs no script.
    packed = base64.b64encode(site_map.svg(dossier, words).encode()).decode()
    drawn = f'<img alt="{escape(words.say("dossier.h_map"))}" src="data:image/svg+xml;base64,{packed}">'
    return f'<section>{_h2("map", words)}{drawn}<div class="key">{key}</div><small>{note}</small></section>'


def _pictures(pictures: Sequence[Picture], words: Catalogue) -> str:
    if not pictures:
        return ""
    shown = "".join(
        f'<figure><img alt="{escape(one.said)}" src="data:image/png;base64,{base64.b64encode(one.png).decode()}">'
        f"<figcaption>{escape(one.said)}</figcaption></figure>"
        for one in pictures
    )
    return f'<section>{_h2("pictures", words)}<div class="pair">{shown}</div></section>'


def _identity(dossier: Dossier, words: Catalogue) -> str:
    rows = [
        [words.say(f"dossier.{row.code}"), _told(row.code, row.value, words), _GOOD[row.good]]
        for row in dossier.identity.itertuples(index=False)
    ]
    half = (len(rows) + 1) // 2
    pair = "".join(f"<div>{_grid([], part)}</div>" for part in (rows[:half], rows[half:]))
    return f'<section>{_h2("identity", words)}<div class="pair">{pair}</div></section>'


def _told(code: str, value: str, words: Catalogue) -> str:
    return words.say(f"values.special_object_{value}") if code == "heavy" else value


def _doubts(dossier: Dossier, words: Catalogue) -> str:
    if dossier.doubts.empty:
        return ""
    said = registry.joint(words).join(dict.fromkeys(words.say(code) for code in dossier.doubts["code"]))
    return f"<section>{_h2('doubts', words)}<p style='margin:0'>{escape(said)}</p></section>"


def _table(name: str, rows: list[list[str]], words: Catalogue) -> str:
    heads = words.say(f"dossier.heads_{name}").split("|")
    more = len(rows) - _MOST
    rest = f"<small>{escape(words.say('dossier.more', count=more))}</small>" if more > 0 else ""
    return f"<section>{_h2(name, words)}{_grid(heads, rows[:_MOST])}{rest}</section>"


def _leads(leads: gpd.GeoDataFrame, words: Catalogue) -> list[list[str]]:
    return [
        [
            row.lead_id,
            words.say(f"class.{row.machine_class if pd.isna(row.human_class) else row.human_class}"),
            words.say(f"lead_state.{row.state}"),
            f"{row.area_m2:,.0f} m\u00b2",
            f"{_day(row.before_on)} \u2192 {_day(row.after_on)}",
            _away(row.away_m),
        ]
        for row in leads.itertuples(index=False)
    ]


def _problems(problems: pd.DataFrame, words: Catalogue) -> list[list[str]]:
    return [
        [
            row.problem_id,
            row.lead_id,
            words.say(f"class.{row.problem_type}") if isinstance(row.problem_type, str) else "-",
            words.say(f"problem_state.{row.state}"),
        ]
        for row in problems.itertuples(index=False)
    ]


def _zones(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    waters = words.say("dossier.map_waters")
    return [
        *([row.name, words.say(f"legend.{row.kind}"), _away(row.away_m)] for row in dossier.zones.itertuples()),
        *([row.name, waters, _away(row.away_m)] for row in dossier.waters.itertuples()),
    ]


def _visits(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    kinds = {kind: words.say(f"dossier.check_{kind}") for kind in ("routine", "special", "case")}
    planned = [
        [words.say("dossier.planned", day=row.day), row.team_id, kinds.get(row.check_kind, row.check_kind), row.arrive]
        for row in dossier.visits.itertuples(index=False)
    ]
    done = [
        [_day(row.visited_on), "", kinds.get(row.check_kind, row.check_kind), _text(row.document_no)]
        for row in dossier.checks.itertuples(index=False)
    ]
    return planned + done


def _positive(lines: pd.DataFrame) -> list[list[str]]:
    return [
        [
            _text(row.grounds),
            _text(row.document_no),
            f"{_day(row.valid_from)} \u2192 {_day(row.valid_to)}",
            f"{_day(row.removed_on)} {_text(row.removal_reason)}".strip(),
            _day(row.barred_until),
        ]
        for row in lines.itertuples(index=False)
    ]


def _neighbours(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    firm = words.say("dossier.same_firm")
    mine = set(dossier.siblings["site_id"])
    far = dossier.siblings[~dossier.siblings["site_id"].isin(dossier.neighbours["site_id"])]
    near = [
        [row.name, row.site_id, firm if row.site_id in mine else "", _away(row.away_m)]
        for row in dossier.neighbours.itertuples(index=False)
    ]
    return near + [[row.name, row.site_id, firm, ""] for row in far.itertuples(index=False)]


def _signals(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    fires = [
        [words.say("dossier.fire"), f"{_day(row.first_on)} \u2192 {_day(row.last_on)}", _away(row.away_m)]
        for row in dossier.fires.itertuples(index=False)
    ]
    cells = [
        [words.say("dossier.cell"), words.say("dossier.cell_count", count=row.count, z=row.z), str(row.cell_id)]
        for row in dossier.cells.itertuples(index=False)
        if row.bin
    ]
    return fires + cells


def _past(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    past = dossier.past.iloc[::-1]
    return [
        [
            row.at.astimezone(BEIJING).strftime("%Y-%m-%d"),
            words.say(f"history.{row.kind}"),
            row.by,
            row.source or row.why,
            registry.column(row.column, words),
            registry.value(row.column, str(row.before), words),
            registry.value(row.column, str(row.after), words),
        ]
        for row in past.itertuples(index=False)
        if row.kind in history.KINDS
    ]


def _grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in heads) + "</tr>" if heads else ""
    wrong = _GOOD["no"]
    body = "".join(
        "<tr>"
        + "".join(f'<td class="no">{cell}</td>' if cell == wrong else f"<td>{escape(str(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table>{head}{body}</table>"


def _h2(name: str, words: Catalogue) -> str:
    return f"<h2>{escape(words.say(f'dossier.h_{name}'))}</h2>"


def _away(metres: float) -> str:
    return "0 m" if metres < 1 else f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"  # noqa: PLR2004 -- metres in a kilometre


def _day(day: object) -> str:
    return "" if day is None or pd.isna(day) else pd.Timestamp(str(day)).strftime("%Y-%m-%d")


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
