"""Time of a draw of 200,000 units, beside the usual numpy choice, and how far each is from the right chances."""

import sys
import time

import numpy as np

from cross_check import tickets

UNITS, SIZE, TRIALS = 200_000, 5_000, 2_000


def main() -> None:
    """Draw once at full size by both ways; then many times at a small size, to compare chances."""
    weights = {f"9123010{number:011d}001P": (1, 3, 5)[number % 3] for number in range(UNITS)}
    began, worked = time.perf_counter(), time.process_time()
    drawn = [each for each in tickets.draw("ab" * 32, "s", weights, SIZE) if each.how != "not_drawn"]
    ours, worked = time.perf_counter() - began, time.process_time() - worked
    shares = np.array(list(weights.values()), float)
    began = time.perf_counter()
    np.random.default_rng(1).choice(UNITS, SIZE, replace=False, p=shares / shares.sum())
    theirs = time.perf_counter() - began
    sys.stdout.write(
        f"{UNITS:,} units, {len(drawn):,} drawn: {ours:.2f} s ({worked:.2f} s of processor time); "
        f"numpy choice {theirs:.2f} s\n"
    )
    few = {f"U{number}": (1, 3, 5)[number % 3] for number in range(200)}
    weight = np.array(list(few.values()))
    chance, rng = 40 * weight / weight.sum(), np.random.default_rng(2)
    hits, choice = np.zeros(200), np.zeros(200)
    place = {unit: at for at, unit in enumerate(few)}
    for _ in range(TRIALS):
        for each in tickets.draw(rng.bytes(32).hex(), "s", few, 40):
            hits[place[each.unit_id]] += each.how != "not_drawn"
        choice[rng.choice(200, 40, replace=False, p=weight / weight.sum())] += 1
    for name, counts in (("tickets", hits), ("numpy choice", choice)):
        bias = [counts[weight == each].sum() / (TRIALS * chance[weight == each].sum()) - 1 for each in (1, 3, 5)]
        sys.stdout.write(f"{name}: bias of weights 1, 3, 5: " + ", ".join(f"{each:+.1%}" for each in bias) + "\n")


if __name__ == "__main__":
    main()
