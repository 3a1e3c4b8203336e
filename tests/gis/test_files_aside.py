"""Files appear whole or not at all, and come back as they were."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from gis import files
from gis.crs import STORAGE
from gis.errors import WorkbenchError


def places():
    """A layer of two points with text, figures and a day."""
    return gpd.GeoDataFrame(
        {
            "code": ["0123", "0124"],
            "name": ["松花江", "a,b"],
            "share": [0.25, np.nan],
            "seen_on": pd.to_datetime(["2026-04-01", "2026-04-02"]).astype("datetime64[us]"),
        },
        geometry=[Point(126.5, 45.8), Point(126.6, 45.9)],
        crs=STORAGE,
    )


def names_in(folder):
    """Everything in a folder, hidden files too."""
    return [path.name for path in folder.iterdir()]


def fail_half_way(aside):
    """Write a part and run out of space."""
    aside.write_text("half")
    raise OSError("disk full")


def test_a_block_that_fails_leaves_the_old_file(tmp_path):
    """A half-written file never takes the place of a whole one, and nothing stays beside it."""
    path = tmp_path / "a.txt"
    path.write_text("whole")
    with pytest.raises(OSError, match="full"), files.written_aside(path) as aside:
        fail_half_way(aside)
    assert path.read_text() == "whole"
    assert names_in(tmp_path) == ["a.txt"]


def test_the_new_file_appears_at_the_end(tmp_path):
    """While the block writes, readers still see the old file; folders are made on the way."""
    path = tmp_path / "deep" / "a.gpkg"
    with files.written_aside(path) as aside:
        aside.write_text("new")
        assert not path.exists()
        assert (aside.suffix, aside.parent.parent) == (".gpkg", path.parent)
    assert path.read_text() == "new"
    assert names_in(path.parent) == ["a.gpkg"]


def test_a_folder_is_filled_at_the_end(tmp_path):
    """New files replace their namesakes, others stay; a failure changes nothing."""
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "old.txt").write_text("old")
    (folder / "a.txt").write_text("old")
    with pytest.raises(OSError, match="full"), files.folder_written_aside(folder) as aside:
        fail_half_way(aside / "a.txt")
    assert (folder / "a.txt").read_text() == "old"
    with files.folder_written_aside(folder) as aside:
        (aside / "a.txt").write_text("new")
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"old.txt": "old", "a.txt": "new"}
    assert names_in(tmp_path) == ["maps"]


@pytest.mark.parametrize("ending", [".parquet", ".gpkg", ".geojson"])
def test_layers_come_back(tmp_path, ending):
    """Places, codes, Chinese names, gaps and days are the same after writing and reading."""
    path = tmp_path / f"places{ending}"
    files.write_table(places(), path)
    back = files.read_layer(path)
    assert back.crs == STORAGE or back.crs.to_epsg() == STORAGE.to_epsg()
    assert back.geometry.geom_equals_exact(places().geometry, 1e-6).all()
    assert back[["code", "name"]].to_numpy().tolist() == places()[["code", "name"]].to_numpy().tolist()
    assert back["share"].iloc[0] == 0.25
    assert np.isnan(back["share"].iloc[1])
    assert pd.to_datetime(back["seen_on"]).dt.date.tolist() == places()["seen_on"].dt.date.tolist()


def test_tables_come_back(tmp_path):
    """A table without geometry keeps its types."""
    table = pd.DataFrame(places().drop(columns="geometry"))
    files.write_table(table, tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(files.read_table(tmp_path / "a.parquet"), table, check_dtype=False)


def test_spreadsheets_open_in_the_bureaus_programs(tmp_path):
    """CSV carries a byte-order mark, so that Chinese opens right; codes stay text in both kinds."""
    table = pd.DataFrame(places().drop(columns="geometry"))
    files.write_table(table, tmp_path / "a.csv")
    files.write_table(table, tmp_path / "a.xlsx")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(tmp_path / "a.csv", dtype=str)["name"].tolist() == ["松花江", "a,b"]
    assert pd.read_excel(tmp_path / "a.xlsx", engine="openpyxl", dtype={"code": str})["code"].tolist() == [
        "0123",
        "0124",
    ]


@pytest.mark.parametrize("name", ["a.txt", "a", "a.gpkg"])
def test_other_endings_are_refused(tmp_path, name):
    """An unknown ending, none, or a layer's ending for a table without places: nothing is written."""
    with pytest.raises(ValueError, match="cannot write"):
        files.write_table(pd.DataFrame({"a": [1]}), tmp_path / name)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("read", [files.read_layer, files.read_table, files.read_json])
def test_a_missing_file_is_told_by_name(tmp_path, read):
    """The sentence names the file, not the folders of the machine."""
    with pytest.raises(WorkbenchError) as missing:
        read(tmp_path / "nowhere.parquet")
    assert missing.value.code == "files.missing"
    assert missing.value.params == {"name": "nowhere.parquet"}


def test_json_is_the_same_for_the_same_value(tmp_path):
    """Keys are sorted, so that equal recipes are equal files; Chinese stays readable."""
    files.write_json({"b": 1, "a": "松花江"}, tmp_path / "1.json")
    files.write_json({"a": "松花江", "b": 1}, tmp_path / "2.json")
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
    assert "松花江" in (tmp_path / "1.json").read_text(encoding="utf-8")
    assert files.read_json(tmp_path / "1.json") == {"a": "松花江", "b": 1}


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (b"a" * 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ],
)
def test_sha256_gives_the_published_digests(tmp_path, content, digest):
    """The examples of FIPS 180-4."""
    (tmp_path / "a").write_bytes(content)
    assert files.sha256(tmp_path / "a") == digest


def test_sha256_reads_beyond_one_piece(tmp_path):
    """A file longer than the piece that is read at a time is hashed whole."""
    (tmp_path / "a").write_bytes(b"a" * (1 << 20) + b"b")
    (tmp_path / "b").write_bytes(b"a" * (1 << 20) + b"c")
    assert files.sha256(tmp_path / "a") != files.sha256(tmp_path / "b")
