"""Synthetic images that can be found."""

from datetime import date

import shapely

from satellite import folders
from satellite.providers import Holding, Provider
from satellite.questions import Question
from tools import image_folder


def test_the_folder_is_searched_like_a_catalogue(tmp_path):
    """Eight images of four tiles around Harbin, each with a quick-look and a name that says what it is."""
    image_folder.write(tmp_path, date(2026, 6, 30))
    provider = Provider("folder", "folder", str(tmp_path), {"sentinel2-l2a": Holding("sentinel2-l2a")})
    question = Question(shapely.box(126, 45.5, 127, 46), (date(2026, 5, 1), date(2026, 6, 30)))
    found = list(folders.search(provider, question))
    assert len(found) >= 4
    assert all("SYNTHETIC" in each.scene_id and each.assets["thumbnail"].href.endswith(".png") for each in found)
