"""Time and memory of the whole demo against what is promised: 90 s and 3 GB on two cores, after set-up.

The first run finds nothing compiled, as on a fresh machine, and the second one everything.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMISED_S = 90.0
PROMISED_GB = 3.0
HDQ = Path(__file__).parents[2] / "cli.py"


def main() -> None:
    """Run the demo twice in processes of their own and print each figure beside its promise."""
    with tempfile.TemporaryDirectory() as compiled:
        seconds = [measured(compiled) for _ in range(2)]
    # Linux counts in kilobytes.
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    for name, each in zip(("first", "again"), seconds, strict=True):
        print(f"{name}  {each:6.1f} s   promised {PROMISED_S:5.1f} s   ratio {each / PROMISED_S:.2f}")
    print(f"memory {gigabytes:6.2f} GB  promised {PROMISED_GB:5.2f} GB  ratio {gigabytes / PROMISED_GB:.2f}")


def measured(compiled: str) -> float:
    """Return the seconds of a demo whose compiled loops are kept in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        command = [sys.executable, str(HDQ), "demo", "--no-app", "--project", folder]
        subprocess.run(command, check=True, env=os.environ | {"NUMBA_CACHE_DIR": compiled})
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
