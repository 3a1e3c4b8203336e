"""A folder of synthetic images to be found: STAC items with quick-looks, for pictures of the page that finds images."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely
from PIL import Image
from scipy import ndimage

from satellite import quicklook_frames, synthetic
from satellite.offers import Offer, from_stac

TILES = ("T52TCR", "T52TCS", "T52TDS", "T52TDR")
_EDGE_PX = 343
_CLOUDS = (3.0, 12.0, 0.0, 8.0, 27.0, 5.0, 18.0, 1.0)


def write(folder: Path, today: date) -> None:
    """Write items of the last weeks around Harbin; every name says that they are synthetic."""
    folder.mkdir(parents=True, exist_ok=True)
    world = synthetic.make_world(3, size_px=_EDGE_PX, each=1)
    scene = synthetic.scene(world, 0)
    ground = np.stack([scene[band].to_numpy() for band in ("red", "green", "blue")], axis=-1) * 1400
    items = [_item(at, today - timedelta(days=3 + 5 * at)) for at in range(len(_CLOUDS))]
    for at, item in enumerate(items):
        rng = np.random.default_rng(at)
        waves = ndimage.gaussian_filter(rng.normal(size=ground.shape[:2]), 14, mode="wrap")
        cloud = (waves > np.quantile(waves, 1 - _CLOUDS[at] / 100))[..., None]
        turned = np.rot90(ground, at % 4)
        pixels = np.clip(turned * (1 - cloud) + 240 * cloud, 1, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{item['id']}.png")
    told = {"type": "FeatureCollection", "features": items}
    (folder / "items.json").write_text(json.dumps(told), encoding="utf-8")


def _item(at: int, day: date) -> dict[str, object]:
    name = f"SYNTHETIC_S2{'AB'[at % 2]}_MSIL2A_{day:%Y%m%d}T023031_R046_{TILES[at % len(TILES)]}"
    item: dict[str, object] = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "sentinel2-l2a",
        "geometry": shapely.geometry.mapping(shapely.box(125, 45, 126, 46)),
        "properties": {"datetime": f"{day.isoformat()}T02:30:31Z", "eo:cloud_cover": _CLOUDS[at]},
        "links": [],
        "assets": {"thumbnail": {"href": f"./{name}.png", "type": "image/png"}},
    }
    offer: Offer = from_stac(item, provider="folder", sensor="sentinel2-l2a")
    return item | {"geometry": shapely.geometry.mapping(shapely.Polygon(quicklook_frames.corners(offer)))}
