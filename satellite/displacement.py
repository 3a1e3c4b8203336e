"""Displacement: a smooth field through the shifts of single blocks, where one shift does not hold for the whole image.

Robust local regression after W. S. Cleveland and S. J. Devlin (1988): Locally weighted regression. Journal of the
American Statistical Association 83(403), 596-610. A block at odds with those around it (a moving cloud, a new roof)
loses its weight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from satellite.registration import TOLERATED_PX, Blocks

Reals = NDArray[np.float64]

KINDS = ("shift", "affine", "smooth")
_FEWEST = {"shift": 1, "affine": 9, "smooth": 20}
_BETTER = 0.85
_NODES = 33
_REACH = 1.6
_ROUNDS = 4
_CUTOFF = 6.0
_LEAST_SCALE_PX = 0.02
_RIDGE = 1e-3


@dataclass(frozen=True)
class Field:
    """Displacement of the second image's content, in pixels, on a lattice over the image.

    Attributes
    ----------
    kind : one of ``KINDS``
    row, column : (r,), (c,) float64
        Where the nodes lie.
    south_px, east_px : (r, c) float64
    misfit_px : float
        Median distance of a block's shift from what the other blocks say of it.
    """

    kind: str
    row: Reals
    column: Reals
    south_px: Reals
    east_px: Reals
    misfit_px: float

    @property
    def range_px(self) -> float:
        """How far the displacement departs from its median at most."""
        return float(
            np.hypot(self.south_px - np.median(self.south_px), self.east_px - np.median(self.east_px)).max(initial=0)
        )

    @property
    def reach_px(self) -> int:
        """Longest displacement along an axis, rounded up."""
        return int(np.ceil(max(np.abs(self.south_px).max(), np.abs(self.east_px).max())))

    def at(self, rows: slice, columns: slice) -> tuple[Reals, Reals]:
        """Return the displacement (south, east) of each pixel of a window, each (rows, columns)."""
        place = []
        for nodes, part in ((self.row, rows), (self.column, columns)):
            middles = np.arange(part.start, part.stop) + 0.5
            place.append(np.interp(middles, nodes, np.arange(len(nodes), dtype=np.float64)))
        grid = np.meshgrid(*place, indexing="ij")
        south, east = (ndimage.map_coordinates(each, grid, order=1) for each in (self.south_px, self.east_px))
        return south, east


def fit(blocks: Blocks, shape: tuple[int, int]) -> Field:
    """Fit the simplest field that the blocks support: one shift, an affine one, or a smooth one.

    A richer field is taken only if it foretells a block left out at least 15 % better than the simpler one, and if
    it departs somewhere from a single shift by more than is tolerated.

    Parameters
    ----------
    blocks : Blocks
    shape : (rows, columns)
        Of the image.

    Raises
    ------
    ValueError
        If there is no block.
    """
    if not len(blocks):
        raise ValueError("a field needs at least one block")
    nodes = [np.linspace(0, size, _NODES) for size in shape]
    at = np.column_stack([each.ravel() for each in np.meshgrid(*nodes, indexing="ij")])
    places = np.column_stack([blocks.row, blocks.column])
    shifts = np.column_stack([blocks.south_px, blocks.east_px])
    chosen = None
    for kind in KINDS:
        if len(blocks) < _FEWEST[kind]:
            break
        radius = _radius(kind, places, shape)
        weight = _robust(places, shifts, radius)
        misfit = float(np.median(_norm(_regress(places, shifts, weight, places, radius, leave_out=True) - shifts)))
        if chosen is not None and misfit > _BETTER * chosen.misfit_px:
            continue
        values = _bounded(_regress(places, shifts, weight, at, radius), shifts[weight > 0])
        south, east = values.T.reshape(2, _NODES, _NODES)
        field = Field(kind, nodes[0], nodes[1], south, east, misfit)
        if chosen is None or field.range_px > TOLERATED_PX:
            chosen = field
    if chosen is None:
        raise ValueError("a field needs at least one block")
    return chosen


def _radius(kind: str, places: Reals, shape: tuple[int, int]) -> float | None:
    """Return how far blocks speak: nowhere (None) for one shift, everywhere for an affine field, else around."""
    if kind == "shift":
        return None
    if kind == "affine":
        return np.inf
    return _REACH * float(np.sqrt(shape[0] * shape[1] / len(places)))


def _robust(places: Reals, shifts: Reals, radius: float | None) -> Reals:
    """Return Tukey's biweights of the blocks about the field through them."""
    weight = np.ones(len(places))
    for _ in range(_ROUNDS):
        apart = _norm(_regress(places, shifts, weight, places, radius) - shifts)
        scale = max(float(np.median(apart)), _LEAST_SCALE_PX)
        weight = np.clip(1 - (apart / (_CUTOFF * scale)) ** 2, 0, None) ** 2
    return weight


def _regress(
    places: Reals, shifts: Reals, weight: Reals, at: Reals, radius: float | None, *, leave_out: bool = False
) -> Reals:
    """Return the field at places: a plane or, around, a parabola through the blocks, or their median for one shift."""
    if radius is None:
        return np.broadcast_to(np.median(shifts[weight > 0], axis=0), (len(at), 2))
    apart = np.hypot(at[:, :1] - places[:, 0], at[:, 1:] - places[:, 1])
    near = np.ones_like(apart) if np.isinf(radius) else np.exp(-0.5 * (apart / radius) ** 2)
    heavy = near * weight
    if leave_out:
        np.fill_diagonal(heavy, 0.0)
    total = heavy.sum(axis=1, keepdims=True)
    heavy = heavy / np.maximum(total, np.finfo(float).tiny)
    # Around the point itself, so that the plane's height there is the answer; slopes lean a little to none.
    unit = radius if np.isfinite(radius) else float(np.ptp(places)) or 1.0
    down, right = (places[:, 0] - at[:, :1]) / unit, (places[:, 1] - at[:, 1:]) / unit
    planar = [np.ones_like(down), down, right]
    terms = np.stack(planar if np.isinf(radius) else [*planar, down**2, down * right, right**2], axis=2)
    normal = np.einsum("mn,mni,mnj->mij", heavy, terms, terms) + np.diag([1e-12, *[_RIDGE] * (terms.shape[2] - 1)])
    right_side = np.einsum("mn,mni,nk->mik", heavy, terms, shifts)
    return np.linalg.solve(normal, right_side)[:, 0]


def _bounded(values: Reals, shifts: Reals) -> Reals:
    """Keep the field within what trusted blocks show, and a tenth more: beyond them a curve runs away."""
    low, high = shifts.min(axis=0), shifts.max(axis=0)
    slack = 0.1 * (high - low)
    return np.clip(values, low - slack, high + slack)


def _norm(values: Reals) -> Reals:
    return np.hypot(values[:, 0], values[:, 1])
