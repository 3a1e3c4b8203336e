"""Thresholds from pairs of earlier years, on planted truth."""

import numpy as np
import pytest
import rasterio

from satellite import detection, files, null_pairs
from satellite.files import PairFiles

SIZE = 400
ASKED = 300.0
"""Per 1,000 km2; the images have 16 km2."""


def _image(path, seed, *, mottled=True, planted=()):
    """Write ground that the weather mottles anew at every date, with planted squares (row, column)."""
    ground = np.random.default_rng(1).normal(0, 1, (4, SIZE, SIZE)).cumsum(axis=1).cumsum(axis=2) * 0.01
    rng = np.random.default_rng(seed)
    data = ground + 100 + rng.normal(0, 0.3, ground.shape)
    if mottled:
        for _ in range(60):
            row, column = rng.integers(0, SIZE - 8, 2)
            data[:, row : row + 6, column : column + 6] += rng.normal(0, 1, (4, 1, 1)) * rng.exponential(0.9)
    for row, column in planted:
        data[:, row : row + 8, column : column + 8] += np.array([14.0, 12.0, -10.0, 9.0])[:, None, None]
    profile = {"driver": "GTiff", "count": 4, "height": SIZE, "width": SIZE, "dtype": "float32", "crs": "EPSG:32651"}
    with rasterio.open(path, "w", transform=rasterio.Affine(10, 0, 600_000, 0, -10, 5_060_000), **profile) as sink:
        sink.write(data.astype(np.float32))
    return path


PLANTED = ((50, 60), (200, 300), (330, 120))


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Two earlier pairs without change and the pair of now with three planted squares; the past of the earlier."""
    folder = tmp_path_factory.mktemp("years")
    first, second, third, before, after = (
        _image(folder / f"{at}.tif", at, planted=PLANTED if at == 5 else ()) for at in range(1, 6)
    )
    params = detection.Params(false_leads=ASKED, smallest_m2=800)
    parts = []
    for one, other in ((first, second), (second, third)):
        with files.open_pair(PairFiles(one, other)) as pair:
            parts.append(null_pairs.measure(pair, f"{one.name} {other.name}", params=params))
    return PairFiles(before, after), params, parts


def _found(pair_files, params):
    with files.open_pair(pair_files) as pair:
        return detection.run(pair, params=params)


def test_the_past_sets_the_threshold(years):
    """Where the weather mottles the ground, earlier pairs raise the threshold; the planted squares hold up to it."""
    from dataclasses import replace

    from satellite import past

    pair, params, parts = years
    plain = _found(pair, params)
    told = past.joined(parts)
    known = _found(pair, replace(params, past=told))
    assert known.noise.lead_threshold > plain.noise.lead_threshold
    allowed = ASKED * told.area_m2 / len(parts) / 1e9
    false = len(known.patches) - len(PLANTED)
    assert 0 <= false <= allowed + 3 * np.sqrt(allowed)
    assert len(plain.patches) - len(PLANTED) > 3 * max(false, 1)
    assert known.patches.nlargest(3, "strength")["area_m2"].between(4000, 10_000).all()


def test_the_record_names_the_pairs(years):
    """The past carries what was compared, and the ground that was seen."""
    _, _, parts = years
    assert [part.pairs for part in parts] == [("1.tif 2.tif",), ("2.tif 3.tif",)]
    assert all(part.area_m2 == pytest.approx(16e6, rel=0.01) for part in parts)
    assert all(list(part.tails) == sorted(part.tails, reverse=True) for part in parts)
