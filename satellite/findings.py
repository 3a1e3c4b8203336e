"""Findings: what a reviewer needs to know about a patch beside its outline and its class."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from gis import schema
from satellite import differences, patches
from satellite.patches import Grid

COARSE_PX = 8
"""Edge of the cells in which distance to what was not observed is measured."""

SCHEMA = patches.SCHEMA.add_columns(
    {
        "target": schema.text(),
        "probability": schema.number(0, 1),
        "strength": schema.number(0),
        "holds_to": schema.number(0),
        "pixels": schema.whole(),
        "area_error_m2": schema.number(0),
        "residual_px": schema.number(0, nullable=True),
        "unseen_m": schema.number(0, nullable=True),
        "looks": schema.whole(),
        "gates": schema.text(),
        "changed": schema.text(),
    }
)
"""``patches.SCHEMA`` and: the target whose rules hold; the calibrated probability that something of the bureau's
concern changed; mean strength; the lead threshold up to which the patch keeps its smallest area; one standard
deviation of the area; what is left of misregistration, NaN where unknown; metres to the nearest ground that was not
observed, NaN where all was; independent looks after the change; the gates that the patch passed, joined with ``;``;
what changed in numbers, see ``differences``."""

_CALIBRATION = Path(__file__).parent / "data" / "calibration.toml"
_UNIFORM = 1 / 12


@dataclass(frozen=True)
class Facts:
    """What all patches of a detection share.

    Attributes
    ----------
    grid : Grid
    threshold : float
        On the strength.
    residual_px : float
        NaN where unknown.
    unseen : (rows, columns) bool
        Cells of ``COARSE_PX`` pixels with anything not observed.
    gates : tuple of str
    """

    grid: Grid
    threshold: float
    residual_px: float
    unseen: NDArray[np.bool_]
    gates: tuple[str, ...]


def complete(found: gpd.GeoDataFrame, facts: Facts) -> gpd.GeoDataFrame:
    """Return patches with all columns of ``SCHEMA``.

    Parameters
    ----------
    found : GeoDataFrame
        With ``target``, ``strength``, ``holds_to`` and ``pixels``.
    facts : Facts
    """
    table = found.assign(
        probability=probability(found, facts.threshold),
        area_error_m2=area_errors_m2(found, facts),
        residual_px=facts.residual_px,
        unseen_m=_unseen_m(found, facts),
        looks=1,
        gates=";".join(facts.gates),
        changed=np.array(differences.numbers(found), object),
    )
    checked: gpd.GeoDataFrame = schema.demand(table, SCHEMA, "patches")
    return checked


def features(found: pd.DataFrame, threshold: float) -> NDArray[np.float64]:
    """Return what the probability depends on, (n, 7).

    Of log strength over threshold (r) and log pixels (s): 1, r and s where the class is known; r, s and their squares
    where it is not, since of unnamed change neither the smallest patches, which are noise, nor the largest, which are
    seasons, are of the bureau's concern. 0 on the other side.
    """
    ratio = np.log(np.maximum(found["strength"].to_numpy(dtype=float) / threshold, 1e-3))
    size = np.log(found["pixels"].to_numpy(dtype=float))
    known = (found["machine_class"] != "other").to_numpy(dtype=float)
    unknown = 1 - known
    return np.column_stack(
        [
            known, known * ratio, known * size,
            unknown * ratio, unknown * size, unknown * size**2, unknown * ratio**2,
        ]
    )  # fmt: skip


def probability(found: pd.DataFrame, threshold: float) -> NDArray[np.float64]:
    """Return the probability, 0 to 1, that a patch is a change of the bureau's concern.

    A logistic law fitted to patches of synthetic scenes whose truth is known (``tools/calibration.py``); on real scenes
    it ranks, and is as right as they resemble those.
    """
    weights = np.array(_calibration()["weights"], float)
    return np.asarray(1 / (1 + np.exp(-(weights[0] + features(found, threshold) @ weights[1:]))))


def weighed(probability: NDArray[np.float64], ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return probabilities, 0 to 1, after their odds were multiplied by a ratio (>= 0) each."""
    return np.asarray(probability * ratio / (1 - probability + probability * ratio))


def area_errors_m2(found: gpd.GeoDataFrame, facts: Facts) -> NDArray[np.float64]:
    """Return one standard deviation of each area.

    The share of a border pixel that changed is anything from none to all: a twelfth of its area squared each. What is
    left of misregistration moves two opposite borders together, a quarter of the outline each way.
    """
    edge = np.sqrt(facts.grid.pixel_m2)
    around = patches.lengths_m(found.geometry)
    mixed = facts.grid.pixel_m2**2 * (around / edge) * _UNIFORM
    moved = (np.nan_to_num(facts.residual_px) * edge * around / 4) ** 2
    return np.asarray(np.sqrt(mixed + moved))


def _unseen_m(found: gpd.GeoDataFrame, facts: Facts) -> NDArray[np.float64]:
    if not facts.unseen.any():
        return np.full(len(found), np.nan)
    away = ndimage.distance_transform_edt(~facts.unseen) * COARSE_PX * np.sqrt(facts.grid.pixel_m2)
    inside = found.geometry.representative_point().to_crs(facts.grid.crs)
    columns, rows = ~facts.grid.transform @ (inside.x.to_numpy(), inside.y.to_numpy())
    at = [
        np.clip((each // COARSE_PX).astype(int), 0, size - 1)
        for each, size in zip((rows, columns), away.shape, strict=True)
    ]
    return np.asarray(away[at[0], at[1]])


@cache
def _calibration() -> dict[str, object]:
    with _CALIBRATION.open("rb") as stream:
        return tomllib.load(stream)
