"""What the house tracks, and the checkers that hold it."""

import pytest

from tests.house import world
from tests.house.tree import ROOT, none, texts, tracked
from tools import screenshots

OWN_ASSETS = frozenset({"views/browser/map.css", "views/browser/map.js", "views/browser/page.css"})
LARGE_IMAGES = tuple(f"docs/images/{name}.png" for name in sorted(screenshots.LARGE))
# The word catalogues grow with the product: one file a language, so that a sentence is found at once.
CATALOGUES = ("words/zh.toml", "words/en.toml")


def test_no_file_speaks_of_a_machine():
    """No registry's address and no path of the machine a file was made on."""
    none([fault for path, text in texts() for fault in world.foreign_words(path, text)])


def test_no_lock_file_is_tracked():
    """Versions are pinned in constraints.txt, by name and number alone."""
    none([fault for path in tracked() for fault in world.lock_files(path)])


def test_only_our_own_assets_are_tracked():
    """Scripts, styles and typefaces of others are fetched at set-up."""
    none([fault for path in tracked() for fault in world.foreign_assets(path, OWN_ASSETS)])


def test_files_are_small():
    """Whoever clones the house waits for no data."""
    sizes = {path: (ROOT / path).stat().st_size for path in tracked()}
    none([fault for path, size in sizes.items() for fault in world.large(path, size, (*LARGE_IMAGES, *CATALOGUES))])


@pytest.mark.parametrize(
    "line",
    [
        "see https://py" + "pi.org/project/x",
        "--index-url https://example.cn/py" + "pi/simple/",
        "url = https://mir" + "rors.example.cn/x",
        "FOLDER = '/roo" + "t/data'",
        "cp x /ho" + "me/li/x",
        "C:\\Us" + "ers\\li",
        "x @ file:" + "///x.whl",
    ],
)
def test_foreign_words_are_found(line):
    """Registries, mirrors and absolute paths."""
    assert world.foreign_words("f", f"first\n{line}") == [f"f:2: {line}"]


@pytest.mark.parametrize("line", ["~/home/x", "gis/opt/x", "https://example.org/home/page", "$HOME/work/x", "/srv/x"])
def test_other_paths_pass(line):
    """Relative paths, pages and a server's own folders are no fault."""
    assert world.foreign_words("f", line) == []


def test_lock_files_and_foreign_assets_are_found():
    """By name and by ending; a listed file of our own passes."""
    assert len(world.lock_files("a/uv.lock")) == 1
    assert len(world.foreign_assets("views/leaflet.js")) == 1
    assert world.foreign_assets("views/own.css", frozenset({"views/own.css"})) == []


def test_large_files_are_found():
    """One byte too many is told, unless the file is a listed image."""
    assert world.large("a", 100_000) == []
    assert world.large("a", 100_001) == ["a: 100001 bytes"]
    assert world.large("a.png", 100_001, ("a.png",)) == []
