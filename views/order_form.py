"""The order to check a lead as a sheet of paper: one A4 page of HTML that any browser prints."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cross_check import triage
from cross_check.ledger.events import Record
from gis.language import Catalogue
from views import cases

_STYLE = """
@page { size: A4 portrait; margin: 16mm 18mm 14mm }
body { font-family: "Source Han Serif SC", SimSun, "Noto Sans SC", serif; font-size: 11pt; color: #111 }
h1 { text-align: center; font-size: 20pt; letter-spacing: .4em; margin: 0 0 6mm }
p.no { text-align: right; margin: 0 0 2mm }
table { width: 100%; border-collapse: collapse }
th, td { border: .6pt solid #111; padding: 1.3mm 3mm; vertical-align: top; text-align: left; line-height: 1.4 }
th { width: 36mm; font-weight: normal; background: #f4f4f2 }
ol { margin: 0; padding-left: 6mm }
.sign td { height: 18mm }
.notice { margin-top: 5mm; font-size: 10pt }
"""


def sheet(order: Record, lead: Record, region: str, words: Catalogue) -> str:
    """Return an order as a page of HTML.

    Parameters
    ----------
    order, lead : Record
        Of the ledger.
    region : str
        Name of the division in charge.
    words : Catalogue

    Returns
    -------
    str
        Everything from the ledger is escaped; nobody who complained can be on it, for the ledger knows numbers only.
    """
    told, seen = order.fields, lead.fields
    kind = seen.get("human_class") or seen.get("machine_class")
    source = words.say(f"sources.{seen['source']}")
    rows = (
        ("state", cases.state_label(words, "order", order.state)),
        ("lead", lead.key[1]),
        ("source", f"{source} {seen['source_ref']}"),
        ("seen_on", seen["seen_on"]),
        ("class", words.say(f"class.{kind}") if kind else "-"),
        ("region", region),
        ("site", seen.get("site_name") or "-"),
        ("position", f"{seen['lon']:.6f}, {seen['lat']:.6f}"),
        ("evidence", _evidence(str(seen.get("evidence") or ""), words)),
        ("severity", words.say(f"severity.{int(seen['severity'])}")),
        ("proposed", words.say(f"way.{told['proposed']}")),
        ("way", words.say(f"way.{told['way']}") if told.get("way") else ""),
        ("trigger", words.say(f"sources.{told['trigger']}") if told.get("trigger") else "-"),
        ("due_on", told["due_on"]),
        ("reply_by", cases.beijing(told["reply_by"]) if told.get("reply_by") else "-"),
        ("rules_version", told["rules_version"]),
    )
    body = "".join(_row(words.say(f"order_form.{name}"), escape(str(value))) for name, value in rows)
    body += _row(words.say("order_form.reasons"), _reasons(told.get("reasons") or (), words))
    signs = "".join(_row(words.say(f"order_form.{name}"), "") for name in ("drafter", "opinion"))
    heading, notice = escape(words.say("order_form.title")), escape(words.say("order_form.notice"))
    number = escape(words.say("order_form.number", number=order.key[1]))
    return (
        f'<!doctype html><html lang="{words.language}"><meta charset="utf-8"><title>{number}</title>'
        f"<style>{_STYLE}</style><h1>{heading}</h1><p class=no>{number}</p><table>{body}</table>"
        f'<table class="sign">{signs}</table><p class=notice>{notice}</p></html>'
    )


def _row(head: str, body: str) -> str:
    return f"<tr><th>{escape(head)}</th><td>{body}</td></tr>"


def _evidence(joined: str, words: Catalogue) -> str:
    parts = [words.say(f"evidence.{part}") for part in joined.split(";") if part]
    return words.say("triage_cli.joint").join(parts) or "-"


def _reasons(reasons: Sequence[Mapping[str, Any]], words: Catalogue) -> str:
    """Return what closed other ways, each once, with the rule's document."""
    lines: dict[str, list[str]] = {}
    for one in reasons:
        refusal = cases.refusal_of(one)
        said, where = triage.said(refusal, words)
        lines.setdefault(words.say("triage_cli.refusal", reason=said, where=where), []).append(
            words.say(f"way.{one['way']}")
        )
    joint = words.say("triage_cli.joint")
    items = "".join(f"<li>{escape(joint.join(ways))}: {escape(line)}</li>" for line, ways in lines.items())
    return f"<ol>{items}</ol>" if items else "-"
