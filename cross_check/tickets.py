"""Tickets: numbers that anybody can work out again from a public seed, and draws that follow from them alone.

A unit's number is the HMAC-SHA256 of its own name under the seed. So it depends neither on the order of a list nor on
who else stands in it, and every firm can check its own line. All arithmetic is of whole numbers: another program on
another machine gets the same result to the last digit.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Json = object

_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""


class Ticket(NamedTuple):
    """A unit's number and what came of it.

    Attributes
    ----------
    unit_id : str
    number : str
        64 hexadecimal digits; units stand in the order of their numbers.
    how : str
        ``"certain"`` (its share of the draw is one or more), ``"drawn"`` or ``"not_drawn"``.
    """

    unit_id: str
    number: str
    how: str


def canonical(value: Json) -> bytes:
    """Return a value as JSON in its one canonical form: keys sorted, no spaces, UTF-8.

    Raises
    ------
    ValueError
        If it holds a fraction, which two programs may write in two ways.
    """
    _refuse_fractions(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Json) -> str:
    """Return the SHA-256 of the canonical form, 64 hexadecimal digits: what a commitment publishes."""
    return hashlib.sha256(canonical(value)).hexdigest()


def seed(commitment: str, beacons: Sequence[Mapping[str, str]], nonces: Sequence[Mapping[str, str]]) -> str:
    """Return the seed of a draw, 64 hexadecimal digits.

    Parameters
    ----------
    commitment : str
        Digest of the frozen lists.
    beacons : sequence of mappings
        ``name`` and ``value`` of public values that nobody could know when the lists were frozen.
    nonces : sequence of mappings
        ``by`` and ``value`` of the numbers that the parties had committed to before.
    """
    return digest({"commitment": commitment, "beacons": list(beacons), "nonces": list(nonces)})


def number(seed_hex: str, *parts: str) -> str:
    """Return the number of a thing under a seed, 64 hexadecimal digits; its name is joined of parts with ``|``."""
    return hmac.digest(bytes.fromhex(seed_hex), "|".join(parts).encode(), "sha256").hex()


def numbers(seed_hex: str, stratum: str, units: Iterable[str]) -> list[tuple[str, str]]:
    """Return number and id of each unit of a stratum, by number."""
    # HMAC by its two halves (RFC 2104): to copy what the key has been worked into takes half of what hmac's copies do.
    key = bytes.fromhex(seed_hex)
    key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(each ^ 0x36 for each in key) + f"unit|{stratum}|".encode())
    outer = hashlib.sha256(bytes(each ^ 0x5C for each in key))
    found = []
    for unit in units:
        own, whole = inner.copy(), outer.copy()
        own.update(unit.encode())
        whole.update(own.digest())
        found.append((whole.hexdigest(), unit))
    found.sort()
    return found


def draw(seed_hex: str, stratum: str, weights: Mapping[str, int], size: int) -> list[Ticket]:
    """Draw units of one stratum by randomised systematic sampling, each with exactly the chance that its weight gives.

    Units stand in the order of their numbers, each on a stretch as long as ``size`` times its weight; a point falls on
    the line at a start from the seed and then at every whole sum of the weights. A unit whose stretch reaches the sum
    is certain and leaves the line first.

    Parameters
    ----------
    seed_hex : str
    stratum : str
    weights : mapping
        Whole numbers from 1 by unit id.
    size : int
        How many to draw; all, if there are no more.

    Returns
    -------
    list of Ticket
        All units, by number.

    Raises
    ------
    ValueError
        If a weight is below 1 or the size negative.

    Notes
    -----
    W. G. Madow (1949): On the theory of systematic sampling II. Annals of Mathematical Statistics 20, 333-354. The
    chance of a unit is size x weight / sum of weights, at most 1; the start is a 256-bit number modulo the sum, whose
    bias is below 2^-200.
    """
    if size < 0 or min(weights.values(), default=1) < 1:
        raise ValueError("sizes are not negative and weights are at least 1")
    ranked = numbers(seed_hex, stratum, weights)
    certain = _certain(weights, size)
    line = [unit for _, unit in ranked if unit not in certain]
    left, total = min(size - len(certain), len(line)), sum(map(weights.__getitem__, line))
    chosen = set(certain)
    if left > 0:
        point, reached = int(number(seed_hex, "start", stratum), 16) % total, 0
        for unit in line:
            reached += left * weights[unit]
            if point < reached:
                chosen.add(unit)
                point += total
    how = {unit: "certain" if unit in certain else "drawn" for unit in chosen}
    return [Ticket._make((unit, ticket, how.get(unit, "not_drawn"))) for ticket, unit in ranked]


def _certain(weights: Mapping[str, int], size: int) -> set[str]:
    """Return the units whose chance reaches one; each that leaves raises the chance of those that stay."""
    certain: set[str] = set()
    left, total = size, sum(weights.values())
    while left > 0:
        more = [unit for unit, weight in weights.items() if unit not in certain and left * weight >= total]
        if not more:
            break
        certain.update(more)
        left -= len(more)
        total -= sum(weights[unit] for unit in more)
    return certain


def _refuse_fractions(value: Json) -> None:
    if isinstance(value, float):
        raise ValueError(f"a frozen list holds no fractions, unlike {value}")  # noqa: TRY004 - the caller's mistake
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_fractions(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_fractions(each)
