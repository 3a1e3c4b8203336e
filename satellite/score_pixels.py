"""Loops over the pixels of a pair, compiled: the change score of one strip in one pass over its bands.

A score is the root of a sum of squares of linear forms of both dates' bands, each form smoothed before it is squared.
IR-MAD, MAD, change vectors and differences of an index are all of this kind.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Image = NDArray[np.float32]
Taps = tuple[np.float32, ...]

HALO_PX = 3
"""Rows and columns beyond a pixel that its smoothing reaches."""

_FAST = {"contract", "reassoc", "nsz"}
_PANEL_PX = 1024
"""Columns scored at once, so that what the smoothing keeps of their rows stays in the nearest memory."""
_MOST_LEANING = np.float32(0.004)
"""Near what is not observed the smoothing of a shifted date leans; it may lose so much more or less of its weight."""


@njit(nogil=True, cache=True)
def score(
    before: NDArray[np.number],
    after: NDArray[np.number],
    around: tuple[int, int],
    missing: tuple[np.float32, np.float32],
    forms: tuple[Image, Image, Image],
    weights: tuple[Taps, Taps, Taps, Taps],
    way: tuple[np.float32, np.float32],
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
    weights : four tuples of 2 r + 1 float32, r at most HALO_PX
        Of the smoothing: of the earlier date across its rows and along them, then of the later one, which also takes
        back a fraction of a pixel that it lies off. What is not observed takes no part in it. Tuples, since loops of a
        known length are unrolled.
    way : (float32, float32)
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
    height, width = before.shape[1], before.shape[2]
    out = np.empty((2, height - around[0] - around[1], width), np.float32)
    for left in range(0, width, _PANEL_PX):
        panel = out[:, :, left : left + _PANEL_PX]
        _score(before, after, (around[0], left), (missing, forms, weights, way), panel)
    return out[0], out[1]


@njit(nogil=True, cache=True)
def _score(before, after, corner, told, out) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Score a panel of columns, whose first pixel lies at a corner of the strip."""
    missing, forms, weights, way = told
    wide, size, deep = out.shape[2], forms[0].shape[0], len(weights[0])
    reach = deep // 2
    # A row has a margin of zeros, so that smoothing along it needs no question at its ends.
    first, last = max(corner[1] - reach, 0), min(corner[1] + wide + reach, before.shape[2])
    inner = slice(first - corner[1] + reach, last - corner[1] + reach)
    known, plain = np.zeros((deep, wide + 2 * reach), np.float32), np.zeros((2, wide + 2 * reach), np.float32)
    bands = np.empty((2, before.shape[0], last - first), np.float32)
    # Of either date its forms, the sum of their squares, and what is observed of it.
    ring = np.zeros((2, size + 2, deep, wide), np.float32)
    lines = np.zeros((7, wide), np.float32)
    for row in range(-reach, corner[0] + out.shape[1] + reach):
        slot = (row + deep) % deep
        if 0 <= row < before.shape[1]:
            known[slot, inner] = 1.0
            _look(before, (row, first), missing[0], bands[0], known[slot, inner])
            _look(after, (row, first), missing[1], bands[1], known[slot, inner])
            for date in range(2):
                taps, offsets = weights[2 * date + 1], forms[2][date]
                plain[1] = 0.0
                for form in range(size):
                    factors = forms[0][form] if date == 0 else forms[1][form]
                    _lay(bands[date], factors, offsets[form], known[slot, inner], plain[0, inner], plain[1, inner])
                    _along(plain[0], taps, ring[date, form, slot])
                _along(plain[1], taps, ring[date, size, slot])
                _along(known[slot], taps, ring[date, size + 1, slot])
        else:
            ring[:, :, slot] = 0.0
        done = row - reach - corner[0]
        if 0 <= done < out.shape[1]:
            _sum(ring, row - reach, weights, way, lines)
            _put(lines, known[(row - reach) % deep, reach : reach + wide], way[1], out[0, done], out[1, done])


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
def decide(
    strength: Image, limits: tuple[np.float32, np.float32], top: int, cell_px: int, unseen: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], int]:
    """Return 1 where something changed, 0 where nothing did, 255 where the strength is NaN, and how many are.

    Parameters
    ----------
    strength : (rows + 2, columns) float32
        With a row above and below.
    limits : (float32, float32)
        The strength that a change exceeds; and how many times as strong a pixel beside it may be, see
        ``scores.lending``.
    top : int
        Row of the scene that the strip begins with.
    cell_px : int
    unseen : (cells, cells) bool
        Cells of the scene; those with a NaN are set.
    """
    change = np.empty((strength.shape[0] - 2, strength.shape[1]), np.uint8)
    most = np.full(strength.shape[1] + 2, -1, np.float32)
    hidden = 0
    for row in range(change.shape[0]):
        line, out = strength[row + 1], change[row]
        _strongest(strength[row], line, strength[row + 2], most[1:-1])
        known = 0
        for at in range(line.size):
            near = max(most[at], most[at + 1], most[at + 2])
            out[at] = (line[at] > limits[0]) & (near <= limits[1] * line[at])
            known += line[at] == line[at]  # NaN is not itself
        if known < line.size:
            hidden += line.size - known
            for at in range(line.size):
                if np.isnan(line[at]):
                    out[at] = 255
                    unseen[(top + row) // cell_px, at // cell_px] = True
    return change, hidden


@njit(nogil=True, cache=True)
def _strongest(above, line, below, out) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Put the strongest of three pixels above each other into ``out``, -1 where none is observed."""
    for at in range(out.size):
        # A comparison with NaN does not hold, and what ``max`` makes of it is not said.
        one = above[at] if above[at] > -1 else np.float32(-1)
        two = line[at] if line[at] > one else one  # noqa: FURB136
        out[at] = below[at] if below[at] > two else two  # noqa: FURB136


@njit(nogil=True, cache=True)
def places(change: NDArray[np.uint8], wanted: int) -> NDArray[np.intp]:
    """Return flat positions of a value, rising."""
    flat = change.ravel()
    count = 0
    for at in range(flat.size):
        count += flat[at] == wanted
    found, done = np.empty(count, np.intp), 0
    for at in range(flat.size):
        if flat[at] == wanted:
            found[done] = at
            done += 1
    return found


@njit(nogil=True, cache=True)
def taken(data: NDArray[np.number], at: NDArray[np.intp], missing: np.float32, gains: Image, offsets: Image) -> Image:
    """Return gain x count + offset of the bands (p, rows, columns) at flat positions, (p, n), NaN where missing."""
    found = np.empty((data.shape[0], at.size), np.float32)
    for band in range(data.shape[0]):
        plane, out = data[band].ravel(), found[band]
        for each in range(at.size):
            value = np.float32(plane[at[each]])
            out[each] = value * gains[band] + offsets[band] if value != missing else np.float32(np.nan)
    return found


@njit(nogil=True, cache=True)
def _look(data, corner, missing, bands, seen) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Take the bands of a row from a corner on, and set 0 where one of them is not observed."""
    row, first = corner
    for band in range(data.shape[0]):
        line, taken = data[band, row, first : first + seen.size], bands[band]
        for at in range(line.size):
            taken[at] = np.float32(line[at])
        for at in range(line.size):
            # NaN is not itself.
            unseen = (taken[at] == missing) | (taken[at] != taken[at])
            seen[at] = np.float32(0.0) if unseen else seen[at]


@njit(nogil=True, cache=True, fastmath=_FAST)
def _lay(bands, factors, offset, seen, out, square) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Put a form of a row of one date into ``out``, 0 where not observed, and add its square."""
    out[:] = -offset
    whole = bands.shape[0] - bands.shape[0] % 4
    for band in range(0, whole, 4):
        one, two, three, four = bands[band], bands[band + 1], bands[band + 2], bands[band + 3]
        for at in range(out.size):
            out[at] += (factors[band] * one[at] + factors[band + 1] * two[at]) + (
                factors[band + 2] * three[at] + factors[band + 3] * four[at]
            )
    for band in range(whole, bands.shape[0]):
        line = bands[band]
        for at in range(out.size):
            out[at] += factors[band] * line[at]
    for at in range(out.size):
        value = out[at] if seen[at] > 0 else np.float32(0.0)
        out[at] = value
        square[at] += value * value


@njit(nogil=True, cache=True, fastmath=_FAST)
def _along(line, weights, out) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Smooth a row that has a margin."""
    for at in range(out.size):
        total = np.float32(0.0)
        for step in range(len(weights)):
            total += weights[step] * line[at + step]
        out[at] = total


@njit(nogil=True, cache=True, fastmath=_FAST)
def _across(ring, row, weights, out) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Smooth across the rows around one."""
    deep = len(weights)
    first = row - deep // 2 + deep
    for at in range(out.size):
        total = np.float32(0.0)
        for step in range(deep):
            total += weights[step] * ring[(first + step) % deep, at]
        out[at] = total


# A loop that writes several lines and reads others is not vectorised: whether they overlap takes too many questions.
@njit(nogil=True, cache=True, fastmath=_FAST)
def _sum(ring, row, weights, way, lines) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Smooth across the rows of the ring, and add up squares: of the forms' differences and of each date's forms.

    The lines get the square of the score, of either date the variance around a pixel and what its weights are divided
    by; two more are for work.
    """
    size = ring.shape[1] - 2
    total, early, late = lines[0], lines[5], lines[6]
    lines[:3] = 0.0
    for date in range(2):
        _across(ring[date, size + 1], row, weights[2 * date], lines[3 + date])
        _invert(lines[3 + date])
    for form in range(size):
        for date in range(2):
            _across(ring[date, form], row, weights[2 * date], lines[5 + date])
            _mean(lines[5 + date], lines[3 + date], lines[1 + date])
        for at in range(total.size):
            value = early[at] - late[at]
            total[at] += np.float32(0.0) if value * way[0] > 0 else value * value
    for date in range(2):
        _across(ring[date, size], row, weights[2 * date], lines[5 + date])
        squared, share, varied = lines[5 + date], lines[3 + date], lines[1 + date]
        for at in range(total.size):
            varied[at] = squared[at] * share[at] - varied[at]


@njit(nogil=True, cache=True, fastmath=_FAST, error_model="numpy")
def _invert(line) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    for at in range(line.size):
        line[at] = np.float32(1.0) / max(line[at], np.float32(1e-6))


@njit(nogil=True, cache=True, fastmath=_FAST)
def _mean(line, share, square) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Divide by the weight of what is observed, and add the square."""
    for at in range(line.size):
        value = line[at] * share[at]
        line[at] = value
        square[at] += value * value


@njit(nogil=True, cache=True, fastmath=_FAST, error_model="numpy")
def _put(lines, seen, edge, strength, firm) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - compiled
    """Turn the sums of a row into scores."""
    total, one, other, first, second = lines[0], lines[1], lines[2], lines[3], lines[4]
    for at in range(strength.size):
        known = (seen[at] > 0) & (abs(first[at] - second[at]) <= _MOST_LEANING * first[at])
        first[at] = total[at] if known else np.float32(np.nan)
    for at in range(strength.size):
        one[at] = np.float32(1.0) + edge * max(min(one[at], other[at]), np.float32(0.0))
    for at in range(strength.size):
        strength[at] = np.sqrt(first[at])
    for at in range(strength.size):
        firm[at] = np.sqrt(first[at] / one[at])
