"""The dossier of one site on paper: one HTML document without script and without anything from elsewhere, for A4."""

import base64
from collections.abc import Iterable, Sequence
from html import escape

from cross_check.dossiers import Dossier
from cross_check.reports import dossier_parts, site_map
from cross_check.reports.dossier_parts import WRONG, Parts, Picture, Table
from gis.language import Catalogue

_MOST = 8

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
    told = dossier_parts.parts(dossier, words)
    parts = [
        f"<header><h1>{escape(told.name)}</h1><p>{escape(told.subtitle)}</p></header>",
        f'<div class="two"><div>{_facts(told, words)}{_doubts(told, words)}</div>',
        f"<div>{_map(dossier, words)}</div></div>",
        _pictures(pictures, words),
        _identity(told, words),
        *(_table(table, words) for table in told.tables),
        f"<p><small>{escape(told.nothing)}</small></p>" if told.nothing else "",
        f"<footer>{escape(told.footer)}</footer>",
    ]
    return f'<article class="hdq-dossier">{"".join(parts)}</article>'


def _facts(told: Parts, words: Catalogue) -> str:
    shown = [f"<tr><th>{escape(name)}</th><td>{escape(said)}</td></tr>" for name, said in told.facts]
    notes = f"<small>{escape(told.place)}</small>" if told.place else ""
    notes += f"<br><small>{escape(told.lacking)}</small>" if told.lacking else ""
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


def _identity(told: Parts, words: Catalogue) -> str:
    half = (len(told.identity) + 1) // 2
    pair = "".join(f"<div>{_grid([], part)}</div>" for part in (told.identity[:half], told.identity[half:]))
    return f'<section>{_h2("identity", words)}<div class="pair">{pair}</div></section>'


def _doubts(told: Parts, words: Catalogue) -> str:
    if not told.doubts:
        return ""
    return f"<section>{_h2('doubts', words)}<p style='margin:0'>{escape(told.doubts)}</p></section>"


def _table(table: Table, words: Catalogue) -> str:
    more = len(table.rows) - _MOST
    rest = f"<small>{escape(words.say('dossier.more', count=more))}</small>" if more > 0 else ""
    return f"<section><h2>{escape(table.title)}</h2>{_grid(table.heads, table.rows[:_MOST])}{rest}</section>"


def _grid(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in heads) + "</tr>" if heads else ""
    body = "".join(
        "<tr>"
        + "".join(f'<td class="no">{cell}</td>' if cell == WRONG else f"<td>{escape(str(cell))}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table>{head}{body}</table>"


def _h2(name: str, words: Catalogue) -> str:
    return f"<h2>{escape(words.say(f'dossier.h_{name}'))}</h2>"
