"""Presets: what a search is for, as a table that a user can read: which targets are kept, and what a patch must be."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from gis.errors import WorkbenchError
from satellite import merging, seasons
from satellite.seasons import Sight

_DATA = Path(__file__).parent / "data" / "presets.toml"


@dataclass(frozen=True)
class Preset:
    """What a search is for.

    Attributes
    ----------
    name : str
    targets : tuple of str
        Names of the targets that are kept; with all of them, changes that meet no target stay on the map too.
    false_leads : float
        Per 1,000 km2.
    smallest_m2 : float
    calendar : str, optional
        The entry of ``seasons.calendar`` that holds for all targets; by default each has its own.
    most_days : int, optional
        Longest time between the images.
    zones : tuple of str
        Kinds of protected zones (``gis.regions.ZONE_KINDS``) that a patch must lie in; none by default.
    field_work : bool
        Whether patches whose ground has looked so before, and whole parcels of cropland, are left out.
    season_days : int
        Days of the year that the two dates may lie apart ...
    season_rule : str
        ... and what becomes of them otherwise, see ``seasons.RULES``.
    merge_m : float
        Patches of one class so near are one; 0 leaves them apart.
    """

    name: str
    targets: tuple[str, ...]
    false_leads: float
    smallest_m2: float
    calendar: str | None = None
    most_days: int | None = None
    zones: tuple[str, ...] = ()
    field_work: bool = True
    season_days: int = seasons.MOST_APART_DAYS
    season_rule: str = "lower"
    merge_m: float = merging.WITHIN_M

    def judging(self, before_on: date | None, after_on: date | None) -> dict[str, object]:
        """Return for a recipe how patches of two dates are judged."""
        gap = seasons.apart_days(before_on, after_on) if before_on and after_on else None
        kept = {name: getattr(self, name) for name in ("season_days", "season_rule", "field_work", "merge_m")}
        return kept | {"zones": list(self.zones), "season_gap_days": gap}

    def out_of_season(self, before_on: date | None, after_on: date | None, sight: Sight = seasons.PLAIN) -> list[str]:
        """Return the targets that two dates cannot tell for the time of the year; none where a date is not known."""
        if before_on is None or after_on is None:
            return []
        asked = (before_on, after_on, self.calendar, sight)
        return [target for target in self.targets if seasons.beyond_days(target, *asked) > 0]

    def misfits(self, before_on: date | None, after_on: date | None, sight: Sight = seasons.PLAIN) -> list[str]:
        """Return what two dates lack for this search, as catalogue codes."""
        said = ["detect.out_of_season"] if self.out_of_season(before_on, after_on, sight) else []
        if self.most_days and before_on and after_on and (after_on - before_on).days > self.most_days:
            said.append("detect.too_long_between")
        return said

    def demand(self, before_on: date | None, after_on: date | None, sight: Sight = seasons.PLAIN) -> None:
        """Refuse two dates too far apart within the year, or out of the season of all targets, where that is the rule.

        Raises
        ------
        WorkbenchError
            ``detect.seasons_apart`` with the gap, ``detect.no_season`` with the windows.
        """
        seasons.allow(before_on, after_on, self.season_days, self.season_rule)
        out = self.out_of_season(before_on, after_on, sight)
        if self.season_rule == "refuse" and len(out) == len(self.targets):
            raise WorkbenchError(
                "detect.no_season",
                "None of what is looked for can be told by these dates ({windows}, month-day); choose others, or "
                "another rule (--season-rule)",
                windows=seasons.told(out, self.calendar, sight),
            )


@cache
def standard() -> dict[str, Preset]:
    """Return the presets that come with the workbench, by name; ``all`` is the first."""
    with _DATA.open("rb") as stream:
        table = tomllib.load(stream)
    made = {}
    for name, entry in table.items():
        targets, zones = tuple(entry.pop("targets")), tuple(entry.pop("zones", ()))
        made[name] = Preset(name, targets, **entry, zones=zones)
    return made
