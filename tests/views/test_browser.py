"""The pages in a real browser that can reach this machine alone."""

import re

import pytest

from tests.views import small
from tests.views.opened import inside
from tools import screenshots
from views import assets

CHROMIUM = screenshots.chromium()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not assets.ready(), reason="browser assets are not set up"),
]

# Words that are the same in both languages: names of formats, indices, commands and the other language.
SHARED = {
    "English", "GeoPackage", "Excel", "CSV", "small", "NDVI", "NDWI", "NDBI", "project", "onerror", "alert", "src",
    "img", "yyyy",
    "xlsx", "xls", "csv", "kml", "kmz", "ovkml", "ovkmz", "zip", "gpkg", "geojson", "dxf", "parquet", "gpx", "inbox",
    "TOML",
}  # fmt: skip


PATIENCE = 20


@pytest.fixture(scope="module")
def address(project):
    """Return the address of the app on the small project."""
    with screenshots.running(project.folder, "zh") as found:
        yield found


@pytest.mark.parametrize("path", screenshots.PAGES.values(), ids=screenshots.PAGES)
def test_page_in_chinese_says_nothing_in_english(page, address, path):
    """Every page and its map are in Chinese throughout, tool tips and hidden texts of the map included."""
    screenshots.open_page(page, address, path)
    for _ in range(PATIENCE):
        if not english(page):
            break
        page.wait_for_timeout(500)  # on a busy machine parts of the page come late
    assert english(page) == set()


def english(page):
    """Return the words in Latin letters that a page, its side bar and its map show."""
    # An icon is a word that its own typeface draws as a picture.
    icons = "[data-testid=stIconMaterial], [data-testid=stExpanderIcon], [data-testid=stAlertDynamicIcon]"
    # The uploader's own words have no size; the house's stand in their place.
    page.locator(f"{icons}, [data-testid=stFileUploaderDropzone] button *").evaluate_all(
        "all => all.forEach(each => each.remove())"
    )
    said = page.locator("[data-testid=stMain]").inner_text() + page.locator("[data-testid=stSidebar]").inner_text()
    if page.locator("iframe").count():
        said += inside(page).locator("body").inner_text()
        said += " ".join(inside(page).locator("[title]").evaluate_all("all => all.map(each => each.title)"))
    commands = re.sub(r"hdq [^\n]*|\w+\.parquet", "", said)
    return set(re.findall(r"[A-Za-z]{3,}", commands)) - SHARED


def test_map_draws_outlines_clusters_and_fonts(page, address):
    """The work map shows regions, leads and clustered sites, in the vendored typeface on page and map."""
    screenshots.open_page(page, address, "work_map")
    loaded = "Array.from(document.fonts).filter(f => f.family.includes('Noto') && f.status === 'loaded').length"
    # Layers come one after the other; on a busy machine some are on their way when the map is there.
    for drawn, least in (("path.leaflet-interactive", 6), (".hdq-cluster", 3)):
        inside(page).locator(drawn).nth(least - 1).wait_for(state="attached")
    assert page.evaluate(loaded) >= 1
    assert inside(page).locator("body").evaluate(f"() => {loaded}") >= 1


def test_moving_and_zooming_the_map_does_not_run_the_page(page, address):
    """Dragging and zooming send nothing to the server."""
    sent = []

    def keep(frame):
        # Playwright marks the functions that it calls, which a built-in method does not let it do.
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    screenshots.open_page(page, address, "work_map")
    before = len(sent)
    page.locator("iframe").first.wait_for()
    box = page.locator("iframe").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=5)
    page.mouse.up()
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(1200)
    assert len(sent) == before


def test_chosen_row_opens_its_popup_on_the_map(page, address):
    """Choosing a row moves the map to the lead and opens its popup."""
    screenshots.open_page(page, address, "work_map")
    screenshots.choose_row(page, 0)
    card = inside(page).locator(".hdq-card")
    assert card.locator("h4").inner_text() == "L1"
    assert "20.70 公顷" in card.inner_text()


def test_clicked_polygon_shows_its_popup_and_selects_its_row(page, address):
    """Clicking a lead on the map opens its popup, keeps it open, and selects the lead's row; names stay plain text."""
    screenshots.open_page(page, address, "work_map")
    screenshots.choose_row(page, 4)
    inside(page).locator(".leaflet-popup-close-button").click()
    target = inside(page).locator("path.leaflet-interactive[stroke='#D55E00']").first
    target.click(force=True)
    page.wait_for_timeout(1500)
    card = inside(page).locator(".hdq-card")
    assert card.locator("h4").inner_text() == "L0"
    assert small.HOSTILE in card.inner_text()
    assert page.locator("[role=row][aria-selected=true]").count() == 1
    assert "新增建设" in page.locator("[role=row][aria-selected=true]").inner_text()


def test_swipe_moves_the_edge_between_two_dates(page, address):
    """The bench shows both dates with their days written on them, and dragging the handle moves their edge."""
    screenshots.open_page(page, address, "bench")
    pictures = inside(page).locator("img.leaflet-image-layer")
    pictures.nth(1).wait_for(state="attached")
    assert pictures.count() == 2
    assert pictures.evaluate_all("all => all.every(each => each.naturalWidth > 500)")
    assert inside(page).locator(".hdq-date").all_inner_texts() == ["前期 2024-06-18", "后期 2025-06-20"]
    divider = inside(page).locator(".leaflet-sbs-divider")
    before = divider.bounding_box()["x"]
    thumb = inside(page).locator(".leaflet-sbs-range").bounding_box()
    page.mouse.move(thumb["x"] + thumb["width"] / 2, thumb["y"])
    page.mouse.down()
    page.mouse.move(thumb["x"] + thumb["width"] / 4, thumb["y"], steps=6)
    page.mouse.up()
    assert divider.bounding_box()["x"] < before - 100


def test_next_lead_changes_pictures_and_facts_together(page, address):
    """The key J goes to the next lead without loading the map anew."""
    screenshots.open_page(page, address, "bench")
    inside(page).locator("body").evaluate("body => { body.dataset.same = 'yes' }")
    first = inside(page).locator("img.leaflet-image-layer").first.get_attribute("src")
    page.locator(".hdq-title h1").click()
    page.keyboard.press("j")
    page.locator(".hdq-sheet td", has_text="L2").first.wait_for()
    screenshots.settle(page)
    assert inside(page).locator("img.leaflet-image-layer").first.get_attribute("src") != first
    assert inside(page).locator("body[data-same=yes]").count() == 1


def test_computed_cell_on_the_map_shows_its_window_and_records(page, address):
    """After a study a click on a cell outlines its window and lists its records; the map stays where it is."""
    screenshots.open_page(page, address, "hotspots")
    screenshots.compute(page)
    before = inside(page).locator(".leaflet-map-pane").get_attribute("style")
    inside(page).locator("path.leaflet-interactive[fill='#B2182B']").first.click(force=True)
    page.locator(".hdq-reason").wait_for()
    screenshots.settle(page)
    inside(page).locator("path[stroke-dasharray='4 3']").nth(8).wait_for(state="attached")
    assert page.get_by_role("tab", name="记录").count() == 1
    assert page.locator("[role=row][aria-selected=true]").count() == 1
    assert inside(page).locator(".leaflet-map-pane").get_attribute("style") == before


def test_emerging_cells_stay_on_the_map_from_view_to_view(page, address):
    """The layer is exchanged, not switched off; the chosen cell's months hold their colours."""
    screenshots.open_page(page, address, "emerging")
    screenshots.choose_row(page, 0)
    for view in ("当月热点", "环比最差", "变化类别"):
        page.get_by_text(view, exact=True).first.click()
        screenshots.settle(page)
        assert inside(page).locator(".leaflet-control-layers-overlays input").is_checked()
    # What a rerun replaces may still stand beside what it draws.
    page.wait_for_function("document.querySelectorAll('.hdq-series i').length === 12")
    assert page.locator(".hdq-series .now").count() == 1


def test_language_switch_turns_the_pages_into_english(page, address):
    """The switch changes page and map; a second page keeps the language."""
    screenshots.open_page(page, address, "work_map")
    page.get_by_text("English", exact=True).click()
    page.locator(".hdq-title h1", has_text="Work map").wait_for()
    screenshots.settle(page)
    inside(page).locator(".hdq-legend", has_text="Classes of change").wait_for()
    page.get_by_text("Hotspots", exact=True).first.click()
    page.locator(".hdq-title h1", has_text="Hotspots").wait_for()
    assert re.search("[\u4e00-\u9fff]", page.locator(".hdq-title").inner_text()) is None


def test_layer_switched_off_stays_off_when_a_filter_changes(page, address):
    """A filter draws the map anew but remembers which layers were switched off."""
    screenshots.open_page(page, address, "work_map")
    line = inside(page).locator(".leaflet-control-layers-overlays label", has_text="企业")
    line.locator("input").uncheck()
    assert inside(page).locator(".hdq-cluster").count() == 0
    page.get_by_text("清单内", exact=True).click()
    inside(page).locator(".leaflet-control-layers-overlays label", has_text="30").wait_for()
    assert inside(page).locator(".hdq-cluster").count() == 0
    assert (
        not inside(page).locator(".leaflet-control-layers-overlays label", has_text="30").locator("input").is_checked()
    )
