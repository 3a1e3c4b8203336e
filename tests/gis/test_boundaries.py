"""Boundaries: a good layer comes in as it is, a planted fault is told by feature."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from gis import boundaries, files, regions, schema
from gis.crs import STORAGE
from gis.errors import WorkbenchError


@pytest.fixture(scope="module")
def sketch():
    """The shipped regions."""
    return files.read_sketch()


@pytest.fixture
def rows(sketch):
    """The layer of a bureau: its own headings, features from 1."""
    table = gpd.GeoDataFrame(
        {"行政区划代码": sketch["division_code"], "名称": sketch["name_zh"]}, geometry=sketch.geometry, crs=STORAGE
    )
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="row"))


def codes_of(checked):
    """Row and code of each fault."""
    return list(checked.faults[["row", "code"]].itertuples(index=False, name=None))


def test_the_sketch_itself_is_a_good_layer(rows, sketch):
    """Codes, names, outlines and seats come back; the order does not matter."""
    checked = boundaries.check_divisions(rows.sample(frac=1, random_state=1), "prefecture", sketch)
    assert checked.faults.empty
    assert checked.layer["division_code"].tolist() == sorted(sketch["division_code"])
    theirs = sketch.set_index("division_code").loc[checked.layer["division_code"]].reset_index()
    assert checked.layer["seat_lon"].tolist() == theirs["seat_lon"].tolist()
    assert shapely.equals(checked.layer.geometry.to_numpy(), theirs.geometry.to_numpy()).all()
    assert schema.find_faults(checked.layer, regions.SCHEMA).empty


def test_faults_of_cells_are_told(rows, sketch):
    """A code of no one, one of another level, one twice, and a wrong name."""
    rows.loc[1, "行政区划代码"] = "110000"
    rows.loc[2, "行政区划代码"] = "230102"
    rows.loc[3, "行政区划代码"] = rows.loc[4, "行政区划代码"]
    rows.loc[5, "名称"] = "火星市"
    told = codes_of(boundaries.check_divisions(rows, "prefecture", sketch))
    assert {(1, "regions.unknown_code"), (2, "regions.unknown_code"), (5, "regions.other_name")} <= set(told)
    assert (4, "table.repeated_value") in told
    assert "regions.missing" in {code for _, code in told}


def test_faults_of_outlines_are_told(rows, sketch):
    """A bow tie, a line, nothing, and one in another country."""
    rows.loc[1, "geometry"] = Polygon([(126, 46), (127, 47), (127, 46), (126, 47)])
    rows.loc[2, "geometry"] = LineString([(126, 46), (127, 47)])
    rows.loc[3, "geometry"] = None
    rows.loc[4, "geometry"] = box(10, 50, 11, 51)
    told = codes_of(boundaries.check_divisions(rows, "prefecture", sketch))
    assert told == [
        (1, "regions.invalid"),
        (2, "table.wrong_geometry"),
        (3, "table.empty_value"),
        (4, "regions.far_away"),
    ]


def test_overlaps_and_gaps_are_told_and_slivers_are_not(rows, sketch):
    """A bite out of one inside the province is a gap, a swelling an overlap; a square of 50 metres is neither."""
    inner = rows.geometry[1].representative_point()
    for size, expected in ((0.0005, []), (0.05, ["regions.gap"])):
        bitten = rows.copy()
        bitten.loc[1, "geometry"] = rows.geometry[1].difference(inner.buffer(size))
        assert [code for _, code in codes_of(boundaries.check_divisions(bitten, "prefecture", sketch))] == expected
    swollen = rows.copy()
    swollen.loc[13, "geometry"] = rows.geometry[13].union(inner.buffer(0.05))
    assert codes_of(boundaries.check_divisions(swollen, "prefecture", sketch)) == [(13, "regions.overlap")]


def test_a_long_thin_overlap_is_noted_and_let_in(rows, sketch):
    """Fifty metres over a whole border: larger than a sliver by its area, none by its width."""
    wider = rows.copy()
    wider.loc[1, "geometry"] = rows.geometry[1].buffer(0.0005)
    checked = boundaries.check_divisions(wider, "prefecture", sketch)
    assert checked.faults.empty
    assert checked.notes["code"].tolist() == ["regions.slivers"]
    assert int(checked.notes["value"].iloc[0]) >= 3
    assert len(checked.layer) == len(rows)


def test_a_missing_prefecture_is_a_fault_and_a_missing_county_a_note(rows, sketch):
    """All that reads the regions needs thirteen."""
    told = boundaries.check_divisions(rows.iloc[1:], "prefecture", sketch)
    assert told.faults["code"].tolist() == ["regions.missing"]
    assert "哈尔滨市" in told.faults.loc[0, "value"] or sketch.loc[0, "name_zh"] in told.faults.loc[0, "value"]
    county = gpd.GeoDataFrame({"code": ["230102"]}, geometry=[box(126, 45, 127, 46)], index=[1], crs=STORAGE)
    checked = boundaries.check_divisions(county, "county", sketch)
    assert checked.faults.empty
    assert checked.notes["code"].tolist() == ["regions.missing"]
    assert checked.layer["name_zh"].tolist() == ["道里区"]
    assert schema.find_faults(checked.layer, boundaries.COUNTIES).empty


def test_a_former_county_is_told_with_its_successor(sketch):
    """Meixi went into Yimei."""
    county = gpd.GeoDataFrame({"code": ["230708"]}, geometry=[box(128, 47, 129, 48)], index=[1], crs=STORAGE)
    checked = boundaries.check_divisions(county, "county", sketch)
    assert checked.faults[["code", "value"]].to_numpy().tolist() == [["regions.former_code", "230708 / 230717"]]


def test_a_layer_without_its_column_is_refused(rows, sketch):
    """Codes for divisions, names for all else."""
    assert codes_of(boundaries.check_divisions(rows[["名称", "geometry"]], "county", sketch)) == [
        (1, "table.no_column")
    ]
    assert codes_of(boundaries.check_layer(rows[["行政区划代码", "geometry"]], "park")) == [(1, "table.no_column")]


def layer(*shapes):
    """Named features."""
    names = [f"甲{number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"名称": names}, geometry=list(shapes), index=range(1, len(shapes) + 1), crs=STORAGE)


def test_features_may_overlap_and_rivers_be_lines():
    """Ids follow from the content: the same layer again has the same."""
    areas = layer(box(126, 45, 127, 46), box(126, 45, 127, 47))
    checked = boundaries.check_layer(areas, "red_line")
    assert checked.faults.empty
    assert schema.find_faults(checked.layer, boundaries.LAYER).empty
    again = boundaries.check_layer(areas.iloc[::-1], "red_line").layer
    assert set(again["feature_id"]) == set(checked.layer["feature_id"])
    line = layer(LineString([(126, 45), (127, 46)]))
    assert boundaries.check_layer(line, "river").faults.empty
    assert codes_of(boundaries.check_layer(line, "reserve")) == [(1, "table.wrong_geometry")]


def test_faults_of_features_are_told():
    """No name, a point, and the same feature twice."""
    rows = layer(box(126, 45, 127, 46), Point(126, 45), box(1, 1, 2, 2), box(1, 1, 2, 2))
    rows.loc[1, "名称"] = ""
    rows.loc[4, "名称"] = rows.loc[3, "名称"]
    assert codes_of(boundaries.check_layer(rows, "grid")) == [
        (1, "table.empty_value"),
        (2, "table.wrong_geometry"),
        (4, "table.repeated_value"),
    ]


def test_strange_levels_and_kinds_are_mistakes(rows, sketch):
    """And a plain table is no layer."""
    with pytest.raises(ValueError, match="level"):
        boundaries.check_divisions(rows, "village", sketch)
    with pytest.raises(ValueError, match="kind"):
        boundaries.check_layer(rows, "lake")
    with pytest.raises(WorkbenchError) as refusal:
        boundaries.demand_layer(pd.DataFrame({"a": [1]}), "x.csv")
    assert refusal.value.code == "regions.no_outlines"
