"""Double-random draws: lists frozen and committed to, a seed that nobody could know, a result that follows from it.

The order of steps is the guard. First the lists are frozen and their digest is published, together with the names of
public values that do not exist yet and with the digests of the parties' own numbers. Only when the public values are
out do seed and result follow. ``tools/verify_draw.py`` replays a published record without any of this code.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from cross_check import officers as staff
from cross_check import pairing, tickets
from cross_check.pairing import Barred, Officer, Visit
from cross_check.partners import OFFICERS as PARTNER_OFFICERS
from cross_check.partners import Partner
from gis import schema
from gis.errors import WorkbenchError

FORMAT = "haidongqing-draw-1"
WITHHELD = "0" * 64
"""Stands for a party's number that was not told in time: to withhold it gains nothing."""

CANDIDATES = schema.table(
    {
        "unit_id": schema.text(unique=True),
        "name": schema.text(),
        "credit_code": schema.text(nullable=True),
        "stratum": schema.text(),
        "weight": schema.whole(),
        "why": schema.text(nullable=True),
        "pool": schema.text(nullable=True),
        "needs": schema.text(nullable=True),
        "excluded": schema.text(nullable=True),
        "excluded_why": schema.text(nullable=True),
    }
)
"""Units of the register: ``weight`` from 1 up with its reason ``why``; ``pool`` names whose officers go there;
``needs`` joins kinds of expertise with ``;``; ``excluded`` is the code of what keeps a unit out of this draw."""

PAST = schema.table({"unit_id": schema.text(), "officer_ids": schema.text()})
"""Who inspected a unit last, two ids joined with ``;``."""

Frozen = Mapping[str, Any]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Order:
    """What is to be drawn.

    Attributes
    ----------
    title : str
    rule : mapping
        name, document, period and strata, see cross_check/data/draws.toml.
    valid_on : date
        Day on which certificates must be valid and nobody on leave.
    most_visits : int
        Of one officer; 0 for any number.
    pooled : bool
        Officers inspect the units of their own division alone.
    witnesses : tuple of str
    """

    title: str
    rule: Mapping[str, Any]
    valid_on: date
    most_visits: int = 0
    pooled: bool = False
    witnesses: tuple[str, ...] = ()


def freeze(
    candidates: pd.DataFrame,
    officers: pd.DataFrame,
    order: Order,
    *,
    past: pd.DataFrame | None = None,
    partner: Partner | None = None,
) -> Frozen:
    """Return everything that the draw depends on, as JSON knows it; the order of rows in the tables does not matter.

    Parameters
    ----------
    candidates : DataFrame
        See ``CANDIDATES``.
    officers : DataFrame
        See ``cross_check.officers``.
    order : Order
    past : DataFrame, optional
        See ``PAST``: these pairs do not go to the same unit again.
    partner : Partner, optional

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    WorkbenchError
        ``draws.weight`` for a weight below 1; ``draws.no_stratum`` if the rule has no size for a stratum;
        ``draws.same_officer`` if both departments call an officer by the same id.
    """
    table = schema.demand(candidates, CANDIDATES, "candidates").sort_values("unit_id", ignore_index=True)
    table = _jointly(table, partner)
    light = table.loc[table["weight"] < 1, "name"]
    if len(light):
        raise WorkbenchError("draws.weight", "The weight of {name} is below 1", name=light.iloc[0])
    staffed, missing = _on_post(staff.completed(officers), order)
    theirs, away = _theirs(officers, partner, order)
    inside = table[table["excluded"].isna()]
    past = schema.demand(past if past is not None else pd.DataFrame(columns=list(PAST.columns)), PAST, "past")
    known = set(inside["unit_id"])
    return {
        "format": FORMAT,
        "title": order.title,
        "rule": {key: order.rule[key] for key in ("name", "document", "period")},
        "valid_on": order.valid_on.isoformat(),
        "witnesses": list(order.witnesses),
        "strata": _strata(inside, order.rule, len(staffed)),
        "units": [_unit(row, pooled=order.pooled) for row in inside.itertuples(index=False)],
        "excluded": [_excluded(row) for row in table[table["excluded"].notna()].itertuples(index=False)],
        "officers": _staff(staffed, pooled=order.pooled),
        "left_out_officers": missing,
        "recusals": _recusals(inside, [staffed, theirs]),
        "past_pairs": sorted(
            [row.unit_id, *sorted(row.officer_ids.split(";"))]
            for row in past.itertuples(index=False)
            if row.unit_id in known
        ),
        "most_visits": order.most_visits,
        "partner": partner.name if partner else "",
        "partner_units": sorted(partner.unit_ids & set(table["unit_id"])) if partner else [],
        "partner_unmatched": partner.unmatched if partner else 0,
        "partner_sources": dict(partner.sources) if partner else {},
        "partner_officers": _staff(theirs, pooled=order.pooled),
        "left_out_partner_officers": away,
    }


def announce(
    frozen: Frozen, *, beacons: Mapping[str, date], nonces: Mapping[str, str], document: str, at: str
) -> Record:
    """Return what is published before the draw.

    Parameters
    ----------
    frozen : mapping
        See ``freeze``.
    beacons : mapping
        Names of public values to come, such as one draw of the national lottery, and the day on which each is out.
    nonces : mapping
        SHA-256 of each party's own number, by party.
    document : str
        On what authority.
    at : str
        UTC.

    Raises
    ------
    WorkbenchError
        ``draws.no_beacon`` without a public value that is out only after the day of the announcement;
        ``draws.no_document``.
    """
    if not beacons or any(due.isoformat() <= at[:10] for due in beacons.values()):
        raise WorkbenchError("draws.no_beacon", "Name a public value that is out only after today")
    if not document.strip():
        raise WorkbenchError("draws.no_document", "A draw needs the number of its document")
    return {
        "commitment": tickets.digest(frozen),
        "beacons": [{"name": name, "due": due.isoformat()} for name, due in sorted(beacons.items())],
        "nonces": [{"by": by, "commitment": nonces[by]} for by in sorted(nonces)],
        "default_nonce": WITHHELD,
        "document": document,
        "announced_at": at,
    }


def commitment_of(nonce: str) -> str:
    """Return what a party publishes of its number: the SHA-256 of its text."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def conclude(frozen: Frozen, announcement: Record, *, values: Mapping[str, str], told: Mapping[str, str]) -> Record:
    """Return the record of the draw: seed and result.

    Parameters
    ----------
    frozen, announcement : mapping
    values : mapping
        The public values by name.
    told : mapping
        Numbers that parties told in time; those missing count as ``WITHHELD``.

    Raises
    ------
    WorkbenchError
        ``draws.altered`` if the lists are not those that were announced; ``draws.no_value`` for a public value that is
        missing; ``draws.wrong_nonce`` if a party's number is not the one committed to.
    """
    if tickets.digest(frozen) != announcement["commitment"]:
        raise WorkbenchError("draws.altered", "The lists are not those that were announced")
    beacons = [
        {"name": each["name"], "value": values.get(each["name"], "").strip()} for each in announcement["beacons"]
    ]
    for beacon in beacons:
        if not beacon["value"]:
            raise WorkbenchError("draws.no_value", "The value of {name} is missing", name=beacon["name"])
    nonces = []
    for promised in announcement["nonces"]:
        value = told.get(promised["by"], WITHHELD)
        if value != WITHHELD and commitment_of(value) != promised["commitment"]:
            raise WorkbenchError(
                "draws.wrong_nonce", "The number of {party} is not the one committed to", party=promised["by"]
            )
        nonces.append({"by": promised["by"], "value": value})
    seed = tickets.seed(announcement["commitment"], beacons, nonces)
    return {
        "frozen": frozen,
        "announcement": announcement,
        "beacons": beacons,
        "nonces": nonces,
        "seed": seed,
        "result": result(frozen, seed),
    }


def result(frozen: Frozen, seed: str) -> Record:
    """Return what a seed makes of frozen lists: ``units`` by stratum and number, ``officers`` and ``partner_officers``.

    Parameters
    ----------
    frozen : mapping
    seed : str
        64 hexadecimal digits.
    """
    rows: list[dict[str, str]] = []
    for stratum in frozen["strata"]:
        name = stratum["name"]
        weights = {unit["id"]: unit["weight"] for unit in frozen["units"] if unit["stratum"] == name}
        drawn = tickets.draw(seed, name, weights, stratum["size"])
        rows += [{"unit": each.unit_id, "stratum": name, "number": each.number, "how": each.how} for each in drawn]
    return {"units": rows, **{who: _pairs(frozen, seed, rows, who) for who in ("officers", "partner_officers")}}


def _pairs(frozen: Frozen, seed: str, rows: Sequence[Mapping[str, str]], who: str) -> list[dict[str, Any]]:
    units = {unit["id"]: unit for unit in frozen["units"]}
    drawn = sorted((row["number"], row["unit"]) for row in rows if row["how"] != "not_drawn")
    # Kinds of expertise are ours: the second department's officers are not asked for them.
    needs = {each: tuple(units[each]["needs"]) if who == "officers" else () for _, each in drawn}
    visits = [Visit(each, number, units[each]["pool"], needs[each]) for number, each in drawn]
    recusals: dict[str, set[str]] = {}
    for each in frozen["recusals"]:
        recusals.setdefault(each["unit"], set()).add(each["officer"])
    past: dict[str, set[tuple[str, str]]] = {}
    for unit_id, one, other in frozen["past_pairs"]:
        past.setdefault(unit_id, set()).add((one, other))
    barred = Barred(
        {unit: frozenset(names) for unit, names in recusals.items()},
        {unit: frozenset(pairs) for unit, pairs in past.items()},
        frozen["most_visits"],
    )
    able = [Officer(each["id"], each["pool"], tuple(each["expertise"])) for each in frozen[who]]
    pairs = pairing.assign(seed, visits, able, barred)
    return [{"unit": visit.unit_id, "officers": list(pairs[visit.unit_id] or ())} for visit in visits]


def _jointly(table: pd.DataFrame, partner: Partner | None) -> pd.DataFrame:
    if partner is None:
        return table
    alone = ~table["unit_id"].isin(partner.unit_ids) & table["excluded"].isna()
    return table.assign(
        excluded=table["excluded"].mask(alone, "draws.not_joint"),
        excluded_why=table["excluded_why"].mask(alone, partner.name),
    )


def _on_post(officers: pd.DataFrame, order: Order) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Return the officers who may be drawn, by id, and why the others may not."""
    table = officers.sort_values("officer_id", ignore_index=True)
    reasons = staff.unfit(table, first=order.valid_on, last=order.valid_on)
    left_out = [
        {"id": officer, "reason": reason}
        for officer, reason in zip(table["officer_id"], reasons, strict=True)
        if reason
    ]
    return table[reasons == ""].reset_index(drop=True), left_out


def _theirs(ours: pd.DataFrame, partner: Partner | None, order: Order) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Return the second department's officers who may be drawn, and why the others may not; recusals go by id."""
    if partner is None:
        return pd.DataFrame(columns=list(PARTNER_OFFICERS.columns)), []
    table = schema.demand(partner.officers, PARTNER_OFFICERS, partner.name)
    both = table.loc[table["officer_id"].isin(ours["officer_id"]), "officer_id"]
    if len(both):
        raise WorkbenchError(
            "draws.same_officer", "Both departments have an officer {officer}", officer=str(both.iloc[0])
        )
    return _on_post(table[list(PARTNER_OFFICERS.columns)], order)


def _strata(inside: pd.DataFrame, rule: Mapping[str, Any], officers: int) -> list[dict[str, Any]]:
    sizes = {row["name"]: row for row in rule["strata"]}
    found = []
    for name, units in inside.groupby("stratum").size().items():
        if name not in sizes:
            raise WorkbenchError(
                "draws.no_stratum", "The rule {rule} says nothing of {stratum}", rule=rule["name"], stratum=str(name)
            )
        row = {key: value for key, value in sizes[name].items() if key != "name"}
        size = _size(row, int(units), officers)
        found.append({"name": str(name), "units": int(units), "size": size, "formula": row, "on_post": officers})
    return found


def _size(row: Mapping[str, Any], units: int, officers: int) -> int:
    """Return how many are drawn: the most that a part of the row asks for, the least with ``either``; at most all."""
    asked = [units] if row.get("all") else []
    asked += [row["count"]] if "count" in row else []
    asked += [-(-units * row["share_percent"] // 100)] if "share_percent" in row else []
    asked += [officers * row["for_each_officer"]] if "for_each_officer" in row else []
    return min(units, (min if row.get("either") else max)(asked))


def _unit(row: Any, *, pooled: bool) -> dict[str, Any]:  # noqa: ANN401 - a row of a table
    return {
        "id": row.unit_id,
        "name": row.name,
        "stratum": row.stratum,
        "weight": int(row.weight),
        "why": _text(row.why),
        "pool": _text(row.pool) if pooled else "",
        "needs": sorted(filter(None, _text(row.needs).split(";"))),
    }


def _excluded(row: Any) -> dict[str, str]:  # noqa: ANN401 - a row of a table
    return {
        "id": row.unit_id,
        "name": row.name,
        "stratum": row.stratum,
        "reason": row.excluded,
        "why": _text(row.excluded_why),
    }


def _staff(table: pd.DataFrame, *, pooled: bool) -> list[dict[str, Any]]:
    kinds = staff.expertise_of(table) if "expertise" in table else [frozenset[str]()] * len(table)
    return [
        {"id": officer, "pool": home if pooled else "", "expertise": sorted(known)}
        for officer, home, known in zip(table["officer_id"], table["home_division"], kinds, strict=True)
    ]


def _recusals(inside: pd.DataFrame, staffed: Sequence[pd.DataFrame]) -> list[dict[str, str]]:
    """Return who stays away from which unit: a declared interest, or a former employer by site or by firm."""
    units: dict[str, set[str]] = {}
    for unit, code in zip(inside["unit_id"], inside["credit_code"], strict=True):
        units.setdefault(unit, set()).add(unit)
        if _text(code):
            units.setdefault(code, set()).add(unit)
    found = set()
    for table in staffed:
        for officer, interests, firms in table[["officer_id", "interest_sites", "former_employers"]].itertuples(
            index=False
        ):
            named = staff.split(pd.Series([interests, firms]))
            found |= {(officer, unit) for name in named for unit in units.get(name, ())}
    return [{"officer": officer, "unit": unit} for officer, unit in sorted(found)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
