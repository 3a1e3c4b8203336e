"""The plan on the map: one point a site, the most binding way first, colours with their meaning."""

import json

import pandas as pd
import pytest

from cross_check.planning import Version
from gis import files
from gis.language import catalogue
from views import plan_map

WORDS = catalogue("zh")


@pytest.fixture
def version(tmp_path):
    """Return a version of three sites: A is visited three times, B is drawn, C has no place."""
    rows = [
        ("A", "230100", 3, "routine"),
        ("A", "230100", 5, "special"),
        ("A", "230100", 9, "routine"),
        ("B", "230200", 5, "drawn"),
        ("C", "230200", 5, "routine"),
    ]
    plan = pd.DataFrame(rows, columns=["site_id", "division_code", "month", "kind"]).assign(name="甲厂", risk=3.0)
    sites = pd.DataFrame({"site_id": ["A", "B"], "lon": [126.5, 124.0], "lat": [45.8, 47.3]})
    for name, table in (("plan", plan), ("sites", sites)):
        files.write_table(table, tmp_path / f"{name}.parquet")
    return Version(1, tmp_path, {})


def test_a_site_is_one_point_with_its_months_and_most_binding_way(version):
    """A campaign goes before a draw and routine; the count is that of the whole year whatever month is shown."""
    table = plan_map.objects(version).set_index("site_id")
    assert table.loc["A", ["kind", "months", "often"]].tolist() == ["special", "3, 5, 9", 3]
    assert list(table.index) == ["A", "B"]
    march = plan_map.objects(version, month=3).set_index("site_id")
    assert march.loc["A", ["kind", "months", "often"]].tolist() == ["routine", "3", 3]
    assert list(plan_map.objects(version, city="230200")["site_id"]) == ["B"]
    assert plan_map.objects(version, month=12).empty


@pytest.mark.parametrize(("by", "classes"), [("kind", ["special", "drawn"]), ("often", ["3", "1"])])
def test_colours_and_legend_agree(version, by, classes):
    """Every point is of a class that the legend explains, and the legend explains no other."""
    table = plan_map.objects(version)
    layer = plan_map.layer(table, by, WORDS)
    drawn = json.loads(layer.content)
    assert drawn["s"] == classes
    told = [item["text"] for item in plan_map.legend(table, by, WORDS)["items"]]
    assert set(told) == {WORDS.say(f"plan_map.{by}_{name}") for name in classes}
    assert {styled["color"] for name, styled in layer.styles.items() if name in classes} == {
        item["line"] for item in plan_map.legend(table, by, WORDS)["items"]
    }


def test_a_month_without_visits_draws_nothing(version):
    """An empty layer and an empty legend, no fault."""
    table = plan_map.objects(version, month=12)
    assert json.loads(plan_map.layer(table, "kind", WORDS).content)["id"] == []
    assert plan_map.legend(table, "kind", WORDS)["items"] == []
