"""Draws: what is frozen, what is announced, and a result that follows from both and from nothing else."""

import copy
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cross_check import draws, tickets
from cross_check.draws import WITHHELD
from cross_check.partners import Partner
from gis.errors import WorkbenchError
from tests.cross_check import drawing

VERIFIER = Path(__file__).parents[2] / "tools" / "verify_draw.py"
NONCES = {"甲方": "seven-of-clubs", "纪检": "19530726"}
PROMISED = {party: hashlib.sha256(nonce.encode()).hexdigest() for party, nonce in NONCES.items()}


def _frozen(**changes):
    return draws.freeze(drawing.candidates(), drawing.officers(), replace(drawing.ORDER, **changes))


def _announced(frozen):
    return draws.announce(frozen, beacons=drawing.BEACONS, nonces=PROMISED, document="黑环发〔2026〕1号", at=drawing.AT)


def _record(value="03 08 11 19 25 31 + 07", told=NONCES, **changes):
    frozen = _frozen(**changes)
    return draws.conclude(frozen, _announced(frozen), values={"双色球 2026138": value}, told=told)


def test_the_lists_hold_everybody():
    """Sites kept out and officers who cannot go stand there with their reasons; sizes follow the rule."""
    frozen = _frozen()
    assert frozen["excluded"] == [
        {
            "id": "U05",
            "name": "企业5",
            "stratum": "ordinary",
            "reason": "barring.positive",
            "why": "黑环函〔2026〕5号",
        }
    ]
    assert {(each["id"], each["reason"]) for each in frozen["left_out_officers"]} == {
        ("O6", "officers.on_leave"),
        ("O7", "officers.no_certificate"),
    }
    assert [(each["name"], each["units"], each["size"]) for each in frozen["strata"]] == [
        ("key", 20, 5),
        ("ordinary", 39, 2),
    ]
    assert frozen["recusals"] == [{"officer": "O1", "unit": "U00"}, {"officer": "O2", "unit": "U03"}]


@pytest.mark.parametrize(
    ("row", "size"),
    [
        ({"share_percent": 25}, 10),
        ({"for_each_officer": 5}, 30),
        ({"for_each_officer": 5, "share_percent": 20, "either": True}, 8),
        ({"count": 7, "share_percent": 25}, 10),
        ({"all": True}, 39),
        ({"for_each_officer": 50}, 39),
    ],
)
def test_sizes_follow_the_rule(row, size):
    """39 units, six officers in post: shares round up, one to five means five a head, never more than there are."""
    rule = drawing.RULE | {"strata": [{"name": "key", "count": 1}, {"name": "ordinary", **row}]}
    assert _frozen(rule=rule)["strata"][1]["size"] == size


def test_rows_in_any_order_give_the_same_digest():
    """Shuffled tables freeze to the same bytes; one changed weight gives others."""
    mixed = drawing.candidates().sample(frac=1, random_state=1), drawing.officers().sample(frac=1, random_state=2)
    assert tickets.digest(draws.freeze(*mixed, drawing.ORDER)) == tickets.digest(_frozen())
    heavier = drawing.candidates()
    heavier.loc[7, "weight"] += 1
    assert tickets.digest(draws.freeze(heavier, drawing.officers(), drawing.ORDER)) != tickets.digest(_frozen())


def test_the_result_keeps_to_lists_and_recusals():
    """Numbers drawn are those asked for; no pair breaks a rule, whatever the public value."""
    needs = {unit["id"]: unit["needs"] for unit in _frozen()["units"]}
    expertise = {each["id"]: set(each["expertise"]) for each in _frozen()["officers"]}
    for value in range(40):
        result = _record(str(value))["result"]
        drawn = {row["unit"] for row in result["units"] if row["how"] != "not_drawn"}
        assert len(drawn) == 7
        assert "U05" not in drawn
        for pair in result["officers"]:
            assert len(pair["officers"]) == 2
            assert not {"O6", "O7"} & set(pair["officers"])
            assert ("U00", "O1") not in {(pair["unit"], officer) for officer in pair["officers"]}
            assert ("U03", "O2") not in {(pair["unit"], officer) for officer in pair["officers"]}
            told = set(needs[pair["unit"]])
            assert not told or told & set.union(*(expertise[officer] for officer in pair["officers"]))


def test_the_last_pair_does_not_come_again():
    """A past pair goes elsewhere in every one of many draws."""
    past = pd.DataFrame({"unit_id": [f"U{at:02d}" for at in range(60)], "officer_ids": "O4;O0"})
    frozen = draws.freeze(drawing.candidates(), drawing.officers(), drawing.ORDER, past=past)
    for number in range(40):
        pairs = draws.result(frozen, hashlib.sha256(bytes([number])).hexdigest())["officers"]
        assert ["O0", "O4"] not in [pair["officers"] for pair in pairs]


def test_a_second_department_draws_along():
    """Only units on both lists are drawn, and each gets a pair of either side."""
    theirs = drawing.officers().assign(officer_id=[f"M{at}" for at in range(8)])
    partner = Partner("市场监管局", frozenset(f"U{at:02d}" for at in range(0, 60, 2)), theirs)
    frozen = draws.freeze(drawing.candidates(), drawing.officers(), drawing.ORDER, partner=partner)
    assert {each["reason"] for each in frozen["excluded"]} == {"draws.not_joint", "barring.positive"}
    result = draws.result(frozen, "ab" * 32)
    assert [pair["unit"] for pair in result["officers"]] == [pair["unit"] for pair in result["partner_officers"]]
    assert all(officer[0] == "M" for pair in result["partner_officers"] for officer in pair["officers"])


def test_who_withholds_a_number_gains_nothing():
    """A number not told counts as a fixed one; a wrong one is refused with the party's name."""
    record = _record(told={"甲方": NONCES["甲方"]})
    assert record["nonces"][1] == {"by": "纪检", "value": WITHHELD}
    with pytest.raises(WorkbenchError, match="纪检") as fault:
        _record(told=NONCES | {"纪检": "another"})
    assert fault.value.code == "draws.wrong_nonce"


def test_a_draw_needs_a_value_of_the_future_and_a_document():
    """A value that is out today, or none at all, could be known; without a document there is no draw."""
    frozen = _frozen()
    for beacons in ({}, {"股指": date(2026, 11, 26)}):
        with pytest.raises(WorkbenchError) as fault:
            draws.announce(frozen, beacons=beacons, nonces=PROMISED, document="1", at=drawing.AT)
        assert fault.value.code == "draws.no_beacon"
    with pytest.raises(WorkbenchError) as fault:
        draws.announce(frozen, beacons=drawing.BEACONS, nonces=PROMISED, document=" ", at=drawing.AT)
    assert fault.value.code == "draws.no_document"


def test_exchanged_lists_and_missing_values_are_refused():
    """What was not announced is not drawn, nor without the value that was named."""
    frozen = _frozen()
    announcement = _announced(frozen)
    with pytest.raises(WorkbenchError) as fault:
        draws.conclude({**frozen, "title": "x"}, announcement, values={"双色球 2026138": "1"}, told={})
    assert fault.value.code == "draws.altered"
    with pytest.raises(WorkbenchError) as fault:
        draws.conclude(frozen, announcement, values={"other": "1"}, told={})
    assert fault.value.code == "draws.no_value"


def test_rules_without_a_stratum_and_weights_below_one_are_refused():
    """Each by the name that is meant."""
    with pytest.raises(WorkbenchError, match="ordinary"):
        _frozen(rule=drawing.RULE | {"strata": [{"name": "key", "count": 1}]})
    light = drawing.candidates()
    light.loc[8, "weight"] = 0
    with pytest.raises(WorkbenchError, match="企业8"):
        draws.freeze(light, drawing.officers(), drawing.ORDER)


def test_an_operator_cannot_steer():
    """Picking the best of ten private seeds spares a chosen firm always; with commitment and beacon its chance stays.

    The target's chance is one fifth. An operator who may choose keeps it out in 200 of 200 draws; one who has committed
    before the public value came out does not change it: 600 draws, 0.20 within four standard errors.
    """
    units = {f"U{number}": 1 for number in range(50)}

    def hit(seed):
        return any(each.unit_id == "U7" and each.how != "not_drawn" for each in tickets.draw(seed, "s", units, 10))

    rng = np.random.default_rng(1)
    seeds = [rng.bytes(32).hex() for _ in range(2000)]
    steered = [all(hit(seed) for seed in seeds[at : at + 10]) for at in range(0, 2000, 10)]
    assert sum(steered) == 0
    open_hits = 0
    for number in range(600):
        beacon = [{"name": "lottery", "value": str(rng.integers(10**9))}]
        # The operator tries ten numbers before the beacon is known; whichever is committed to, the chance is the same.
        nonce = [{"by": "operator", "value": min(seeds[number % 200 * 10 : number % 200 * 10 + 10])}]
        open_hits += hit(tickets.seed("c" * 64, beacon, nonce))
    assert abs(open_hits / 600 - 0.2) < 4 * np.sqrt(0.2 * 0.8 / 600)


def _verify(record, folder):
    path = folder / "record.json"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(path)]
    return subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize("changes", [{}, {"most_visits": 2}, {"pooled": True}])
def test_an_independent_program_replays_the_record(tmp_path, changes):
    """It runs without this project and without any package, and agrees."""
    done = _verify(_record(**changes), tmp_path)
    assert (done.returncode, "byte by byte" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_verifier_is_short():
    """Anybody can read it: less than a hundred lines, nothing but the standard library, nothing of ours."""
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 100
    assert "cross_check" not in text


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("result", "units", 3, "how"), "certain", "result"),
        (("result", "officers", 0, "officers"), ["O0", "O1"], "result"),
        (("frozen", "units", 0, "weight"), 99, "frozen lists"),
        (("seed",), "00" * 32, "seed"),
        (("beacons", 0, "value"), "other", "seed"),
        (("beacons", 0, "name"), "other", "public values"),
        (("nonces", 0, "value"), "other", "committed"),
    ],
)
def test_whatever_is_altered_is_found(tmp_path, place, value, said):
    """One changed entry anywhere, and the verifier says where."""
    record = copy.deepcopy(_record(told=NONCES))
    at = record
    for key in place[:-1]:
        at = at[key]
    if at[place[-1]] == value:
        value = ["O2", "O3"]
    at[place[-1]] = value
    done = _verify(record, tmp_path)
    assert done.returncode == 1
    assert said in done.stdout
