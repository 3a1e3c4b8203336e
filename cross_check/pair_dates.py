"""Rim: what days and bands of a pair say of a search before it runs, and what its pictures say after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from pyproj import Transformer

from cross_check import comparisons, patch_notes
from cross_check.files import Project
from cross_check.judging import Judged
from gis.crs import STORAGE
from gis.language import Catalogue
from satellite import bands, phases, seasons
from satellite import files as images
from satellite.files import Pair, PairFiles
from satellite.patches import Grid
from satellite.presets import Preset
from satellite.seasons import Sight

Dates = tuple[date | None, date | None]

_OF_SEASON = {"detect.other_season", "detect.out_of_season", "detect.moved_together"}

_NAMED = ("windows", "better", "better_on", "season_gap_days", "season_days")


@dataclass(frozen=True)
class Told:
    """Warnings as catalogue codes, and what their sentences name: how a pair is judged (see ``Preset.judging``).

    Beside it ``targets`` and ``windows`` of those out of season, ``moved``, ``better`` and ``unnamed`` (images whose
    bands nobody named), where there are.
    """

    codes: tuple[str, ...] = ()
    figures: Mapping[str, object] = field(default_factory=dict)

    def __add__(self, other: "Told") -> "Told":
        """Return the warnings of both."""
        return Told((*self.codes, *other.codes), {**self.figures, **other.figures})


def foretold(pair_files: PairFiles, given: Dates, preset: Preset, project: Project | None) -> Told:
    """Return what is known of a pair's bands and season without comparing it.

    Raises
    ------
    WorkbenchError
        See ``satellite.files.open_pair``.
    """
    with images.open_pair(pair_files) as pair:
        seen, named = sight(pair.grid), of_bands(pair)
    ends = zip(given, (pair_files.before, pair_files.after), strict=True)
    before_on, after_on = (day or images.seen_on(path) for day, path in ends)
    return named + _advised((before_on, after_on), of_days((before_on, after_on), seen, preset), preset, project)


def of_bands(pair: Pair) -> Told:
    """Return what images without band names cost: classes and indices, or the order of the other image is trusted."""
    if not pair.unnamed:
        return Told()
    by_position = not set(pair.names).isdisjoint(bands.known())
    return Told(("detect.bands_by_position" if by_position else "detect.no_band_names",), {"unnamed": [*pair.unnamed]})


def sight(grid: Grid) -> Sight:
    """Return how fine the pixels of a grid are, and where it lies."""
    middle = grid.transform @ (grid.columns / 2, grid.rows / 2)
    _, latitude = Transformer.from_crs(grid.crs, STORAGE, always_xy=True).transform(*middle)
    return Sight(float(np.sqrt(grid.pixel_m2)), float(latitude))


def of_run(days: Dates, sight: Sight, preset: Preset, project: Project | None, judged: Judged) -> Told:
    """Return what is told of a comparison that ran: of its days, of its pictures, and of what it was held against."""
    told = of_days(days, sight, preset)
    together = ("detect.moved_together",) if judged.moved > phases.TOGETHER else ()
    figures = {**told.figures, "moved": judged.moved if np.isfinite(judged.moved) else None}
    told = _advised(days, Told((*told.codes, *together), figures), preset, project)
    return Told((*told.codes, *judged.warnings), told.figures)


def of_days(days: Dates, sight: Sight, preset: Preset) -> Told:
    """Return what the calendar says of two dates, and how patches of them are judged."""
    out = preset.out_of_season(*days, sight)
    codes = (*seasons.warnings(*days, preset.season_days), *preset.misfits(*days, sight))
    windows = {"targets": out, "windows": seasons.told(out, preset.calendar, sight)} if out else {}
    return Told(codes, preset.judging(*days) | windows)


def _advised(days: Dates, told: Told, preset: Preset, project: Project | None) -> Told:
    """Return warnings with the name of a project's picture that would be compared in one season, if there is one."""
    before_on, after_on = days
    if project is None or before_on is None or after_on is None or not _OF_SEASON & set(told.codes):
        return told
    known = {day: path.name for day, path in comparisons.dated(project)}
    best = seasons.better(before_on, after_on, known, preset.season_days)
    if best is None:
        return told
    figures = {"better": known[best], "better_on": best.isoformat()}
    return Told((*told.codes, "detect.better_before"), {**told.figures, **figures})


def sentences(codes: Iterable[str], figures: Mapping[str, object], words: Catalogue) -> list[str]:
    """Return warnings in a language; a figure that an older recipe lacks stays open."""
    named, unnamed = figures.get("targets"), figures.get("unnamed")
    targets = ", ".join(patch_notes.target(str(each), words) for each in named) if isinstance(named, list) else "?"
    nameless = ", ".join(unnamed) if isinstance(unnamed, list) else "?"
    known = {**dict.fromkeys(_NAMED, "?"), "moved": np.nan, **figures, "targets": targets, "unnamed": nameless}
    return [words.say(code, **known) for code in codes]
