"""Targets: what a changed surface most likely is, by rules over physically signed quantities.

The rules are data (``data/targets.toml``) that a reader can check and change, not a trained model; a patch that meets
none is ``other``. They use ratios only, so they hold for any unit of the bands. A target whose bands an image lacks
is left out.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.errors import WorkbenchError
from satellite import indices
from satellite.indices import Bands, Values

CLASSES = ("construction", "excavation", "waste", "burn", "turbid_water", "clearing", "other")

_DATA = Path(__file__).parent / "data"
_AT_ONCE = 32_768
"""Pixels judged at once: so many that the loops outweigh their calls, so few that quantities stay in near memory."""
_RULE = re.compile(r"\s*(\w+)\s+(\w+)\s*([<>])\s*(-?\d+(?:\.\d+)?)\s*")

Truth = NDArray[np.bool_]

MOMENTS: dict[str, Callable[[Values, Values], Values]] = {
    "before": lambda before, after: before,  # noqa: ARG005 - one signature for all
    "after": lambda before, after: after,  # noqa: ARG005
    "rise": lambda before, after: after - before,
    "fall": lambda before, after: before - after,
    "ratio": lambda before, after: after / before,
    "least": np.minimum,
    "most": np.maximum,
}

QUANTITIES: dict[str, tuple[Callable[[Bands], Values], tuple[str, ...]]] = {
    **indices.INDICES,
    "brightness": (lambda bands: (bands["blue"] + bands["green"] + bands["red"]) / 3, ("blue", "green", "red")),
    "redness": (lambda bands: (bands["red"] - bands["blue"]) / (bands["red"] + bands["blue"]), ("blue", "red")),
    "red_green": (lambda bands: bands["red"] / bands["green"], ("red", "green")),
}
"""Function and needed bands of what a rule may speak of; ``water`` is one more, see ``_known``."""


@dataclass(frozen=True)
class Rule:
    """A limit that a quantity must keep, such as ``ndvi fall > 0.2``."""

    quantity: str
    moment: str
    above: bool
    limit: float

    def __str__(self) -> str:
        """Return the rule as it is written."""
        return f"{self.quantity} {self.moment} {'>' if self.above else '<'} {self.limit:g}"


@dataclass(frozen=True)
class Target:
    """What the bureau looks for: a name, the class that leads know, and rules that must all hold."""

    name: str
    kind: str
    rules: tuple[Rule, ...]


def parse(text: str, source: str) -> tuple[Target, ...]:
    """Return the targets of a TOML text, in its order.

    Parameters
    ----------
    text : str
        As in ``data/targets.toml``.
    source : str
        What the user calls the text; stands in the sentence.

    Raises
    ------
    WorkbenchError
        ``targets.unreadable`` or ``targets.bad_rule`` with the target and the rule.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _unreadable(source, str(fault)) from fault
    found = []
    for name, entry in table.items():
        if not isinstance(entry, dict) or entry.get("class") not in CLASSES or not entry.get("rules"):
            raise _unreadable(source, name)
        found.append(Target(name, entry["class"], tuple(_rule(said, name, source) for said in entry["rules"])))
    if not found:
        raise _unreadable(source, "")
    return tuple(found)


@cache
def standard() -> tuple[Target, ...]:
    """Return the targets that come with the workbench."""
    return parse(standard_text(), "targets.toml")


def standard_text() -> str:
    """Return the targets that come with the workbench as a user may read and change them."""
    return (_DATA / "targets.toml").read_text("utf-8")


def classify(before: Bands, after: Bands, targets: Iterable[Target]) -> NDArray[np.uint8]:
    """Return the class of changed pixels or patches: 1 + position in ``CLASSES``.

    Parameters
    ----------
    before, after : dict
        Common band name to (n,) array.
    targets : iterable of Target

    Returns
    -------
    (n,) uint8
        All ``other`` where the bands of every target are missing; NaN meets no rule.
    """
    known = usable(targets, before)
    kinds = np.array([*(CLASSES.index(target.kind) + 1 for target in known), len(CLASSES)], np.uint8)
    found = np.empty(len(next(iter(before.values()))), np.uint8)
    for first in range(0, found.size, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        one, other = ({name: band[part] for name, band in date.items()} for date in (before, after))
        found[part] = kinds[_first(one, other, known)]
    return found


def name(before: Bands, after: Bands, kinds: Iterable[str], targets: Iterable[Target]) -> list[str]:
    """Return the target of patches whose class is known: the first of their class that holds, else the class itself.

    Parameters
    ----------
    before, after : dict
        Common band name to (n,) array of patch means.
    kinds : iterable of str
        Class of each patch.
    targets : iterable of Target
    """
    names = np.array(list(kinds), object)
    open_ = names != "other"
    facts = _Facts(before, after)
    for target in usable(targets, before):
        hit = open_ & (names == target.kind) & facts.hold(target)
        names[hit] = target.name
        open_ &= ~hit
    return [str(each) for each in names]


def usable(targets: Iterable[Target], bands: Iterable[str]) -> list[Target]:
    """Return the targets for whose rules the bands suffice."""
    known = _known(frozenset(bands))
    return [target for target in targets if all(rule.quantity in known for rule in target.rules)]


def differences(before: Bands, after: Bands) -> pd.DataFrame:
    """Return ``d_<index>`` (after minus before) for every index, a row a patch; NaN where its bands are missing."""
    known = indices.available(before)
    size = len(next(iter(before.values())))
    columns = {
        f"d_{name}": index(after) - index(before) if name in known else np.full(size, np.nan)
        for name, (index, _) in indices.INDICES.items()
    }
    return pd.DataFrame(columns)


class _Facts:
    """Quantities of both dates, each computed once."""

    def __init__(self, before: Bands, after: Bands) -> None:
        self.dates = (before, after)
        self.known = _known(frozenset(before))
        self.size = len(next(iter(before.values())))
        self.kept: dict[tuple[str, str], Values] = {}

    def hold(self, target: Target) -> Truth:
        """Return where all rules of a target hold."""
        holds = np.ones(self.size, bool)
        for rule in target.rules:
            if not holds.any():
                break
            value = self.value(rule.quantity, rule.moment)
            with np.errstate(invalid="ignore"):
                holds &= value > rule.limit if rule.above else value < rule.limit
        return holds

    def value(self, quantity: str, moment: str) -> Values:
        """Return a quantity at a moment."""
        if (quantity, moment) not in self.kept:
            dates = [self._of(quantity, at) for at in (0, 1)]
            with np.errstate(invalid="ignore", divide="ignore"):
                self.kept[quantity, moment] = MOMENTS[moment](*dates)
        return self.kept[quantity, moment]

    def _of(self, quantity: str, at: int) -> Values:
        moment = ("before", "after")[at]
        if (quantity, moment) not in self.kept:
            with np.errstate(invalid="ignore", divide="ignore"):
                self.kept[quantity, moment] = np.asarray(self.known[quantity](self.dates[at]))
        return self.kept[quantity, moment]


def _first(before: Bands, after: Bands, targets: list[Target]) -> NDArray[np.intp]:
    """Return the position of the first target that holds, the number of targets where none does."""
    facts = _Facts(before, after)
    found = np.full(facts.size, len(targets))
    for at in reversed(range(len(targets))):
        found[facts.hold(targets[at])] = at
    return found


@cache
def _known(bands: frozenset[str]) -> Mapping[str, Callable[[Bands], Values]]:
    """Return the quantities that bands give; ``water`` is MNDWI where there is short-wave infrared, else NDWI."""
    found = {name: function for name, (function, needed) in QUANTITIES.items() if bands.issuperset(needed)}
    water = found.get("mndwi", found.get("ndwi"))
    return found if water is None else found | {"water": water}


def _rule(said: str, target: str, source: str) -> Rule:
    parts = _RULE.fullmatch(said) if isinstance(said, str) else None
    if parts is None or parts[1] not in (*QUANTITIES, "water") or parts[2] not in MOMENTS:
        raise WorkbenchError(
            "targets.bad_rule",
            "{name}: target {target} has the rule {rule}; a rule reads like: ndvi fall > 0.2",
            name=source,
            target=target,
            rule=str(said),
        )
    return Rule(parts[1], parts[2], parts[3] == ">", float(parts[4]))


def _unreadable(source: str, where: str) -> WorkbenchError:
    return WorkbenchError(
        "targets.unreadable",
        "{name} is no table of targets (at {where}): each has a class and rules",
        name=source,
        where=where,
    )
