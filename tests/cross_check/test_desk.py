"""The import desk on disk: one file is one event, or nothing; undo is one step; a killed import leaves no half."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from cross_check import annals, desk, rulings
from cross_check.arrivals import Letter
from cross_check.files import Project
from gis import codes, files, history, synthetic
from gis.coordinates import Answer
from gis.errors import TableFaults, WorkbenchError
from gis.history import Act
from tests.kept import files_in

HEADINGS = ["单位名称", "统一社会信用代码", "行业代码", "管理类别", "经度", "纬度"]
GOOD = ["示例化工厂", "91130200699229617X", "2611", "重点管理", "125.1012", "46.5934"]
OTHER = ["示例纸业", "911302307808371268", "2221", "重点管理", "125.2013", "46.5521"]
BAD = ["示例造纸厂", "91130200699229617Y", "2221", "重点管理", "125.2", "46.5"]


def act(day=1, **changes):
    """Li at the desk, on a day of June 2025."""
    return Act(by="李", at=dt.datetime(2025, 6, day, 2, tzinfo=dt.UTC), **({"why": "核对"} | changes))


SAID = Letter(answer=Answer(system="cgcs2000:decimal"))
"""Two points alone would not tell their coordinate system."""


def bring(source, project, by, *, skip_faulty=False):
    """Import a file of known coordinate system."""
    return desk.import_enterprises(source, project, by, SAID, skip_faulty=skip_faulty)


def sheet(path, *rows, **more):
    """A small file under the usual headings; further columns by heading."""
    pd.DataFrame(rows, columns=HEADINGS).assign(**more).to_csv(path, index=False, encoding="utf-8-sig")
    return path


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path / "project")


def test_a_faulty_import_changes_nothing(tmp_path, project):
    """A wrong check character refuses the file; the register of yesterday stands byte by byte."""
    bring(sheet(tmp_path / "good.csv", GOOD), project, act())
    before = files_in(project.folder)
    with pytest.raises(TableFaults) as refusal:
        bring(sheet(tmp_path / "bad.csv", GOOD, BAD), project, act())
    assert refusal.value.faults[["row", "column"]].to_numpy().tolist() == [[3, "统一社会信用代码"]]
    assert files_in(project.folder) == before


def test_faulty_rows_are_skipped_on_request_and_recorded(tmp_path, project):
    """The good row is saved, the faulty one is reported and stays in the event's record."""
    step, notes = bring(sheet(tmp_path / "mixed.csv", GOOD, BAD), project, act(), skip_faulty=True)
    assert (step.figures["rows"], step.figures["saved"], step.figures["faulty"]) == (2, 1, 1)
    assert notes["row"].tolist()[0] == 3
    assert len(files.read_layer(project.enterprises)) == 1
    record = json.loads((project.history / "000001.json").read_text(encoding="utf-8"))
    assert [fault["row"] for fault in record["skipped"]] == [3]
    assert record["source_sha256"] == files.sha256(tmp_path / "mixed.csv")


def test_a_second_import_adds_and_replaces(tmp_path, project):
    """The same row again is unchanged; another name for the site is a change, not a second site."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    same, _ = bring(sheet(tmp_path / "b.csv", GOOD), project, act())
    renamed, _ = bring(sheet(tmp_path / "c.csv", ["示例化工一厂", *GOOD[1:]]), project, act())
    assert (same.figures["unchanged"], renamed.figures["changed"], renamed.figures["total"]) == (1, 1, 1)


def test_a_file_without_a_good_row_saves_nothing(tmp_path, project):
    """Skipping every row is no import."""
    with pytest.raises(WorkbenchError) as refusal:
        bring(sheet(tmp_path / "bad.csv", BAD), project, act(), skip_faulty=True)
    assert refusal.value.code == "chain.nothing_good"
    assert not project.folder.exists()


def test_a_preview_tells_everything_and_saves_nothing(tmp_path, project):
    """The same figures as the import, cell by cell what would change, and sites that may be known."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    before = files_in(project.folder)
    stem = "91230101XX000009"
    code = codes.complete_credit_codes(pd.Series([stem])).iloc[0]
    twin = [GOOD[0], code, *GOOD[2:]]
    file = sheet(tmp_path / "b.csv", ["示例化工一厂", *GOOD[1:]], twin, BAD)
    seen = desk.preview(file, project, act(2), SAID)
    assert files_in(project.folder) == before
    assert seen.differences[["column", "before", "after"]].to_numpy().tolist()[0] == [
        "name",
        "示例化工厂",
        "示例化工一厂",
    ]
    assert len(seen.duplicates) == 1
    assert seen.faults["row"].tolist()[0] == 4
    step, _ = bring(file, project, act(2), skip_faulty=True)
    assert {**seen.step.figures, "number": 2, "by": "李"} == dict(step.figures)


def test_undo_is_one_step_and_restores_the_register_exactly(tmp_path, project):
    """Changed and new rows alike; the file is as it was, and the history has one event more."""
    bring(sheet(tmp_path / "a.csv", GOOD, 所属流域="松花江"), project, act())
    before = files.read_layer(project.enterprises)
    bring(sheet(tmp_path / "b.csv", ["新名", *GOOD[1:]], OTHER, 所属流域="嫩江"), project, act(2))
    step = desk.undo(project, act(3))
    assert step.figures["sites"] == 2
    assert_geodataframe_equal(files.read_layer(project.enterprises), before)
    assert [event.kind for event in annals.events(project)] == ["import", "import", "undo"]


def test_an_undo_can_be_taken_back(tmp_path, project):
    """By its number; the import stands again."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    after = files.read_layer(project.enterprises)
    desk.undo(project, act(2))
    assert files.read_layer(project.enterprises).empty
    desk.undo(project, act(3), 2)
    assert_geodataframe_equal(files.read_layer(project.enterprises), after)


@pytest.mark.parametrize(("number", "code"), [(0, "nothing_to_undo"), (7, "no_event")])
def test_undo_of_nothing_is_refused(project, number, code):
    """An empty history has nothing to take back, a number must exist."""
    with pytest.raises(WorkbenchError) as refusal:
        desk.undo(project, act(), number)
    assert refusal.value.code == f"history.{code}"


def test_an_event_is_taken_back_once_and_only_before_others_built_on_it(tmp_path, project):
    """The first import cannot go while the second changed the same site; what is undone is not undone again."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    bring(sheet(tmp_path / "b.csv", ["新名", *GOOD[1:]]), project, act())
    with pytest.raises(WorkbenchError) as refusal:
        desk.undo(project, act(), 1)
    assert refusal.value.code == "history.touched_later"
    desk.undo(project, act(), 2)
    with pytest.raises(WorkbenchError) as refusal:
        desk.undo(project, act(), 2)
    assert refusal.value.code == "history.undone"


def test_a_killed_import_leaves_nothing_or_the_whole_event(tmp_path, project, monkeypatch):
    """Whichever write is the last one: the next look finds the register before or after, never between."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    before = history.digest(history.completed(files.read_layer(project.enterprises)))
    file = sheet(tmp_path / "b.csv", OTHER)

    class Killed(BaseException):
        """The power goes."""

    whole = Project(tmp_path / "whole")
    bring(sheet(tmp_path / "a.csv", GOOD), whole, act())
    bring(file, whole, act(2))
    after = history.digest(history.completed(files.read_layer(whole.enterprises)))
    for survived in range(3):
        count = iter(range(10))

        def dying(write, count=count, survived=survived):
            def or_dead(*arguments):
                if next(count) == survived:
                    raise Killed
                return write(*arguments)

            return or_dead

        with monkeypatch.context() as patch:
            patch.setattr(files, "write_table", dying(files.write_table))
            patch.setattr(files, "write_json", dying(files.write_json))
            with pytest.raises(Killed):
                bring(file, project, act(2))
        events = annals.events(project)
        found = history.digest(history.fold(events))
        assert found == (before, after)[len(events) - 1]
    assert len(events) == 2
    desk.find_duplicates(project)
    assert history.digest(history.completed(files.read_layer(project.enterprises))) == after


def test_a_register_without_history_is_taken_over(tmp_path, project):
    """What lay there becomes the opening event; undo of the import brings it back."""
    sites = synthetic.enterprises(np.random.default_rng(2), files.read_sketch(), 5)
    files.write_table(sites, project.enterprises)
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    assert [event.kind for event in annals.events(project)] == ["opening", "import"]
    desk.undo(project, act())
    assert set(files.read_layer(project.enterprises)["site_id"]) == set(sites["site_id"])


def test_changes_by_other_hands_become_an_event(tmp_path, project):
    """Another tool has edited the file: nothing of it is lost, and the fold is the stored state again."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    files.write_table(files.read_layer(project.enterprises).assign(name="别处改名"), project.enterprises)
    bring(sheet(tmp_path / "b.csv", OTHER), project, act(2))
    events = annals.events(project)
    assert [event.kind for event in events] == ["import", "outside", "import"]
    assert_geodataframe_equal(history.fold(events), history.completed(files.read_layer(project.enterprises)))
    assert "别处改名" in set(history.fold(events)["name"])


def test_a_history_that_was_tampered_with_is_refused(tmp_path, project):
    """A changed record breaks the chain of hashes, changed rows do not have the hash of their record."""
    for name, row in (("a.csv", GOOD), ("b.csv", OTHER)):
        bring(sheet(tmp_path / name, row), project, act())
    record = project.history / "000001.json"
    whole = record.read_text(encoding="utf-8")
    record.write_text(whole.replace("李", "王"), encoding="utf-8")
    with pytest.raises(WorkbenchError) as refusal:
        annals.events(project)
    assert refusal.value.code == "history.broken"
    record.write_text(whole, encoding="utf-8")
    rows = next(project.history.glob("000002-*.parquet"))
    rows.write_bytes(rows.read_bytes()[:-1] + b"x")
    with pytest.raises(WorkbenchError) as refusal:
        annals.events(project)
    assert refusal.value.code == "history.broken"


def test_two_at_once_do_not_overwrite_each_other(tmp_path, project, monkeypatch):
    """The one who comes second is told, and nothing of theirs is saved."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act())
    link = annals.os.link

    def late(aside, path):
        if not path.exists():
            path.write_text(aside.read_text(encoding="utf-8"), encoding="utf-8")
        link(aside, path)

    monkeypatch.setattr(annals.os, "link", late)
    state = project.enterprises.read_bytes()
    with pytest.raises(WorkbenchError) as refusal:
        bring(sheet(tmp_path / "b.csv", OTHER), project, act())
    assert refusal.value.code == "history.busy"
    assert project.enterprises.read_bytes() == state
    assert len(list(project.history.glob("*.parquet"))) == 1


def test_an_older_file_comes_too_late(tmp_path, project):
    """Versions have an order; the preview says so too."""
    bring(sheet(tmp_path / "a.csv", GOOD), project, act(valid_from=dt.date(2025, 6, 1)))
    for verb in (desk.preview, desk.import_enterprises):
        with pytest.raises(WorkbenchError) as refusal:
            verb(sheet(tmp_path / "b.csv", OTHER), project, act(valid_from=dt.date(2025, 5, 31)), SAID)
        assert refusal.value.code == "history.backdated"


def test_the_same_file_twice_is_told_and_makes_no_event(tmp_path, project):
    """By whom and when it came in; after an undo it may come in again."""
    path = sheet(tmp_path / "a.csv", GOOD, OTHER)
    first, _ = bring(path, project, act())
    again, _ = bring(path, project, act(2))
    assert (first.code, again.code) == ("chain.imported", "desk.imported_before")
    assert (again.figures["by"], again.figures["number"]) == ("李", 1)
    assert again.figures["unchanged"] == 2
    assert len(annals.events(project)) == 1
    desk.undo(project, act(3))
    third, _ = bring(path, project, act(4))
    assert third.code == "chain.imported"


def test_a_receipt_can_be_read_again(tmp_path, project):
    """The record says what the import said, rows left out and all."""
    path = sheet(tmp_path / "a.csv", GOOD, BAD)
    step, notes = bring(path, project, act(), skip_faulty=True)
    again, told = desk.receipt(project, 1)
    assert again == step
    assert told.astype(str).equals(notes.astype(str))
    desk.undo(project, act(2))
    with pytest.raises(WorkbenchError) as refusal:
        desk.receipt(project, 2)
    assert refusal.value.code == "history.no_receipt"


def test_progress_is_told_before_each_step(tmp_path, project):
    """Read, check, save, done."""
    told = []
    path = sheet(tmp_path / "a.csv", GOOD)
    desk.import_enterprises(path, project, act(), SAID, progress=lambda *word: told.append(word))
    assert [done for done, _, _ in told] == [0, 1, 2, 4]
    assert {total for _, total, _ in told} == {4}


def test_files_repeat_a_corrected_place_in_vain(tmp_path, project):
    """A place put right by hand stays when the same wrong place comes again, and yields to a new one."""
    permit = {"排污许可证编号": GOOD[1] + "001P"}
    bring(sheet(tmp_path / "a.csv", GOOD, **permit), project, act())
    site = GOOD[1] + "001P"
    rulings.move(project, act(2, why="现场核对"), site, (125.11, 46.6))
    _, notes = bring(sheet(tmp_path / "b.csv", ["新名", *GOOD[1:]], **permit), project, act(3))
    row = files.read_layer(project.enterprises).iloc[0]
    assert (row["name"], row.geometry.x, row.geometry.y) == ("新名", 125.11, 46.6)
    assert "corrections.kept_place" in set(notes["code"])
    moved = [*GOOD[:4], "125.3012", "46.5012"]
    bring(sheet(tmp_path / "c.csv", moved, **permit), project, act(4))
    assert files.read_layer(project.enterprises).geometry.iloc[0].x == 125.3012


def test_a_removed_site_comes_back_with_a_word(tmp_path, project):
    """The note says who removed it, when and why."""
    bring(sheet(tmp_path / "a.csv", GOOD, OTHER), project, act())
    site = files.read_layer(project.enterprises)["site_id"].iloc[0]
    rulings.remove(project, act(2, why="已注销"), site)
    _, notes = bring(sheet(tmp_path / "b.csv", GOOD, OTHER, 地址="某路"), project, act(3))
    told = notes.set_index("code")["value"]["corrections.removed_before"]
    assert "2025-06-02" in told
    assert "已注销" in told


def test_a_person_merges_or_separates_and_says_why(tmp_path, project):
    """A merge is one event and can be undone; a pair found to be two is proposed no more, until that is undone."""
    stem = pd.Series(["91230101XX000009"])
    twin = [GOOD[0], codes.complete_credit_codes(stem).iloc[0], *GOOD[2:]]
    bring(sheet(tmp_path / "a.csv", GOOD, twin), project, act())
    pair = desk.find_duplicates(project).iloc[0]
    with pytest.raises(WorkbenchError) as refusal:
        rulings.separate(project, act(why=" "), pair["left_id"], pair["right_id"])
    assert refusal.value.code == "history.no_reason"
    rulings.separate(project, act(why="两套设施"), pair["left_id"], pair["right_id"])
    assert desk.find_duplicates(project).empty
    desk.undo(project, act())
    assert len(desk.find_duplicates(project)) == 1
    assert desk.both_sides(project, pair["left_id"], pair["right_id"]).set_index("column").loc["credit_code", "differs"]
    rulings.merge(project, act(why="同一家"), pair["left_id"], pair["right_id"])
    assert files.read_layer(project.enterprises)["site_id"].tolist() == [pair["left_id"]]
    desk.undo(project, act())
    assert len(files.read_layer(project.enterprises)) == 2


def test_quality_counts_by_city(tmp_path, project):
    """A key site without a permit is told, and its city's row counts it."""
    bring(sheet(tmp_path / "a.csv", GOOD, OTHER), project, act())
    found, board = desk.assess(project, dt.date(2025, 6, 3))
    assert (found["code"] == "quality.no_permit_no").sum() == 2
    counted = board.set_index(["division_code", "code"])["found"]
    assert counted["230600", "quality.no_permit_no"] == 2
    assert not (found["code"] == "quality.stale").any()
    late, _ = desk.assess(project, dt.date(2028, 6, 3))
    assert (late["code"] == "quality.stale").sum() == 2
