"""Lists for people, and files for other programs that hold the same rows."""

import io
from functools import partial

import geopandas as gpd
import pandas as pd
import pytest

from gis.language import catalogue
from views import listing, state


@pytest.fixture(scope="module")
def shown(project):
    """Return the tables of the small project."""
    return state.tables(state.stamp_of(project))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_lists_have_a_row_each_and_headings_of_their_language(shown, language):
    """Every list is as long as its table, and no two columns share a heading."""
    words = catalogue(language)
    teams = {"T230100": "a", "T230600": "b"}
    for listed, table in (
        (listing.leads(shown["leads"], shown["regions"], shown["zones"], words), shown["leads"]),
        (listing.sites(shown["enterprises"], shown["regions"], words), shown["enterprises"]),
        (listing.cells(shown["hotspots"], words), shown["hotspots"]),
        (listing.visits(shown["visits"], teams, words), shown["visits"]),
    ):
        assert len(listed) == len(table)
        assert listed.columns.is_unique


def test_lists_of_nothing_are_empty(shown):
    """A filter that lets nothing through gives an empty list."""
    words = catalogue("zh")
    assert listing.leads(shown["leads"][:0], shown["regions"], shown["zones"], words).empty
    assert listing.sites(shown["enterprises"][:0], shown["regions"], words).empty


def test_geopackage_holds_the_rows_and_shapes(shown, tmp_path):
    """The file of shapes reads back as it was."""
    path = tmp_path / "leads.gpkg"
    path.write_bytes(listing.packed(shown["leads"], "gpkg"))
    back = gpd.read_file(path)
    assert list(back["lead_id"]) == list(shown["leads"]["lead_id"])
    assert back.geometry.geom_equals(shown["leads"].geometry).all()


@pytest.mark.parametrize(
    ("ending", "read"), [("csv", pd.read_csv), ("xlsx", partial(pd.read_excel, engine="openpyxl"))]
)
def test_plain_files_hold_a_place_inside_each_shape(shown, ending, read):
    """Tables without shapes have longitude and latitude, and codes keep their digits."""
    back = read(io.BytesIO(listing.packed(shown["leads"], ending)), dtype={"division_code": str})
    inside = gpd.GeoSeries(gpd.points_from_xy(back["lon"], back["lat"]), crs=shown["leads"].crs)
    assert inside.within(shown["leads"].geometry.reset_index(drop=True)).all()
    assert "geometry" not in back
    assert set(back["division_code"]) == {"230600"}
