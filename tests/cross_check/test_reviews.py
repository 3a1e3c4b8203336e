"""Forms that give nothing away, reviews read with faults by row, and figures only where there are enough places."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from cross_check import reviews
from gis.errors import TableFaults, WorkbenchError
from gis.language import catalogue
from satellite import accuracy
from tests.satellite.test_accuracy import _example

ZH, EN = catalogue("zh"), catalogue("en")


def _sample(count=6):
    table = {
        "sample_id": [f"A{at}" for at in range(count)],
        "stratum": ["burn 2021-06"] * 3 + ["unchanged"] * (count - 3),
        "mapped": ["burn"] * 3 + ["unchanged"] * (count - 3),
        "month": ["2021-06"] * 3 + ["-"] * (count - 3),
    }
    points = gpd.points_from_xy(np.linspace(126, 127, count), np.full(count, 45.0))
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4490")


STRATA = pd.DataFrame(
    {
        "stratum": ["unchanged", "burn 2021-06"],
        "mapped": ["unchanged", "burn"],
        "pixels": [900, 100],
        "size": [9e4, 1e4],
    }
)


@pytest.mark.parametrize("words", [ZH, EN])
def test_the_form_does_not_tell_what_the_map_says(words):
    """No column and no value names class or stratum."""
    text = reviews.form(_sample(), ("2021-06-01", "2021-08-01"), words).to_csv()
    assert "burn" not in text
    assert words.say("class.burn") not in text
    assert "2021-06-01" in text


def _filled(findings, words=ZH):
    form = pd.DataFrame(reviews.form(_sample(len(findings)), ("", ""), words).drop(columns="geometry")).astype(str)
    form[words.say("accuracy.head_found")] = findings
    form.index = range(2, 2 + len(form))
    return form


@pytest.mark.parametrize(
    ("words", "burn", "rest"), [(ZH, "焚烧过火", "无变化"), (EN, "Burnt", "unchanged"), (EN, "burn", "unsure")]
)
def test_filled_forms_are_read_in_either_language(words, burn, rest):
    """Chinese words, English words, codes; empty rows wait."""
    burn = EN.say("class.burn") if burn == "Burnt" else burn
    taken = reviews.read(_filled([burn, burn, "", rest, rest, ""], words), _sample(), "form.csv")
    assert taken["found"].tolist() == ["burn", "burn", *(["unsure"] * 2 if rest == "unsure" else ["unchanged"] * 2)]


def test_faults_are_told_by_row():
    """A word that is none, a place not drawn, a place twice; an empty form is a sentence."""
    form = _filled(["burn", "fire!", "burn", "burn", "burn", "burn"])
    head = ZH.say("accuracy.head_sample_id")
    form.loc[4, head], form.loc[6, head] = "A99", "A0"
    with pytest.raises(TableFaults) as refusal:
        reviews.read(form, _sample(), "form.csv")
    told = {(row.row, row.code) for row in refusal.value.faults.itertuples()}
    assert told == {(3, "table.unknown_value"), (4, "accuracy.not_drawn"), (6, "table.repeated_value")}
    with pytest.raises(WorkbenchError) as empty:
        reviews.read(_filled([""] * 6), _sample(), "form.csv")
    assert empty.value.code == "accuracy.no_findings"


def test_a_stratum_without_reviews_is_named():
    """Two places a stratum at least; those that cannot be told do not count."""
    sample = _sample()
    some = pd.DataFrame({"sample_id": sample["sample_id"], "found": ["burn", "unsure", "unsure"] + ["unchanged"] * 3})
    with pytest.raises(WorkbenchError) as refusal:
        reviews.judge(sample, some, STRATA)
    assert refusal.value.params == {"count": 1, "stratum": "burn 2021-06"}


def test_few_places_give_no_percentage():
    """Three places of a class: its user's accuracy and its month are None, with the number of places beside."""
    sample = _sample(20)
    all_ = pd.DataFrame({"sample_id": sample["sample_id"], "found": ["burn"] * 3 + ["unchanged"] * 17})
    found = reviews.judge(sample, all_, STRATA)
    burn = next(each for each in found["classes"] if each["class"] == "burn")
    assert burn["users"] == {"value": None, "low": None, "high": None, "error": None, "places": 3}
    months = {(each["class"], each["month"]): each["right"] for each in found["months"]}
    assert months["burn", "2021-06"]["value"] is None
    assert months["unchanged", "-"]["value"] == 1
    assert found["overall"]["places"] == 20


def test_the_published_example_passes_through():
    """Olofsson et al. (2014) as sample and reviews: matrix and areas are those of the estimators."""
    places, strata = _example()
    sample = places.assign(sample_id=[f"A{at:04d}" for at in range(len(places))], month="-").drop(columns="found")
    given = pd.DataFrame({"sample_id": sample["sample_id"], "found": places["found"]})
    found = reviews.judge(sample, given, strata.assign(pixels=1000))
    assert found["matrix"]["counts"][0] == [66, 0, 5, 4]
    wanted = accuracy.assess(places, strata).areas["deforestation"]
    assert found["classes"][0]["area_m2"]["low"] == pytest.approx(wanted.low)


@pytest.mark.parametrize(
    ("inputs", "days"),
    [
        ({"before": {"seen_on": "2021-06-01"}, "after": {"seen_on": None}}, ("2021-06-01", "")),
        ({"history": [{"seen_on": "2020-01-01"}], "looks": [{"seen_on": "2021-05-01"}]}, ("2020-01-01", "2021-05-01")),
        (None, ("", "")),
    ],
)
def test_dates_come_from_the_recipe(inputs, days):
    """Of a pair, of a series, of neither."""
    assert reviews.dates_of({"inputs": inputs}) == days
