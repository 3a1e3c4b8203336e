"""Columns and values of the register in words."""

import pytest

from cross_check import registry
from gis import history
from gis.language import LANGUAGES, catalogue

WORDS = catalogue("zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_the_register_has_a_name(language):
    """None is shown by its code."""
    words = catalogue(language)
    assert [name for name in history.STATE.columns if registry.column(name, words) == name] == []


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("permit_category", "key", "重点管理"),
        ("positive_list", "True", "是"),
        ("key_lists", "water;air", "水环境、大气环境"),
        ("listed_years", "air:2023,2024;water:2024", "大气环境 2023,2024、水环境 2024"),
        ("county_code", "230402", "向阳区"),
        ("unit_id", "232761", "加格达奇区"),
        ("coord_decided", "gcj02", "GCJ-02，高德、腾讯等地图坐标"),
        ("coord_by", "evidence", "证据"),
        ("coord_declared", "cgcs2000", "CGCS2000 或 WGS84 经纬度"),
        ("coord_declared", "EPSG:4551", "EPSG:4551"),
        ("pollution_types", "exhaust;餐饮油烟", "废气、餐饮油烟"),
        ("management_level", "national", "国控"),
        ("positive_until", "2026-05-31 00:00:00", "2026-05-31"),
        ("address", "nan", ""),
        ("address", "甲路1号", "甲路1号"),
    ],
)
def test_values_in_words(column, text, said):
    """Codes become words, nothing becomes nothing, all else stays."""
    assert registry.value(column, text, WORDS) == said
