"""The catalogue: one search for every kind of provider, put to nobody before somebody looks."""

import json
from datetime import date

import pytest

from gis.errors import WorkbenchError
from satellite.catalog import Search, by_id
from satellite.providers import provider
from satellite.questions import Question, in_box
from tests.satellite import dhus, stacs

HARBIN = in_box(126.0, 45.5, 127.0, 46.0)
MAY = (date(2026, 5, 1), date(2026, 5, 31))
HERE = "POLYGON ((126 45, 127 45, 127 46, 126 46, 126 45))"
SECRET = {"HDQ_DHUS_USER": dhus.USER, "HDQ_DHUS_PASSWORD": dhus.PASSWORD}


def search(name, **question):
    """Search Harbin in May."""
    return Search(provider(name, {}), Question(HARBIN, MAY, **question), SECRET)


def test_three_kinds_of_catalogue_give_one_kind_of_table(tmp_path):
    """The same scene from a STAC API, a DHuS mirror and a folder differs in name and place only."""
    (tmp_path / "a.json").write_text(json.dumps(stacs.item("a")), encoding="utf-8")
    with stacs.small(stacs.item("a")) as api, dhus.serving(dhus.Scene("a", "2026-05-10T02:30:31Z", 5, HERE)) as mirror:
        tables = [
            search(api.address).table(),
            search(f"dhus:{mirror.address}").table(),
            search(str(tmp_path), collection="sentinel-2-l2a").table(),
        ]
    told = [
        (row["scene_id"], row["sensor"], row["sensed_at"], row["cloud_percent"])
        for (_, row) in (next(table.iterrows()) for table in tables)
    ]
    assert len(set(told)) == 1
    assert len({table.iloc[0]["geometry"].normalize().wkt for table in tables}) == 1
    assert [list(table.columns) for table in tables] == [list(tables[0].columns)] * 3


def test_a_search_may_be_looked_at_twice():
    """Each time the catalogue is asked afresh."""
    with stacs.small(stacs.item("a")) as api:
        found = search(api.address)
        assert len(list(found)) == 1
        api.items.append(stacs.item("b"))
        assert len(list(found)) == 2


def test_a_table_may_be_limited():
    """Items beyond the limit are not asked for."""
    with stacs.small(*(stacs.item(f"s{n}") for n in range(30))) as api:
        assert len(search(api.address).table(at_most=5)) == 5
        assert len(api.asked) == 1


def test_missing_scenes_are_named(tmp_path):
    """Not more of them than a sentence bears."""
    with pytest.raises(WorkbenchError) as refused:
        by_id(search(str(tmp_path)), tuple(f"s{n}" for n in range(9)))
    assert refused.value.params["scene"] == "s0, s1, s2, s3, s4"
