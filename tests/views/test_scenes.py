"""What the work map lets through and how each table becomes a layer."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from cross_check import casebook
from cross_check.files import Project
from gis import boundaries, regions
from gis.language import catalogue
from tests.cross_check import cases
from views import layers, scenes, state, wording
from views.scenes import Choice

ZH = catalogue("zh")


@pytest.fixture(scope="module")
def shown(project):
    """Return the tables of the small project."""
    return state.tables(state.stamp_of(project))


def features(layer):
    """Return what a layer of polygons holds."""
    return json.loads(layer.content)["features"]


def test_no_choice_lets_everything_through_by_priority(shown):
    """Without filters all open leads come, the most urgent first; the excluded L5 with every one alone."""
    leads = scenes.chosen_leads(shown["leads"], shown["enterprises"], Choice())
    assert list(leads["lead_id"]) == ["L1", "L2", "L3", "L4", "L0"]
    every = scenes.chosen_leads(shown["leads"], shown["enterprises"], scenes.EVERY)
    assert list(every["lead_id"]) == ["L1", "L2", "L3", "L4", "L0", "L5"]
    assert len(scenes.chosen_sites(shown["enterprises"], Choice())) == 300


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(classes=("burn", "waste")), ["L2", "L3"]),
        (Choice(least_score=0.85), ["L1", "L2", "L0"]),
        (Choice(division_code="230100"), []),
        (Choice(listed="unlisted"), ["L0"]),
        (Choice(listed="listed"), []),
    ],
)
def test_each_filter_lets_its_leads_through(shown, choice, ids):
    """Class, score, division and positive list narrow the leads."""
    assert list(scenes.chosen_leads(shown["leads"], shown["enterprises"], choice)["lead_id"]) == ids


def test_lists_and_divisions_part_the_sites(shown):
    """On and off the list make up all sites, and so do the divisions."""
    sites = shown["enterprises"]
    on, off = (len(scenes.chosen_sites(sites, Choice(listed=each))) for each in ("listed", "unlisted"))
    assert (on, off) == (30, 270)
    parts = [len(scenes.chosen_sites(sites, Choice(division_code=code))) for code in ("230100", "230600", "231200")]
    assert sum(parts) == 300


def test_leads_carry_their_class_and_words(shown):
    """A lead's feature has its class as style and its facts in words."""
    names = wording.region_names(shown["regions"], "zh")
    layer = scenes.leads(shown["leads"], shown["zones"], ZH, names)
    first = features(layer)[0]["properties"]
    assert first["s"] == "construction"
    assert first["v"][:2] == ["L0", "新增建设"]
    assert "大庆市" in first["v"]
    assert first["v"][-1] == "水源地(示例)"
    assert len(first["v"]) == len(layer.fields) + 1
    assert set(layer.styles) >= {each["properties"]["s"] for each in features(layer)}


def test_cells_leave_out_what_says_nothing(shown):
    """Cells of class 0 come only where something was counted, on the work map not at all."""
    assert len(features(scenes.cells(shown["hotspots"], ZH))) == 9
    assert len(features(scenes.cells(shown["hotspots"], ZH, marked_only=True))) == 6
    quiet = shown["hotspots"].assign(count=0)
    assert len(features(scenes.cells(quiet, ZH))) == 6


def test_stops_have_numbers_only_when_few(shown):
    """Numbers of the day stand in the stops of one team or day."""
    teams = {"T230100": "a", "T230600": "b"}
    assert json.loads(scenes.stops(shown["visits"], teams, ZH).content)["n"] == [1, 2, 1, 1]
    assert json.loads(scenes.stops(shown["visits"], teams, ZH, numbered=False).content)["n"] == []


def test_one_layer_a_kind_of_zone(shown):
    """Three kinds of zones can be switched on and off alone."""
    assert [layer.key for layer in scenes.zones(shown["zones"], ZH)] == [
        "zones-reserve",
        "zones-water_source",
        "zones-red_line",
    ]


def test_names_of_regions_lie_inside_them(shown):
    """A region's name stands in its middle."""
    _, names = scenes.regions(shown["regions"], ZH)
    placed = json.loads(names.content)
    for lon, lat, outline in zip(placed["lon"], placed["lat"], shown["regions"].geometry, strict=True):
        assert outline.contains_properly(Point(lon, lat))


def test_empty_project_gives_empty_layers(tmp_path):
    """Tables that have not been made yet give layers without features, not errors."""
    empty = state.tables(state.stamp_of(Project(tmp_path)))
    teams = {}
    assert scenes.regions(empty["regions"], ZH) == []
    assert scenes.zones(empty["zones"], ZH) == []
    assert features(scenes.leads(empty["leads"], empty["zones"], ZH, {})) == []
    assert features(scenes.cells(empty["hotspots"], ZH)) == []
    assert features(scenes.routes(empty["legs"], teams, ZH)) == []
    assert json.loads(scenes.sites(empty["enterprises"], ZH, {}).content)["id"] == []
    assert json.loads(scenes.stops(empty["visits"], teams, ZH).content)["id"] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_legends_name_every_class(language):
    """The legends hold every class once."""
    words = catalogue(language)
    assert len({item["text"] for item in scenes.class_legend(words)["items"]}) == 7
    table = pd.DataFrame({"bin": [*range(-3, 4), 0], "few": [False] * 7 + [True]})
    assert len({item["text"] for item in scenes.bin_legend(words, table)["items"]}) == 8
    assert len(scenes.bin_legend(words, table[table["bin"] == 3])["items"]) == 1


def test_crews_of_a_team_have_lines_of_their_own(shown):
    """Two crews on one day are two features; a table without crews, as older rounds have it, is drawn as well."""
    legs = shown["legs"]
    twice = pd.concat([legs, legs.assign(crew=2)], ignore_index=True)
    ids = [each["properties"]["id"] for each in features(scenes.routes(twice, {"T230100": "A"}, ZH))]
    assert len(set(ids)) == len(twice)
    old = features(scenes.routes(legs.drop(columns="crew"), {"T230100": "A"}, ZH))
    assert len(old) == len(legs)


def test_leads_of_other_sources_are_points_as_far_as_a_role_may_see_them(tmp_path):
    """By state, division and class; patches are drawn as areas and not again; a third party sees no complaint."""
    made = cases.project(tmp_path / "p")
    ledger = casebook.opened(made)
    rows = [cases.lead("1"), cases.lead("2", source="complaint"), cases.lead("3", source="department", kind="burn")]
    casebook.take_in(ledger, cases.act(), cases.leads(*rows))
    casebook.read(ledger, cases.act(), rows[2]["lead_id"], "excluded", "burn")
    table = casebook.table(ledger)
    assert list(scenes.chosen_told(table, Choice())["lead_id"]) == [rows[1]["lead_id"]]
    assert list(scenes.chosen_told(table, Choice(stands="over"))["lead_id"]) == [rows[2]["lead_id"]]
    assert scenes.chosen_told(table, Choice(division_code="231200")).empty
    assert scenes.chosen_told(table, Choice(classes=("burn",))).empty
    assert len(scenes.chosen_told(table, scenes.EVERY)) == 2
    drawn = scenes.told(scenes.chosen_told(table, Choice()), catalogue("zh"), {})
    assert rows[1]["lead_id"].encode() in drawn.content
    third = scenes.chosen_told(casebook.table(ledger, role="contractor"), Choice())
    assert scenes.told(third, catalogue("zh"), {}).content == layers.NO_PLACES


def test_every_kind_of_own_layer_has_a_colour_and_a_name():
    """And one that is too dense is left out."""
    shape = gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(126, 45, 127, 46)], crs=4490)
    for kind in ("county", *(kind for kind in boundaries.KINDS if kind not in regions.ZONE_KINDS)):
        (layer,) = scenes.further(kind, shape, ZH)
        assert layer.name
        assert layer.styles[kind]["color"].startswith("#")
    assert scenes.further("grid", shape.iloc[[0] * 5000], ZH) == []
