"""The whole chain on a small synthetic province: every step, every file, and the score against the truth."""

import json
from datetime import date

import geopandas as gpd
import pandas as pd
import pypdfium2
import pytest
import rasterio

from cross_check import audits, casebook, demo, leads, plans, rounds, routes
from cross_check.files import Project
from cross_check.route_params import Params
from gis import files, hotspots, register, schema
from gis.errors import WorkbenchError
from satellite import patches


@pytest.fixture(scope="module")
def ran(demo_project):
    """The project folder and report of a small demo."""
    return demo_project


def test_every_step_ran_and_left_its_files(ran):
    """Ten steps, each with outputs that exist."""
    _, report = ran
    assert [step.code for step, _ in report.steps] == [
        "demo.made",
        "chain.imported",
        "chain.detected",
        "chain.leads",
        "casebook.taken",
        "chain.hotspots",
        "emerging.done",
        "lists.done",
        "chain.planned_optimal",
        "chain.briefed",
    ]
    assert all(path.exists() for step, _ in report.steps for path in step.outputs)


def test_the_register_came_through_its_sheet(ran):
    """What was made went out as a sheet and came in through the import, without a fault."""
    project, report = ran
    receipt = report.steps[1][0].figures
    assert (receipt["rows"], receipt["saved"], receipt["faulty"]) == (800, 800, 0)
    assert len(files.read_layer(project.enterprises)) == 800


def test_tables_on_disk_meet_their_schemas(ran):
    """A later program may rely on every file."""
    project, _ = ran
    doors = {
        project.enterprises: register.SCHEMA,
        project.patches: patches.SCHEMA,
        project.leads: leads.SCHEMA,
        project.hotspots: hotspots.SCHEMA,
        project.visits: routes.VISITS,
        project.legs: routes.LEGS,
    }
    for path, door in doors.items():
        table = files.read_layer(path)
        assert schema.find_faults(table, door).empty, path.name
        assert table.crs.to_epsg() == 4490
    assert schema.find_faults(files.read_table(project.assignment), rounds.ASSIGNMENT).empty


def test_the_change_rasters_are_as_promised(ran):
    """score.tif is a COG of floats, change.tif bytes of 0, 1 and 255, both on one grid."""
    project, _ = ran
    with rasterio.open(project.detect / "score.tif") as score, rasterio.open(project.detect / "change.tif") as change:
        assert score.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (score.dtypes, change.dtypes, change.nodata) == (("float32",), ("uint8",), 255)
        assert (score.transform, score.shape) == (change.transform, change.shape)
        assert set(change.read(1).ravel()) == {0, 1, 255}


def test_the_recipe_tells_how(ran):
    """Inputs by hash and date, parameters, versions and figures: enough to repeat the run."""
    project, _ = ran
    recipe = json.loads(project.recipe.read_text(encoding="utf-8"))
    before = recipe["inputs"]["before"]
    assert before["seen_on"] == "2024-06-18"
    assert files.sha256(project.detect / before["path"]) == before["sha256"]
    assert recipe["params"]["false_alarm"] == 1e-4
    assert len(recipe["figures"]["canonical_correlations"]) == 8
    assert "haidongqing" in recipe["versions"]


def test_the_score_is_honest_and_fair(ran):
    """Most of what could be seen is found, most of what is reported is real, and nothing is counted twice."""
    project, report = ran
    assert report.leads.recall >= 0.7
    assert report.leads.precision >= 0.7
    truth = files.read_layer(project.truth / "changes.parquet")
    assert report.leads.rows["planted"].sum() == len(truth)
    assert (report.leads.rows["found"] + report.leads.rows["hidden"] <= report.leads.rows["planted"]).all()
    assert report.hotspots.precision >= 0.8


def test_no_hard_rule_of_the_round_is_broken(ran):
    """An independent checker finds no violation; no team stays at home; no pair is reciprocal."""
    project, _ = ran
    assignment = files.read_table(project.assignment)
    went = dict(zip(assignment["home_division"], assignment["division_code"], strict=True))
    assert all(home != there and went.get(there) != home for home, there in went.items())
    found, sites = casebook.standing(project), files.read_layer(project.enterprises)
    facts = json.loads(project.round.read_text(encoding="utf-8"))
    params = plans.Params(document_no=facts["document_no"], seed=facts["seed"])
    regions = files.read_layer(project.regions)
    chosen = plans.targets(found, sites, regions, assignment, params=params)
    planned = routes.plan(assignment, chosen.table, regions, params=Params())
    assert audits.check(planned, chosen.table, assignment, regions, params=Params()) == []
    assert len(planned.visits) == facts["visits"] == len(files.read_layer(project.visits))


def test_positive_list_sites_are_not_visited(ran):
    """No trigger is on record: neither a listed site nor a lead at one is gone to."""
    project, _ = ran
    sites = files.read_layer(project.enterprises)
    targets = files.read_layer(project.targets)
    assert not set(targets["site_id"].dropna()) & set(sites.loc[sites["positive_list"], "site_id"])


def test_a_round_goes_to_leads_that_somebody_has_read(ran):
    """The more pressing half is read against the planted truth; the others wait, and so does the round."""
    project, _ = ran
    stands = casebook.standing(project).set_index("lead_id")
    assert stands["state"].isin(["suspected", "excluded"]).sum() == -(-len(stands) // 2)
    truth = files.read_layer(project.truth / "changes.parquet")
    planted = truth.loc[~truth["decoy"], "geometry"].union_all()
    read = stands[stands["state"] != "new"]
    assert (read.intersects(planted) == (read["state"] == "suspected")).all()
    targets = files.read_layer(project.targets)
    went = targets.loc[targets["target_kind"] == "lead", "target_id"]
    assert len(went) >= 2  # rims of mixed pixels beside a site are no leads of their own
    assert set(stands.loc[went, "state"]) == {"suspected"}


def test_all_of_it_says_that_it_is_synthetic(ran):
    """Images, sheet, report and maps carry the word."""
    project, _ = ran
    with rasterio.open(project.folder / "imagery" / "2024-06-18.tif") as image:
        assert image.tags()["SYNTHETIC"].startswith("YES")
    assert json.loads(project.report.read_text(encoding="utf-8"))["synthetic"] is True
    names = files.read_layer(project.enterprises)["name"]
    assert names.str.contains("示例").all()
    officers = files.read_table(project.officers)["name"]
    assert officers.str.contains("示例|合成").all()


def test_a_project_of_ones_own_is_not_overwritten(tmp_path):
    """The demo refuses a folder with a register that no demo made, and touches nothing."""
    own = tmp_path / "officers.parquet"
    own.write_bytes(b"mine")
    with pytest.raises(WorkbenchError) as refusal:
        demo.run(tmp_path)
    assert refusal.value.code == "demo.no_place"
    assert [path.name for path in tmp_path.iterdir()] == ["officers.parquet"]
    assert own.read_bytes() == b"mine"


def test_maps_and_rasters_say_that_they_are_synthetic(ran):
    """The word stands in the PDF's text and in the tags of the results."""
    project, _ = ran
    document = pypdfium2.PdfDocument(project.brief / "province.pdf")
    try:
        assert "合成数据" in document[0].get_textpage().get_text_bounded()
    finally:
        document.close()
    for name in ("score.tif", "change.tif"):
        with rasterio.open(project.detect / name) as source:
            assert source.tags()["SYNTHETIC"].startswith("YES")


def test_complaints_carry_no_person(ran):
    """A complaint is a number, a day and a place, nothing else."""
    project, _ = ran
    signals = files.read_layer(project.signals)
    assert set(signals.columns) == {"signal_id", "kind", "seen_on", "geometry"}
    assert set(signals["kind"]) == {"fire_point", "complaint"}
    span = signals["seen_on"].max() - signals["seen_on"].min()
    assert span > pd.Timedelta(days=1000)


def test_the_same_seed_gives_the_same_province(ran, tmp_path):
    """Another run from the seed makes the same tables and images, byte for byte in their values."""
    project, _ = ran
    again = Project(tmp_path)
    demo.make(again, demo.Params(size_px=400, enterprises=800))
    for name in ("signals", "officers", "zones"):
        first, second = (pd.read_parquet(getattr(one, name)) for one in (project, again))
        assert first.equals(second), name
    for day in demo.DATES:
        image = f"imagery/{day.isoformat()}.tif"
        assert files.sha256(project.folder / image) == files.sha256(again.folder / image)


def test_truth_is_a_table_of_polygons(ran):
    """What was planted can be opened in any desktop GIS."""
    project, _ = ran
    truth = gpd.read_parquet(project.truth / "changes.parquet")
    assert set(truth.geom_type) <= {"Polygon", "MultiPolygon"}
    assert date(2024, 6, 18) == demo.DATES[0]
