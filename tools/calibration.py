"""Fit the probability of patches to synthetic truth: ``python tools/calibration.py [--learn N] [--hold M]``.

Worlds with planted changes and decoys (a fifth of the parcels worked, harvest, flooding, missed shadows) are drawn from
seeds, compared and judged with one earlier picture, and every patch is held against the truth; a logistic law of the
features of ``findings.features`` is fitted. Worlds of other seeds tell how well it holds (``satellite.reliability``).
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from cross_check import judging
from cross_check.files import Project
from satellite import detection, files, findings, presets, reliability, synthetic, synthetic_fields
from satellite.files import PairFiles
from satellite.reliability import Reliability

TRUE_SHARE = 0.25
"""A patch is true if planted change covers at least this share of it."""
FIRST_SEED, FIRST_HELD = 1000, 9000
DATA = Path(__file__).parents[1] / "satellite" / "data"
_SIZE_PX = 400
_WORKED = 0.2
_DAYS = {0: "2024-06-18", 3: "2025-06-20"}
_EARLIER = "2023-06-12"


def main() -> None:
    """Draw worlds, fit, and write weights and reliability with their provenance."""
    parser = argparse.ArgumentParser(description="Fit the probability of patches to synthetic truth.")
    parser.add_argument("--learn", type=int, default=16)
    parser.add_argument("--hold", type=int, default=16)
    chosen = parser.parse_args()
    inputs, truth, of_world = _drawn(FIRST_SEED, chosen.learn)
    law = fitted(inputs, truth, of_world)
    weights = [round(float(each), 4) for each in (law.intercept_[0], *law.coef_[0])]
    tested, answers, _ = _drawn(FIRST_HELD, chosen.hold)
    said = 1 / (1 + np.exp(-(weights[0] + tested @ np.array(weights[1:]))))
    found = reliability.measure(said, answers, worlds=chosen.hold)
    made = f"# Made by tools/calibration.py --learn {chosen.learn} --hold {chosen.hold}"
    lines = [
        "# Probability of a patch: logistic law of findings.features; the first weight is the constant.",
        f"{made}: seeds {FIRST_SEED} on, {truth.size} patches, {int(truth.sum())} true.",
        f"weights = {weights}",
    ]
    (DATA / "calibration.toml").write_text("\n".join(lines) + "\n")
    (DATA / "reliability.toml").write_text("\n".join(told(found, made)) + "\n")


def fitted(inputs: np.ndarray, truth: np.ndarray, of_world: np.ndarray) -> LogisticRegression:
    """Return the logistic law; how far its weights are held back is what foretells worlds left out best."""
    strengths = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    losses = []
    for strength in strengths:
        law, loss = LogisticRegression(C=strength, max_iter=5000), 0.0
        for learned, left in GroupKFold(5).split(inputs, truth, of_world):
            law.fit(inputs[learned], truth[learned])
            loss += log_loss(truth[left], law.predict_proba(inputs[left])[:, 1], labels=[False, True], normalize=False)
        losses.append(loss)
    best = strengths[int(np.argmin(losses))]
    return LogisticRegression(C=best, max_iter=5000).fit(inputs, truth)


def told(found: Reliability, made: str) -> list[str]:
    """Return how probabilities held as lines of TOML."""
    lines = [
        "# How the probabilities of calibration.toml held on worlds that took no part in their fit.",
        f"{made}: seeds {FIRST_HELD} on.",
        f"brier = {found.brier:.4f}",
        f"base_brier = {found.base_brier:.4f}",
        f"error = {found.error:.4f}",
        f"count = {found.count}",
        f"worlds = {found.worlds}",
        "bins = [",
    ]
    for row in found.bins.to_dict("records"):
        numbers = ", ".join(
            f"{name} = {int(value)}" if name == "count" else f"{name} = {value:.4f}" for name, value in row.items()
        )
        lines.append(f"  {{ {numbers} }},")
    return [*lines, "]"]


def patches(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features and truth of the patches of one world."""
    rng = np.random.default_rng(seed)
    world = synthetic_fields.worked(synthetic.make_world(seed, size_px=_SIZE_PX, each=2), _WORKED, rng)
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        for at, day in _DAYS.items():
            _write(project, world, at, day)
        _write(project, synthetic_fields.earlier(world, rng), 3, _EARLIER)
        paths = [project.imagery / f"{day}.tif" for day in _DAYS.values()]
        pair_files = PairFiles(paths[0], paths[1], tuple(path.with_name(f"{path.stem}-clear.tif") for path in paths))
        dates = (synthetic.DATES[0], synthetic.DATES[3])
        with files.open_pair(pair_files) as pair:
            found = detection.run(pair, before_on=dates[0], after_on=dates[1])
        wanted = replace(presets.standard()["all"], merge_m=0)
        kept = judging.judge(found.patches, [pair_files], project, wanted).patches
    print(f"seed {seed}: {len(kept)} patches", file=sys.stderr, flush=True)
    return findings.features(kept, found.threshold), true(kept, synthetic.truth(world, 0, 3))


def true(found: gpd.GeoDataFrame, truth: gpd.GeoDataFrame) -> np.ndarray:
    """Return which patches planted change covers."""
    real = truth[~truth["decoy"] & ~truth["kind"].isin(list(synthetic_fields.WORK))].to_crs(32651).union_all()
    placed = found.to_crs(32651)
    return (placed.intersection(real).area / placed.area >= TRUE_SHARE).to_numpy()


def _drawn(first: int, worlds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, truth and world of the patches of some worlds."""
    inputs, truth = zip(*(patches(first + at) for at in range(worlds)), strict=True)
    of_world = np.repeat(np.arange(worlds), [len(each) for each in truth])
    return np.concatenate(inputs), np.concatenate(truth), of_world


def _write(project: Project, world: synthetic.World, at: int, day: str) -> None:
    scene = synthetic.scene(world, at)
    scene.attrs["ACQUISITION_DATE"] = day
    files.write_scene(scene, project.imagery / f"{day}.tif")
    mask = project.imagery / f"{day}-clear.tif"
    files.write_raster(synthetic.clear(world, at), world.land.grid, mask, nodata=255, tags={})


if __name__ == "__main__":
    main()
