"""How long the synthetic register and its import take, 20,000 rows."""

import time

import numpy as np
import pytest

from gis import files, readers, register, synthetic

pytestmark = pytest.mark.benchmark

ROWS = 20_000
LONGEST_MAKING_S = 3
LONGEST_IMPORT_S = 10


def test_register_is_made_and_imported_in_time(tmp_path):
    """Made in under 3 s; read from a workbook and checked in under 10 s."""
    sketch = files.read_sketch()
    start = time.perf_counter()
    sites = synthetic.enterprises(np.random.default_rng(1), sketch, ROWS)
    making_s = time.perf_counter() - start
    files.write_register_sheet(sites, tmp_path / "a.xlsx")
    start = time.perf_counter()
    checked = register.check(readers.read_rows(tmp_path / "a.xlsx"), sketch)
    import_s = time.perf_counter() - start
    assert checked.receipt.good == ROWS
    assert making_s < LONGEST_MAKING_S
    assert import_s < LONGEST_IMPORT_S
