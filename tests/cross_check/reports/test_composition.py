"""Composition: which layers stand on a plate, and which enterprises are named."""

from dataclasses import replace

import pytest

from cross_check.reports import composition
from cross_check.reports.contents import Area, checked

HERE = Area(name="某区", bbox=(126.55, 45.72, 126.68, 45.82))


@pytest.fixture
def shown(contents, brief):
    """Return what the internal brief shows."""
    return checked(contents, brief)


def test_crowds_count_every_enterprise_once(shown):
    """Few dots for many sites, no site lost, each dot's class begins at or below its number."""
    dots = composition.crowds(shown.enterprises)
    assert dots["count"].sum() == len(shown.enterprises)
    assert len(dots) < len(shown.enterprises)
    assert (dots["low"] <= dots["count"]).all()


def test_the_province_shows_no_single_enterprise(shown, brief):
    """Twenty thousand points would make a heavy file and a black map."""
    plate = composition.province(shown, brief, areas=(HERE,), page=(1, 2))
    assert max(len(layer.table) for layer in plate.layers if layer.kind == "points") < 100
    assert not any(
        "site_id" in layer.table and layer.kind == "points" and "lead_id" not in layer.table for layer in plate.layers
    )
    assert plate.marked == (("2", HERE.bbox),)
    assert plate.shows_leads


def test_leads_of_an_area_are_numbered_by_priority(shown, brief):
    """The list beside the map and the numbers on it agree: the most urgent is number one."""
    plate = composition.area(shown, brief, HERE, page=(2, 2))
    numbers = next(layer for layer in plate.layers if layer.text == "number").table
    assert numbers["lead_id"].tolist() == ["L1", "L2", "L3", "L0"]
    assert [row[0] for row in plate.figures[0].rows] == ["1", "2", "3", "4"]


def test_enterprises_that_a_lead_names_are_set_apart(shown, brief):
    """Three sites are labelled; they are not drawn a second time among the others."""
    plate = composition.area(shown, brief, HERE)
    named = next(layer for layer in plate.layers if layer.text == "name").table
    assert set(named["site_id"]) == set(shown.leads["site_id"].dropna())
    others = [layer.table for layer in plate.layers if layer.kind == "points" and layer.table is not named]
    assert all(set(table["site_id"]).isdisjoint(named["site_id"]) for table in others)


def test_a_plate_of_regions_alone_can_be_composed(contents, brief):
    """Whatever there is not leaves no layer, no figures column and no notice."""
    bare = checked(
        replace(contents, **dict.fromkeys(("zones", "leads", "hotspots", "enterprises", "legs", "visits"))), brief
    )
    plate = composition.province(bare, brief)
    assert not plate.shows_leads
    assert {layer.kind for layer in plate.layers} == {"polygons", "lines", "points", "labels"}
    assert not composition.area(bare, brief, HERE).figures
