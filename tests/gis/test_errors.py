"""Faults arrive whole wherever they are caught."""

import pickle
from concurrent.futures import ProcessPoolExecutor

import pandas as pd
import pytest

from gis.errors import FAULT_COLUMNS, TableFaults, WorkbenchError


def refuse(name):
    """Raise in a worker process."""
    raise WorkbenchError("files.missing", "There is no file {name}", name=name)


def faults():
    """Three faults in two rows of a table."""
    rows = [(2, "a", "table.empty_value", ""), (2, "b", "table.too_small", "-1"), (5, "a", "table.empty_value", "")]
    return TableFaults("register", pd.DataFrame(rows, columns=list(FAULT_COLUMNS)))


def test_sentence_is_filled():
    """An error reads as its English sentence with the values in their places."""
    error = WorkbenchError("files.missing", "There is no file {name}", name="a.tif")
    assert str(error) == "There is no file a.tif"
    assert (error.code, error.params) == ("files.missing", {"name": "a.tif"})


def test_missing_value_is_a_programmers_mistake():
    """A sentence whose place is not named is refused when it is made, not when it is read."""
    with pytest.raises(KeyError):
        WorkbenchError("files.missing", "There is no file {name}")


def test_values_may_look_like_places():
    """A value with braces is printed as it is."""
    assert str(WorkbenchError("files.missing", "There is no file {name}", name="{x}.tif")) == "There is no file {x}.tif"


def test_error_survives_pickling():
    """Code, sentence and values are the same on the other side."""
    error = WorkbenchError("files.missing", "There is no file {name}", name="a.tif")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made one line above
    assert type(copy) is WorkbenchError
    assert (str(copy), copy.code, copy.english, copy.params) == (str(error), error.code, error.english, error.params)


def test_table_faults_survive_pickling():
    """The rows travel with the error."""
    copy = pickle.loads(pickle.dumps(faults()))  # noqa: S301 - made in this file
    assert type(copy) is TableFaults
    assert str(copy) == "register: 3 faults in 2 rows; nothing was saved"
    pd.testing.assert_frame_equal(copy.faults, faults().faults)


def test_error_crosses_processes():
    """What a worker raises is caught by code in the process that waits for it."""
    with ProcessPoolExecutor(1) as workers, pytest.raises(WorkbenchError) as caught:
        workers.submit(refuse, "a.tif").result()
    assert caught.value.params == {"name": "a.tif"}


def test_table_faults_are_counted_by_row():
    """Two faults of one row make one row."""
    assert faults().params == {"source": "register", "count": 3, "rows": 2}
