"""Commands on composites and indices."""

import numpy as np
import rasterio

import cli
from tests.satellite import tifs


def test_one_image_of_two(tmp_path, capsys):
    """Two dated images become one; its index is written by name."""
    for day, value in (("20240601", 0.1), ("20240611", 0.2)):
        bands = np.stack([np.full((20, 20), value), np.full((20, 20), 0.4), np.full((20, 20), 0.1)]).astype(np.float32)
        tifs.write(tmp_path / f"s2_{day}.tif", bands, names=("red", "nir", "green"), nodata=np.nan)
    images = [str(path) for path in sorted(tmp_path.glob("s2_*.tif"))]
    out = str(tmp_path / "out.tif")
    assert cli.main(["composite", *images, "--on", "2024-06-12", "--out", out, "--language", "en"]) == 0
    assert "2 images became one, 3 bands" in capsys.readouterr().out
    assert cli.main(["index", "compute", out, "NDWI", "--out", str(tmp_path / "i.tif"), "--language", "en"]) == 0
    with rasterio.open(tmp_path / "i.tif") as source:
        assert abs(source.read(1)[5, 5] + 0.6) < 1e-3
    capsys.readouterr()


def test_indices_are_listed_in_chinese(capsys):
    """Each with its bands and its source."""
    assert cli.main(["index", "list", "--language", "zh"]) == 0
    told = capsys.readouterr().out
    assert "turbidity   浊度 [FNU]  red nir  Dogliotti et al. 2015" in told
    assert "共 21 个" in told
