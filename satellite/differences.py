"""Differences: what changed in a patch, told in numbers (NDVI -0.41) and in words (less vegetation)."""

from collections.abc import Mapping

import pandas as pd

from gis.language import Catalogue

INDICES = ("ndvi", "bsi", "nbr", "ndbi", "mndwi", "ndwi")
"""What is told of, where a patch has ``d_<index>``; of the two of water the first that is known."""
LEAST = 0.03
"""Smaller differences are what dates and haze make of unchanged ground."""
_MOST = 3
_CLEAR = 0.15
_NONE = ""


def largest(patch: Mapping[str, object]) -> list[tuple[str, float]]:
    """Return index and difference (after minus before) of a patch, the largest first, three at most."""
    known = {name: float(patch.get(f"d_{name}", float("nan"))) for name in INDICES}  # type: ignore[arg-type]
    if known["mndwi"] == known["mndwi"]:  # NaN is not
        del known["ndwi"]
    told = [(name, by) for name, by in known.items() if abs(by) >= LEAST]
    return sorted(told, key=lambda pair: -abs(pair[1]))[:_MOST]


def numbers(table: pd.DataFrame) -> list[str]:
    """Return what changed in each patch in numbers: ``NDVI -0.41, BSI +0.22``; empty where nothing is known."""
    return [", ".join(map(_said, largest(row))) for row in _rows(table)]


def sentences(table: pd.DataFrame, words: Catalogue) -> list[str]:
    """Return what changed in each patch in words and numbers, the largest difference first."""
    return [_sentence(largest(row), words) for row in _rows(table)]


def _rows(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return what rows tell of indices; the other columns would cost more than all that is said."""
    names = [name for name in map("d_{}".format, INDICES) if name in table]
    return [dict(zip(names, row, strict=True)) for row in table[names].to_numpy(float).tolist()]


def _said(pair: tuple[str, float]) -> str:
    return f"{pair[0].upper()} {pair[1]:+.2f}"


def _sentence(pairs: list[tuple[str, float]], words: Catalogue) -> str:
    told = []
    for name, by in pairs:
        way = "rise" if by > 0 else "fall"
        what = words.say(f"differences.{name}_{way}")
        strong = words.say("differences.clearly", what=what) if abs(by) >= _CLEAR else what
        told.append(words.say("differences.told", what=strong, number=_said((name, by))))
    return words.say("differences.join").join(told) if told else _NONE
