"""Graticule: round degrees, curves that follow them, ticks on the frame."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from gis import graticule
from gis.crs import EQUAL_AREA, STORAGE

PROVINCE = (-570_000.0, -510_000.0, 570_000.0, 630_000.0)


@pytest.mark.parametrize(
    ("degrees", "letter", "text"),
    [(126, "E", "126°E"), (126.5, "E", "126°30′E"), (45 + 1 / 3600, "N", "45°00′01″N"), (47.75, "N", "47°45′N")],
)
def test_degrees_are_written_without_empty_parts(degrees, letter, text):
    """Minutes and seconds stand only where they say something."""
    assert graticule.degrees_text(degrees, letter) == text


@given(st.floats(0.001, 30))
def test_a_span_gets_a_few_lines(span):
    """At most eight lines, and never so few that one could not read a position."""
    count = span * 3600 / graticule.step_s(span)
    assert 2 <= count <= 8 or graticule.step_s(span) in {1, 18000}


@pytest.mark.parametrize(
    ("system", "extent"),
    [(EQUAL_AREA, PROVINCE), (CRS.from_epsg(4551), (541_000.0, 5_070_000.0, 553_000.0, 5_082_000.0))],
)
def test_every_line_keeps_its_degree_and_its_place_in_the_frame(system, extent):
    """Carried back to degrees, a meridian's longitude and a parallel's latitude do not change."""
    back = Transformer.from_crs(system, STORAGE, always_xy=True)
    lines = graticule.lines(system, extent)
    assert {line.axis for line in lines} == {"lon", "lat"}
    for line in lines:
        lon, lat = back.transform(*line.curve.xy)
        assert np.allclose(lon if line.axis == "lon" else lat, line.degrees, atol=2e-3)
        assert shapely.box(*extent).buffer(1e-3).covers(line.curve)


def test_parallels_of_a_province_are_curved():
    """On a cone a parallel bends: its middle lies lower than its ends."""
    parallel = next(line for line in graticule.lines(EQUAL_AREA, PROVINCE) if line.axis == "lat")
    y = np.array(parallel.curve.coords)[:, 1]
    assert y[len(y) // 2] < min(y[0], y[-1]) - 5_000


def test_ticks_lie_on_the_edges_and_name_what_ends_there():
    """Meridians end at the top and bottom, parallels at the sides, each where its label says."""
    back = Transformer.from_crs(EQUAL_AREA, STORAGE, always_xy=True)
    ticks = graticule.ticks(graticule.lines(EQUAL_AREA, PROVINCE), PROVINCE)
    edges = {"left": PROVINCE[0], "bottom": PROVINCE[1], "right": PROVINCE[2], "top": PROVINCE[3]}
    assert {tick.side for tick in ticks} == set(edges)
    for tick in ticks:
        across = tick.side in {"bottom", "top"}
        place = (tick.at, edges[tick.side]) if across else (edges[tick.side], tick.at)
        lon, lat = back.transform(*place)
        assert tick.label == graticule.degrees_text(round(lon if across else lat), "E" if across else "N")
