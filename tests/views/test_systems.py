"""Hypotheses on the import desk: colours, layers, rows."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis import clues, coordinates, files, offsets, synthetic
from gis.coordinates import Raw
from gis.language import catalogue
from views import systems

WORDS = catalogue("zh")


@pytest.fixture(scope="module")
def located():
    """Thirty sites written in GCJ-02, twenty of which are on record."""
    sketch = files.read_sketch()
    sites = synthetic.enterprises(np.random.default_rng(6), sketch, 30)
    lon, lat = offsets.to_gcj02(sites.geometry.x, sites.geometry.y)
    rows = pd.DataFrame({"统一社会信用代码": sites["credit_code"], "单位名称": sites["name"]})
    x, y = (pd.Series([f"{value:.6f}" for value in values], index=rows.index) for values in (lon, lat))
    raw = Raw(x, y, pd.Series("", index=rows.index))
    return coordinates.locate(raw, clues.evidence(rows, sketch, sites.head(20)))


def test_all_hypotheses_are_on_the_map_each_in_its_colour(located):
    """The one that was taken and those that were not; no two of one colour."""
    assert located.questions.empty
    made = [layer for layer in systems.bids(located, WORDS) if layer.kind == "stops"]
    names = set(located.hypotheses["name"])
    assert len(names) >= 3
    assert len(made) == len(names)
    colours = [layer.styles["bid"]["color"] for layer in made]
    assert len(set(colours)) == len(colours)
    said = [json.loads(layer.content)["v"][0][0] for layer in made]
    told = [item["text"] for item in systems.legend(located, WORDS)["items"]]
    assert told == [f"{number} {name}" for number, name in enumerate(said, 1)]


def test_a_row_has_a_numbered_mark_a_hypothesis_and_the_map_looks_at_them(located):
    """The number is that of the legend; all marks lie within what is shown; without a row all rows are shown."""
    row = int(located.candidates["row"].iloc[0])
    (layer,) = systems.flags(located, row, WORDS)
    content = json.loads(layer.content)
    assert content["n"] == [systems.numbered(located)[name] for name in content["s"]]
    (south, west), (north, east) = systems.bounds(located, row)
    assert all(west < lon < east for lon in content["lon"])
    assert all(south < lat < north for lat in content["lat"])
    assert north - south < 0.2
    assert systems.flags(located, systems.ALL, WORDS) == []
    (south, _), (north, _) = systems.bounds(located, systems.ALL)
    assert north - south > 1


def test_rows_tell_probability_and_distance(located):
    """GCJ-02 is certain and the others some 500 m to 1.5 km away."""
    rows = systems.rows_of(located.hypotheses, WORDS)
    assert rows[0][0].startswith("GCJ-02")
    assert float(rows[0][1].rstrip("%")) > 99
    assert rows[1][4] != ""


def test_known_sites_lie_behind_them(located):
    """Those around the rows alone."""
    far = gpd.GeoDataFrame({"site_id": ["a"], "name": ["远"]}, geometry=gpd.points_from_xy([80], [30]), crs=4490)
    assert json.loads(systems.known(far, located, WORDS).content)["id"] == []
