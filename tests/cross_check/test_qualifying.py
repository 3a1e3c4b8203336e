"""Qualifying: each ground by itself, suggestions both ways, and nothing decided."""

import copy
from datetime import date

import pandas as pd
import pytest

from cross_check import casebook, data, qualifying, registers
from cross_check.ledger.events import Entry
from cross_check.qualifying import Known
from gis.language import catalogue
from tests.cross_check import cases

ON = date(2026, 7, 1)
ONE, LISTED = cases.SITES[:2]
NOTHING = pd.DataFrame(columns=["site_id", "what", "day"])


def _judged(*, change=None, listed=(), barred=(), assessed=(), happened=(), rules=None):
    sites = pd.DataFrame(cases.enterprises()).drop(columns="geometry")
    for name, value in (change or {}).items():
        sites.loc[sites["site_id"] == ONE, name] = value
    told = pd.DataFrame(list(happened), columns=["site_id", "what", "day"]) if happened else NOTHING
    known = Known(sites, frozenset(listed), frozenset(barred), frozenset(assessed), told)
    return qualifying.judge(known, on=ON, rules=rules)


def _of(found, site=ONE):
    return found.table.set_index("site_id").loc[site]


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({}, None),
        ({"change": {"permit_no": None}}, "permit"),
        ({"change": {"operating": "stopped"}}, "running"),
        ({"change": {"industry_code": "4620"}}, "industry"),
        ({"barred": [ONE]}, "no_bar"),
        ({"happened": [(ONE, "problems", "2023-07-02")]}, "no_problems"),
        ({"happened": [(ONE, "problems", "2023-07-01")]}, None),
    ],
)
def test_each_basic_ground_keeps_a_site_out_by_itself(more, missing):
    """With three years to the day for problems; the reason is named."""
    row = _of(_judged(**more))
    assert bool(row["qualifies"]) == (missing is None)
    if missing:
        assert missing in row["missing"].split(";")
        assert pd.isna(row["advice"])
    else:
        assert row["advice"] == "list"


def test_one_of_the_others_is_enough():
    """Alarms and complaints of the last year and no assessment: none holds; an accepted one makes up for both."""
    told = [(ONE, "alarms", "2026-05-01"), (ONE, "complaints", "2026-05-01")]
    assert not _of(_judged(happened=told))["qualifies"]
    assert _of(_judged(happened=told, assessed=[ONE]))["qualifies"]
    assert _of(_judged(happened=told[:1]))["qualifies"]
    strict = copy.deepcopy(data.rules("qualifying"))
    strict["fewest"] = 2
    assert not _of(_judged(happened=told[:1], rules=strict))["qualifies"]


def test_a_listed_site_that_no_longer_qualifies_is_told_too():
    """Suggestions go both ways; a listed one that qualifies needs nothing."""
    found = _judged(listed=[ONE, LISTED], happened=[(ONE, "problems", "2026-01-01")])
    assert _of(found)["advice"] == "remove"
    assert pd.isna(_of(found, LISTED)["advice"])


def test_every_ground_is_shown_for_every_site():
    """With what was found, in words."""
    found = _judged(happened=[(ONE, "problems", "2026-01-01")])
    grounds = [each["name"] for each in data.rules("qualifying")["grounds"]]
    assert len(found.lines) == len(grounds) * len(cases.SITES)
    line = found.lines[(found.lines["site_id"] == ONE) & (found.lines["ground"] == "no_problems")].iloc[0]
    assert (bool(line["holds"]), line["fact"]) == (False, "1")
    for language in ("zh", "en"):
        for name in grounds:
            assert catalogue(language).say(f"ground.{name}")


def test_the_ledger_tells_the_facts(tmp_path):
    """Problems by the day they were seen, complaints, bars and the list itself; nothing is recorded by asking."""
    project = cases.project(tmp_path / "p")
    ledger = casebook.opened(project)
    casebook.take_in(ledger, cases.act(), cases.leads(cases.lead("1"), cases.lead("2", source="complaint")))
    lead = cases.lead("1")["lead_id"]
    ledger.append(
        cases.act(), [Entry("problem.open", ("problem", "P1"), {"lead_id": lead, "site_id": ONE}, "pooled", 0)]
    )
    before = len(ledger.events())
    found = registers.qualified(ledger, cases.enterprises(), on=ON)
    assert _of(found)["missing"].split(";")[0] == "no_problems"
    assert "no_complaints" in _of(found)["missing"]
    assert _of(found, LISTED)["listed"]
    assert _of(found, cases.SITES[2])["advice"] == "list"
    assert len(ledger.events()) == before
