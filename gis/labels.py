"""Label placement: each label beside its point, none over another; the least important ones give way."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis.sheets import Box

Floats = npt.NDArray[np.float64]

_SIDES = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)], dtype=np.float64)


@dataclass(frozen=True)
class Placement:
    """Middles of the labels in mm, one row a label, and which found room; a dropped label's middle is NaN."""

    middles_mm: Floats
    shown: npt.NDArray[np.bool_]

    @property
    def dropped(self) -> int:
        """The number of labels without room."""
        return int((~self.shown).sum())


def place(
    points_mm: Floats, sizes_mm: Floats, priorities: Floats, frame: Box, *, gap_mm: float, taken: tuple[Box, ...] = ()
) -> Placement:
    """Give each label the first free of eight places around its point, the most important label first.

    Greedy placement after the eight-position model of Imhof (1975) and Christensen, Marks and Shieber (1995).

    Parameters
    ----------
    points_mm : (n, 2) array
        The labelled points on paper.
    sizes_mm : (n, 2) array
        Width and height of each label.
    priorities : (n,) array
        The highest is placed first; ties in the order of the rows.
    frame : Box
        No label crosses it.
    gap_mm : float
        Distance between point and label.
    taken : boxes no label may cross, such as the scale bar's
    """
    boxes = [np.array([box.x, box.y, box.right, box.top]) for box in taken]
    middles = np.full((len(points_mm), 2), np.nan)
    for row in np.argsort(-priorities, kind="stable"):
        offsets = _SIDES * (sizes_mm[row] / 2 + np.where(np.abs(_SIDES).sum(axis=1)[:, None] > 1, 0.5, 1) * gap_mm)
        candidates = points_mm[row] + offsets
        around = np.hstack([candidates - sizes_mm[row] / 2, candidates + sizes_mm[row] / 2])
        free = _inside(around, frame) & ~_crosses(around, boxes)
        if free.any():
            first = int(np.argmax(free))
            middles[row] = candidates[first]
            boxes.append(around[first])
    return Placement(middles, np.isfinite(middles).all(axis=1))


def _inside(around: Floats, frame: Box) -> npt.NDArray[np.bool_]:
    low = (around[:, :2] >= (frame.x, frame.y)).all(axis=1)
    high = (around[:, 2:] <= (frame.right, frame.top)).all(axis=1)
    return np.asarray(low & high)


def _crosses(around: Floats, boxes: list[Floats]) -> npt.NDArray[np.bool_]:
    if not boxes:
        return np.zeros(len(around), dtype=bool)
    others = np.stack(boxes)[None]
    mine = around[:, None]
    apart: npt.NDArray[np.bool_] = np.any(
        (mine[..., :2] >= others[..., 2:]) | (mine[..., 2:] <= others[..., :2]), axis=2
    )
    return np.asarray(~apart.all(axis=1))
