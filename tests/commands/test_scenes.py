"""Commands on images, against catalogues on loopback."""

import contextlib

import geopandas as gpd
import numpy as np
import pytest

import cli
from tests.satellite import shaky, stacs, tifs

PERIOD = ("--first", "2026-05-01", "--last", "2026-05-31")
BOX = ("--bbox", 126, 45.5, 127, 46)


def hdq(capsys, folder, *arguments):
    """Run a command of the group in a project."""
    code = cli.main(["scenes", *map(str, arguments), "--project", str(folder)])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_a_search_is_printed_and_saved(capsys, tmp_path, ending):
    """Day, clouds, size and name on the screen; footprints in the file."""
    with stacs.small(stacs.item("S2A_1", cloud=12.25), stacs.item("S2A_2", cloud=None)) as api:
        out = tmp_path / f"found.{ending}"
        collection = ("--collection", "sentinel-2-l2a")
        code, said, _ = hdq(
            capsys, tmp_path, "search", "--provider", api.address, *collection, *BOX, *PERIOD, "--out", out
        )
    assert code == 0
    assert "2026-05-10   12.2 %" in said
    assert "S2A_2" in said
    assert "共 2 景" in said
    saved = gpd.read_parquet(out) if ending == "parquet" else gpd.read_file(out)
    assert saved["scene_id"].tolist() == ["S2A_1", "S2A_2"]
    assert saved.geometry.geom_type.tolist() == ["Polygon", "Polygon"]


def test_a_search_takes_a_division(capsys, tmp_path):
    """The area goes over the line as a polygon."""
    with stacs.small() as api:
        code, said, _ = hdq(capsys, tmp_path, "search", "--provider", api.address, "--division", "哈尔滨市", *PERIOD)
    assert (code, "共 0 景" in said) == (0, True)
    assert api.asked[0]["intersects"]["type"] == "Polygon"


def test_without_network_it_is_told(capsys, tmp_path):
    """One sentence, and no trace of the library."""
    with stacs.small() as api:
        pass
    code, _, err = hdq(capsys, tmp_path, "search", "--provider", api.address, *BOX, *PERIOD)
    assert code == 1
    assert "127.0.0.1 无响应" in err
    assert "Traceback" not in err


def test_images_are_fetched_listed_and_added(capsys, tmp_path):
    """From ids and from a saved list; a second time nothing is new; the list can be saved."""
    project, content = tmp_path / "project", b"II*\x00 no image, but bytes"
    with contextlib.ExitStack() as running:
        store = running.enter_context(shaky.serving(**{"red.tif": content}))
        api = running.enter_context(stacs.small(stacs.item("S2A_1", red=store.url("red.tif"))))
        source = ("--provider", api.address, "--collection", "sentinel-2-l2a")
        hdq(capsys, project, "search", *source, *BOX, *PERIOD, "--out", tmp_path / "found.gpkg")
        code, said, _ = hdq(capsys, project, "fetch", "--from", tmp_path / "found.gpkg", "--bands", "red")
        assert (code, "已取得 1 景、1 个文件" in said) == (0, True)
        code, said, err = hdq(capsys, project, "fetch", "S2A_1", *source, "--bands", "nir")
        assert (code, "nir" in err) == (1, True)
        store.files.clear()
        (project / "imagery").rename(tmp_path / "gone")
        code, said, err = hdq(capsys, project, "fetch", "S2A_1", *source, "--bands", "red")
    assert code == 1
    assert "上已没有 red.tif" in err
    code, said, _ = hdq(capsys, project, "list", "--out", tmp_path / "list.geojson")
    assert (code, "S2A_1" in said) == (0, True)
    assert len(gpd.read_file(tmp_path / "list.geojson")) == 1


def test_ids_or_a_list_one_of_the_two(capsys, tmp_path):
    """Neither and both are told."""
    for asked in ((), ("a", "--from", tmp_path / "x.gpkg")):
        code, _, err = hdq(capsys, tmp_path, "fetch", *asked)
        assert (code, "--from" in err) == (1, True)


def test_an_image_on_disk_is_added(capsys, tmp_path):
    """What it does not tell is asked for by the name of the option."""
    path = tifs.write(tmp_path / "shot.tif", np.ones((1, 8, 8), dtype="float32"))
    code, _, err = hdq(capsys, tmp_path / "p", "add", path)
    assert (code, "--seen-on" in err) == (1, True)
    code, said, _ = hdq(capsys, tmp_path / "p", "add", path, "--seen-on", "2026-05-10")
    assert (code, "新登记 1 景" in said) == (0, True)
    assert "shot" in hdq(capsys, tmp_path / "p", "list")[1]


def test_without_credentials_it_is_told_which_to_set(capsys, tmp_path, monkeypatch):
    """A mirror wants a name and a password; the sentence names their variables."""
    for name in ("HDQ_DHUS_USER", "HDQ_DHUS_PASSWORD"):
        monkeypatch.setenv(name, "")
    code, _, err = hdq(capsys, tmp_path, "search", "--provider", "dhus:http://127.0.0.1:9/", *BOX, *PERIOD)
    assert code == 1
    assert "HDQ_DHUS_USER" in err
    assert "HDQ_DHUS_PASSWORD" in err
