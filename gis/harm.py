"""Harm: cells that would start a formula or a script where they are shown, or that hide or have lost something.

Rows that people bring are refused for it by row and column; what is handed out is defused, whatever is in a register.
Formulas: CWE-1236; a spreadsheet takes a text of a csv file for one if it begins with one of ``=+-@``, tab or return.
"""

import re
import unicodedata

import pandas as pd

from gis import entries

MOST_CHARACTERS = 500
"""Of one cell: no name, address or number of a register is longer."""

FORMULA, MARKUP = "register.formula", "register.markup"
HIDDEN, LOST, LONG = "register.hidden_character", "register.lost_character", "register.long_cell"

_SHOWN_CHARACTERS = 80
_WIDE = "\uff1d\uff20\uff0b\uff0d"
_INVISIBLE = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_LOST = "\ufffd"
_SUSPECT = f"^[=@+\\-{_WIDE}]|<|:|[{_INVISIBLE}{_LOST}]"
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_MARKUP = re.compile(r"<\s*[/!?a-z]|\b(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_SIGNED = re.compile(r"[+\-][\d\s.,+\-()]*")
_STARTS = ("=", "+", "-", "@", "\t", "\r")


def faults(rows: pd.DataFrame) -> entries.Faults:
    """Return a fault for each cell that would do harm, is hidden in part, damaged, or too long.

    Parameters
    ----------
    rows : DataFrame of str
        "" where a cell is empty; the index holds the row numbers the user sees.

    Returns
    -------
    list of DataFrame
        row, column, code, value (the first 80 characters, without those that do not show).
    """
    found = []
    for column in rows.columns:
        texts = rows[column]
        suspect = texts[texts.str.contains(_SUSPECT, regex=True) | (texts.str.len() > MOST_CHARACTERS)]
        told = [(row, text, code_of(text)) for row, text in suspect.items()]
        wrong = [(row, _shown(text), code) for row, text, code in told if code]
        table = pd.DataFrame(wrong, columns=["row", "value", "code"]).assign(column=column)
        found.append(table[["row", "column", "code", "value"]])
    return found


def code_of(text: str) -> str:
    """Return why a text may not stand in a register, "" if it may."""
    reasons = {
        FORMULA: starts_formula(unicodedata.normalize("NFKC", text.strip())),
        MARKUP: _MARKUP.search(text) is not None,
        HIDDEN: _HIDDEN.search(text) is not None,
        LOST: _LOST in text,
        LONG: len(text) > MOST_CHARACTERS,
    }
    return next((code for code, holds in reasons.items() if holds), "")


def starts_formula(text: str) -> bool:
    """Return whether a spreadsheet may take a text for a formula; a signed number or telephone number is none."""
    return text.startswith(_STARTS) and _SIGNED.fullmatch(text) is None


def defused(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table for a csv file: an apostrophe before each text, and heading, that would start a formula.

    Numbers, days and geometry stay as they are, and so does all else.
    """
    safe = table.copy()
    for place in range(safe.shape[1]):
        column = safe.iloc[:, place]
        if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
            safe.isetitem(place, column.map(_defused, na_action="ignore"))
    return safe.rename(columns=_defused)


def _defused(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and starts_formula(value) else value


def _shown(text: str) -> str:
    return _HIDDEN.sub("", text)[:_SHOWN_CHARACTERS]
