"""Null pairs: pairs of earlier years compared in the same way, for what noise does in this place and season."""

from dataclasses import replace

import numpy as np

from gis.progress import Progress, silent
from satellite import detection
from satellite.alignment import Pair
from satellite.detection import Params
from satellite.past import Past

LOOSEST = 1e6
"""False leads per 1,000 km2 that a null pair is asked for: as many as the law allows, so that the tail is seen."""


def measure(pair: Pair, name: str, *, params: Params | None = None, progress: Progress = silent) -> Past:
    """Compare a pair in which nothing of note changed, and return how far its patches reach.

    Parameters
    ----------
    pair : Pair
    name : str
        What the record calls it.
    params : Params, optional
        Method, smallest area and so on of the search that the threshold is for.
    progress : Progress

    Raises
    ------
    WorkbenchError
        See ``detection.run``.
    """
    asked = replace(params or Params(), false_leads=LOOSEST, wanted=None, past=None)
    found = detection.run(pair, params=asked, progress=progress)
    chances = [found.noise.firm_null.chance(float(each)) for each in found.patches["holds_to"]]
    tails = np.sort(-np.log10(np.maximum(chances, np.finfo(float).tiny)))[::-1]
    area = float(found.histogram.sum()) * pair.grid.pixel_m2
    return Past(tuple(round(float(each), 4) for each in tails), area, (name,))
