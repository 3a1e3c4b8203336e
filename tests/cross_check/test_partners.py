"""A second department: its list matched by permit number or credit code, its officers without our expertise."""

import pandas as pd
import pytest

from cross_check import partners
from gis.errors import TableFaults

REGISTER = pd.DataFrame({"site_id": ["A1", "A2", "B1", "C1"], "credit_code": ["CODEA", "CODEA", "CODEB", None]})


def _rows(*rows, columns=("单位名称", "统一社会信用代码", "排污许可证编号")):
    return pd.DataFrame(rows, columns=list(columns), index=range(2, 2 + len(rows)))


def test_a_firm_is_found_by_credit_code_with_all_its_sites():
    """In small letters too; a permit number names one site alone; what is not ours is told by its row."""
    found = partners.units(_rows(("甲", "codea", ""), ("丙", "", "C1"), ("外", "CODEX", "")), REGISTER, "list.csv")
    assert found.unit_ids == {"A1", "A2", "C1"}
    assert found.unmatched["name"].to_dict() == {4: "外"}


def test_a_permit_number_goes_before_the_credit_code():
    """One site of a firm with two is on the list, not the other."""
    assert partners.units(_rows(("甲", "CODEA", "A2")), REGISTER, "list.csv").unit_ids == {"A2"}


def test_a_row_without_either_is_a_fault():
    """By the row the user sees; a list that has neither column is refused likewise."""
    with pytest.raises(TableFaults) as fault:
        partners.units(_rows(("甲", "CODEA", ""), ("乙", "", "")), REGISTER, "list.csv")
    assert fault.value.faults[["row", "code"]].to_numpy().tolist() == [[3, "draws.no_key"]]
    with pytest.raises(TableFaults):
        partners.units(_rows(("甲",), columns=["单位名称"]), REGISTER, "list.csv")


def test_officers_need_no_expertise_of_ours():
    """Certificate, division, interests and leave are read as for our own."""
    rows = pd.DataFrame(
        [("M1", "钱某", "23A1", "2028-01-01", "230100", "A1；B1", "2026-12-01/2026-12-03")],
        columns=["编号", "姓名", "行政执法证号", "有效期至", "所属行政区", "回避单位", "请假"],
        index=[2],
    )
    table = partners.officers(rows, "m.csv")
    assert table.loc[0, ["officer_id", "interest_sites"]].tolist() == ["M1", "A1;B1"]
    with pytest.raises(TableFaults):
        partners.officers(rows.drop(columns="姓名"), "m.csv")
