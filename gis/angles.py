"""Angles: degrees, minutes and seconds in every form that permits and registers hold, read into decimal degrees.

A text is read whole or not at all. What the number means (longitude, latitude, metres, WGS84, ...) is not decided here.
"""

import re
import unicodedata
from functools import cache

import numpy as np
import pandas as pd

from gis import data

DECIMAL, DMS = "decimal", "dms"

NOT_READ = "coordinates.not_read"
SIXTY = "coordinates.sixty"
ROUNDED = "coordinates.rounded"

_COLUMNS = ("degrees", "form", "side", "code")
_FULL_TURN = 60.0
_LARGEST_ANGLE = 360.0
_COARSEST_DEG, _COARSEST_M = 1e-3, 10.0
_NUMBER = r"\d+(?:\.\d+)?"
_SIXTIETHS = r"\d{1,2}(?:\.\d+)?"
_PLAIN = r"[+-]?\d+(?:\.\d*)?"
_DECIMAL = re.compile(rf"({_PLAIN})(?:[eE]([+-]?\d+))?d?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_MARKED = re.compile(rf"({_NUMBER})d(?:({_SIXTIETHS})(?:m(?:({_SIXTIETHS})s?)?)?)?")
_SEPARATED = re.compile(rf"(\d{{1,3}})([ .:/_-])(\d{{1,2}})\2({_SIXTIETHS})")
_TWO_PARTS = re.compile(rf"(\d{{1,3}})[ :-]({_SIXTIETHS})()")
_SIDE_FIRST = re.compile(r"([EWNS])[:=]?\s*([^EWNS]+)")
_SIDE_LAST = re.compile(r"([^EWNS]+?)\s*([EWNS])")

_MARK_BETWEEN = re.compile(r"\s*[,;|]\s*")
_BEFORE_LETTER = re.compile(r"(?<=[\ddms])\s*(?=[EWNS]\s*[:=]?\s*\d)")
_AFTER_LETTER = re.compile(r"(?<=[\ddms][EWNS])\s*(?=\d)")
_AFTER_SECONDS = re.compile(r"(?<=s)\s*(?=\d)")

Angle = tuple[float, str, str, str]
"""Degrees, form, side (E, W, N, S or nothing) and the code of a fault (or nothing)."""


def read(texts: pd.Series) -> pd.DataFrame:
    """Read texts of one value each.

    Parameters
    ----------
    texts : Series of str
        Such as ``126.53``, ``126 31 48``, ``E126.31.48`` or marks of degrees, minutes and seconds in any script; plain
        numbers may be metres as well. Empty ones are no fault here.

    Returns
    -------
    DataFrame
        Index as ``texts``: ``degrees`` (the number itself for a decimal; NaN where unread; west and south negative),
        ``form`` (``"decimal"``, ``"dms"`` or ``""``), ``side`` (E, W, N, S or ``""``) and ``code`` of the fault:
        ``coordinates.not_read``, ``coordinates.sixty`` (minutes or seconds of 60 and more) or ``coordinates.rounded``
        (a spreadsheet's 1.27E+02 that lost its digits).
    """
    texts = texts.fillna("").astype(str)
    plain = texts.str.fullmatch(_PLAIN)
    found = pd.DataFrame({"degrees": np.nan, "form": "", "side": "", "code": ""}, index=texts.index)
    found["degrees"] = pd.to_numeric(texts.where(plain), errors="coerce").to_numpy(dtype=np.float64)
    found["form"] = np.where(plain, DECIMAL, "")
    others = (~plain & (texts != "")).to_numpy()
    if others.any():
        known = {text: _read(text) for text in texts[others].unique()}
        angles = list(zip(*(known[text] for text in texts[others]), strict=True))
        for column, values in zip(_COLUMNS, angles, strict=True):
            whole = found[column].to_numpy(copy=True)
            whole[others] = values
            found[column] = whole
    return found


def split(texts: pd.Series) -> pd.DataFrame:
    """Split cells that hold two values into ``first`` and ``second``; both are the whole text where that fails."""
    pairs = {text: _halves(text) or (text, text) for text in texts.unique()}
    halves = [pairs[text] for text in texts]
    return pd.DataFrame(halves, columns=["first", "second"], index=texts.index, dtype=str)


def from_parts(degrees: pd.Series, minutes: pd.Series, seconds: pd.Series) -> pd.Series:
    """Return texts that ``read`` understands, of degrees, minutes and seconds in columns of their own.

    Where minutes are missing the seconds must be too, else the text cannot be read and says so.
    """
    one, two, three = (part.fillna("").astype(str).str.strip() for part in (degrees, minutes, seconds))
    marks = [data.words("angles")[mark][0] for mark in ("degree", "minute", "second")]
    whole = one.where(one == "", one + marks[0])
    whole += two.where(two == "", two + marks[1])
    return whole + three.where(three == "", three + marks[2])


def _read(text: str) -> Angle:
    plain = _plain(text)
    side, value = _sided(plain)
    decimal = _decimal(value)
    parts = None if decimal is not None else _parts(value)
    if decimal is not None:
        degrees, code = decimal
        angle: Angle = (degrees, DECIMAL, side, code)
    elif parts is not None:
        angle = (*_sum(parts), side, "") if _below_sixty(parts) else (np.nan, "", side, SIXTY)
    else:
        angle = (np.nan, "", "", NOT_READ)
    return _signed(angle)


def _signed(angle: Angle) -> Angle:
    degrees, form, side, code = angle
    return (-abs(degrees) if side in {"W", "S"} else degrees), form, side, code


def _below_sixty(parts: tuple[str, ...]) -> bool:
    return all(float(part) < _FULL_TURN for part in parts[1:] if part)


def _sum(parts: tuple[str, ...]) -> tuple[float, str]:
    degrees, minutes, seconds = (float(part) if part else 0.0 for part in parts)
    only_degrees = not parts[1] and "." in parts[0]
    return degrees + minutes / 60 + seconds / 3600, DECIMAL if only_degrees else DMS


def _decimal(value: str) -> tuple[float, str] | None:
    if _GROUPED.fullmatch(value):
        return float(value.replace(",", "")), ""
    match = _DECIMAL.fullmatch(value)
    if match is None:
        return None
    digits, power = match.group(1), match.group(2)
    number = float(digits + (f"e{power}" if power else ""))
    if power is None:
        return number, ""
    step = 10.0 ** (int(power) - len(digits.partition(".")[2]))
    coarsest = _COARSEST_DEG if abs(number) <= _LARGEST_ANGLE else _COARSEST_M
    return (np.nan, ROUNDED) if step > coarsest * 1.5 else (number, "")


def _parts(value: str) -> tuple[str, ...] | None:
    """Return degrees, minutes and seconds as texts, or nothing if the value is no angle."""
    tight = re.sub(r"\s*([dms])\s*", r"\1", value)
    for pattern in (_MARKED, _SEPARATED, _TWO_PARTS):
        match = pattern.fullmatch(tight)
        if match is None:
            continue
        groups = [group or "" for group in match.groups()]
        parts = (groups[0], groups[-2], groups[-1])
        broken = ("." in parts[0] and parts[1]) or ("." in parts[1] and parts[2])
        return None if broken or float(parts[0]) > _LARGEST_ANGLE else parts
    return None


def _sided(plain: str) -> tuple[str, str]:
    """Take the letter of the side off a value; a letter on both ends or within leaves a text that cannot be read."""
    first, last = _SIDE_FIRST.fullmatch(plain), _SIDE_LAST.fullmatch(plain)
    if first is not None:
        return first.group(1), first.group(2).strip()
    if last is not None:
        return last.group(2), last.group(1)
    return "", plain


def _halves(text: str) -> tuple[str, str] | None:
    """Split at a comma or the like, between a letter and a number, or in the middle of an even number of figures."""
    plain = _plain(text).strip("()[]{} ")
    beside_letters = _BEFORE_LETTER if plain[:1] in {*"EWNS"} else _AFTER_LETTER
    for pattern in (_MARK_BETWEEN, beside_letters, _AFTER_SECONDS):
        halves = [half for half in pattern.split(plain) if half.strip()]
        if len(halves) == 2:  # noqa: PLR2004 - a half has one other
            return halves[0].strip(), halves[1].strip()
    figures = plain.split()
    middle, odd = divmod(len(figures), 2)
    return None if odd or not middle else (" ".join(figures[:middle]), " ".join(figures[middle:]))


def _plain(text: str) -> str:
    """Write marks as d, m and s, sides as capital letters, digits and signs in half width."""
    marks, sides = _marks()
    for word, side in sides:
        text = text.replace(word, side)
    plain = unicodedata.normalize("NFKC", text.translate(marks)).replace("mm", "s")
    return " ".join(plain.split()).strip(",;")


@cache
def _marks() -> tuple[dict[int, str], tuple[tuple[str, str], ...]]:
    words = data.words("angles")
    letters = (("degree", "d"), ("minute", "m"), ("second", "s"), ("dash", "-"))
    table = {ord(mark): letter for name, letter in letters for mark in words[name]}
    table |= {ord(mark): "," for mark in words["between"]["marks"]}
    sides = [(word, side) for side, spellings in words["sides"].items() for word in spellings]
    return table, tuple(sorted(sides, key=lambda pair: -len(pair[0])))
