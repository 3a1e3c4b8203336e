"""The map of a dossier on paper."""

import numpy as np

from cross_check.reports import site_plot
from gis.language import catalogue
from gis.paper import Paper, faces
from gis.sheets import Box, lay_out
from tests.cross_check.reports import dossier_made


def drawn():
    """A sheet with the map in its upper right corner, as pixels (height, width, 4) of 1 mm."""
    paper = Paper(lay_out("A4", "portrait", 1.0), faces())
    site_plot.plot(dossier_made.dossier(), catalogue("zh"), paper, Box(100, 180, 80, 80))
    paper.figure.set_dpi(25.4 * 4)
    paper.figure.canvas.draw()
    return np.asarray(paper.figure.canvas.buffer_rgba())


def test_what_lies_around_is_within_the_square():
    """Site in the middle, the lead beside it to the north-east, the neighbour 1 km to the north; nothing outside."""
    picture = drawn()[..., :3].astype(int)
    outside = np.ones(picture.shape[:2], dtype=bool)
    height = picture.shape[0]
    rows, columns = slice(height - 4 * 261, height - 4 * 179), slice(4 * 99, 4 * 181)
    outside[rows, columns] = False
    assert (picture[outside] > 250).all()
    inside = picture[rows, columns]
    lead = np.abs(inside - (0xD5, 0x5E, 0x00)).max(axis=-1) < 90
    y, x = np.nonzero(lead)
    middle = 41 * 4
    assert len(y) >= 3
    assert x.mean() > middle
    assert y.mean() < middle
    neighbour = np.abs(inside - (0x4A, 0x6F, 0xA5)).max(axis=-1) < 40
    # 80 mm show 6,000 m, so that 999 m are 13.3 mm.
    assert abs((middle - np.nonzero(neighbour)[0].mean()) / 4 - 13.3) < 1
