"""How long a workbook of 100,000 enterprises takes to be read, located and checked, beside plain pandas and geopandas.

The other side reads the same workbook with pandas, makes points and joins them to the prefectures: it checks no code,
tells no fault and asks no question. Then the 200 messy files of known truth are counted; a silent error is a failure.
"""

import argparse
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import clues, coordinates, files, readers, register, synthetic
from tests.gis import messy

ROWS = 100_000
LONGEST_S, LARGEST_GB = 20, 1.5
MESSY = 200


def ours(path, sketch):
    """Read, locate and check; return the good rows and the seconds of each step."""
    marks = [time.perf_counter()]
    brought = readers.read(path)
    marks.append(time.perf_counter())
    raw = clues.raw(brought.rows, brought.said, brought.shapes, brought.remarks)
    located = coordinates.locate(raw, clues.evidence(brought.rows, sketch))
    marks.append(time.perf_counter())
    checked = register.check(brought.rows, sketch, located=located)
    marks.append(time.perf_counter())
    return checked.receipt.good, np.diff(marks)


def plain(path, sketch, engine):
    """The same workbook with what everybody has at hand."""
    start = time.perf_counter()
    rows = pd.read_excel(path, dtype=str, engine=engine)
    numbers = [pd.to_numeric(rows[column]) for column in ("经度", "纬度")]
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(*numbers), crs=sketch.crs)
    joined = gpd.sjoin(points, sketch[["division_code", "geometry"]], how="left")
    return len(joined), time.perf_counter() - start


def speed(rows):
    """Print both sides and their ratio."""
    sketch = files.read_sketch()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        files.write_register_sheet(synthetic.enterprises(np.random.default_rng(1), sketch, rows), path)
        good, steps = ours(path, sketch)
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        others = {engine: plain(path, sketch, engine)[1] for engine in ("openpyxl", "calamine")}
    read_s, locate_s, check_s = steps
    print(f"{rows:,} rows, {good:,} good: {steps.sum():.1f} s (limit {LONGEST_S} s)")
    print(f"  read {read_s:.1f} s, locate {locate_s:.1f} s, check {check_s:.1f} s")
    print(f"  peak of the process, making the workbook included: {peak_gb:.2f} GB (limit {LARGEST_GB} GB)")
    for engine, other_s in others.items():
        ratio = other_s / steps.sum()
        print(f"plain pandas ({engine}) and geopandas, read and join only: {other_s:.1f} s, ratio {ratio:.2f}")


def scoreboard(count):
    """Print what became of messy files."""
    sketch = files.read_sketch()
    province = messy.sites(sketch)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = [messy.make(number, Path(folder), province) for number in range(count)]
        verdicts = [messy.judge(one, sketch).verdict for one in made]
    told = [verdict for one, verdict in zip(made, verdicts, strict=True) if one.enough]
    print(f"{count} messy files in {time.perf_counter() - start:.0f} s: {dict(Counter(verdicts))}")
    print(f"of {len(told)} whose evidence suffices {told.count('right')} were decided rightly without asking")
    if not set(verdicts) <= {"right", "asked", "refused"}:
        raise SystemExit("a file was placed wrongly without a word")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--files", type=int, default=MESSY)
    arguments = parser.parse_args()
    speed(arguments.rows)
    scoreboard(arguments.files)
