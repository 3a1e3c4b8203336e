"""Replay a published double-random draw from its record alone and compare every byte: python verify_draw.py RECORD.

Needs Python and nothing else. Exit code 0 if all agrees, 1 if not.
"""

import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _number(seed: str, *parts: str) -> str:
    return hmac.new(bytes.fromhex(seed), "|".join(parts).encode(), "sha256").hexdigest()


def _draw(seed: str, name: str, weights: dict[str, int], size: int) -> list[dict[str, str]]:
    certain: set[str] = set()
    left, total = size, sum(weights.values())
    while left > 0 and (more := [u for u, w in weights.items() if u not in certain and left * w >= total]):
        certain |= set(more)
        left, total = left - len(more), total - sum(weights[u] for u in more)
    ranked = sorted((_number(seed, "unit", name, u), u) for u in weights)
    line = [u for _, u in ranked if u not in certain]
    how = dict.fromkeys(certain, "certain")
    if left > 0 and line:
        point, reached = int(_number(seed, "start", name), 16) % total, 0
        for u in line:
            reached += left * weights[u]
            if point < reached:
                how[u], point = "drawn", point + total
    return [{"unit": u, "stratum": name, "number": n, "how": how.get(u, "not_drawn")} for n, u in ranked]


def _pairs(seed: str, frozen: dict[str, Any], rows: list[dict[str, str]], who: str) -> list[dict[str, Any]]:
    units, most, asked = {u["id"]: u for u in frozen["units"]}, frozen["most_visits"], who == "officers"
    away = {(r["officer"], r["unit"]) for r in frozen["recusals"]}
    load: dict[str, int] = {}
    found = []
    for row in sorted((r for r in rows if r["how"] != "not_drawn"), key=lambda r: r["number"]):
        name, unit = row["unit"], units[row["unit"]]
        near = [o for o in frozen[who] if o["pool"] == unit["pool"] and (o["id"], name) not in away]
        able = sorted((o["id"], o["expertise"]) for o in near if not most or load.get(o["id"], 0) < most)
        fit = []
        for (a, first), (b, second) in combinations(able, 2):
            knows = not (asked and unit["needs"]) or set(unit["needs"]) & {*first, *second}
            if knows and [name, a, b] not in frozen["past_pairs"]:
                fit.append((_number(seed, "pair", name, a, b), a, b))
        pair = list(min(fit)[1:]) if fit else []
        load |= {officer: load.get(officer, 0) + 1 for officer in pair}
        found.append({"unit": name, "officers": pair})
    return found


def _faults(record: dict[str, Any]) -> Iterator[str]:
    frozen, told, beacons, nonces = (record[key] for key in ("frozen", "announcement", "beacons", "nonces"))
    if told["commitment"] != _sha256(_canonical(frozen)):
        yield "the frozen lists are not those that were announced"
    if not beacons or [b["name"] for b in beacons] != [b["name"] for b in told["beacons"]]:
        yield "the public values are not those that were named before"
    if [n["by"] for n in nonces] != [p["by"] for p in told["nonces"]]:
        yield "the committed numbers are not those of the parties that were named before"
    for nonce, promised in zip(nonces, told["nonces"], strict=False):
        if _sha256(nonce["value"].encode()) != promised["commitment"] and nonce["value"] != told["default_nonce"]:
            yield f"the number of {promised['by']} is not the one committed to"
    seed = _sha256(_canonical({"commitment": told["commitment"], "beacons": beacons, "nonces": nonces}))
    if seed != record["seed"]:
        yield "the seed does not follow from commitment, public values and numbers"
    if frozen["partner"] and not {u["id"] for u in frozen["units"]} <= set(frozen["partner_units"]):
        yield "a unit takes part that is not on the second department's list"
    rows = []
    for stratum in frozen["strata"]:
        weights = {u["id"]: u["weight"] for u in frozen["units"] if u["stratum"] == stratum["name"]}
        rows += _draw(seed, stratum["name"], weights, stratum["size"])
    again = {"units": rows} | {key: _pairs(seed, frozen, rows, key) for key in ("officers", "partner_officers")}
    if _canonical(again) != _canonical(record["result"]):
        yield "the result does not follow from the seed"


if __name__ == "__main__":
    wrong = list(_faults(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
    print("\n".join(wrong) or "the draw follows from what was published, byte by byte")
    sys.exit(bool(wrong))
