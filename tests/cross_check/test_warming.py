"""Compiling ahead: only where it is due, never longer than the work beside it, and all that the demo calls."""

import os
import subprocess
import sys
from multiprocessing import active_children
from types import SimpleNamespace

import pytest

from cross_check import warming

_NEW = """
import sys
from pathlib import Path
from cross_check import demo, warming

def compiled():
    loops = {}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("gis", "satellite", "cross_check"):
            for loop in vars(module).values():
                if hasattr(loop, "py_func"):
                    loops[loop.py_func.__module__, loop.py_func.__name__] = set(map(str, loop.signatures))
    return {(loop, kinds) for loop, each in loops.items() for kinds in each}

folder = Path(sys.argv[1])
warming.run(folder / "ahead")
ahead = compiled()
demo.run(folder / "demo", params=demo.Params(size_px=256, enterprises=300))
print(len(ahead), *sorted(compiled() - ahead), sep="\\n")
"""


def test_all_that_the_demo_calls_is_compiled_ahead(tmp_path):
    """After it a demo compiles no loop, and none for other types."""
    (tmp_path / "ahead").mkdir()
    command = [sys.executable, "-c", _NEW, str(tmp_path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": "."})
    count, *new = said.stdout.split("\n")
    assert int(count) > 20
    assert "".join(new) == ""


@pytest.mark.parametrize(("age_s", "due"), [(-60, True), (60, False), (None, True)])
def test_it_is_due_until_the_longest_loop_was_compiled_from_its_present_source(monkeypatch, tmp_path, age_s, due):
    """What was compiled from an earlier source does not count."""
    source = tmp_path / "nights_search.py"
    source.write_text("")
    if age_s is not None:
        kept = tmp_path / "kept" / "nights_search.run-417.py311.nbi"
        kept.parent.mkdir()
        kept.write_text("")
        moment = source.stat().st_mtime + age_s
        os.utime(kept, (moment, moment))
    run = SimpleNamespace(stats=SimpleNamespace(cache_path=str(tmp_path / "kept")))
    monkeypatch.setattr(warming, "nights_search", SimpleNamespace(__file__=str(source), run=run))
    assert warming.cold() is due


@pytest.mark.parametrize("due", [True, False])
def test_a_process_runs_beside_the_work_and_ends_with_it(monkeypatch, due):
    """None where nothing is to be compiled; none is left behind, also where the work fails."""
    monkeypatch.setattr(warming, "cold", lambda: due)

    def work():
        with warming.beside():
            assert len(active_children()) == due
            raise RuntimeError("the work fails")

    with pytest.raises(RuntimeError, match="the work fails"):
        work()
    assert active_children() == []
