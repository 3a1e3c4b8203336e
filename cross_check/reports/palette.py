"""How leads, hotspots, zones and routes look on paper: colours for all kinds of sight, hatch or marker as second sign.

Class colours follow Okabe and Ito's palette; the bins of hot and cold cells ColorBrewer's RdBu.
"""

from dataclasses import replace

from gis.language import Catalogue
from gis.regions import ZONE_KINDS
from gis.symbols import Symbol
from satellite.targets import CLASSES

_CLASS_LOOKS = {
    "construction": ("#d55e00", "////", "s"),
    "excavation": ("#e69f00", "xxxx", "^"),
    "waste": ("#cc79a7", "....", "D"),
    "burn": ("#2b2b2b", "++++", "X"),
    "turbid_water": ("#0072b2", "----", "o"),
    "clearing": ("#009e73", "\\\\\\\\", "v"),
    "other": ("#f7f7f7", "||", "P"),
}
_BIN_FILLS = {3: "#b2182b", 2: "#d6604d", 1: "#f4a582", -1: "#92c5de", -2: "#4393c3", -3: "#2166ac"}
_ZONE_LOOKS = {
    "reserve": ("#2e7d32", "...", (2.4, 0.8, 0.6, 0.8)),
    "water_source": ("#0288a8", "---", ()),
    "red_line": ("#c2185b", "", (1.6, 0.8)),
}
_CROWD_SIZES = {1: 1.1, 10: 1.9, 50: 3.0, 200: 4.4}

LAND = Symbol("", fill="#fbf8ee", edge="none", line_mm=0)
LETTERING = Symbol("", edge="#1a1a1a", size_mm=4.0)
SMALL_LETTERING = Symbol("", edge="#3b3b3b", size_mm=2.7)
NUMBERS = Symbol("", edge="#1a1a1a", size_mm=3.2)
TEAM_LETTERING = Symbol("", edge="#14467a", size_mm=3.2)


def lead_points(words: Catalogue) -> tuple[Symbol, ...]:
    """Return the markers of the classes for a scale at which their outlines would vanish."""
    return tuple(
        Symbol(
            words.say(f"class.{name}"), value=name, fill=colour, marker=marker, size_mm=2.6, line_mm=0.18, halo_mm=0.25
        )
        for name, (colour, _, marker) in _looks()
    )


def lead_outlines(words: Catalogue) -> tuple[Symbol, ...]:
    """Return the hatched outlines of the classes, with a white rim that parts them from a picture."""
    return tuple(
        Symbol(
            words.say(f"class.{name}"),
            value=name,
            edge="#6b6b6b" if name == "other" else colour,
            hatch=hatch,
            line_mm=0.5,
            halo_mm=0.25,
        )
        for name, (colour, hatch, _) in _looks()
    )


def bins(words: Catalogue) -> tuple[Symbol, ...]:
    """Return the fills of the hot and cold bins; cold ones are dotted, for copies without colour."""
    return tuple(
        Symbol(
            words.say(f"brief.bin_{'hot' if value > 0 else 'cold'}", percent=(90, 95, 99)[abs(value) - 1]),
            value=value,
            fill=fill,
            # A 3-km cell is 0.6 mm wide at 1:5 000 000: an edge of its own colour makes it visible.
            edge=fill if value > 0 else "#3b6b99",
            hatch="" if value > 0 else "..",
            line_mm=0.5 if value > 0 else 0.1,
        )
        for value, fill in _BIN_FILLS.items()
    )


def zones(words: Catalogue, *, hatched: bool = True) -> tuple[Symbol, ...]:
    """Return the outlines of the kinds of protected zones; without hatches for a place that lies within them."""
    return tuple(
        Symbol(
            words.say(f"brief.zone_{kind}"),
            value=kind,
            edge=edge,
            hatch=hatch if hatched else "",
            line_mm=0.35 if hatched else 0.8,
            dashes=dashes,
            halo_mm=0 if hatched else 0.3,
        )
        for kind, (edge, hatch, dashes) in ((kind, _ZONE_LOOKS[kind]) for kind in ZONE_KINDS)
    )


def crowds(words: Catalogue) -> tuple[Symbol, ...]:
    """Return graduated dots for enterprises a grid cell; ``value`` is the lowest number of the class."""
    lows = [*_CROWD_SIZES]
    return tuple(
        Symbol(
            words.say("brief.crowd", low=low, high=high - 1) if high else words.say("brief.crowd_most", low=low),
            value=low,
            fill="#c4c4c4",
            edge="#8a8a8a",
            size_mm=_CROWD_SIZES[low],
            line_mm=0.08,
        )
        for low, high in zip(lows, [*lows[1:], 0], strict=True)
    )


def crowd_lows() -> tuple[int, ...]:
    """Return the lowest number of each class of dots, rising."""
    return tuple(_CROWD_SIZES)


def border(words: Catalogue) -> Symbol:
    """Return the dash-and-dot line between prefectures."""
    return Symbol(words.say("brief.border"), edge="#7a6f5d", line_mm=0.25, dashes=(2.4, 0.7, 0.4, 0.7))


def seat(words: Catalogue) -> Symbol:
    """Return the mark of a prefecture's seat."""
    return Symbol(words.say("brief.seat"), fill="white", size_mm=2.0, line_mm=0.5)


def route(words: Catalogue) -> Symbol:
    """Return the line of a team's day."""
    return Symbol(words.say("brief.route"), edge="#14467a", line_mm=0.4, halo_mm=0.2)


def stop(words: Catalogue) -> Symbol:
    """Return the mark of a visit."""
    return Symbol(words.say("brief.stop"), fill="white", edge="#14467a", size_mm=1.5, line_mm=0.3)


def site(words: Catalogue, *, near: bool) -> Symbol:
    """Return the mark of an enterprise; ``near`` if a lead names it."""
    plain = Symbol(words.say("brief.site"), fill="white", marker="p", size_mm=2.0, line_mm=0.2, value=False)
    if not near:
        return plain
    return replace(plain, label=words.say("brief.site_near"), fill="#ffd400", size_mm=3.0, halo_mm=0.25, value=True)


def _looks() -> list[tuple[str, tuple[str, str, str]]]:
    return [(name, _CLASS_LOOKS[name]) for name in CLASSES]
