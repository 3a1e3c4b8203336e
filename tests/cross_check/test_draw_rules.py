"""Sets of ratios: those of other places, each with its document, and the bureau's own, which replace them."""

import pytest

from cross_check import draw_rules
from cross_check.files import Project
from gis.errors import WorkbenchError

OWN = '[ours]\ndocument = "黑环发〔2026〕9号"\nperiod = "year"\nstrata = [{ name = "key", share_percent = 30 }]\n'


@pytest.fixture
def own(tmp_path):
    """Return a file of the bureau's own."""
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_shipped_sets_name_their_document_and_pass_for_those_of_other_places(tmp_path):
    """Each says where it comes from; a project without a file of its own has none but these."""
    project = Project(tmp_path)
    assert set(draw_rules.known(project)) == {"chizhou-2019", "jiangxi-county", "jianghan-2025"}
    assert all(draw_rules.rule(project, name)["document"] for name in draw_rules.shipped())
    assert draw_rules.foreign(project)


def test_one_file_replaces_them(tmp_path, own):
    """Given for one draw, or taken over for all: then those of other places are gone."""
    project = Project(tmp_path / "p")
    assert draw_rules.rule(project, "ours", own)["name"] == "ours"
    assert not draw_rules.foreign(project, own)
    assert draw_rules.foreign(project)
    step = draw_rules.take(project, own)
    assert step.figures["document"] == "黑环发〔2026〕9号"
    assert list(draw_rules.known(project)) == ["ours"]
    assert not draw_rules.foreign(project)
    with pytest.raises(WorkbenchError) as fault:
        draw_rules.rule(project, "chizhou-2019")
    assert (fault.value.code, fault.value.params["known"]) == ("draws.no_rule", "ours")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[ours", "draws.bad_rules"),
        ("", "draws.bad_rules"),
        ("ours = 1", "draws.bad_rules"),
        (OWN.replace("document", "title"), "draws.bad_rule"),
        (OWN.replace('"黑环发〔2026〕9号"', '" "'), "draws.bad_rule"),
        (OWN.replace(", share_percent = 30", ""), "draws.bad_rule"),
        (OWN.replace("30", '"30"'), "draws.bad_rule"),
        (OWN.replace("30", "-1"), "draws.bad_rule"),
        (OWN.replace("share_percent = 30", "all = 1"), "draws.bad_rule"),
        (OWN.replace('name = "key", ', ""), "draws.bad_rule"),
        ("[ours]\ndocument = '1'\nperiod = 'year'\nstrata = []\n", "draws.bad_rule"),
    ],
)
def test_a_broken_file_replaces_nothing(tmp_path, own, text, code):
    """No table, no document, no size, a size that is no number: refused by name, and what held before still holds."""
    project = Project(tmp_path / "p")
    draw_rules.take(project, own)
    own.write_text(text, encoding="utf-8")
    with pytest.raises(WorkbenchError) as fault:
        draw_rules.take(project, own)
    assert fault.value.code == code
    assert list(draw_rules.known(project)) == ["ours"]


def test_a_missing_file_is_named(tmp_path):
    """By its own name alone, without the folder."""
    with pytest.raises(WorkbenchError) as fault:
        draw_rules.read(tmp_path / "none.toml")
    assert (fault.value.code, fault.value.params["name"]) == ("files.missing", "none.toml")
