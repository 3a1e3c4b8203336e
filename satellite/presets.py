"""Presets: what a search is for, as a table that a user can read: which targets are kept, and what a patch must be."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

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
    """

    name: str
    targets: tuple[str, ...]
    false_leads: float
    smallest_m2: float
    season: tuple[int, int] | None = None
    most_days: int | None = None

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
        targets = tuple(entry.pop("targets"))
        made[name] = Preset(name, targets, **entry, season=tuple(season) if season else None)
    return made
