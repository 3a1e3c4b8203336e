"""What changed, told in numbers and in words."""

import pandas as pd

from gis.language import catalogue
from satellite import differences

NAN = float("nan")


def _table(**columns):
    return pd.DataFrame({f"d_{name}": [value] for name, value in columns.items()})


def test_numbers_name_the_largest_first():
    """Small differences are not told, three at most, of the two indices of water one."""
    assert differences.numbers(_table(ndvi=-0.41, bsi=0.22, nbr=0.01, ndwi=NAN)) == ["NDVI -0.41, BSI +0.22"]
    many = _table(ndvi=-0.1, bsi=0.2, nbr=-0.3, ndbi=0.4, mndwi=-0.5, ndwi=-0.6)
    assert differences.numbers(many) == ["MNDWI -0.50, NDBI +0.40, NBR -0.30"]
    assert differences.numbers(_table(mndwi=NAN, ndwi=-0.6)) == ["NDWI -0.60"]
    assert differences.numbers(_table(ndvi=NAN)) == [""]


def test_words_carry_the_numbers():
    """Each language says the way of each change, and how clear it is."""
    patch = _table(ndvi=-0.41, bsi=0.12)
    assert differences.sentences(patch, catalogue("zh")) == ["植被减少明显（NDVI -0.41），裸土增加（BSI +0.12）"]
    said = differences.sentences(patch, catalogue("en"))
    assert said == ["clearly less vegetation (NDVI -0.41), more bare soil (BSI +0.12)"]


def test_every_index_has_words_both_ways():
    """No index is told without a word for it."""
    for language in ("zh", "en"):
        for name in differences.INDICES:
            for by in (-0.5, 0.5):
                assert name.upper() in differences.sentences(_table(**{name: by}), catalogue(language))[0]
