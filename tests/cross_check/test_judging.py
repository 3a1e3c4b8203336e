"""Patches held against what else a project knows: planted targets among worked fields, fires, zones."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from shapely.geometry import Point, box

from cross_check import chain, judging
from cross_check.files import Project
from gis import files, fires
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from satellite import masks, presets, synthetic, synthetic_fields
from satellite.files import PairFiles
from tests.cross_check import pictures_made

PAIR = Path(__file__).parents[3] / "shared" / "data" / "pairs" / "brumadinho_dam"
NAMES = ("blue", "green", "red", "nir", "swir16", "swir22")
FLOW = (160, 172)
"""Row and column of a pixel of the flow, seen by eye."""
BEFORE, AFTER, EARLIER = "2024-06-18", "2025-06-20", "2023-06-12"


def _pair(project):
    return pictures_made.pair(project, BEFORE, AFTER)


@pytest.fixture(scope="module")
def fields(tmp_path_factory):
    """A project of 36 km2, a third of its fields worked: all patches, and how they are judged without an older picture.

    Then such a picture comes, and the project's detection is made with it.
    """
    made = Project(tmp_path_factory.mktemp("fields"))
    rng = np.random.default_rng(1)
    world = synthetic_fields.worked(synthetic.make_world(1, size_px=600, each=2), 0.33, rng)
    for at, day in ((0, BEFORE), (3, AFTER)):
        pictures_made.write(made, world, at, day)
    wanted = replace(presets.standard()["all"], merge_m=0)
    chain.detect(_pair(made), made.detect, preset=replace(wanted, field_work=False), project=made)
    bare = files.read_layer(made.patches)
    alone = judging.judge(bare, [_pair(made)], made, wanted)
    pictures_made.write(made, synthetic_fields.earlier(world, rng), 3, EARLIER)
    chain.detect(_pair(made), made.detect, preset=wanted, project=made)
    return made, world, bare, alone


def _figures(world, found):
    """Return false leads per 1,000 km2 of fields, and how many planted targets carry a named patch."""
    truth = synthetic.truth(world, 0, 3)
    real = truth[~truth["decoy"] & ~truth["kind"].isin(list(synthetic_fields.WORK))].to_crs(32651)
    named = found[found["machine_class"] != "other"].to_crs(32651)
    false = named.intersection(real.union_all()).area / named.area < 0.25
    hit = gpd.sjoin(real, named).index.nunique()
    return false.sum() / synthetic_fields.crop_km2(world) * 1000, hit


def test_field_work_does_not_flood_the_list(fields):
    """One earlier picture takes four of five false leads away, and no planted target goes with them."""
    made, world, bare, _ = fields
    found = files.read_layer(made.patches)
    without, hit_without = _figures(world, bare)
    with_history, hit = _figures(world, found)
    assert without > 300
    assert with_history <= 0.2 * without
    assert hit == hit_without >= 8


def test_two_dates_alone_put_apart_what_many_fields_show(fields):
    """Without an older picture two of three false leads are put apart with a reason, and no planted target is."""
    _, world, bare, alone = fields
    without, hit_without = _figures(world, bare)
    put_apart, hit = _figures(world, alone.patches)
    assert put_apart <= 0.4 * without
    assert hit == hit_without
    assert set(alone.left_out["reason"]) == {"crowd"}
    assert alone.counts["crowd"] == len(alone.left_out) == len(bare) - len(alone.patches)
    assert "judging.no_earlier" in alone.warnings


def test_what_is_left_out_is_counted_and_kept(fields):
    """Each patch is in the list or among those left out, with its reason; the recipe counts them."""
    made, _, bare, _ = fields
    found, left_out = files.read_layer(made.patches), files.read_layer(made.detect / "left-out.gpkg")
    assert set(left_out["reason"]) == {"seen_before", "rim"}
    rim = left_out["reason"] == "rim"
    assert sorted([*found["patch_id"], *left_out.loc[~rim, "patch_id"]]) == sorted(bare["patch_id"])
    suppressed = files.read_json(made.recipe)["figures"]["suppressed"]
    assert (suppressed["seen_before"], suppressed["rim"]) == ((~rim).sum(), rim.sum())
    recipe = files.read_json(made.recipe)
    assert recipe["judging"]["season_gap_days"] == 1  # of a leap year and a common one
    assert found["gates"].str.contains("season").all()


def test_outlines_are_clean(fields):
    """All outlines are valid, and no two of them share ground, those left out among them."""
    made, *_ = fields
    parts = [files.read_layer(made.patches), files.read_layer(made.detect / "left-out.gpkg")]
    table = pd.concat(parts, ignore_index=True).to_crs(32651)
    assert table.geometry.is_valid.all()
    one, other = table.sindex.query(table.geometry, predicate="intersects")
    shared = table.geometry.iloc[one].intersection(table.geometry.iloc[other], align=False).area.to_numpy()
    assert shared[one != other].max(initial=0) < 1


def test_field_work_can_be_kept(fields):
    """A user may see it: the preset says so, and nothing is left out."""
    made, _, bare, _ = fields
    wanted = replace(presets.standard()["all"], field_work=False, merge_m=0)
    judged = judging.judge(bare, [_pair(made)], made, wanted)
    assert len(judged.patches) == len(bare)
    assert judged.left_out.empty


def _patch(kind, x=127.0, **changes):
    """Make a patch of 1 ha as a detection does."""
    table = {
        "patch_id": [f"P{kind}{x}"], "machine_class": [kind], "target": [kind], "score": [0.5], "area_m2": [1e4],
        "before_on": pd.to_datetime(["2024-10-01"]), "after_on": pd.to_datetime(["2024-10-20"]), "d_ndvi": [-0.3],
        "d_ndwi": [0.0], "d_ndbi": [0.0], "probability": [0.5], "strength": [9.0], "holds_to": [8.0], "pixels": [100],
        "area_error_m2": [300.0], "residual_px": [0.1], "unseen_m": [np.nan], "looks": [1], "gates": ["size;noise"],
        "changed": ["NDVI -0.30"],
    }  # fmt: skip
    shape = box(x, 47.0, x + 0.0013, 47.0009)
    return gpd.GeoDataFrame(table | {name: [value] for name, value in changes.items()}, geometry=[shape], crs=STORAGE)


def _project(tmp_path, zones=(), points=(), parcels=()):
    made = Project(tmp_path)
    if zones:
        table = {"zone_id": ["Z"], "name": ["湿地"], "kind": ["reserve"]}
        files.write_table(gpd.GeoDataFrame(table, geometry=[box(*zones)], crs=STORAGE), made.zones)
    if points:
        days = pd.to_datetime([day for *_, day in points])
        rows = {"signal_id": [f"S{at}" for at in range(len(points))], "kind": "fire_point", "seen_on": days}
        shapes = [Point(lon, lat) for lon, lat, _ in points]
        files.write_table(gpd.GeoDataFrame(rows, geometry=shapes, crs=STORAGE), made.signals)
    if parcels:
        table = {"feature_id": ["F"], "name": ["地块"], "kind": ["cropland"]}
        layer = gpd.GeoDataFrame(table, geometry=[box(*parcels)], crs=STORAGE)
        files.write_table(layer, made.layers / "cropland.parquet")
    return made


NO_FILES = PairFiles(Path("a.tif"), Path("b.tif"))


def test_burns_with_and_without_fire_points(tmp_path):
    """A point of the project beside a scar raises its probability and is a gate passed; without any, it is said."""
    scars = pd.concat([_patch("burn"), _patch("burn", 127.2)], ignore_index=True)
    wanted = presets.standard()["straw_burning"]
    made = _project(tmp_path, points=[(127.0005, 47.0005, "2024-10-12")])
    judged = judging.judge(scars, [NO_FILES], made, wanted)
    table = judged.patches.set_index("patch_id")
    assert table["fire_points"].tolist() == [1, 0]
    assert table["probability"].iloc[0] > 0.85
    assert table["probability"].iloc[1] < 0.45
    assert "fire_point" in table["gates"].iloc[0]
    assert judged.warnings == ()
    alone = judging.judge(scars, [NO_FILES], Project(tmp_path / "none"), wanted)
    assert alone.warnings == ("judging.no_fire_points",)
    assert alone.patches["probability"].tolist() == [0.5, 0.5]


def test_a_point_at_a_works_confirms_nothing(tmp_path):
    """Points that were merged into a fire at a known source of heat do not count."""
    made = _project(tmp_path, points=[(127.0005, 47.0005, "2024-10-12")])
    seen = fires.observed(files.read_layer(made.signals))
    source = {"source_id": ["K"], "kind": ["kiln"], "reach_m": [500.0]}
    kiln = gpd.GeoDataFrame(source, geometry=[Point(127.0005, 47.0005)], crs=STORAGE)
    files.write_table(fires.merge(seen, kiln), made.fires)
    judged = judging.judge(_patch("burn"), [NO_FILES], made, presets.standard()["straw_burning"])
    assert judged.patches["fire_points"].tolist() == [0]


def test_cleared_wood_outside_the_reserve_is_left_out(tmp_path):
    """Inside stays with the zone's name, outside is counted; without a layer the search is refused."""
    junes = {"before_on": pd.Timestamp("2024-06-10"), "after_on": pd.Timestamp("2025-06-12")}
    wood = pd.concat([_patch("clearing", **junes), _patch("clearing", 127.2, **junes)], ignore_index=True)
    wanted = presets.standard()["reserve"]
    made = _project(tmp_path, zones=(126.9, 46.9, 127.1, 47.1))
    judged = judging.judge(wood, [NO_FILES], made, replace(wanted, field_work=False))
    assert judged.patches["in_zones"].tolist() == ["湿地"]
    assert judged.counts["outside_zones"] == 1
    for without in (None, Project(tmp_path / "none")):
        with pytest.raises(WorkbenchError) as refusal:
            judging.demand(without, wanted)
        assert refusal.value.code == "zoning.no_layer"


def test_a_whole_parcel_is_field_work(tmp_path):
    """A patch that fills most of a parcel is left out; one that fills a corner of it, or burns it, stays."""
    made = _project(tmp_path, parcels=(127.0, 47.0, 127.0015, 47.001))
    wanted = presets.standard()["all"]
    whole = judging.judge(_patch("waste"), [NO_FILES], made, wanted)
    assert (len(whole.patches), whole.counts["whole_parcel"]) == (0, 1)
    burnt = judging.judge(_patch("burn"), [NO_FILES], made, wanted)
    assert len(burnt.patches) == 1
    made = _project(tmp_path / "wide", parcels=(127.0, 47.0, 127.02, 47.02))
    assert len(judging.judge(_patch("waste"), [NO_FILES], made, wanted).patches) == 1


@pytest.mark.parametrize(
    ("kind", "moved", "reason"), [("clearing", 0.8, "crowd"), ("clearing", 0.2, ""), ("burn", 0.8, "")]
)
def test_what_all_fields_did_between_two_phases_is_put_apart(kind, moved, reason):
    """Felled wood only where the whole picture moved, and a burn never; the share that moved is told."""
    colours = {f"{side}_{band}": 0.1 for side in ("before", "after") for band in ("blue", "red", "nir")}
    found = _patch(kind, alike_share=0.02, moved=moved, **colours)
    judged = judging.judge(found, [NO_FILES], None, presets.standard()["all"])
    assert judged.left_out["reason"].tolist() == ([reason] if reason else [])
    assert judged.moved == moved


def test_a_strict_search_puts_apart_what_is_out_of_season(tmp_path):
    """In a reserve cleared wood between two Mays is put apart with its reason, a pit is not."""
    made, wanted = _project(tmp_path, zones=(126.9, 46.9, 127.1, 47.1)), presets.standard()["reserve"]
    mays = {"before_on": pd.Timestamp("2024-05-10"), "after_on": pd.Timestamp("2025-05-12")}
    found = pd.concat([_patch("clearing", **mays), _patch("mining", 127.01, **mays)], ignore_index=True)
    judged = judging.judge(found, [NO_FILES], made, replace(wanted, field_work=False))
    assert judged.patches["target"].tolist() == ["mining"]
    assert judged.left_out[["target", "reason"]].to_numpy().tolist() == [["clearing", "out_of_season"]]
    assert judged.counts["out_of_season"] == 1


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """The pair as reflectance (scale and offset of Landsat Collection 2), bands named, with a mask of clouds each."""
    folder = tmp_path_factory.mktemp("brumadinho")
    images, clear = [], []
    for date, day in (("t1", "2019-01-14"), ("t2", "2019-01-30")):
        with rasterio.open(PAIR / f"{date}.tif") as source:
            profile, counts = source.profile, source.read()
        values = np.where(counts.min(axis=0) == 0, np.nan, np.clip(counts * 2.75e-5 - 0.2, 1e-4, 1.5)).astype(
            np.float32
        )
        images.append(folder / f"{date}.tif")
        with rasterio.open(images[-1], "w", **(profile | {"dtype": "float32", "nodata": np.nan})) as sink:
            sink.write(values)
            sink.descriptions = NAMES
            sink.update_tags(ACQUISITION_DATE=day)
        east, south = profile["transform"].a, profile["transform"].e
        middles = {
            "y": profile["transform"].f + south * (np.arange(values.shape[1]) + 0.5),
            "x": profile["transform"].c + east * (np.arange(values.shape[2]) + 0.5),
        }
        bands = {name: (("y", "x"), band) for name, band in zip(NAMES, values, strict=True)}
        scene = xr.Dataset(bands, middles).rio.write_crs(profile["crs"])
        scene["source"] = xr.ones_like(scene["red"], dtype="int16")
        scene.attrs.update(sun_azimuth=95.0, sun_zenith=35.0)
        usable = np.asarray(masks.clear(masks.classified(scene)), np.uint8)
        clear.append(folder / f"{date}-clear.tif")
        with rasterio.open(clear[-1], "w", **(profile | {"count": 1, "dtype": "uint8", "nodata": 255})) as sink:
            sink.write(usable, 1)
    return PairFiles(*images, tuple(clear)), (
        profile["crs"],
        Point(*rasterio.transform.xy(profile["transform"], *FLOW)),
    )


@pytest.mark.skipif(not PAIR.is_dir(), reason="the labelled image pairs are not beside the project")
def test_the_flow_is_among_the_first_three(named, tmp_path):
    """Whoever opens the list of the dam's collapse sees the flow first, not what clouds left bright."""
    pair, (system, place) = named
    chain.detect(pair, tmp_path / "detect")
    found = files.read_layer(tmp_path / "detect" / "patches.gpkg")
    assert found["probability"].is_monotonic_decreasing
    assert found.to_crs(system).geometry.contains(place).to_numpy().nonzero()[0].tolist()[0] < 3
