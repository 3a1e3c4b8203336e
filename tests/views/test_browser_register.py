"""Import desk, register and dossier in a real browser: from a messy workbook to a receipt, and back."""

import re

import pytest

from cross_check import annals
from gis import files
from tests.views import brought, small
from tools import screenshots
from views import assets

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(screenshots.chromium() is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not assets.ready(), reason="browser assets are not set up"),
]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A small project of these tests alone: they change its register."""
    return small.write(tmp_path_factory.mktemp("register") / "small")


@pytest.fixture(scope="module")
def address(own):
    """The address of the app on it."""
    with screenshots.running(own.folder, "zh") as found:
        yield found


def inside(page):
    """The map of a page."""
    return page.frame_locator("iframe").first


def told(page, text):
    """Wait until the page says something and has run."""
    page.get_by_text(text).first.wait_for()
    screenshots.settle(page)


def test_a_messy_workbook_comes_in_by_the_desk_and_goes_again(page, address, own, tmp_path):
    """Upload, map of hypotheses, one fault skipped, accepted, receipt, the same file told, undo."""
    path = tmp_path / "报送.xlsx"
    rows = brought.workbook(path, own)
    before = files.read_layer(own.enterprises)
    screenshots.open_page(page, address, "import_desk")
    page.locator("input[type=file]").set_input_files(path)
    told(page, f"预览：报送.xlsx，{rows} 行")
    told(page, "已判定为GCJ-02")
    flags = inside(page).locator(".hdq-flag")
    assert sorted(flags.all_inner_texts()) == ["1", "2", "3"]
    boxes = flags.evaluate_all("all => all.map(each => { const b = each.getBoundingClientRect(); return [b.x, b.y] })")
    apart = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for i, a in enumerate(boxes) for b in boxes[i + 1 :]]
    assert min(apart) >= 20
    assert re.search(r"1\s*GCJ-02", inside(page).locator(".hdq-legend").inner_text())
    page.get_by_label("经办人").fill("李四")
    page.keyboard.press("Enter")
    save = page.get_by_role("button", name="导入", exact=True)
    assert save.is_disabled()
    page.get_by_text("有错误的行不导入").click()
    page.wait_for_function("!document.querySelector('.st-key-desk-import button').disabled")
    save.click()
    told(page, "导入回执：第 2 次变更")
    assert page.locator(".hdq-cards").inner_text().split()[:4] == [str(rows), "文件行数", str(rows - 1), "已保存"]
    assert len(files.read_layer(own.enterprises)) == len(before) + rows - 1
    page.get_by_role("button", name="撤销本次导入").click()
    page.get_by_text("请上传文件").wait_for()
    assert files.read_layer(own.enterprises)["site_id"].tolist() == before["site_id"].tolist()
    assert [event.kind for event in annals.events(own)] == ["opening", "import", "undo"]
    assert annals.events(own)[-1].act.by == "李四"


def test_map_and_table_of_the_register_are_one_selection(page, address):
    """A row moves the map to its site; a site clicked on the map chooses its row; a click on open ground is a place."""
    screenshots.open_page(page, address, "register")
    screenshots.choose_row(page, 3)
    assert inside(page).locator(".hdq-card h4").inner_text() == "示例企业3"
    page.get_by_role("button", name="打开档案").wait_for()
    page.get_by_text("改正位置或移出名录").click()
    page.get_by_text("在地图上点选新位置").click()
    screenshots.settle(page)
    box = page.locator("iframe").bounding_box()
    page.mouse.click(box["x"] + 200, box["y"] + 180)
    page.get_by_text("距原位置").wait_for()
    screenshots.settle(page)
    assert inside(page).locator(".hdq-flag").count() == 1


def test_the_dossier_of_a_chosen_site_opens_with_its_map(page, address):
    """From the register by its button; the sheet holds map and both images; a hostile name runs nothing."""
    screenshots.open_page(page, address, "register")
    screenshots.choose_row(page, 0)
    page.get_by_role("button", name="打开档案").click()
    sheet = page.locator("article.hdq-dossier")
    sheet.wait_for()
    assert sheet.locator("h1").inner_text() == small.HOSTILE
    pictures = sheet.locator("img").evaluate_all("all => all.map(each => each.complete && each.naturalWidth)")
    assert len(pictures) == 3
    assert all(pictures)
