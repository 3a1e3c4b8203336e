"""The hotspot page lists what is significant after correction."""

import pytest

from gis.files import read_layer, write_table
from tests.views import opened, small


@pytest.mark.parametrize("language", ["zh", "en"])
def test_list_holds_significant_cells_hot_first(monkeypatch, project, language):
    """Six of nine cells are significant; the hottest stands first, the coldest last."""
    listed = opened.page(monkeypatch, project, "hotspots", language).dataframe[0].value
    assert list(listed.iloc[:, 0]) == ["C0", "C1", "C2", "C5", "C6", "C7"]


def test_nothing_significant_is_said(monkeypatch, tmp_path):
    """Without a significant cell the page says so."""
    project = small.write(tmp_path / "own")
    write_table(read_layer(project.hotspots).assign(bin=0), project.hotspots)
    test = opened.page(monkeypatch, project, "hotspots")
    assert "校正" in opened.told(test)[0]
