"""Water bodies of a project through its images."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely.geometry import box

from cross_check import water_bodies
from cross_check.files import Project
from gis import files
from gis.errors import WorkbenchError
from satellite import synthetic

NAMES, ENDS = synthetic.spectra()
EDGE = rasterio.Affine(10, 0, 600_000, 0, -10, 5_060_000)
LAKES = {"west": (slice(20, 50), slice(10, 50)), "east": (slice(60, 90), slice(60, 95))}
HISTORY = [
    date(2022, 7, 1),
    date(2022, 7, 20),
    date(2023, 7, 3),
    date(2023, 7, 25),
    date(2024, 6, 28),
    date(2024, 7, 9),
]
DAY = date(2025, 7, 8)


def _image(project, day, shares):
    """Write fields with two lakes that carry a share of silt each."""
    rng = np.random.default_rng(day.toordinal())
    scene = np.repeat((0.5 * ENDS["crop"] + 0.5 * ENDS["black_soil"])[:, None], 120 * 120, axis=1).reshape(-1, 120, 120)
    for name, (rows, columns) in LAKES.items():
        scene[:, rows, columns] = (shares[name] * ENDS["turbid_water"] + (1 - shares[name]) * ENDS["clear_water"])[
            :, None, None
        ]
    scene = np.clip(scene * rng.normal(1, 0.04, scene.shape), 1e-4, None)
    project.imagery.mkdir(parents=True, exist_ok=True)
    profile = {"driver": "GTiff", "count": len(NAMES), "height": 120, "width": 120, "dtype": "uint16", "nodata": 0}
    path = project.imagery / f"{day.isoformat()}.tif"
    with rasterio.open(path, "w", crs="EPSG:32651", transform=EDGE, **profile) as sink:
        sink.write((scene * 1e4).astype(np.uint16))
        sink.descriptions = NAMES
        sink.scales = [1e-4] * len(NAMES)


@pytest.fixture(scope="module")
def lakes(tmp_path_factory):
    """Six earlier dates with a little silt; on the day the east lake is full of it."""
    made = Project(tmp_path_factory.mktemp("lakes"))
    rng = np.random.default_rng(1)
    for day in HISTORY:
        _image(made, day, {name: float(rng.uniform(0.1, 0.2)) for name in LAKES})
    _image(made, DAY, {"west": 0.15, "east": 0.95})
    return made


def test_bodies_are_found_in_the_images(lakes):
    """Both lakes with about their areas, and the same ids once more."""
    step = water_bodies.find(lakes)
    assert step.figures == {"bodies": 2, "images": 7}
    found = water_bodies.bodies(lakes)
    assert sorted(found.to_crs(32651).area / 1e4) == pytest.approx([10.5, 12.0], rel=0.05)
    water_bodies.find(lakes)
    assert water_bodies.bodies(lakes)["body_id"].tolist() == found["body_id"].tolist()


def test_the_plume_is_the_only_finding(lakes):
    """The east lake is turbid against its own history; files, numbers and sentences are there."""
    water_bodies.find(lakes)
    step = water_bodies.judge(lakes)
    assert (step.figures["findings"], step.figures["judged"], step.figures["day"]) == (1, 2, "2025-07-08")
    assert all(path.is_file() for path in step.outputs)
    patch = files.read_layer(lakes.waters / "patches.gpkg").iloc[0]
    assert (patch["target"], patch["machine_class"]) == ("turbid_water", "turbid_water")
    assert "浑浊，NDTI +" in patch["changed_zh"]
    assert "6 dates" in patch["changed_en"]
    x = gpd.GeoSeries([patch.geometry], crs=4490).to_crs(32651).representative_point().x.iloc[0]
    assert x > 600_000 + 10 * 55


def test_an_earlier_day_knows_nothing_of_later_ones(lakes):
    """Judged in July 2024 the lakes are usual, or have too few dates; the image of the next year takes no part."""
    water_bodies.find(lakes)
    step = water_bodies.judge(lakes, on=date(2024, 7, 9))
    assert (step.figures["findings"], step.figures["images"]) == (0, 6)


def test_an_imported_layer_comes_first(lakes, tmp_path):
    """Its names stand in the findings; without layer and images the user is told what to do."""
    made = Project(tmp_path)
    with pytest.raises(WorkbenchError) as refusal:
        water_bodies.judge(made)
    assert refusal.value.code == "waters.no_bodies"
    with pytest.raises(WorkbenchError) as refusal:
        water_bodies.find(made)
    assert refusal.value.code == "waters.few_images"
    east = box(600_600, 5_059_100, 600_950, 5_059_400)
    table = {"feature_id": ["F1"], "name": ["东湖"], "kind": ["water"]}
    layer = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([east], crs=32651).to_crs(4490))
    files.write_table(layer, lakes.layers / "water.parquet")
    try:
        assert water_bodies.judge(lakes).figures["bodies"] == 1
        assert files.read_layer(lakes.waters / "patches.gpkg")["changed_zh"].iloc[0].startswith("东湖：浑浊")
    finally:
        (lakes.layers / "water.parquet").unlink()
    with pytest.raises(WorkbenchError) as refusal:
        water_bodies.judge(lakes, on=date(2021, 1, 1))
    assert refusal.value.code == "waters.no_image"
