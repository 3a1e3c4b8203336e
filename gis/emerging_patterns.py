"""Patterns of hot and cold spots over time: which of seventeen a row of bins and a trend make, by a written table.

The table is ``gis/data/emerging.toml``. It is spread once over all 96 answers that a side can give to its questions,
so that a cell costs a look-up.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gis import data
from gis.emerging_trend import by_parts
from gis.language import Catalogue

NONE = "none"
_QUESTIONS = ("last", "before", "run", "ninety", "other")
_TRENDS = ("none", "up", "down")

Bins = NDArray[np.int8]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Patterns:
    """What n cells did over time; (n,) each.

    Attributes
    ----------
    code : int8; 0 for no pattern, the pattern's place in the table from 1 on, negative for cold spots.
    hot, cold : steps in which the cell was hot or cold.
    run : length of the final uninterrupted run of hot or of cold steps.
    """

    code: Bins
    hot: Whole
    cold: Whole
    run: Whole


def names() -> tuple[str, ...]:
    """Return all seventeen names: ``none``, ``hot_new`` to ``hot_historical``, ``cold_new`` to ``cold_historical``."""
    return (NONE, *(f"{side}_{name}" for side in ("hot", "cold") for name in _table()))


def name_of(code: Bins) -> NDArray[np.object_]:
    """Return the names of some codes."""
    many = len(_table())
    return np.array(names(), object)[np.where(code < 0, many - code.astype(int), code)]


def sentence(pattern: str, words: Catalogue, *, hot: int, cold: int, steps: int) -> str:
    """Return what a pattern means for a cell that was hot and cold in so many of all steps."""
    return words.say(f"emerging.{pattern}", hot=hot, cold=cold, steps=steps)


def classify(bins: Bins, rises: Bins) -> Patterns:
    """Return the pattern of each cell.

    Parameters
    ----------
    bins : (steps, n) int8
        Above 0 hot, below 0 cold.
    rises : (n,) int8
        1 for a significant rise of the score, -1 for a fall, 0 for neither.
    """
    n = bins.shape[1]
    code, tally = np.zeros(n, np.int8), np.zeros((3, n), np.int64)
    table = _answers()
    by_parts(n, lambda first, last: _classify(bins, rises, table, (first, last), code, tally))
    return Patterns(code, *tally)


@cache
def _table() -> dict[str, dict[str, bool | str]]:
    return {row["name"]: {key: row[key] for key in row if key != "name"} for row in data.words("emerging")["patterns"]}


@cache
def _answers() -> Bins:
    """Return the pattern for each set of answers, shape (3 x 2^5,): trend by question by question."""
    table = np.zeros(len(_TRENDS) << len(_QUESTIONS), np.int8)
    for place, (trend, *flags) in enumerate(product(_TRENDS, *[(False, True)] * len(_QUESTIONS))):
        answer = dict(zip(_QUESTIONS, flags, strict=True)) | {"trend": trend}
        fits = (at for at, asked in enumerate(_table().values(), start=1) if asked.items() <= answer.items())
        table[place] = next(fits, 0)
    return table


@njit(nogil=True, cache=True)
def _classify(bins: Bins, rises: Bins, table: Bins, part: tuple[int, int], code: Bins, tally: Whole) -> None:
    """Answer the questions of the table for each cell of a part; ``tally`` takes hot and cold steps and final run."""
    steps = bins.shape[0]
    hot, cold, run = tally[0], tally[1], tally[2]
    for cell in range(part[0], part[1]):
        for step in range(steps):
            hot[cell] += bins[step, cell] > 0
            cold[cell] += bins[step, cell] < 0
        final = np.sign(bins[steps - 1, cell])
        while final != 0 and run[cell] < steps and np.sign(bins[steps - 1 - run[cell], cell]) == final:
            run[cell] += 1
        side = final if final != 0 else (1 if hot[cell] >= cold[cell] else -1)
        same, other = (hot[cell], cold[cell]) if side > 0 else (cold[cell], hot[cell])
        answer = (0 if rises[cell] == 0 else 1 if rises[cell] == side else 2) * 2
        answer = (answer + (final != 0)) * 2 + (same > run[cell])
        answer = (answer * 2 + (run[cell] > 1)) * 2 + (10 * same >= 9 * steps)
        code[cell] = side * table[answer * 2 + (other > 0)]
