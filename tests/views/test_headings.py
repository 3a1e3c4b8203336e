"""Columns of a file on the import desk."""

import numpy as np
import pandas as pd

from cross_check import arrivals
from cross_check.arrivals import Letter
from cross_check.files import Project
from gis import files, history, register, synthetic
from gis.language import catalogue
from views import headings

WORDS = catalogue("zh")


def brought(tmp_path, letter, **renamed):
    """A file as it lies on the desk, some of its columns called otherwise."""
    sketch = files.read_sketch()
    rows = register.in_chinese(synthetic.enterprises(np.random.default_rng(1), sketch, 12))
    pd.DataFrame(rows).rename(columns=renamed).to_csv(tmp_path / "a.csv", index=False)
    return arrivals.receive(tmp_path / "a.csv", Project(tmp_path / "p"), sketch, history.empty(), letter)


def test_reasons_are_told_with_their_confidence(tmp_path):
    """Known by heading, told by cells, set by hand, not found."""
    letter = Letter(columns={"operating": "生产情况"})
    arrival = brought(tmp_path, letter, 统一社会信用代码="机构", 运行状态="生产情况")
    assert headings.why("name", arrival, {}, WORDS) == "已知列名，把握 99%"
    assert headings.why("credit_code", arrival, {}, WORDS) == "按内容识别，把握 95%"
    assert headings.why("operating", arrival, letter.columns, WORDS) == "人工指定"
    assert headings.why("park", arrival, {}, WORDS) == "未找到"
    assert headings.missing(arrival) == []


def test_a_required_column_that_is_taken_away_is_missing(tmp_path):
    """Said by hand that the file has none."""
    assert headings.missing(brought(tmp_path, Letter(columns={"industry_code": ""}))) == ["industry_code"]


def test_every_column_of_the_register_can_be_set():
    """Required ones and the others together, none twice."""
    offered = [*register.REQUIRED, *headings.optional()]
    assert len(offered) == len(set(offered))
    assert {"supervision", "special_object", "river_basin", "unit_id", "listed_years"} <= set(offered)
