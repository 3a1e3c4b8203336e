"""A double-random draw in words: formulas, reasons, drawn units, and the minutes as a page that any browser prints."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from cross_check import draw_records
from cross_check.draws import WITHHELD, Record
from gis.language import Catalogue
from views import cases

_STYLE = """
@page { size: A4 portrait; margin: 20mm 18mm 18mm }
body { font-family: "Source Han Serif SC", SimSun, "Noto Sans SC", serif; font-size: 11pt; color: #111 }
h1 { text-align: center; font-size: 19pt; margin: 0 0 5mm }
h2 { font-size: 12.5pt; margin: 6mm 0 2mm }
table { width: 100%; border-collapse: collapse }
th, td { border: .6pt solid #111; padding: 1.4mm 2mm; text-align: left; vertical-align: top; line-height: 1.4 }
th { font-weight: normal; background: #f4f4f2 }
tr { break-inside: avoid }
thead { display: table-header-group }
code { font-family: "DejaVu Sans Mono", "Noto Sans SC", monospace; font-size: 9pt; overflow-wrap: anywhere }
thead th, td:first-child { white-space: nowrap }
.sign td { height: 16mm; width: 33% }
"""


def stratum(words: Catalogue, name: str) -> str:
    """Return what people call a stratum; its own name where nobody calls it anything."""
    return words.words.get(f"stratum.{name}", name)


def size(words: Catalogue, told: Mapping[str, Any]) -> str:
    """Return in words how the size of a stratum came about."""
    row, parts = told["formula"], []
    if row.get("all"):
        parts.append(words.say("draw_page.size_all"))
    if "count" in row:
        parts.append(words.say("draw_page.size_count", count=row["count"]))
    if "share_percent" in row:
        parts.append(words.say("draw_page.size_share", percent=row["share_percent"], units=told["units"]))
    if "for_each_officer" in row:
        facts = {"each": row["for_each_officer"], "officers": told["on_post"]}
        parts.append(words.say("draw_page.size_officers", **facts))
    if len(parts) == 1:
        return parts[0]
    both = words.say("triage_cli.joint").join(parts)
    return words.say("draw_page.lesser" if row.get("either") else "draw_page.greater", parts=both)


def reason(words: Catalogue, code: str, why: str = "") -> str:
    """Return why a unit or an officer is kept out."""
    said, more = words.words.get(code, code), words.words.get(f"map.{why}", why)
    return said if more in said else words.say("draw_page.because", reason=said, why=more)


def partner(words: Catalogue, frozen: Mapping[str, Any]) -> str:
    """Return what a draw says of its second department: name, units, units not in the register, officers."""
    facts = {"name": frozen["partner"], "units": len(frozen["partner_units"])}
    facts |= {"unmatched": frozen["partner_unmatched"], "officers": len(frozen["partner_officers"])}
    return words.say("draw_page.partner_facts", **facts)


def counted(words: Catalogue, reasons: Iterable[str]) -> list[tuple[str, str]]:
    """Return each reason in words with how often it applies, the commonest first."""
    return [(reason(words, code), str(count)) for code, count in Counter(reasons).most_common()]


def drawn(record: Record, names: Mapping[str, str], words: Catalogue) -> pd.DataFrame:
    """Return the drawn units of a concluded draw: stratum, number, unit, unit_id, chance, pair, partner.

    Parameters
    ----------
    record : mapping
        See ``draws.conclude``.
    names : mapping
        Names of officers by id; those of another department are told by id.
    words : Catalogue
    """
    table = draw_records.public(record)
    table = table[table["how"] != "not_drawn"].sort_values(["stratum", "number"], ignore_index=True)
    pairs = {who: _pairs(record, who, names, words) for who in ("officers", "partner_officers")}
    return pd.DataFrame(
        {
            "stratum": [stratum(words, each) for each in table["stratum"]],
            "number": table["number"].str[:12],
            "unit": table["name"],
            "unit_id": table["unit_id"],
            "chance": [chance(each) for each in table["chance"]],
            "pair": table["unit_id"].map(pairs["officers"]),
            "partner": table["unit_id"].map(pairs["partner_officers"]) if record["frozen"]["partner"] else "",
        }
    )


def chance(told: str) -> str:
    """Return a chance of the public list, ``1`` or ``size*weight/sum``, in percent."""
    if told == "1":
        return "100%"
    above, _, below = told.partition("/")
    count, _, weight = above.partition("*")
    return f"{int(count) * int(weight) / int(below):.1%}"


def _pairs(record: Record, who: str, names: Mapping[str, str], words: Catalogue) -> dict[str, str]:
    joint, nobody = words.say("triage_cli.joint"), words.say("draw_page.no_pair")
    return {
        each["unit"]: joint.join(names.get(officer, officer) for officer in each["officers"]) or nobody
        for each in record["result"][who]
    }


def sheet(number: str, record: Record, names: Mapping[str, str], words: Catalogue) -> str:
    """Return the minutes of a concluded draw as HTML for A4; every text of the record is escaped."""
    frozen, announced = record["frozen"], record["announcement"]
    facts = {
        "number": number,
        "document": announced["document"],
        "rule": frozen["rule"]["document"],
        "valid_on": frozen["valid_on"],
        "announced_at": cases.beijing(announced["announced_at"]),
        "commitment": announced["commitment"],
        "seed": record["seed"],
    }
    if frozen["partner"]:
        facts["partner"] = partner(words, frozen)
    rows = [(words.say(f"draw_page.fact_{name}"), _fact(name, value)) for name, value in facts.items()]
    rows += [(each["name"], f"<code>{escape(each['value'])}</code>") for each in record["beacons"]]
    rows += [(each["by"], _told(words, each["value"])) for each in record["nonces"]]
    left_out = [*frozen["left_out_officers"], *frozen["left_out_partner_officers"]]
    body = "".join(f"<tr><th>{escape(head)}</th><td>{value}</td></tr>" for head, value in rows)
    sections = [
        f"<table>{body}</table>",
        _section(words, "strata", strata(words, frozen)),
        _note(words, "formulas"),
        _section(words, "excluded", counted(words, [each["reason"] for each in frozen["excluded"]])),
        _section(words, "left_out", counted(words, [each["reason"] for each in left_out])),
        _section(words, "drawn", _lines(drawn(record, names, words), frozen["partner"])),
        _signatures(words, frozen["witnesses"]),
    ]
    title = escape(words.say("draw_page.minutes_of", title=frozen["title"]))
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{''.join(sections)}</body></html>"
    )


def _fact(name: str, value: str) -> str:
    return f"<code>{escape(value)}</code>" if name in _DIGITS else escape(value)


def _told(words: Catalogue, nonce: str) -> str:
    """Return a party's number, or that it was not told in time and what stands for it."""
    withheld = escape(words.say("draw_page.withheld")) if nonce == WITHHELD else ""
    return f"<code>{escape(nonce)}</code> {withheld}"


_DIGITS = ("number", "commitment", "seed")

HEADS = {
    "strata": ("stratum", "units", "size", "formula"),
    "excluded": ("reason", "count"),
    "left_out": ("reason", "count"),
    "drawn": ("stratum", "number", "unit", "chance", "pair", "partner"),
}
"""Columns of each table, by codes of ``draw_page.head_...``."""


def heads(words: Catalogue, name: str) -> list[str]:
    """Return the headings of a table of ``HEADS``."""
    return [words.say(f"draw_page.head_{each}") for each in HEADS[name]]


def strata(words: Catalogue, frozen: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a line a stratum: its name, units, size and the formula of the size."""
    return [
        (stratum(words, each["name"]), f"{each['units']:,}", f"{each['size']:,}", size(words, each))
        for each in frozen["strata"]
    ]


def _lines(table: pd.DataFrame, partner: str) -> list[tuple[str, ...]]:
    """Return a line a drawn unit; a dash where no second department draws along."""
    shown = table if partner else table.assign(partner="-")
    return list(shown[list(HEADS["drawn"])].itertuples(index=False, name=None))


def _section(words: Catalogue, name: str, rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads(words, name))
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    title = escape(words.say(f"draw_page.{name}", count=len(rows)))
    if not rows:
        return ""
    return f"<h2>{title}</h2><table><thead><tr>{top}</tr></thead>{body}</table>"


def _note(words: Catalogue, code: str) -> str:
    return f"<p>{escape(words.say(f'draw_page.{code}'))}</p>"


def _signatures(words: Catalogue, witnesses: Sequence[str]) -> str:
    who = [words.say("draw_page.host"), words.say("draw_page.recorder"), *witnesses]
    rows = "".join(
        f"<tr><td>{escape(each)}</td><td>{escape(words.say('draw_page.signature'))}</td>"
        f"<td>{escape(words.say('draw_page.signed_on'))}</td></tr>"
        for each in who
    )
    return f'<h2>{escape(words.say("draw_page.signatures"))}</h2><table class="sign">{rows}</table>'
