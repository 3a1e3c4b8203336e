"""The page that finds images: asked, shown, chosen, ordered; and what it says without network or password."""

import io

import pandas as pd
import pytest
from PIL import Image

from cross_check import jobs
from cross_check.files import Project
from gis import files
from gis.language import catalogue
from tests.satellite import shaky, stacs
from tests.views import opened


@pytest.fixture
def project(tmp_path):
    """A project without anything: the page needs no more."""
    return Project(tmp_path / "project")


@pytest.fixture
def bureau(monkeypatch):
    """A bureau's own STAC API with two scenes and one quick-look."""
    look = io.BytesIO()
    Image.new("RGB", (64, 64), "green").save(look, "PNG")
    with shaky.serving(look=look.getvalue()) as store:
        items = (stacs.item("S2_a", thumbnail=store.url("look")), stacs.item("S2_b", "2026-05-11T02:30:31Z", cloud=20))
        with stacs.small(*items) as api:
            monkeypatch.setenv("HDQ_STAC_URL", api.address)
            yield api


def searched(monkeypatch, project, language="zh"):
    """Open the page, choose the bureau's catalogue and a division, and search."""
    test = opened.page(monkeypatch, project, "finding", language)
    test.selectbox("finding-provider").set_value("bureau").run()
    test.selectbox("finding-division").set_value("230100").run()
    test.button("finding-ask").click().run()
    assert not test.exception
    return test


def test_before_the_first_search_it_says_what_to_do(monkeypatch, project):
    """The default is Copernicus Data Space, and the end of the old hub is told."""
    test = opened.page(monkeypatch, project, "finding")
    assert test.selectbox("finding-provider").value == "dataspace"
    assert catalogue("zh").say("finding.begin") in opened.told(test)
    assert any("2023 年 10 月关闭" in each.value for each in test.caption)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_search_is_listed_with_quick_looks(monkeypatch, project, bureau, language):
    """Pictures as data; the area of the question is the division's."""
    test = searched(monkeypatch, project, language)
    rows = test.dataframe[0].value
    assert rows.iloc[:, -1].tolist() == ["S2_a", "S2_b"]
    assert rows.iloc[0, 0].startswith("data:image/jpeg;base64,")
    assert pd.isna(rows.iloc[1, 0])
    assert bureau.asked[0]["collections"] == ["sentinel2-l2a"]
    assert bureau.asked[0]["intersects"]["type"] == "Polygon"


@pytest.mark.usefixtures("bureau")
def test_chosen_images_are_ordered_from_the_queue(monkeypatch, project):
    """The button waits for a choice, and its job names catalogue, sensor and ids."""
    asked = []
    monkeypatch.setattr(jobs, "submit", lambda _, argv, **__: asked.append(argv))
    test = searched(monkeypatch, project)
    assert test.button("finding-fetch").disabled
    test.session_state["finding-chosen"] = ("S2_b", "gone")
    test.run()
    test.button("finding-fetch").click().run()
    assert asked == [["scenes", "fetch", "S2_b", "--provider", "bureau", "--sensor", "sentinel2-l2a"]]


@pytest.mark.usefixtures("bureau")
def test_what_is_chosen_on_the_map_is_chosen_in_the_list(monkeypatch, project):
    """One selection for both."""
    test = searched(monkeypatch, project)
    test.session_state["finding-chosen"] = ("S2_b",)
    test.run()
    assert test.session_state["finding-table"]["selection"]["rows"] == [1]


def test_without_a_network_one_sentence_and_a_way_out(monkeypatch, project):
    """A server that is down: its host, and folders or a disk instead."""
    with stacs.small() as api:
        monkeypatch.setenv("HDQ_STAC_URL", api.address)
    test = searched(monkeypatch, project)
    assert [each.value for each in test.error] == ["127.0.0.1 无响应，请检查网络"]
    assert any("hdq scenes add" in each.value for each in test.caption)


def test_nothing_found_is_said(monkeypatch, project):
    """With what to change."""
    with stacs.small() as api:
        monkeypatch.setenv("HDQ_STAC_URL", api.address)
        test = searched(monkeypatch, project)
    assert catalogue("zh").say("finding.nothing") in opened.told(test)


def test_missing_credentials_are_told_before_fetching(monkeypatch, project, bureau):
    """A mirror that wants a password says so at once, by the names of its variables."""
    monkeypatch.setenv("HDQ_DHUS_URL", bureau.address)
    for name in ("HDQ_DHUS_USER", "HDQ_DHUS_PASSWORD"):
        monkeypatch.setenv(name, "")
    test = opened.page(monkeypatch, project, "finding")
    test.selectbox("finding-provider").set_value("mirror").run()
    test.button("finding-ask").click().run()
    assert "HDQ_DHUS_USER" in test.error[0].value


def test_receipts_are_shown(monkeypatch, project):
    """When, from where, how much, and what could not be had; a damaged one is left out."""
    folder = project.imagery / "receipts"
    row = {"scene_id": "a", "key": "red", "sha256": "0", "size": 5_000_000}
    told = {
        "made_at": "2026-05-10T02:00:00+00:00",
        "host": "stac.example.cn",
        "files": [row, {"scene_id": "b", "code": "x"}],
    }
    files.write_json(told, folder / "1.json")
    (folder / "2.json").write_text("{", encoding="utf-8")
    drawn = opened.html(opened.page(monkeypatch, project, "finding"))
    assert "stac.example.cn" in drawn
    assert "5.0 MB" in drawn
