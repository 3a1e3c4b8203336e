"""Rulings on one site on the register page, and doubles, merged and taken back."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from cross_check import annals, desk, rulings
from cross_check.files import Project
from gis import files
from tests.views import opened, small
from views import ruling_form


@pytest.fixture
def project(tmp_path):
    """A small project with a planted double: site 5 again, 40 m away, under a longer name."""
    project = small.write(Project(tmp_path / "small").folder)
    sites = files.read_layer(project.enterprises)
    twin = sites.iloc[[5]].assign(site_id="S90000", name=sites["name"].iloc[5] + "有限公司")
    place = twin.geometry.iloc[0]
    twin = twin.set_geometry(gpd.GeoSeries([Point(place.x + 0.0005, place.y)], index=twin.index, crs=sites.crs))
    both = gpd.GeoDataFrame(pd.concat([sites, twin], ignore_index=True), crs=sites.crs)
    files.write_table(both, project.enterprises)
    return project


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("126.53, 45.8", (126.53, 45.8)),
        ("126.53，45.8", (126.53, 45.8)),
        ("126.53", None),
        ("45.8, 126.53", None),
        ("", None),
    ],
)
def test_a_typed_place_is_two_numbers(text, place):
    """Longitude first."""
    assert ruling_form.place_in(text) == place


def test_a_double_is_shown_merged_and_taken_back(monkeypatch, project):
    """Both sides are seen; the merge needs a name and a reason; undo brings both back."""
    test = opened.page(monkeypatch, project, "register")
    shown = opened.html(test)
    assert "S00005" in shown
    assert "S90000" in shown
    key = "S00005-S90000"
    assert test.button(key=f"merge-{key}").disabled
    test.text_input(key=f"by-{key}").set_value("李四").run()
    test.text_input(key=f"why-{key}").set_value("同一家").run()
    test.button(key=f"merge-{key}").click().run()
    assert not test.exception
    assert "S90000" not in set(files.read_layer(project.enterprises)["site_id"])
    merged = annals.events(project)[-1]
    assert (merged.kind, merged.act.by, merged.act.why) == ("merge", "李四", "同一家")
    desk.undo(project, merged.act)
    assert "S90000" in set(files.read_layer(project.enterprises)["site_id"])


def test_a_place_is_corrected_and_a_site_removed_on_the_page(monkeypatch, project):
    """Chosen, typed, with a reason: an event; what was removed stands in its tab."""
    test = opened.page(monkeypatch, project, "register")
    test.session_state["register-chosen"] = ("sites", "S00007")
    test.run()
    test.text_input(key="place-S00007-None").set_value("125.8, 45.5").run()
    test.text_input(key="ruling-by-S00007").set_value("李四").run()
    test.text_input(key="ruling-why-S00007").set_value("现场核对").run()
    test.button(key="move-site").click().run()
    assert not test.exception
    row = files.read_layer(project.enterprises).set_index("site_id").loc["S00007"]
    assert (row.geometry.x, row.geometry.y) == (125.8, 45.5)
    test.button(key="remove-site").click().run()
    assert not test.exception
    assert rulings.removals(project)["site_id"].tolist() == ["S00007"]
    assert any("S00007" in each.value.to_string() for each in test.dataframe)
