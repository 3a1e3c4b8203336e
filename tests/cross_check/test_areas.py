"""The areas of a project: its own where it has them."""

from cross_check import areas
from cross_check.files import Project
from gis import files, regions, schema
from gis.crs import STORAGE


def test_regions_are_the_shipped_ones_until_the_bureau_brings_its_own(tmp_path):
    """Thirteen prefectures; then what lies in the project."""
    project = Project(tmp_path)
    shipped = areas.regions_of(project)
    assert len(shipped) == 13
    files.write_table(shipped.iloc[:2], project.regions)
    assert areas.regions_of(project)["division_code"].tolist() == shipped["division_code"].tolist()[:2]


def test_a_project_without_zones_has_an_empty_table_of_them(tmp_path):
    """It meets the schema of zones, in the system of storage."""
    zones = areas.zones_of(Project(tmp_path))
    assert zones.empty
    assert zones.crs == STORAGE
    assert schema.find_faults(zones, regions.ZONES).empty
