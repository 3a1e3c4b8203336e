"""Reviews: what people found at sampled places, and what that says of the map, which the form does not tell them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import forms
from gis import entries, schema
from gis.errors import TableFaults, WorkbenchError
from gis.language import LANGUAGES, Catalogue, catalogue
from satellite import accuracy
from satellite.accuracy import Assessment, Estimate
from satellite.samples import UNCHANGED
from satellite.targets import CLASSES

UNSURE = "unsure"
"""A review that says nothing: it is counted and left out."""
FINDINGS = (*CLASSES, UNCHANGED, UNSURE)

SCHEMA = schema.table(
    {
        "sample_id": schema.text(unique=True),
        "found": schema.text(),
        "reviewer": schema.text(nullable=True),
        "reviewed_on": schema.day(nullable=True),
        "note": schema.text(nullable=True),
    }
)

_FEWEST_A_STRATUM = 2


def said(finding: str, words: Catalogue) -> str:
    """Return what people call a finding."""
    return words.say(f"accuracy.{finding}" if finding in {UNCHANGED, UNSURE} else f"class.{finding}")


def form(sample: gpd.GeoDataFrame, dates: tuple[str, str], words: Catalogue) -> gpd.GeoDataFrame:
    """Return the form for reviewers: places and dates, and empty columns; nothing of what the map says.

    Parameters
    ----------
    sample : GeoDataFrame
        See ``satellite.samples.draw``.
    dates : (str, str)
        Of the two images, "" where unknown.
    words : Catalogue
        Of the headings; ``read`` knows those of both languages.
    """
    lonlat = np.round(np.column_stack([sample.geometry.x, sample.geometry.y]), 6)
    columns = {
        "sample_id": sample["sample_id"],
        "lon": lonlat[:, 0],
        "lat": lonlat[:, 1],
        "before": dates[0],
        "after": dates[1],
        "found": "",
        "reviewer": "",
        "reviewed_on": "",
        "note": "",
    }
    headed = pd.DataFrame(columns).rename(columns=lambda name: words.say(f"accuracy.head_{name}"))
    return gpd.GeoDataFrame(headed, geometry=sample.geometry.to_numpy(), crs=sample.crs)


def read(rows: pd.DataFrame, sample: pd.DataFrame, source: str) -> pd.DataFrame:
    """Read filled forms; rows without a finding are left out.

    Parameters
    ----------
    rows : DataFrame of str
        Raw, the index holds the row numbers the user sees.
    sample : DataFrame
        See ``satellite.samples.draw``.
    source : str
        What the user calls the file.

    Returns
    -------
    DataFrame
        See ``SCHEMA``.

    Raises
    ------
    TableFaults
        With every fault by row: a place that was not drawn or stands twice, a finding that is none.
    WorkbenchError
        ``accuracy.no_findings`` if no row has one.
    """
    taken = forms.read(rows, "reviews", schema.table({}))
    table = taken.table[taken.table["found"].notna()]
    known = {entries.plain(word): finding for finding in FINDINGS for word in _spellings(finding)}
    findings = table["found"].map(lambda text: known.get(entries.plain(str(text))))
    wrong = [
        taken.faults,
        entries.faults_where(findings.isna(), _heading(rows, "found"), "table.unknown_value", table["found"]),
        entries.faults_where(
            ~table["sample_id"].isin(sample["sample_id"]),
            _heading(rows, "sample_id"),
            "accuracy.not_drawn",
            table["sample_id"],
        ),
        entries.faults_where(
            table["sample_id"].duplicated(), _heading(rows, "sample_id"), "table.repeated_value", table["sample_id"]
        ),
    ]
    together = entries.joined(wrong)
    if len(together):
        raise TableFaults(source, together)
    if table.empty:
        raise WorkbenchError("accuracy.no_findings", "{name} holds no finding yet", name=source)
    return schema.demand(table.assign(found=findings), SCHEMA, source)


def lacking(sample: pd.DataFrame, reviews: pd.DataFrame, strata: pd.DataFrame) -> pd.DataFrame:
    """Return strata that cannot be judged yet: stratum, reviewed (places with a finding), at least two are needed."""
    useful = reviews[reviews["found"] != UNSURE]
    reviewed = sample[sample["sample_id"].isin(useful["sample_id"])].groupby("stratum").size()
    table = strata[strata["pixels"] > 0][["stratum", "pixels"]].copy()
    table["reviewed"] = table["stratum"].map(reviewed).fillna(0).astype(int)
    return table[table["reviewed"] < np.minimum(_FEWEST_A_STRATUM, table["pixels"])].reset_index(drop=True)


def judge(sample: pd.DataFrame, reviews: pd.DataFrame, strata: pd.DataFrame) -> dict[str, object]:
    """Return what the reviews say of the map, ready for JSON: no share where fewer than five places stand behind it.

    Parameters
    ----------
    sample, strata : DataFrame
        See ``satellite.samples``.
    reviews : DataFrame
        See ``SCHEMA``.

    Raises
    ------
    WorkbenchError
        ``accuracy.few_reviews`` if a stratum has fewer than two places with a finding.
    """
    missing = lacking(sample, reviews, strata)
    if len(missing):
        raise WorkbenchError(
            "accuracy.few_reviews",
            "{count} strata have fewer than two reviewed places, the first one is {stratum}; review more places",
            count=len(missing),
            stratum=missing["stratum"].iloc[0],
        )
    joined = sample.merge(reviews[["sample_id", "found"]], on="sample_id")
    useful = joined[joined["found"] != UNSURE]
    found = accuracy.assess(useful, strata[strata["pixels"] > 0])
    return {
        "drawn": len(sample),
        "reviewed": len(joined),
        "unsure": len(joined) - len(useful),
        "matrix": _matrix(found),
        "overall": _told(found.overall),
        "classes": [_class(name, found) for name in found.matrix.index],
        "months": _months(useful),
    }


def _matrix(found: Assessment) -> dict[str, object]:
    return {"classes": list(found.matrix.index), "counts": found.matrix.to_numpy().tolist()}


def _class(name: str, found: Assessment) -> dict[str, object]:
    estimates = {"users": found.users, "producers": found.producers, "area_m2": found.areas}
    return {"class": name, "mapped_m2": found.mapped[name]} | {
        code: _told(estimate[name]) for code, estimate in estimates.items()
    }


def _months(useful: pd.DataFrame) -> list[dict[str, object]]:
    """Return the share of right places of each class and month of the map."""
    rows = []
    for (name, month), part in useful.groupby(["mapped", "month"], sort=True):
        right = accuracy.share(int((part["found"] == name).sum()), len(part))
        rows.append({"class": name, "month": month, "right": _told(right)})
    return rows


def _told(estimate: Estimate) -> dict[str, float | int | None]:
    return {
        name: None if isinstance(each, float) and np.isnan(each) else each for name, each in asdict(estimate).items()
    }


def _spellings(finding: str) -> list[str]:
    return [finding, *(said(finding, catalogue(language)) for language in LANGUAGES)]


def _heading(rows: pd.DataFrame, column: str) -> str:
    """Return the user's heading of a column."""
    wanted = {entries.plain(catalogue(language).say(f"accuracy.head_{column}")) for language in LANGUAGES}
    return next((str(name) for name in rows if entries.plain(str(name)) in wanted), column)


def dates_of(recipe: dict[str, object]) -> tuple[str, str]:
    """Return the two days that a recipe names, "" where it names none."""
    inputs = recipe.get("inputs")
    if not isinstance(inputs, dict):
        return "", ""
    if "looks" in inputs:
        days: Sequence[str] = [str(each["seen_on"]) for name in ("history", "looks") for each in inputs[name][-1:]]
        return days[0], days[-1]
    first, second = (str((inputs.get(name) or {}).get("seen_on") or "") for name in ("before", "after"))
    return (date.fromisoformat(first).isoformat() if first else ""), second
