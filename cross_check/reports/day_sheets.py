"""Day sheets: one crew's day by the clock, and as a page of A4 to print and sign. Nothing is read or written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd

from cross_check.route_cases import clock, minutes_of
from cross_check.routes import Routes
from gis.language import Catalogue

_STYLE = """
@page { size: A4; margin: 14mm 12mm; }
body { font: 10.5pt/1.45 "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; color: #1a1a1a; }
h1 { font-size: 16pt; margin: 0 0 2mm; } p { margin: 0 0 3mm; color: #444; }
h2 { font-size: 12pt; margin: 6mm 0 1mm; }
table { border-collapse: collapse; width: 100%; } th, td { border: 0.3mm solid #999; padding: 1.2mm 2mm; }
th { background: #eef2f6; text-align: left; font-weight: 600; } td.t { white-space: nowrap; width: 24mm; }
tr { page-break-inside: avoid; } .sign td { height: 14mm; width: 50%; vertical-align: top; color: #555; }
"""


@dataclass(frozen=True)
class Row:
    """One line of a day: from when to when, what happens (a catalogue code), where, and a note."""

    begins: str
    ends: str
    code: str
    place: str
    note: str
    target_id: str = ""


def timetable(routes: Routes, team_id: str, crew: int, day: int, houses: Mapping[str, str]) -> list[Row]:
    """Return a crew's day in the order of the clock: leaving, visits, the break, the night's lodging.

    Parameters
    ----------
    routes : Routes
    team_id : str
    crew, day : int
    houses : mapping
        Names of lodgings by id.

    Returns
    -------
    list of Row
        Empty for a day on which the crew does not leave.
    """
    legs = _of(routes.legs, team_id, crew, day)
    if legs.empty:
        return []
    leg = legs.iloc[0]
    bed = {name: houses.get(str(leg[name]), str(leg[name])) for name in ("from_lodging", "to_lodging")}
    rows = [Row(leg["leave"], leg["leave"], "day_sheets.leave", bed["from_lodging"], "")]
    for visit in _of(routes.visits, team_id, crew, day).sort_values("order").itertuples():
        note = f"{visit.drive_min:.0f}"
        rows.append(Row(visit.arrive, visit.leave, "day_sheets.visit", visit.name, note, visit.target_id))
    if isinstance(leg["lunch"], str):
        # What of the day is no duty is the break.
        pause = minutes_of(leg["back"], 0) - minutes_of(leg["leave"], 0) - int(leg["duty_min"])
        ends = clock(minutes_of(leg["lunch"], 0) + pause)
        rows.append(Row(leg["lunch"], ends, "day_sheets.lunch", "", ""))
    rows.sort(key=lambda row: (row.begins, row.code != "day_sheets.leave"))
    return [*rows, Row(leg["back"], leg["back"], "day_sheets.back", bed["to_lodging"], "")]


def reserve(routes: Routes, team_id: str, crew: int, day: int) -> gpd.GeoDataFrame:
    """Return the targets in hand for a crew's day, the best first (``reserves.RESERVE``)."""
    return _of(routes.reserve, team_id, crew, day).sort_values("rank", ignore_index=True)


def html(
    title: str, facts: Sequence[tuple[str, str]], rows: Sequence[Row], hand: gpd.GeoDataFrame, words: Catalogue
) -> str:
    """Return the sheet as HTML that prints on A4: the day, the reserve list, a place for two signatures.

    Parameters
    ----------
    title : str
    facts : sequence of (name, value)
        What stands under the title.
    rows : sequence of Row
    hand : GeoDataFrame
        See ``reserve``.
    words : Catalogue
    """
    told = " | ".join(f"{escape(name)} {escape(value)}" for name, value in facts)
    day = "".join(
        f'<tr><td class="t">{escape(span(row))}</td><td>{escape(words.say(row.code))}</td><td>{escape(row.place)}</td>'
        f"<td>{escape(note(row, words))}</td><td></td></tr>"
        for row in rows
    )
    heads = "".join(f"<th>{escape(words.say(f'day_sheets.head_{name}'))}</th>" for name in _HEADS)
    parts = [f"<h1>{escape(title)}</h1><p>{told}</p><table><tr>{heads}</tr>{day}</table>"]
    if len(hand):
        spare = "".join(
            f"<tr><td>{each.rank}</td><td>{escape(each.name)}</td><td>{each.risk:.0f}</td>"
            f"<td>{each.more_min:+.0f}</td></tr>"
            for each in hand.itertuples(index=False)
        )
        heads = "".join(f"<th>{escape(words.say(f'day_sheets.spare_{name}'))}</th>" for name in _SPARE)
        parts.append(f"<h2>{escape(words.say('day_sheets.reserve'))}</h2><table><tr>{heads}</tr>{spare}</table>")
    signs = "".join(f"<td>{escape(words.say(f'day_sheets.sign_{name}'))}</td>" for name in ("first", "second"))
    parts.append(f'<h2>{escape(words.say("day_sheets.sign"))}</h2><table class="sign"><tr>{signs}</tr></table>')
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


_HEADS = ("time", "what", "place", "note", "done")
_SPARE = ("rank", "name", "risk", "more")


def span(row: Row) -> str:
    """Return the time of a row, one clock time or from-to."""
    return row.begins if row.begins == row.ends else f"{row.begins}-{row.ends}"


def note(row: Row, words: Catalogue) -> str:
    """Return the note of a row: for a visit how long the drive there is."""
    return words.say("day_sheets.drive", minutes=row.note) if row.note else ""


def _of(table: gpd.GeoDataFrame, team_id: str, crew: int, day: int) -> gpd.GeoDataFrame:
    return table[(table["team_id"] == team_id) & (table["crew"] == crew) & (table["day"] == day)]
