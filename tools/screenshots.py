"""Pictures of every page of the map app and of its briefing maps: ``python -m tools.screenshots [--project DIR]``.

Needs Chromium (``--chromium``, else the one on the path). The browser is kept from every host but this machine.
"""

import argparse
import io
import os
import re
import shutil
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as Late

from cross_check.files import Project
from gis.language import catalogue
from tools import image_folder, imagery_project, worked
from views import server
from views.choosing import HEAD_PX, ROW_PX

PAGES = {
    "overview": "",
    "map": "work_map",
    "bench": "bench",
    "casework": "casework",
    "problems": "problems",
    "hotspots": "hotspots",
    "emerging": "emerging",
    "plan": "plan",
    "draw": "draw",
    "rounds": "rounds",
    "day-routes": "day_routes",
    "plan-board": "plan_board",
    "desk": "import_desk",
    "register": "register",
    "rosters": "rosters",
    "dossier": "dossier",
}
ENGINE: dict[str, Callable[[Project], Path]] = {
    "change": lambda project: project.recipe,
    "waters": lambda project: project.waters / "findings.parquet",
    "watch": lambda project: project.series_report / "recipe.json",
    "accuracy": lambda project: project.accuracy_report,
}
"""Pages of the change engine, and the result without which there is nothing to show of them."""
BRIEF = {"brief-province": "province.png", "brief-area": "area-1.png"}
SIZE: ViewportSize = {"width": 1440, "height": 900}
_TALL: ViewportSize = {"width": 1440, "height": 1300}
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LOOPBACK = re.compile(r"^(https?|wss?)://127\.0\.0\.1[:/]|^(data|blob|about):")
_PATIENCE_S = 60
_AT_REST = "!document.querySelector('[data-test-script-state=running], [data-stale=true]')"
LARGE = frozenset(
    ("overview", "map", "bench", "hotspots", "emerging", "plan", "register", "brief-province", "brief-area", "finding")
) | {"change", "drone"}
"""Pictures of maps and images, which may be larger than other files of the repository."""
_MOST_BYTES, _MOST_BYTES_LARGE = 98_000, 245_000
_SHRINK = 0.9
_SHEET_PX = (1400, 1400)
_SITE = "0001"
_DECIDES = catalogue("zh").say("roles.approver")
_FOLDER = catalogue("zh").say("finding.provider_folder")
_MONTH = catalogue("zh").say("emerging_page.view_month")
_SWIPE = catalogue("zh").say("change_page.view_swipe")
_HEIGHTS = catalogue("zh").say("drone_page.view_heights")


def main(arguments: list[str]) -> int:
    """Write one picture a page in Chinese and one in English; return 0, or 1 where there is no Chromium."""
    parser = argparse.ArgumentParser(description="Pictures of every page of the map app.")
    parser.add_argument("--project", type=Path, default=Path("haidongqing-demo"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "images")
    parser.add_argument("--chromium", default=chromium())
    parser.add_argument("--site", default=_SITE, help="what the dossier is searched by")
    chosen = parser.parse_args(arguments)
    if not chosen.chromium:
        print("screenshots: no Chromium on the path; name one with --chromium", file=sys.stderr)
        return 1
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # On a copy, for the weeks of work that the pictures show are none of the project's own.
        shown = Path(shutil.copytree(chosen.project, Path(folder) / chosen.project.resolve().name))
        worked.write(Project(shown), datetime.now(UTC))
        pages(shown, chosen.out, chosen.chromium, chosen.site)
    with tempfile.TemporaryDirectory() as folder:
        save(found(Path(folder), chosen.chromium), chosen.out / "finding.png")
        for name, picture in judged(Path(folder), chosen.chromium).items():
            save(picture, chosen.out / f"{name}.png")
    for name, source in BRIEF.items():
        if (plate := Project(chosen.project).brief / source).is_file():
            sheet = Image.open(plate)
            sheet.thumbnail(_SHEET_PX)
            save(sheet, chosen.out / f"{name}.png")
    return 0


def pages(project: Path, out: Path, executable: str, site: str) -> None:
    """Write a picture of every page of a project, and one in English."""
    with running(project, "zh") as address, browsing(executable, []) as browser:
        page = browser.new_page()
        there = {name: name for name, made in ENGINE.items() if made(Project(project)).is_file()}
        for name, path in (PAGES | there).items():
            page.set_viewport_size(_TALL if name == "desk" else SIZE)
            open_page(page, address, path)
            act(page, name, site)
            save(Image.open(io.BytesIO(page.screenshot())), out / f"{name}.png")
    with running(project, "en") as address, browsing(executable, []) as browser:
        page = open_page(browser.new_page(), address, "work_map")
        save(Image.open(io.BytesIO(page.screenshot())), out / "map-en.png")


def act(page: Page, name: str, site: str) -> None:
    """Do on a page what its picture is to show: choose a row, run, swipe, search."""
    if name in {"map", "register"}:
        choose_row(page, 1)
    if name == "desk":
        bring(page)
    if name in {"bench", "casework", "problems", "rosters"}:
        sign(page)
    if name in {"casework", "problems", "rosters"}:
        choose_row(page, 0)
    if name == "dossier":
        page.locator(".st-key-dossier-search input").fill(site)
        page.keyboard.press("Enter")
        settle(page)
    if name == "change":
        page.get_by_text(_SWIPE, exact=True).click()
        page.wait_for_timeout(1500)
        settle(page)
    if name == "hotspots":
        compute(page)
        choose_row(page, 0)
    if name == "emerging":
        page.get_by_text(_MONTH, exact=True).click()
        settle(page)
        choose_row(page, 0)


def sign(page: Page) -> None:
    """Say who works: one who decides."""
    page.locator(".st-key-person input").fill(_DECIDES)
    page.keyboard.press("Enter")
    settle(page)
    page.locator(".st-key-role button").click()
    page.get_by_role("option", name=_DECIDES, exact=True).click()
    settle(page)


def found(folder: Path, executable: str) -> Image.Image:
    """Return the page that finds images after a search in a folder of synthetic ones."""
    image_folder.write(folder / "images", datetime.now(UTC).date())
    os.environ["HDQ_IMAGE_FOLDER"] = str(folder / "images")
    with running(folder / "project", "zh") as address, browsing(executable, []) as browser:
        page = open_page(browser.new_page(), address, "finding")
        page.locator(".st-key-finding-provider input").click()
        page.get_by_text(_FOLDER, exact=True).click()
        page.locator(".st-key-finding-ask button").click()
        page.locator("[data-testid=stDataFrame]").first.wait_for(timeout=_PATIENCE_S * 1000)
        settle(page)
        return Image.open(io.BytesIO(page.screenshot()))


def judged(folder: Path, executable: str) -> dict[str, Image.Image]:
    """Return the pages of a project of synthetic scenes and flights: clear ground by scene, heaps between flights."""
    project = Project(folder / "judged")
    imagery_project.write(project, folder / "source")
    pictures: dict[str, Image.Image] = {}
    with running(project.folder, "zh") as address, browsing(executable, []) as browser:
        for name in ("coverage", "drone"):
            page = open_page(browser.new_page(), address, name)
            if name == "drone":
                page.get_by_text(_HEIGHTS, exact=True).first.click()
                page.locator("[data-testid=stDataFrame]").nth(1).wait_for(timeout=_PATIENCE_S * 1000)
                settle(page)
            else:
                choose_row(page, 2)
            pictures[name] = Image.open(io.BytesIO(page.screenshot()))
    return pictures


def chromium() -> str | None:
    """Return the path of an installed Chromium, None without one."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@contextmanager
def running(project: Path, language: str) -> Iterator[str]:
    """Serve a project on a free port of this machine and yield the address; stop when the block ends.

    Raises
    ------
    TimeoutError
        If the server does not answer within a minute.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = server.start(project, port, language)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while not answers(f"{address}/_stcore/health"):
            if time.monotonic() > deadline or process.poll() is not None:
                raise TimeoutError(f"{address} does not answer")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def answers(address: str) -> bool:
    """Tell whether an address answers."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 -- an address of this machine
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def browsing(executable: str, refused: list[str]) -> Iterator[BrowserContext]:
    """Yield a browser with a fresh profile; requests to other hosts are refused and their addresses noted."""

    def judge(route: Route) -> None:
        if _LOOPBACK.match(route.request.url):
            route.fallback()
        else:
            refused.append(route.request.url)
            route.abort()

    with tempfile.TemporaryDirectory() as profile, sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=executable, args=list(FLAGS), viewport=SIZE, locale="zh-CN", env=dict(os.environ)
        )
        context.route("**/*", judge)
        try:
            yield context
        finally:
            context.close()


def open_page(page: Page, address: str, path: str = "") -> Page:
    """Open a page of the app by its link, as people do, and wait until its map, if it has one, is drawn."""
    page.goto(address)
    title = page.locator(".hdq-title h1")
    title.wait_for()
    if path:
        first = title.inner_text()
        page.locator(f"[data-testid=stSidebarNav] a[href$='/{path}']").click()
        title.filter(has_not_text=first).wait_for()
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the page has run and the house script, where there is a map, has drawn what it was told to."""
    # What was just pressed is on its way to the server.
    page.wait_for_timeout(300)
    page.wait_for_function(_AT_REST, timeout=_PATIENCE_S * 1000)
    if page.locator("iframe").count():
        frame = page.frame_locator("iframe").first
        frame.locator("body[data-hdq-shown]").wait_for(state="attached", timeout=_PATIENCE_S * 1000)
        # A map gets its height after it has drawn; one in a part that is not open has none.
        with suppress(Late):
            page.locator("iframe").first.wait_for(state="visible", timeout=8000)
    page.wait_for_timeout(800)


def choose_row(page: Page, row: int) -> None:
    """Choose a row of the page's table, counted from 0, and wait for the map to follow.

    Raises
    ------
    ValueError
        If the page shows no table.
    """
    grid = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
    if grid is None:
        raise ValueError("the page shows no table")
    page.mouse.click(grid["x"] + 16, grid["y"] + HEAD_PX + ROW_PX * (row + 0.5))
    page.wait_for_timeout(1500)
    settle(page)


def bring(page: Page) -> None:
    """Lay the first file of the project's inbox on the import desk, where there is one."""
    page.locator(".st-key-desk-inbox input").click()
    waiting = page.locator("[role=option]")
    if waiting.count() > 1:
        waiting.nth(1).click()
    page.wait_for_timeout(3000)
    settle(page)


def compute(page: Page) -> None:
    """Press the button of the hotspot page and wait for the result."""
    page.locator("[data-testid=stBaseButton-primary]").click()
    page.wait_for_timeout(1500)
    settle(page)


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture as a small PNG: with fewer colours, then smaller, until it is as small as its kind must be."""
    whole = picture.convert("RGB")
    whole.save(path, optimize=True)
    large, colours = path.stem in LARGE, [256, 192, 128, 96, 64]
    most = _MOST_BYTES_LARGE if large else _MOST_BYTES
    method = Image.Quantize.FASTOCTREE if large else Image.Quantize.MAXCOVERAGE
    while path.stat().st_size > most:
        if len(colours) == 1:
            whole = whole.resize((round(whole.width * _SHRINK), round(whole.height * _SHRINK)))
        # The octree keeps small areas of a strong colour, such as a legend's, that other methods average away; pages
        # of text live by pale tints, which it loses.
        whole.quantize(colours.pop(0) if len(colours) > 1 else colours[0], method=method).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
