"""Presets: what a search is for, as a table that a user can read: which targets are kept, and what a patch must be."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from satellite import merging, seasons

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
    season : (int, int), optional
        First and last day of the year between which both images should lie.
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
    season: tuple[int, int] | None = None
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

    def misfits(self, before_on: date | None, after_on: date | None) -> list[str]:
        """Return what two dates lack for this search, as catalogue codes."""
        days = [day.timetuple().tm_yday for day in (before_on, after_on) if day]
        said = []
        if self.season and any(not self.season[0] <= day <= self.season[1] for day in days):
            said.append("detect.out_of_season")
        if self.most_days and before_on and after_on and (after_on - before_on).days > self.most_days:
            said.append("detect.too_long_between")
        return said


@cache
def standard() -> dict[str, Preset]:
    """Return the presets that come with the workbench, by name; ``all`` is the first."""
    with _DATA.open("rb") as stream:
        table = tomllib.load(stream)
    made = {}
    for name, entry in table.items():
        season = entry.pop("season", None)
        targets, zones = tuple(entry.pop("targets")), tuple(entry.pop("zones", ()))
        made[name] = Preset(name, targets, **entry, zones=zones, season=tuple(season) if season else None)
    return made
