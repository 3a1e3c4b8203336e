"""The pages of images in a real browser: found and fetched, judged by their clear ground, flown and measured."""

import io
from datetime import UTC, date, datetime, timedelta

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image
from shapely.geometry import Point

from cross_check import coverage, flight_heaps, flights
from cross_check.coverage import Wish
from cross_check.files import Project
from cross_check.flights import Brought
from tests.satellite import flown, made_scenes, shaky, stacs
from tests.views.opened import inside
from tools import screenshots
from views import assets

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(screenshots.chromium() is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not assets.ready(), reason="browser assets are not set up"),
]


def quick_look():
    """Return a green picture with a white cloud."""
    pixels = np.full((64, 64, 3), (60, 110, 50), np.uint8)
    pixels[10:30, 10:30] = 240
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_an_image_is_found_seen_chosen_and_fetched(page, tmp_path, monkeypatch):
    """Its quick-look lies on the map; a click on the footprint chooses it; the job brings it and leaves a receipt."""
    project = Project(tmp_path / "project")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with shaky.serving(look=quick_look(), red=b"MM" + bytes(5000)) as store:
        seen = stacs.item("S2_a", f"{yesterday:%Y-%m-%dT%H:%M:%SZ}", thumbnail=store.url("look"), red=store.url("red"))
        with stacs.small(seen | {"collection": "sentinel2-l2a"}) as api:
            monkeypatch.setenv("HDQ_STAC_URL", api.address)
            with screenshots.running(project.folder, "zh") as address:
                screenshots.open_page(page, address, "finding")
                page.locator(".st-key-finding-provider input").click()
                page.get_by_text("本单位 STAC 服务", exact=True).click()
                page.get_by_role("button", name="检索").click()
                page.get_by_role("button", name="下载所选").wait_for()
                screenshots.settle(page)
                look = inside(page).locator("img.leaflet-image-layer")
                assert look.count() == 1
                assert look.evaluate("one => one.naturalWidth") > 100
                inside(page).locator("path.leaflet-interactive").last.click(position={"x": 12, "y": 12})
                fetch = page.get_by_role("button", name="下载所选 1 景")
                fetch.wait_for()
                screenshots.settle(page)
                fetch.click()
                page.get_by_text("下载回执（1）").wait_for(timeout=120_000)
    assert [path.name for path in project.imagery.rglob("red*") if path.is_file()]


def test_a_scene_is_chosen_by_its_footprint_and_shows_why(page, tmp_path):
    """The page of coverage: the clicked footprint shows the bar of reasons and two pictures."""
    project = Project(tmp_path / "project")
    counts, scl = {}, np.full((60, 60), 4)
    scl[:20] = 9
    for native, value in {"B02": 1400, "B03": 1700, "B04": 1500, "B08": 4500, "B11": 3000}.items():
        size = 120 if native != "B11" else 60
        counts[native] = np.full((size, size), value)
        counts[native][: size // 3] = 6500
    coverage.prepare([made_scenes.sentinel2(tmp_path, counts, scl=scl)], project, Wish())
    coverage.months(project)
    with screenshots.running(project.folder, "zh") as address:
        screenshots.open_page(page, address, "coverage")
        inside(page).locator("path.leaflet-interactive").last.click()
        page.get_by_text("云 33.3%").first.wait_for(timeout=60_000)
        screenshots.settle(page)
        assert page.locator("[data-testid=stImage] img").count() == 2


def test_heaps_of_one_flight_are_looked_at(page, tmp_path):
    """The page of flights: the view of one flight's volumes lists heaps and pit and outlines them on the map."""
    project = Project(tmp_path / "project")
    flights.add(project, "summer", Brought(*flown.flights(tmp_path)[1], date(2025, 6, 1)))
    west, north = flown.WHERE.transform @ (0, 0)
    shapes = [Point(west + each.east_m, north - each.south_m).buffer(each.radius_m + 0.5) for each in flown.HEAPS[::2]]
    gpd.GeoDataFrame(geometry=shapes, crs=flown.WHERE.crs).to_file(tmp_path / "outlines.gpkg")
    flight_heaps.measure(project, "summer", tmp_path / "outlines.gpkg")
    with screenshots.running(project.folder, "zh") as address:
        screenshots.open_page(page, address, "drone")
        page.get_by_text("单期方量", exact=True).first.click()
        screenshots.settle(page)
        inside(page).locator("path.leaflet-interactive").nth(1).wait_for(state="attached")
        inside(page).locator("path.leaflet-interactive").first.click(force=True)
        card = inside(page).locator(".hdq-card")
        card.wait_for(timeout=60_000)
        assert card.locator("h4").inner_text() in {"堆体", "坑"}
