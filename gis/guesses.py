"""Guesses: which column of a register a heading means, with a confidence, and what a sender's earlier files taught.

A heading that a sender used before or that gis/data/headings.toml knows is taken; so is one that holds a known word, or
whose cells speak for themselves. What stays below ``SURE`` is shown to a person and never used by itself.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from gis import codes, data, entries, particulars

SURE = 0.8
"""From this confidence on a guess is used."""

GUESSES = ("column", "heading", "confidence", "why")
"""``why``: remembered, known, cells, contained or similar."""

_KNOWN, _CELLS, _CONTAINED, _SIMILAR = 0.99, 0.95, 0.85, 0.7
_NEVER_SURE = 0.75
_LEAST_RATIO = 0.6
_LEAST_SHARE = 0.5
_WORDS_SHARE = 0.8
_LOOKED_AT = 200
_SHORTEST = 2
_BY_WORDS = ("permit_category", "operating")


@dataclass(frozen=True)
class Custom:
    """What a sender's earlier files were like.

    Attributes
    ----------
    columns : mapping
        The sender's heading of each column of the register.
    system : str
        Coordinate system of the last file, "" if unknown.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    system: str = ""


def guess(rows: pd.DataFrame, custom: Custom | None = None) -> pd.DataFrame:
    """Return the most probable heading for each column of the register.

    Parameters
    ----------
    rows : DataFrame of str
        Under the file's own headings.
    custom : Custom, optional
        Of the sender.

    Returns
    -------
    DataFrame
        See ``GUESSES``; a heading and a column stand at most once; by falling confidence.
    """
    headings = [str(heading) for heading in rows.columns]
    found = [
        (column, heading, 1.0, "remembered")
        for column, heading in (custom.columns if custom else {}).items()
        if heading in headings
    ]
    known = {**particulars.known_headings(headings), **entries.headings(headings)}
    found += [(column, heading, _KNOWN, "known") for column, heading in known.items()]
    for heading in headings:
        found += [(column, heading, _CELLS, "cells") for column in _by_cells(rows[heading].head(_LOOKED_AT))]
        found += _by_words(heading)
    table = pd.DataFrame(found, columns=list(GUESSES)).sort_values("confidence", ascending=False, kind="stable")
    chosen, columns, used = [], set(), set()
    for row in table.itertuples(index=False):
        if row.column not in columns and row.heading not in used:
            chosen.append(row)
            columns.add(row.column)
            used.add(row.heading)
    return pd.DataFrame(chosen, columns=list(GUESSES))


def sure(guesses: pd.DataFrame) -> dict[str, str]:
    """Return the headings by column that need no person, see ``SURE``."""
    taken = guesses[guesses["confidence"] >= SURE]
    return dict(zip(taken["column"], taken["heading"], strict=True))


def recalled(memory: Mapping[str, object], sender: str) -> Custom:
    """Return what is remembered of a sender; nothing for one who is new."""
    entry = memory.get(sender)
    if not isinstance(entry, Mapping):
        return Custom()
    columns = entry.get("columns")
    known = {str(column): str(heading) for column, heading in columns.items()} if isinstance(columns, Mapping) else {}
    return Custom(known, str(entry.get("system", "")))


def remembered(memory: Mapping[str, object], sender: str, custom: Custom) -> dict[str, object]:
    """Return a memory in which a sender's latest file takes the place of what was known of them."""
    earlier = recalled(memory, sender)
    entry = {"columns": {**earlier.columns, **custom.columns}, "system": custom.system or earlier.system}
    return {**memory, sender: entry}


def _by_cells(cells: pd.Series) -> Iterable[str]:
    """Return the columns whose form half of the cells have, or whose words nearly all are."""
    filled = cells[cells != ""]
    if filled.empty:
        return []
    shares = {
        "permit_no": codes.permit_nos_valid(filled).mean(),
        "credit_code": codes.credit_codes_valid(filled).mean(),
    }
    found = [column for column, share in shares.items() if share >= _LEAST_SHARE]
    for column in _BY_WORDS:
        values, _ = entries.words(filled, column)
        if values.notna().mean() >= _WORDS_SHARE:
            found.append(column)
    return found


def _by_words(heading: str) -> list[tuple[str, str, float, str]]:
    """Return guesses from a known word within the heading, longer ones first, and from a likeness to one."""
    plain = entries.plain(heading)
    found = []
    register = data.words("headings")["columns"]
    for column, spellings in {**particulars.spellings(), **register}.items():
        # What a register can do without is never taken by likeness alone.
        most = 1.0 if column in register else _NEVER_SURE
        words = [entries.plain(word) for word in spellings]
        held = max((len(word) for word in words if len(word) >= _SHORTEST and word in plain), default=0)
        if held and not plain.isascii():
            sure = _CONTAINED * min(1, 0.9 + 0.1 * held / len(plain))
            found.append((column, heading, min(sure, most), "contained"))
        ratio = max(difflib.SequenceMatcher(None, plain, word).ratio() for word in words)
        if ratio >= _LEAST_RATIO:
            found.append((column, heading, min(_SIMILAR * ratio, most), "similar"))
    return found
