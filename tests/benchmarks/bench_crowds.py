"""Whether several like sites of one builder are taken for field work: sheds, pits and heaps, judged by two dates alone.

``python -m tests.benchmarks.bench_crowds [seeds]``: worlds of 10 km a side with 5, 8 or 15 like sites of each kind, in
a village of two kilometres or all over, among fields at rest or a third of them at work. Wanted: no site lost.
"""

import sys
import tempfile

from tests.satellite import alike

COUNTS = (5, 8, 15)


def main(seeds):
    """Print for each world how many sites carry a lead and how many were put apart as a crowd."""
    planted = lost = 0
    for seed in range(1, seeds + 1):
        for worked in (False, True):
            for count in COUNTS:
                for near in (False, True):
                    with tempfile.TemporaryDirectory() as folder:
                        world = alike.make(seed, count, near=near, worked=worked)
                        kept, left_out, sites = alike.judged(world, folder)
                    crowd = left_out[left_out["reason"] == "crowd"]
                    gone = int((alike.met(sites, crowd) & ~alike.met(sites, kept)).sum())
                    planted, lost = planted + len(sites), lost + gone
                    where = "in villages" if near else "all over"
                    fields = "at work" if worked else "at rest"
                    told = f"{alike.met(sites, kept).sum()} of {len(sites)} with a lead, {gone} lost to the crowd"
                    print(f"seed {seed}, fields {fields}, {count:2} of a kind {where:11}: {told}", flush=True)
    print(f"together {lost} of {planted} sites lost to the crowd")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
