"""Deliveries: the same photo twice, gaps, photos without a position."""

from io import BytesIO

import geopandas as gpd
import numpy as np
import pandas as pd
from PIL import Image
from scipy import ndimage
from shapely.geometry import Polygon

from satellite import deliveries


def _picture(seed, size=(300, 400)):
    rng = np.random.default_rng(seed)
    rough = ndimage.gaussian_filter(rng.normal(size=size), 12)
    fine = ndimage.gaussian_filter(rng.normal(size=size), 2)
    return np.clip(128 + 900 * rough + 60 * fine, 0, 255).astype(np.uint8)


def _saved_again(picture, quality, scale=1.0):
    image = Image.fromarray(picture)
    image = image.resize((int(image.width * scale), int(image.height * scale)))
    packed = BytesIO()
    image.save(packed, "JPEG", quality=quality)
    return np.asarray(Image.open(packed).convert("L"))


def _apart(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _photos(looks, *, shas=None, seconds=None, states=None):
    count = len(looks)
    start = pd.Timestamp(2025, 6, 1, 2, 0)
    return gpd.GeoDataFrame(
        {
            "photo_id": [f"F{at}" for at in range(count)],
            "name": [f"{at}.jpg" for at in range(count)],
            "sha256": shas or [f"s{at}" for at in range(count)],
            "look": looks,
            "taken_at": pd.to_datetime(
                [None if each is None else start + pd.Timedelta(seconds=each) for each in seconds or [None] * count]
            ),
            "state": states or ["placed"] * count,
        },
        geometry=[Polygon()] * count,
        crs="EPSG:4490",
    )


def test_a_picture_saved_again_looks_the_same():
    """Compressed to quality 40 or halved in size it differs in a few bits; another picture in about a hundred."""
    looks = [deliveries.look(_picture(seed)) for seed in range(8)]
    for seed, look in enumerate(looks):
        again = deliveries.look(_saved_again(_picture(seed), 40))
        half = deliveries.look(_saved_again(_picture(seed), 85, 0.5))
        assert max(_apart(look, again), _apart(look, half)) <= deliveries.ALIKE_BITS
    assert min(_apart(looks[0], other) for other in looks[1:]) > 60


def test_the_same_photo_twice_is_told():
    """The same file by its hash, the same picture by its look, each with the name of the first."""
    look = deliveries.look(_picture(1))
    again = deliveries.look(_saved_again(_picture(1), 50))
    other = deliveries.look(_picture(2))
    found = deliveries.check(_photos([look, other, look, again], shas=["a", "b", "a", "c"]))
    assert found[["name", "remark", "other"]].to_numpy().tolist() == [
        ["2.jpg", "same_file", "0.jpg"],
        ["3.jpg", "look_alike", "0.jpg"],
    ]


def test_plain_pictures_are_not_taken_for_each_other():
    """Two photos of fresh snow show nothing to compare."""
    assert deliveries.look(np.full((200, 300), 240, np.uint8)) == ""
    assert deliveries.check(_photos(["", ""])).empty


def test_gaps_are_told_with_their_length():
    """A photo every three seconds, then one after five minutes; a usual pause of a few seconds is none."""
    found = deliveries.check(_photos([""] * 6, seconds=[0, 3, 6, 306, 309, 315]))
    assert found[["name", "remark", "other", "seconds"]].to_numpy().tolist() == [["3.jpg", "gap", "2.jpg", 300.0]]
    assert deliveries.check(_photos([""] * 3, seconds=[0, 200, 400])).empty
    assert deliveries.check(_photos([""] * 2, seconds=[0, 900])).empty
    assert deliveries.check(_photos([""] * 3, seconds=[5, 5, 5])).empty


def test_photos_that_lack_something_are_listed():
    """No position, no height, no direction: each a remark."""
    states = ["placed", "no_position", "no_height", "no_direction"]
    assert deliveries.check(_photos([""] * 4, states=states))["remark"].tolist() == states[1:]
    assert deliveries.check(_photos([])).empty
