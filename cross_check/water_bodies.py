"""Rim: a project's water bodies through all its dated images, and which of them are not as they usually are."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import comparisons
from cross_check.files import Project
from cross_check.steps import Step
from gis import files, schema
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.language import LANGUAGES, Catalogue, catalogue
from gis.progress import Progress, silent
from satellite import bands, indices, looks, outlined, patches, sources, waters
from satellite.files import STRIP_ROWS
from satellite.looks import Look

RIM_M = 15.0
"""The rim of a body that is left out: mixed pixels, and what registration leaves."""
_FEWEST_LOOKS = 3
_WATER_SHARE = 0.6
_SMALLEST_M2 = 10_000.0
_FAINTEST = 0.0


def bodies(project: Project) -> gpd.GeoDataFrame:
    """Return the project's water bodies (``waters.BODIES``): the imported layer, else those found in its images.

    Raises
    ------
    WorkbenchError
        ``waters.no_bodies`` if there are neither.
    """
    layer = project.layers / "water.parquet"
    if layer.is_file():
        brought = files.read_layer(layer).rename(columns={"feature_id": "body_id"})
        checked: gpd.GeoDataFrame = schema.demand(brought[list(waters.BODIES.columns)], waters.BODIES, "water bodies")
        return checked
    if project.water_bodies.is_file():
        return files.read_layer(project.water_bodies)
    raise WorkbenchError(
        "waters.no_bodies",
        "The project knows no water bodies: import a layer (hdq regions import FILE --kind water) or find them in its "
        "images (hdq waters --find)",
    )


def find(project: Project, *, progress: Progress = silent) -> Step:
    """Find water bodies in the project's dated images: what is water in most of at least three clear looks.

    Raises
    ------
    WorkbenchError
        ``waters.few_images``; see ``satellite.looks.Reader``.
    """
    taken = _looks(project)
    if len(taken) < _FEWEST_LOOKS:
        raise WorkbenchError(
            "waters.few_images",
            "Water bodies show in three images with a date or more; the project has {count}",
            count=len(taken),
        )
    with looks.Reader(taken[0], None, _index_of(taken[0].image)) as first:
        grid = first.grid
    wet, seen = (np.zeros((grid.rows, grid.columns), np.uint16) for _ in range(2))
    for done, look in enumerate(taken):
        progress(done, len(taken), "waters.reading")
        with looks.Reader(look, grid, _index_of(look.image)) as reader:
            for top in range(0, grid.rows, STRIP_ROWS):
                rows = slice(top, min(top + STRIP_ROWS, grid.rows))
                value = reader.read((rows, slice(0, grid.columns)))
                seen[rows] += np.isfinite(value)
                wet[rows] += value > _FAINTEST
    kinds = ((seen >= _FEWEST_LOOKS) & (wet >= _WATER_SHARE * seen)).astype(np.uint8)
    labels = patches.label(kinds, max(1, int(np.ceil(_SMALLEST_M2 / grid.pixel_m2))))
    found = _named(patches.polygons(labels.of_pixel, grid))
    files.write_table(found, project.water_bodies)
    progress(len(taken), len(taken), "waters.reading")
    return Step("waters.found", {"bodies": len(found), "images": len(taken)}, (project.water_bodies,))


def judge(
    project: Project, *, on: date | None = None, params: waters.Params | None = None, progress: Progress = silent
) -> Step:
    """Hold each water body on a day against its own earlier days; write readings, findings and patches.

    Parameters
    ----------
    project : Project
    on : date, optional
        The latest day of its images by default.
    params : waters.Params, optional
    progress : Progress

    Raises
    ------
    WorkbenchError
        ``waters.no_bodies``, ``waters.no_image`` without an image of that day; see ``satellite.outlined.read``.
    """
    params = params or waters.Params()
    known, taken = bodies(project), _looks(project)
    day = on or max((look.seen_on for look in taken), default=None)
    if day is None or all(look.seen_on != day for look in taken):
        raise WorkbenchError("waters.no_image", "The project has no image of {day}", day=str(day or "-"))
    counted = [look for look in taken if look.seen_on <= day]
    inner = _inner(known)
    parts = []
    for done, look in enumerate(counted):
        progress(done, len(counted), "waters.reading")
        pixels = outlined.read(look.image, [look.clear] if look.clear else [], inner)
        parts.append(waters.observe(pixels, known["body_id"], look.seen_on, params=params))
    readings = pd.concat(parts, ignore_index=True)
    found = waters.judge(known, readings, day, params=params)
    hits = told(waters.as_patches(found), found)
    recipe = {
        "on": day.isoformat(),
        "params": asdict(params),
        "images": [look.described() for look in counted],
        "verdicts": {str(name): int(count) for name, count in found["verdict"].value_counts().items()},
    }
    with files.folder_written_aside(project.waters) as aside:
        files.write_table(readings, aside / "readings.parquet")
        files.write_table(found, aside / "findings.parquet")
        files.write_table(found, aside / "findings.gpkg")
        files.write_table(hits, aside / "patches.gpkg")
        files.write_json(recipe, aside / "recipe.json")
    progress(len(counted), len(counted), "waters.reading")
    figures = {"bodies": len(known), "images": len(counted), "day": day.isoformat(), "findings": len(hits)}
    figures["judged"] = int(found["verdict"].isin(["finding", "usual"]).groupby(found["body_id"]).any().sum())
    outputs = tuple(project.waters / name for name in ("findings.gpkg", "patches.gpkg", "recipe.json"))
    return Step("waters.judged", figures, outputs)


def told(hits: gpd.GeoDataFrame, found: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return patches of water with ``changed_zh`` and ``changed_en``: sign, numbers, z and number of dates."""
    rows = found[found["verdict"] == "finding"]
    said = {}
    for language in LANGUAGES:
        words = catalogue(language)
        said[f"changed_{language}"] = np.array([sentence(row, words) for row in rows.to_dict("records")], object)
    return hits.assign(**said)


def sentence(row: dict[str, object], words: Catalogue) -> str:
    """Return a finding in words and numbers."""
    numbers = {name: f"{float(row[name]):+.2f}" for name in ("value", "usual")}  # type: ignore[arg-type]
    return words.say(
        "waters.sentence",
        name=row["name"],
        sign=words.say(f"waters.sign_{row['sign']}"),
        index=str(row["index"]).upper(),
        z=f"{float(row['z']):.1f}",  # type: ignore[arg-type]
        dates=row["dates"],
        **numbers,
    )


def _looks(project: Project) -> list[Look]:
    """Return the project's images that tell a date, each with the mask beside it, by day."""
    found = []
    for day, path in comparisons.dated(project):
        masks = comparisons.masks(path)
        found.append(Look(path, masks[0] if masks else None, day))
    return sorted(found, key=lambda look: (look.seen_on, look.image.name))


def _index_of(image: Path) -> str:
    """Return the index of water that an image gives."""
    with sources.opened(image) as source:
        given = {bands.common_name(name) for name in source.descriptions if name}
    return next((name for name in ("mndwi", "ndwi") if set(indices.INDICES[name][1]) <= given), "ndwi")


def _inner(known: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the bodies without their rim; those too narrow for it are empty."""
    return known.geometry.to_crs(EQUAL_AREA).buffer(-RIM_M)


def _named(outlines: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return bodies under ids of their place, to about 100 m, so that another search gives the same."""
    inside = outlines.representative_point()
    ids = [f"W{x:.3f}-{y:.3f}" for x, y in zip(inside.x, inside.y, strict=True)]
    table = gpd.GeoDataFrame({"body_id": ids, "name": ids}, geometry=outlines.to_numpy(), crs=STORAGE)
    checked: gpd.GeoDataFrame = schema.demand(table.drop_duplicates("body_id"), waters.BODIES, "water bodies")
    return checked
