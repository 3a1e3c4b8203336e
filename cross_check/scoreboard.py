"""The scoreboard: what was planted in a synthetic province, what was found, what was missed and what was made up."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.crs import EQUAL_AREA

FOUND_SHARE = 0.25
"""A planted change counts as found if leads cover at least this share of it; a lead is right by the same share."""
HIDDEN_SHARE = 0.5
"""A planted change counts as not observed if more than this share of it was not seen on both dates."""


@dataclass(frozen=True)
class Score:
    """Counts of one comparison.

    Attributes
    ----------
    rows : DataFrame
        One row a kind: kind, decoy, planted, hidden (not observed), found, right_class (found and named rightly).
    reported : int
        Leads or hot cells in all.
    right : int
        Of these, on something planted that is no decoy.
    """

    rows: pd.DataFrame
    reported: int
    right: int

    @property
    def recall(self) -> float:
        """Found share of the planted things that could be seen; NaN if there were none."""
        real = self.rows[~self.rows["decoy"]]
        seen = int(real["planted"].sum() - real["hidden"].sum())
        return float(real["found"].sum() / seen) if seen else float("nan")

    @property
    def precision(self) -> float:
        """Right share of what was reported; NaN if nothing was."""
        return self.right / self.reported if self.reported else float("nan")


def score_leads(leads: gpd.GeoDataFrame, truth: gpd.GeoDataFrame, seen_share: pd.Series) -> Score:
    """Compare leads with planted changes and decoys.

    Parameters
    ----------
    leads : GeoDataFrame
        See ``leads.SCHEMA``.
    truth : GeoDataFrame
        ``truth_id``, ``kind``, ``decoy``, ``geometry``; see ``satellite.synthetic.truth``.
    seen_share : Series of float
        Share of each planted thing that was seen on both dates, index as ``truth``.

    Returns
    -------
    Score
        A hidden change does not count as found even if a lead touches it; a decoy is "found" if a lead covers it.
    """
    pairs = _overlaps(leads, truth)
    hidden = seen_share < 1 - HIDDEN_SHARE
    covered = pairs.groupby("truth")["area_m2"].sum().reindex(truth.index, fill_value=0) / _area_m2(truth)
    found = (covered >= FOUND_SHARE) & ~hidden
    largest = pairs.sort_values("area_m2").groupby("truth")["lead"].last()
    named = leads["machine_class"].reindex(largest).set_axis(largest.index).reindex(truth.index)
    table = pd.DataFrame({"kind": truth["kind"], "decoy": truth["decoy"], "hidden": hidden, "found": found})
    table["right_class"] = found & (named == truth["kind"])
    rows = table.groupby(["decoy", "kind"], as_index=False).agg(
        planted=("found", "size"), hidden=("hidden", "sum"), found=("found", "sum"), right_class=("right_class", "sum")
    )
    on_real = pairs[~truth["decoy"].reindex(pairs["truth"]).to_numpy(dtype=bool)]
    share = on_real.groupby("lead")["area_m2"].sum().reindex(leads.index, fill_value=0) / _area_m2(leads)
    return Score(rows, len(leads), int((share >= FOUND_SHARE).sum()))


def score_hotspots(cells: gpd.GeoDataFrame, truth: gpd.GeoDataFrame, *, least_bin: int = 2) -> Score:
    """Compare hot cells with planted clusters.

    Parameters
    ----------
    cells : GeoDataFrame
        See ``gis.hotspots.SCHEMA``; cells of at least ``least_bin`` count as hot.
    truth : GeoDataFrame
        ``cluster_id``, ``kind`` and the disc of each cluster.

    Returns
    -------
    Score
        A cluster is found if a hot cell touches its disc, a hot cell right if it touches a disc.
    """
    hot = cells[cells["bin"] >= least_bin].reset_index(drop=True)
    joined = gpd.sjoin(truth[["kind", "geometry"]].reset_index(drop=True), hot[["geometry"]])
    found = pd.Series(np.isin(np.arange(len(truth)), joined.index))
    table = pd.DataFrame({"kind": truth["kind"].to_numpy(), "found": found})
    rows = table.groupby("kind", as_index=False).agg(planted=("found", "size"), found=("found", "sum"))
    rows = rows.assign(decoy=False, hidden=0, right_class=rows["found"])
    return Score(rows, len(hot), int(joined["index_right"].nunique()))


def _overlaps(leads: gpd.GeoDataFrame, truth: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return truth, lead (positions) and the area they share in square metres."""
    planted = truth[["geometry"]].to_crs(EQUAL_AREA).reset_index(names="truth")
    reported = leads[["geometry"]].to_crs(EQUAL_AREA).reset_index(names="lead")
    shared = gpd.overlay(planted, reported, keep_geom_type=True)
    return pd.DataFrame({"truth": shared["truth"], "lead": shared["lead"], "area_m2": shared.area})


def _area_m2(table: gpd.GeoDataFrame) -> pd.Series:
    return table.geometry.to_crs(EQUAL_AREA).area
