"""Fit the probability of patches to synthetic truth: ``python tools/calibration.py OUT.toml``.

Worlds with planted changes and decoys (ploughing, harvest, flooding, missed shadows) are drawn from seeds, compared,
and every patch is held against the truth; a logistic law of the features of ``findings.features`` is fitted. Worlds of
other seeds tell how well it is calibrated.
"""

import argparse
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from satellite import detection, files, findings, synthetic
from satellite.files import PairFiles

TRUE_SHARE = 0.25
"""A patch is true if planted change covers at least this share of it."""
FIRST_SEED = 1000
_SIZE_PX = 500


def main() -> None:
    """Draw worlds, fit, and write weights with their provenance and the reliability on worlds held back."""
    parser = argparse.ArgumentParser(description="Fit the probability of patches to synthetic truth.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--worlds", type=int, default=12)
    chosen = parser.parse_args()
    found = [patches(FIRST_SEED + at) for at in range(chosen.worlds)]
    learned, held = found[: -chosen.worlds // 3], found[-chosen.worlds // 3 :]
    inputs, truth = (np.concatenate(part) for part in zip(*learned, strict=True))
    law = LogisticRegression(C=10.0, max_iter=1000).fit(inputs, truth)
    tested, answers = (np.concatenate(part) for part in zip(*held, strict=True))
    said = law.predict_proba(tested)[:, 1]
    brier = float(np.mean((said - answers) ** 2))
    weights = [round(float(each), 4) for each in (law.intercept_[0], *law.coef_[0])]
    lines = [
        "# Probability of a patch: logistic law of findings.features; the first weight is the constant.",
        f"# Made by tools/calibration.py --worlds {chosen.worlds}: seeds {FIRST_SEED} on, {len(truth)} patches,",
        f"# {int(truth.sum())} true. On {len(answers)} patches of worlds held back: Brier {brier:.3f},",
        *(f"#   said {low:.2f} to {high:.2f}: {text}" for low, high, text in reliability(said, answers)),
        f"weights = {weights}",
    ]
    chosen.out.write_text("\n".join(lines) + "\n")


def patches(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features and truth of the patches of one world."""
    world = synthetic.make_world(seed, size_px=_SIZE_PX, each=2)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for at in (0, 3):
            files.write_scene(synthetic.scene(world, at), place / f"{at}.tif")
            files.write_raster(synthetic.clear(world, at), world.land.grid, place / f"{at}c.tif", nodata=255, tags={})
        masks = (place / "0c.tif", place / "3c.tif")
        with files.open_pair(PairFiles(place / "0.tif", place / "3.tif", masks)) as pair:
            found = detection.run(pair)
    return findings.features(found.patches, found.threshold), true(found.patches, synthetic.truth(world, 0, 3))


def true(found: gpd.GeoDataFrame, truth: gpd.GeoDataFrame) -> np.ndarray:
    """Return which patches planted change covers."""
    real = truth[~truth["decoy"]].to_crs(32651).union_all()
    placed = found.to_crs(32651)
    return (placed.intersection(real).area / placed.area >= TRUE_SHARE).to_numpy()


def reliability(said: np.ndarray, answers: np.ndarray) -> list[tuple[float, float, str]]:
    """Return what came true of what was said, by fifths of probability."""
    edges = np.linspace(0, 1, 6)
    rows = pd.DataFrame({"bin": np.clip(np.digitize(said, edges) - 1, 0, 4), "said": said, "true": answers})
    means = rows.groupby("bin").agg(said=("said", "mean"), true=("true", "mean"), count=("true", "size"))
    told = [
        f"{row['said']:.2f} on average, {row['true']:.2f} true of {int(row['count'])}" for _, row in means.iterrows()
    ]
    return [(float(edges[at]), float(edges[at + 1]), text) for at, text in zip(means.index, told, strict=True)]


if __name__ == "__main__":
    main()
