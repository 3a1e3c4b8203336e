"""The pages of images in a real browser."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from cross_check.files import Project
from tests.satellite import shaky, stacs
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
