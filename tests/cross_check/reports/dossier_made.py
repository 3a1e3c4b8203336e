"""A dossier made by hand for the tests of its paper."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point, box

from cross_check import dossiers
from cross_check.dossiers import Surroundings
from gis import files, history, synthetic
from gis.crs import GEODESIC, STORAGE

HOSTILE = "<img src=x onerror=alert(1)>&\"'建材厂"
LON, LAT = 126.0, 46.5


def dossier():
    """A site with a name that tries to be markup, a neighbour 1,000 m to the north, a lead and a zone."""
    sites = synthetic.enterprises(np.random.default_rng(4), files.read_sketch(), 2)
    north = GEODESIC.fwd(LON, LAT, 0, 999)[:2]
    sites["name"] = [HOSTILE, "邻厂"]
    sites["geometry"] = gpd.GeoSeries([Point(LON, LAT), Point(north)], crs=STORAGE)
    state = history.completed(sites)
    mine = state["site_id"][state["name"] == HOSTILE].iloc[0]
    lead = {
        "lead_id": ["L1"], "site_id": [mine], "machine_class": ["waste"], "human_class": [None],
        "state": ["new"], "area_m2": [900.0],
        "before_on": pd.to_datetime(["2025-06-01"]), "after_on": pd.to_datetime(["2026-06-01"]),
    }  # fmt: skip
    around = Surroundings(
        state=state,
        areas=files.read_sketch(),
        leads=gpd.GeoDataFrame(lead, geometry=[box(LON, LAT, LON + 0.001, LAT + 0.001)], crs=STORAGE),
        zones=gpd.GeoDataFrame(
            {"zone_id": ["Z"], "name": ["湿地"], "kind": ["reserve"]},
            geometry=[box(LON + 0.01, LAT, LON + 0.1, LAT + 0.1)],
            crs=STORAGE,
        ),
    )
    return dossiers.gather(mine, around, [], on=dt.date(2026, 6, 2))
