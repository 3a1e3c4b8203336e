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


def _listed(register, barred=None, triggers=frozenset()):
    scores = scoring.score(scoring.facts(register)).table
    return draw_lists.candidates(Sources(register, scores, _none() if barred is None else barred, triggers))


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
    """Stopped before all, then what other lists say, then the positive list unless a trigger is on record."""
    sites = register.copy()
    ids = sites["site_id"].tolist()
    sites.loc[[0, 1, 2, 3], "positive_list"] = True
    sites.loc[0, "operating"] = "stopped"
    sites.loc[1, "positive_document"] = "黑环函〔2026〕5号"
    barred = pd.DataFrame({"unit_id": [ids[3], ids[4]], "excluded": "draws.cap_reached", "excluded_why": ["2/2", None]})
    table = _listed(sites, barred, frozenset({ids[2]})).set_index("unit_id")
    assert table.loc[ids[:5], "excluded"].tolist()[0:2] == ["draws.stopped", "draws.positive_list"]
    assert pd.isna(table.loc[ids[2], "excluded"])
    assert table.loc[ids[3:5], "excluded"].tolist() == ["draws.cap_reached"] * 2
    assert table.loc[ids[1], "excluded_why"] == "黑环函〔2026〕5号"
    assert table["excluded"].isna().sum() == 56
