"""Comparisons of two images before and after they ran: checks, cost, and whether a result is stale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from cross_check.files import Project
from gis.progress import Progress, silent
from satellite import alignment, null_pairs
from satellite import files as images
from satellite.alignment import Alignment
from satellite.detection import Noise, Params
from satellite.false_leads import AREA_M2, Null
from satellite.files import PairFiles
from satellite.past import Past, joined

_MASK = "-clear.tif"
_SECONDS_A_VALUE = 1.1e-8
_START_S = 5.0
_HELD_BYTES = 650_000_000


@dataclass(frozen=True)
class Check:
    """What is known of a pair before it runs.

    Attributes
    ----------
    alignment : Alignment
    bands : tuple of str
    pixels : int
    area_km2 : float
    """

    alignment: Alignment
    bands: tuple[str, ...]
    pixels: int
    area_km2: float

    @property
    def seconds(self) -> float:
        """Rough time of a run on two cores, see ``tests/benchmarks/bench_change.py``."""
        return _START_S + _SECONDS_A_VALUE * self.pixels * len(self.bands) * 2

    @property
    def gigabytes(self) -> float:
        """Rough memory of a run: strips of whole rows and the changed pixels."""
        row = 2 * len(self.bands) * 4 * 512 * np.sqrt(self.pixels)
        return float((_HELD_BYTES + 3 * row) / 1e9)


def listing(project: Project) -> list[Path]:
    """Return the images of a project that may be compared, by name; masks are none."""
    found = sorted({*project.imagery.glob("*.tif"), *project.imagery.glob("*/*.tif")})
    return [path for path in found if not path.name.endswith((_MASK, ".clear.tif"))]


def dated(project: Project) -> list[tuple[date, Path]]:
    """Return the images of a project that tell a date, each after it, in the order of ``listing``."""
    days = ((images.seen_on(path), path) for path in listing(project))
    return [(day, path) for day, path in days if day is not None]


def masks(*taken: Path) -> tuple[Path, ...]:
    """Return the clear masks that lie beside images: of a.tif a-clear.tif or a.clear.tif."""
    beside = [path.with_name(f"{path.stem}{end}") for path in taken for end in (_MASK, ".clear.tif")]
    return tuple(path for path in beside if path.is_file())


def check(pair_files: PairFiles) -> Check:
    """Measure how two images lie to each other, without comparing them.

    Raises
    ------
    WorkbenchError
        See ``satellite.files.open_pair`` and ``satellite.alignment.align``.
    """
    with images.open_pair(pair_files) as pair:
        _, aligned = alignment.align(pair)
        pixels = pair.grid.rows * pair.grid.columns
        return Check(aligned, pair.names, pixels, pixels * pair.grid.pixel_m2 / 1e6)


def past(
    pairs: Sequence[tuple[Path, Path]], params: Params, progress: Progress = silent, *, bands: tuple[str, ...] = ()
) -> Past:
    """Compare pairs of earlier years, with the masks beside them, for what noise does here; ``bands`` of ``PairFiles``.

    Raises
    ------
    WorkbenchError
        See ``satellite.null_pairs.measure``.
    """
    parts = []
    for before, after in pairs:
        with images.open_pair(PairFiles(before, after, masks(before, after), bands)) as pair:
            parts.append(null_pairs.measure(pair, f"{before.name} {after.name}", params=params, progress=progress))
    return joined(parts)


def images_of(recipe: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the two images that a detection compared, the earlier one first, as its recipe tells them.

    Returns
    -------
    list of dict
        ``path`` (from the recipe's folder), ``seen_on``, ``sha256``; none where the recipe names no pair of images, as
        that of a province by tiles.
    """
    told = recipe.get("inputs")
    sides = [told.get(name) for name in ("before", "after")] if isinstance(told, dict) else []
    named = [side for side in sides if isinstance(side, dict) and "path" in side]
    return named if len(named) == 2 else []  # noqa: PLR2004 - a pair


def stale(recipe: Mapping[str, Any], folder: Path, asked: Mapping[str, object]) -> list[str]:
    """Return why a result no longer answers what is asked, as catalogue codes; nothing if it does.

    A result that names no pair of images, as that of a province by tiles, answers no question about a pair.

    Parameters
    ----------
    recipe : mapping
    folder : Path
        Where the recipe lies.
    asked : mapping
        ``before``, ``after`` (file names), ``method``, ``preset``, ``false_leads`` and ``smallest_m2``.
    """
    made, pair = (folder / "recipe.json").stat().st_mtime, images_of(recipe)
    inputs = [*pair, *recipe["inputs"]["clear"]] if pair else []
    paths = [folder / str(each["path"]) for each in inputs]
    names = [path.name for path in paths[:2]] or ["", ""]
    had: dict[str, object] = dict(zip(("before", "after"), names, strict=True))
    had |= {"method": recipe.get("method"), "preset": recipe.get("preset", "all")}
    had |= {name: recipe["params"].get(name) for name in ("false_leads", "smallest_m2")}
    had |= {name: value for name, value in recipe.get("judging", {}).items() if name in asked}
    changed = any(not path.is_file() or path.stat().st_mtime > made for path in paths)
    told = {
        "change_page.stale_inputs": changed,
        "change_page.stale_params": any(had[name] != asked[name] for name in had),
    }
    return [code for code, holds in told.items() if holds]


def noise(recipe: Mapping[str, Any]) -> Noise | None:
    """Return what no change looked like in a detection, None of one that did not measure it."""
    kept = recipe.get("figures", {}).get("noise")
    if not kept:
        return None
    nulls = {name: Null(**kept[name]) for name in ("null", "firm_null")}
    return Noise(**{**kept, **nulls})


def expected(recipe: Mapping[str, Any], threshold: float) -> float:
    """Return how many false leads a lead threshold lets through in the whole image; NaN where that is unknown."""
    found = noise(recipe)
    if found is None:
        return float("nan")
    seen = sum(recipe["figures"]["histogram"]["counts"])
    return found.false_leads_at(threshold) * seen * found.pixel_m2 / AREA_M2
