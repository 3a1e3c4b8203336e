"""Target rules on surfaces whose class is known."""

import numpy as np
import pytest

from satellite import synthetic, targets


def _mix(**shares):
    names, endmembers = synthetic.spectra()
    total = sum(share * endmembers[name] for name, share in shares.items())
    return {band: np.array([value], float) for band, value in zip(names, total, strict=True)}


FIELD = {"crop": 0.42, "black_soil": 0.51, "dry_plants": 0.07}
GRASS = {"crop": 0.5, "dry_plants": 0.23, "subsoil": 0.27}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (FIELD, {"blue_steel": 0.75, "concrete": 0.25}, "construction"),
        (FIELD, {"concrete": 0.9, "black_soil": 0.1}, "construction"),
        (FIELD, {"subsoil": 1.0}, "excavation"),
        (FIELD, {"slag": 0.95, "black_soil": 0.05}, "waste"),
        (GRASS, {"char": 0.85, "dry_plants": 0.15}, "burn"),
        ({"clear_water": 1.0}, {"turbid_water": 0.9, "clear_water": 0.1}, "turbid_water"),
        ({"wood": 0.96, "dry_plants": 0.04}, {"black_soil": 0.6, "dry_plants": 0.4}, "clearing"),
        (FIELD, {"black_soil": 1.0}, "other"),  # ploughing
        (FIELD, {"crop": 0.55, "black_soil": 0.45}, "other"),  # a greener crop
        ({"reed": 0.8, "clear_water": 0.2}, {"clear_water": 0.85, "reed": 0.15}, "other"),  # flooding
    ],
)
def test_known_surfaces(before, after, expected):
    """Each surface change is named, and field work, growth and flooding are not."""
    number = targets.classify(_mix(**before), _mix(**after), targets.standard())[0]
    assert targets.CLASSES[number - 1] == expected


@pytest.mark.parametrize("factor", [1e-4, 1.0, 10_000.0])
def test_units_do_not_matter(factor):
    """Reflectance, per mille or counts give the same class."""
    before, after = _mix(**FIELD), _mix(subsoil=1.0)
    scaled = [{band: values * factor for band, values in date.items()} for date in (before, after)]
    assert targets.CLASSES[targets.classify(*scaled, targets.standard())[0] - 1] == "excavation"


def test_without_the_bands_all_is_other():
    """Images without short-wave infrared are not classified, and the missing indices are NaN."""
    before = {"red": np.ones(2), "green": np.ones(2), "nir": np.full(2, 3.0)}
    assert (targets.classify(before, before, targets.standard()) == len(targets.CLASSES)).all()
    table = targets.differences(before, before)
    assert table["d_ndvi"].tolist() == [0, 0]
    assert table["d_nbr"].isna().all()
