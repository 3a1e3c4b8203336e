"""Officers on record: imported, changed, withdrawn and taken back; the table follows the ledger, and the other way."""

from dataclasses import replace

import pandas as pd
import pytest

from cross_check import casebook, officers, staffing
from gis import files
from gis.errors import TableFaults
from tests.cross_check import cases
from tests.cross_check.cases import refused
from tests.kept import files_in

ROW = {
    "编号": "O9",
    "姓名": "人员九",
    "执法证号": "239",
    "证件有效期至": "2027-03-01",
    "专业": "气",
    "所属行政区": "230600",
}


@pytest.fixture
def project(tmp_path):
    """Return the small province with its four officers, nothing of them in the ledger yet."""
    return cases.project(tmp_path / "p")


def _rows(*rows):
    return pd.DataFrame(list(rows), index=range(2, len(rows) + 2), dtype=str).fillna("")


def _table(project):
    return files.read_table(project.officers).set_index("officer_id")


def _same(left, right):
    pd.testing.assert_frame_equal(left, right, check_like=True, check_dtype=False)


def test_one_officer_is_added_and_the_others_stay(project):
    """The ledger first takes in who stood in the table, then the new one; the table has all five."""
    before = _table(project)
    made = staffing.take(project, cases.act(), _rows(ROW))
    assert [event.object_id for event in made] == ["O9"]
    after = _table(project)
    assert after.loc["O9", ["name", "expertise", "home_division"]].tolist() == ["人员九", "air", "230600"]
    _same(after.drop(index="O9"), before)
    assert len(casebook.opened(project).records("officer")) == 5


def test_taken_back_the_table_is_as_before(project):
    """Adding, changing and withdrawing are reversed one by one, and the table follows each time."""
    first = _table(project)
    added = staffing.take(project, cases.act(), _rows(ROW))
    with_nine = _table(project)
    changed = staffing.take(project, cases.act(), _rows(ROW | {"请假": "2026-07-01/2026-07-10"}))
    assert _table(project).loc["O9", "leave"] == "2026-07-01/2026-07-10"
    gone = staffing.withdraw(project, cases.act(why="调离"), "O9")
    assert "O9" not in _table(project).index
    staffing.undo(project, cases.act(why="误操作"), gone[0].number)
    staffing.undo(project, cases.act(why="误操作"), changed[0].number)
    _same(_table(project), with_nine)
    staffing.undo(project, cases.act(why="误操作"), added[0].number)
    _same(_table(project), first)


def test_a_file_replaces_the_register_and_says_who_is_gone(project, tmp_path):
    """Two of a file, one known: three are gone, and one act takes all of it back."""
    known = {
        "编号": "O1",
        "姓名": "人员1",
        "执法证号": "231",
        "证件有效期至": "2027-01-01",
        "专业": "水",
        "所属行政区": "230600",
    }
    path = tmp_path / "o.csv"
    pd.DataFrame([ROW, known]).to_csv(path, index=False)
    before = _table(project)
    step = staffing.import_file(project, cases.act(), path)
    assert step.figures == {"officers": 2, "changed": 1, "gone": 3}
    assert sorted(_table(project).index) == ["O1", "O9"]
    last = casebook.opened(project).events()[-1]
    staffing.undo(project, cases.act(why="误导入"), last.number)
    _same(_table(project), before)


def test_a_table_laid_down_by_hand_is_taken_in_first(project):
    """Somebody replaced the file: what it says is in the history, and nothing of it is lost by the next change."""
    staffing.take(project, cases.act(), _rows(ROW))
    laid = officers.completed(files.read_table(project.officers).assign(home_unit="某支队"))
    files.write_table(laid, project.officers)
    staffing.withdraw(project, cases.act(why="退休"), "O0")
    assert set(_table(project)["home_unit"]) == {"某支队"}
    assert casebook.opened(project).record(("officer", "O1")).fields["home_unit"] == "某支队"


def test_a_wrong_row_changes_nothing(project, tmp_path):
    """Every fault is told by row and heading; table and ledger stay byte by byte."""
    casebook.opened(project)
    before = files_in(project.folder)
    path = tmp_path / "o.csv"
    pd.DataFrame([ROW, ROW | {"编号": "O8", "专业": "魔法"}]).to_csv(path, index=False)
    with pytest.raises(TableFaults) as refusal:
        staffing.import_file(project, cases.act(), path)
    assert refusal.value.faults[["row", "column"]].to_numpy().tolist() == [[3, "专业"]]
    with pytest.raises(TableFaults):
        staffing.take(project, cases.act(), _rows(ROW | {"请假": "下周"}))
    assert files_in(project.folder) == before


def test_who_may_and_what_is_needed(project):
    """A reason, a role, an officer who is there, and the version before the eyes."""
    act = cases.act(why="调离")
    assert refused(staffing.withdraw, project, replace(act, why=" "), "O1") == "ledger.no_reason"
    assert refused(staffing.withdraw, project, act, "O7") == "ledger.no_record"
    assert refused(staffing.withdraw, project, replace(act, role="reader"), "O1") == "ledger.not_allowed"
    assert refused(staffing.take, project, replace(act, role="contractor"), _rows(ROW)) == "ledger.contractor"
    staffing.take(project, act, _rows(ROW), seen=0)
    assert refused(staffing.take, project, act, _rows(ROW | {"姓名": "他"}), seen=0) == "ledger.conflict"
    assert len(_table(project)) == 5


def test_without_a_table_the_first_officer_begins_it(tmp_path):
    """No officers yet: the table is empty, and one row makes it."""
    project = cases.project(tmp_path / "p")
    project.officers.unlink()
    assert staffing.table(project).empty
    staffing.take(project, cases.act(), _rows(ROW))
    assert _table(project).index.tolist() == ["O9"]
