"""Commands on images, against catalogues on loopback."""

import geopandas as gpd
import pytest

import cli
from tests.satellite import stacs

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
