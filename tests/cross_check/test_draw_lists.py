"""Lists of a draw: strata from two fields, weights from risk, and reasons that keep a site out."""

import numpy as np
import pandas as pd
import pytest

from cross_check import draw_lists, scoring
from cross_check.draw_lists import Sources
from gis import files, history, synthetic


@pytest.fixture(scope="module")
def register():
    """Return a synthetic register of 60 sites with particulars."""
    sites = history.completed(synthetic.enterprises(np.random.default_rng(1), files.read_sketch(), 60))
    sites = sites.sort_values("site_id", ignore_index=True)
    sites["operating"], sites["positive_list"] = "running", False
    return sites


def _none():
    return pd.DataFrame(columns=list(draw_lists.BARRED.columns))


def _listed(register, barred=None):
    scores = scoring.score(scoring.facts(register)).table
    return draw_lists.candidates(Sources(register, scores, _none() if barred is None else barred))


def test_supervision_and_special_object_make_the_stratum(register):
    """Special before key and ordinary; without a word on supervision the permit category decides."""
    sites = register.copy()
    sites["supervision"] = None
    sites.loc[:2, "supervision"] = ["key", "ordinary", "ordinary"]
    sites.loc[2, "special_object"] = "yes"
    table = _listed(sites)
    assert table["stratum"].tolist()[:3] == ["key", "ordinary", "special"]
    by_permit = sites["permit_category"][3:] == "key"
    assert (table["stratum"][3:] == np.where(by_permit, "key", "ordinary")).all()


def test_the_weight_is_the_risk(register):
    """From 1 up, and the reason is told."""
    table = _listed(register)
    risk = scoring.score(scoring.facts(register)).table.set_index("site_id")["risk"]
    assert (table["weight"] == table["unit_id"].map(risk).clip(lower=1)).all()
    assert table["why"].str.startswith("risk ").all()


def test_what_keeps_a_site_out_is_told(register):
    """Stopped before all, then what other lists say with its document; all others stay in."""
    sites = register.copy()
    ids = sites["site_id"].tolist()
    sites.loc[0, "operating"] = "stopped"
    barred = pd.DataFrame(
        {
            "unit_id": [ids[0], ids[1], ids[1], ids[2]],
            "excluded": ["barring.cap", "barring.cap", "barring.recent", "barring.positive"],
            "excluded_why": ["2/2", "2/2 1号", "2026-11-01", "黑环函〔2026〕5号"],
        }
    )
    table = _listed(sites, barred).set_index("unit_id")
    assert table.loc[ids[:3], "excluded"].tolist() == ["draws.stopped", "barring.cap", "barring.positive"]
    assert table.loc[ids[:3], "excluded_why"].tolist() == ["stopped", "2/2 1号", "黑环函〔2026〕5号"]
    assert table["excluded"].isna().sum() == 57
