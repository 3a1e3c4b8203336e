"""Quick-looks on the map."""

import io

import numpy as np
import pytest
import shapely
from PIL import Image

from views import overlays


def quarters():
    """Return a picture of four colours: red, green, blue and white from the upper left on, clockwise."""
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[:100, :100], pixels[:100, 100:] = (255, 0, 0), (0, 255, 0)
    pixels[100:, 100:], pixels[100:, :100] = (0, 0, 255), (255, 255, 255)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def at(overlay, lon, lat):
    """Return the pixel (red, green, blue, alpha) that a map in Web Mercator shows at a place."""
    (south, west), (north, east) = overlay.bounds
    pixels = np.asarray(Image.open(io.BytesIO(overlay.picture)))

    def up(degrees):
        return np.log(np.tan(np.pi / 4 + np.radians(degrees) / 2))

    row = int((up(north) - up(lat)) / (up(north) - up(south)) * pixels.shape[0])
    return tuple(pixels[row, int((lon - west) / (east - west) * pixels.shape[1])])


def test_a_picture_lies_at_its_corners():
    """Turned as a tile is: each quarter where it belongs, transparent beyond the corners."""
    corners = np.array([(126.0, 47.0), (128.0, 47.4), (128.3, 45.4), (126.3, 45.0)])
    overlay = overlays.laid(quarters(), corners, shapely.Polygon(corners))
    middle = corners.mean(axis=0)
    colours = [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255, 255, 255, 255)]
    for corner, colour in zip(corners, colours, strict=True):
        assert at(overlay, *(middle + 0.6 * (corner - middle))) == colour
    assert at(overlay, 126.05, 45.5)[3] == 0
    assert overlay.bounds == (pytest.approx((45.0, 126.0)), pytest.approx((47.4, 128.3)))


def test_it_is_cut_to_the_footprint():
    """The black half of a tile that the orbit did not see hides nothing, in parts and with a height too."""
    corners = np.array([(126.0, 47.0), (128.0, 47.0), (128.0, 45.0), (126.0, 45.0)])
    seen = shapely.MultiPolygon([shapely.box(126, 45, 127, 47), shapely.box(127.5, 46.5, 128, 47)])
    overlay = overlays.laid(quarters(), corners, shapely.force_3d(seen))
    assert at(overlay, 126.5, 46.5)[3] == 255
    assert at(overlay, 127.25, 46.5)[3] == 0
    assert at(overlay, 127.75, 46.75)[3] == 255
