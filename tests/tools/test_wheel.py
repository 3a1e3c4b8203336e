"""The wheel holds everything that the workbench shows, although set-up fetched part of it."""

import os
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from views import assets

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """Build the wheel in this process, without a network, and return the names of its files."""
    folder = tmp_path_factory.mktemp("wheel")
    builder = WheelBuilder(str(ROOT))
    (wheel,) = builder.build(directory=os.fspath(folder), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_code_words_and_house_script(members):
    """Packages, the two programs, the catalogues and the map's own script are built in."""
    wanted = {"app.py", "cli.py", "words/zh.toml", "words/en.toml", "views/browser/map.js", "gis/language.py"}
    assert wanted <= members


def test_wheel_leaves_tests_and_tools_out(members):
    """What only developers need stays out."""
    assert not [name for name in members if name.split("/")[0] in {"tests", "tools", "docs", "notebooks"}]


@pytest.mark.skipif(not assets.ready(), reason="browser assets are not set up")
def test_wheel_holds_what_set_up_fetched(members):
    """Leaflet, its licence and the typefaces are built in although git ignores them."""
    vendor = "views/static/vendor/leaflet"
    wanted = {
        f"{vendor}/dist/leaflet.js",
        f"{vendor}/LICENSE",
        "views/static/fonts/NotoSansSC-Regular.woff2",
        "gis/fonts/NotoSansSC-Regular.ttf",
    }
    assert wanted <= members
