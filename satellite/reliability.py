"""Reliability: whether what was said with a probability came true as often.

Brier score: mean squared difference of probability and outcome. Expected calibration error (Naeini et al. 2015, AAAI):
mean difference of what was said and what came true in bins, weighed by how many fell into each.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from satellite import accuracy

_TABLE = Path(__file__).parent / "data" / "reliability.toml"

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """How probabilities held.

    Attributes
    ----------
    bins : DataFrame
        ``low``, ``high`` (edges), ``count``, ``said`` (mean probability), ``true`` (share that came true) and its
        95 % Wilson interval ``true_low``, ``true_high`` (NaN of fewer than five); empty bins are left out.
    brier, base_brier : float
        Of the probabilities, and of saying the overall share each time.
    error : float
        Expected calibration error, 0 to 1.
    count, worlds : int
        Patches, and synthetic worlds that they come from (0 where they come from elsewhere).
    """

    bins: pd.DataFrame
    brier: float
    base_brier: float
    error: float
    count: int
    worlds: int = 0


def measure(said: Values, true: NDArray[np.bool_], *, bins: int = 5, worlds: int = 0) -> Reliability:
    """Hold probabilities against outcomes.

    Parameters
    ----------
    said : (n,) array
        0 to 1.
    true : (n,) bool
    bins : int
        Of equal width.
    worlds : int

    Raises
    ------
    ValueError
        Without any patch, or where the lengths differ.
    """
    if said.size == 0 or said.shape != true.shape:
        raise ValueError(f"{said.size} probabilities and {true.size} outcomes")
    at = np.clip((said * bins).astype(int), 0, bins - 1)
    rows = []
    for each in np.unique(at):
        inside = at == each
        estimate = accuracy.share(int(true[inside].sum()), int(inside.sum()))
        edges, means = (each / bins, (each + 1) / bins), (said[inside].mean(), true[inside].mean())
        rows.append((*edges, int(inside.sum()), *means, estimate.low, estimate.high))
    table = pd.DataFrame(rows, columns=["low", "high", "count", "said", "true", "true_low", "true_high"])
    error = float((table["count"] * (table["said"] - table["true"]).abs()).sum() / said.size)
    brier = float(np.mean((said - true) ** 2))
    return Reliability(table, brier, float(np.mean((true.mean() - true) ** 2)), error, said.size, worlds)


@cache
def standard() -> Reliability:
    """Return how the probabilities that come with the workbench held on synthetic worlds kept back from their fit."""
    with _TABLE.open("rb") as stream:
        table = tomllib.load(stream)
    bins = pd.DataFrame(table.pop("bins"))
    return Reliability(bins=bins, **table)
