"""Briefing files: two plates as searchable PDF and 300-dot PNG, the same bytes for the same brief."""

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pyproj import CRS

from cross_check.reports import briefing
from cross_check.reports.contents import Area, area_of
from gis.errors import WorkbenchError
from gis.pictures import Picture

PICTURE = Picture(
    np.random.default_rng(2).integers(0, 255, (80, 80, 3), dtype=np.uint8),
    (543_000.0, 5_067_000.0, 551_000.0, 5_075_000.0),
    CRS.from_epsg(4551),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return an empty folder."""
    return tmp_path_factory.mktemp("brief")


def text_of(path):
    """Return the text and the size in mm of a one-page PDF."""
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 1
        page = document[0]
        return page.get_textpage().get_text_range(), tuple(side / 72 * 25.4 for side in page.get_size())


def test_the_series_is_written_whole(contents, brief, folder):
    """Province and area, PDF before PNG, A3 at 300 dots an inch, each saying its page, title, notice and mark."""
    told = []
    areas = (area_of("某区影像", PICTURE),)
    paths = briefing.write(contents, brief, folder, areas=areas, progress=lambda *step: told.append(step))
    assert [path.name for path in paths] == ["province.pdf", "province.png", "area-1.pdf", "area-1.png"]
    assert sorted(folder.iterdir()) == sorted(paths)
    assert told[-1][:2] == (2, 2)
    for number, path in enumerate(paths[::2], start=1):
        text, size = text_of(path)
        assert size == pytest.approx((420, 297), abs=0.1)
        for piece in ("不作为处罚依据", "合成数据", f"第 {number} 页", brief.maker):
            assert piece in text
        with Image.open(path.with_suffix(".png")) as image:
            assert image.size == pytest.approx((4961, 3508), abs=1)
        assert path.stat().st_size < 5_000_000
    assert brief.title in text_of(paths[0])[0]
    assert "某区影像" in text_of(paths[2])[0]


def test_the_same_brief_gives_the_same_bytes(contents, brief, tmp_path):
    """The day in the file is the brief's, not the clock's."""
    first, second = (briefing.write(contents, brief, tmp_path / name) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_public_brief_needs_its_number_and_shows_no_leads(contents, brief, tmp_path):
    """Refused without a number, and nothing is left in the folder; with one, no lead, team or notice appears."""
    public = replace(brief, classification="public")
    with pytest.raises(WorkbenchError) as caught:
        briefing.write(contents, public, tmp_path)
    assert caught.value.code == "plate.no_approval_number"
    assert not list(tmp_path.iterdir())
    area = Area(name="某区", bbox=(126.55, 45.72, 126.68, 45.82))
    paths = briefing.write(contents, replace(public, approval_no="GS(2024)0650号"), tmp_path, areas=(area,))
    for path in paths[::2]:
        text, _ = text_of(path)
        assert "0650" in text
        assert not any(piece in text for piece in ("T01", "不作为处罚依据", contents.leads["site_name"][0]))
