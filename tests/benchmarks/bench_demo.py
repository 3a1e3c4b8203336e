"""Time and memory of the whole demo against what is promised: 90 s and 3 GB on two cores, after set-up."""

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
    """Run the demo in a process of its own and print each figure beside its promise."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([sys.executable, str(HDQ), "demo", "--no-app", "--project", folder], check=True)
        seconds = time.perf_counter() - began
    # Linux counts in kilobytes.
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"time   {seconds:6.1f} s   promised {PROMISED_S:5.1f} s   ratio {seconds / PROMISED_S:.2f}")
    print(f"memory {gigabytes:6.2f} GB  promised {PROMISED_GB:5.2f} GB  ratio {gigabytes / PROMISED_GB:.2f}")


if __name__ == "__main__":
    main()
