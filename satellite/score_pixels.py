"""Loops over the pixels of a pair, compiled: the change score of one strip in one pass over its bands.

A score is the root of a sum of squares of linear forms of both dates' bands, each form smoothed before it is squared.
IR-MAD, MAD, change vectors and differences of an index are all of this kind.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Image = NDArray[np.float32]

HALO_PX = 3
"""Rows and columns beyond a pixel that its smoothing reaches."""

_FAST = {"contract", "reassoc", "nsz"}
_MOST_LEANING = np.float32(0.03)
"""Near what is not observed the smoothing of a shifted date leans; it may lose so much more or less of its weight."""


@njit(nogil=True, cache=True)
def score(
    before: NDArray[np.number],
    after: NDArray[np.number],
    around: tuple[int, int],
    missing: tuple[np.float32, np.float32],
    forms: tuple[Image, Image, Image],
    weights: Image,
    way: tuple[int, np.float32],
) -> tuple[Image, Image]:
    """Return the score of the rows of a strip, and the score that is left when edges are forgiven.

    Parameters
    ----------
    before, after : (p, rows, columns) of any number type
        Strip with its surroundings.
    around : (int, int)
        How many of the rows above and below serve the smoothing alone.
    missing : (float32, float32)
        Value that stands for "not observed" in each date; NaN always does.
    forms : two (k, p) float32 and a (2, k) float32
        Form f of a pixel is ``forms[0][f] @ before - forms[2][0, f]`` less ``forms[1][f] @ after - forms[2][1, f]``.
    weights : (3, 2 r + 1) float32, r at most HALO_PX
        Of the smoothing: of the earlier date in either direction, of the later one across its rows and along them,
        which also takes back a fraction of a pixel that it lies off. What is not observed takes no part in it.
    way : (int, float32)
        The side: 0 scores every departure, 1 and -1 only rises and falls of a single form, the other side scores 0.
        And the edge: how much of the square of a score an edge of one unit of variance is forgiven.

    Returns
    -------
    strength, firm : (rows without surroundings, columns) float32
        NaN where a band of either date is not observed, and where the later one is shifted and its smoothing leans too
        far away from what is not observed. ``firm`` is the strength over sqrt(1 + edge x variance), the
        variance that of the forms of one date around the pixel, the smaller of both dates: where both dates have an
        edge, a fraction of a pixel of misregistration looks like change.
    """
    height, width, size = before.shape[1], before.shape[2], forms[0].shape[0]
    deep = weights.shape[1]
    reach = deep // 2
    # A row has a margin of zeros, so that smoothing along it needs no question at its ends.
    plain = np.zeros(width + 2 * reach, np.float32)
    inner = plain[reach : reach + width]
    square = np.zeros((2, width), np.float32)
    # Forms of the earlier date, of the later date, sums of their squares, and what is observed, as either date sees it.
    ring = np.zeros((deep, 2 * size + 4, width), np.float32)
    seen = np.zeros((deep, width), np.uint8)
    lines = np.zeros((7, width), np.float32)
    out = np.empty((2, height - around[0] - around[1], width), np.float32)
    for row in range(-reach, height + reach):
        slot = (row + deep) % deep
        if 0 <= row < height:
            here = seen[slot]
            _look(before, after, row, missing, here)
            square[:] = 0.0
            for form in range(size):
                _lay(before, row, (forms[0][form], forms[2][0, form]), here, inner, square[0])
                _along(plain, weights[0], ring[slot, form])
                _lay(after, row, (forms[1][form], forms[2][1, form]), here, inner, square[1])
                _along(plain, weights[2], ring[slot, size + form])
            for date in range(2):
                inner[:] = square[date]
                _along(plain, weights[2 * date], ring[slot, 2 * size + date])
                inner[:] = here
                _along(plain, weights[2 * date], ring[slot, 2 * size + 2 + date])
        else:
            ring[slot] = 0.0
        done = row - reach
        if around[0] <= done < height - around[1]:
            at = done - around[0]
            _sum(ring, done, weights, way, lines)
            _put(lines, seen[(done + deep) % deep], way[1], out[0, at], out[1, at])
    return out[0], out[1]


@njit(nogil=True, cache=True)
def histogram(strength: Image, per_unit: int, bins: int) -> NDArray[np.int64]:
    """Return how many pixels lie in each bin of 1 / ``per_unit``; the last bin takes all beyond, NaN none."""
    counts = np.zeros(bins, np.int64)
    for row in range(strength.shape[0]):
        line = strength[row]
        for at in range(line.size):
            if line[at] >= 0:
                counts[int(min(line[at] * per_unit, bins - 1))] += 1
    return counts


@njit(nogil=True, cache=True)
def _look(before, after, row, missing, seen) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Mark the pixels of a row that are observed in all bands of both dates."""
    seen[:] = 1
    for band in range(before.shape[0]):
        _hold(before[band, row], missing[0], seen)
        _hold(after[band, row], missing[1], seen)


@njit(nogil=True, cache=True)
def _hold(line, missing, seen) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    for at in range(line.size):
        value = np.float32(line[at])
        seen[at] &= np.uint8(value != missing) & np.uint8(value == value)  # noqa: PLR0124 - NaN is not itself


@njit(nogil=True, cache=True, fastmath=_FAST)
def _lay(data, row, form, seen, out, square) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Put a form of a row of one date into ``out``, 0 where not observed, and add its square."""
    out[:] = -form[1]
    for band in range(data.shape[0]):
        line, factor = data[band, row], form[0][band]
        for at in range(out.size):
            out[at] += factor * np.float32(line[at])
    for at in range(out.size):
        value = out[at] if seen[at] else np.float32(0.0)
        out[at] = value
        square[at] += value * value


@njit(nogil=True, cache=True, fastmath=_FAST)
def _along(line, weights, out) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Smooth a row that has a margin."""
    width = out.size
    out[:] = 0.0
    for step in range(weights.size):
        weight, moved = weights[step], line[step : step + width]
        for at in range(width):
            out[at] += weight * moved[at]


@njit(nogil=True, cache=True, fastmath=_FAST)
def _sum(ring, row, weights, way, lines) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Smooth across the rows of the ring, and add up squares: of the forms' differences and of each date's forms."""
    size, width = ring.shape[1] // 2 - 2, ring.shape[2]
    first, second, total, one, other = lines[0], lines[1], lines[2], lines[3], lines[4]
    _across(ring, row, 2 * size + 2, weights[0], lines[5])
    _across(ring, row, 2 * size + 3, weights[1], lines[6])
    for at in range(width):
        lines[5, at] = np.float32(1.0) / max(lines[5, at], np.float32(1e-6))
        lines[6, at] = np.float32(1.0) / max(lines[6, at], np.float32(1e-6))
    total[:] = 0.0
    one[:] = 0.0
    other[:] = 0.0
    for form in range(size):
        _across(ring, row, form, weights[0], first)
        _across(ring, row, size + form, weights[1], second)
        for at in range(width):
            early, late = first[at] * lines[5, at], second[at] * lines[6, at]
            value = early - late
            value = np.float32(0.0) if value * way[0] > 0 else value
            total[at] += value * value
            one[at] += early * early
            other[at] += late * late
    _across(ring, row, 2 * size, weights[0], first)
    _across(ring, row, 2 * size + 1, weights[1], second)


@njit(nogil=True, cache=True, fastmath=_FAST)
def _put(lines, seen, edge, strength, firm) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Turn the sums of a row into scores."""
    first, second, total, one, other = lines[0], lines[1], lines[2], lines[3], lines[4]
    for at in range(strength.size):
        varied = min(first[at] * lines[5, at] - one[at], second[at] * lines[6, at] - other[at])
        forgiven = np.float32(1.0) + edge * max(varied, np.float32(0.0))
        known = seen[at] and abs(lines[5, at] - lines[6, at]) <= _MOST_LEANING * lines[5, at]
        strength[at] = np.sqrt(total[at]) if known else np.float32(np.nan)
        firm[at] = np.sqrt(total[at] / forgiven) if known else np.float32(np.nan)


@njit(nogil=True, cache=True, fastmath=_FAST)
def _across(ring, row, form, weights, out) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    deep = ring.shape[0]
    reach = deep // 2
    out[:] = 0.0
    for step in range(-reach, reach + 1):
        weight, line = weights[reach + step], ring[(row + step + deep) % deep, form]
        for at in range(out.size):
            out[at] += weight * line[at]
