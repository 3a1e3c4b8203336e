"""Rim: the bureau's other registers in the ledger: positive list, items, caps, visits elsewhere, harmless places."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import barring, forms, learning, listings, qualifying
from cross_check.ledger.events import Act, Entry, Event
from cross_check.ledger.rules import DISMISSED
from cross_check.ledger.store import Ledger
from cross_check.qualifying import Known, Qualified
from cross_check.steps import Step
from gis import entries, readers, schema
from gis.crs import STORAGE
from gis.errors import TableFaults, WorkbenchError

_ALARMS = ("monitoring", "electricity", "water_use", "video")
WITHDRAWN = ("item", "cap", "visit")
"""Registers whose lines are withdrawn; firms leave the positive list by ``remove``."""


def import_file(ledger: Ledger, act: Act, path: Path, kind: str) -> Step:
    """Take a table into a register as one act, which ``hdq ledger undo`` takes back.

    Parameters
    ----------
    ledger : Ledger
    act : Act
    path : Path
        csv, xlsx and whatever else ``readers.read_rows`` reads; headings see forms.toml.
    kind : str
        One of ``listings.KINDS``.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees: beside those of the form, ``listings.reversed`` (an end before its
        beginning), ``listings.barred`` (a firm under a re-entry bar), ``table.repeated_value``; nothing is recorded.
    """
    return take(ledger, act, pd.DataFrame(readers.read_rows(path)), kind, path.name)


def take(ledger: Ledger, act: Act, rows: pd.DataFrame, kind: str, source: str = "", seen: int | None = None) -> Step:
    """Take rows under the headings of a form into a register as one act, see ``import_file``.

    Parameters
    ----------
    ledger : Ledger
    act : Act
    rows : DataFrame of str
        The index holds the row numbers the user sees.
    kind : str
        One of ``listings.KINDS``.
    source : str
        Where the rows are from, for the message.
    seen : int, optional
        Version of the line before the eyes of who changes it, 0 for one that must not be there yet.

    Raises
    ------
    TableFaults
        See ``import_file``.
    WorkbenchError
        See ``Ledger.append``.
    """
    found = forms.read(rows, listings.FORMS[kind], listings.SCHEMAS[kind])
    table = found.table
    keys = pd.Series([listings.key_of(kind, row) for row in table.to_dict("records")], index=table.index, dtype=object)
    known = {one.key[1]: one for one in ledger.records(kind)}
    faults = [found.faults, entries.faults_where(keys.duplicated(keep=False), "site_id", "table.repeated_value", keys)]
    if "valid_from" in table and len(table):
        faults.append(
            entries.faults_where(table["valid_to"] < table["valid_from"], "valid_to", "listings.reversed", keys)
        )
        since = table["valid_from"].dt.strftime("%Y-%m-%d")
        held = [key in known and listings.barred(known[key].fields, day) for key, day in zip(keys, since, strict=True)]
        faults.append(entries.faults_where(pd.Series(held, index=table.index), "site_id", "listings.barred", keys))
    whole = entries.joined(faults)
    if len(whole):
        raise TableFaults(source or listings.FORMS[kind], whole)
    made = [_line(kind, key, row, known) for key, row in zip(keys, table.to_dict("records"), strict=True)]
    changed = [entry for entry in made if entry.key[1] not in known or _differs(known[entry.key[1]].fields, entry)]
    ledger.append(act, [replace(entry, seen=seen) for entry in changed])
    figures = {"rows": len(made), "new": sum(entry.key[1] not in known for entry in made), "changed": len(changed)}
    return Step("registers.imported", figures)


def remove(
    ledger: Ledger,
    act: Act,
    site_id: str,
    *,
    on: dt.date,
    barred_until: dt.date | None = None,
    seen: int | None = None,
) -> list[Event]:
    """Take a firm off the positive list from a day on, with the reason and, where the rules say so, a re-entry bar.

    Raises
    ------
    WorkbenchError
        ``ledger.no_reason``; ``ledger.no_record`` if the firm is not on the list.
    """
    if not act.why.strip():
        raise WorkbenchError("ledger.no_reason", "Give a reason")
    fields: dict[str, Any] = {"removed_on": on.isoformat(), "removal_reason": act.why}
    fields["barred_until"] = barred_until.isoformat() if barred_until else None
    return ledger.append(act, [Entry("positive.remove", ("positive", site_id), fields, None, seen)])


def withdraw(ledger: Ledger, act: Act, kind: str, object_id: str, seen: int | None = None) -> list[Event]:
    """Take a line of items, caps or visits out of its register, with the reason; its history stays.

    Raises
    ------
    WorkbenchError
        ``ledger.no_reason``; ``ledger.no_record``; see ``Ledger.append``.
    ValueError
        If the register is another one.
    """
    if kind not in WITHDRAWN:
        raise ValueError(f"a line of {kind} is not withdrawn")
    if not ledger.record((kind, object_id)).state:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=object_id)
    return ledger.append(act, [Entry(f"{kind}.withdraw", (kind, object_id), {}, "", seen)])


def lines(ledger: Ledger, kind: str) -> pd.DataFrame:
    """Return a register as it stands: the columns of its schema and what was recorded since, by id."""
    records = ledger.records(kind)
    extra = ["removed_on", "removal_reason", "barred_until"] if kind == "positive" else []
    columns = [*listings.SCHEMAS[kind].columns, *extra]
    return pd.DataFrame([{name: one.fields.get(name) for name in columns} for one in records], columns=columns)


def listed(ledger: Ledger) -> dict[str, Mapping[str, Any]]:
    """Return the lines of the positive list by site, ended ones too."""
    return {one.key[1]: one.fields for one in ledger.records("positive")}


def alarms(ledger: Ledger, *, on: dt.date, within_days: int = 60) -> pd.DataFrame:
    """Return what runs out on the positive list and among items, see ``listings.alarms``."""
    told = [(kind, one.key[1], one.fields) for kind in ("positive", "item") for one in ledger.records(kind)]
    return listings.alarms(told, on=on, within_days=within_days)


def qualified(ledger: Ledger, enterprises: gpd.GeoDataFrame, *, on: dt.date) -> Qualified:
    """Return who of the register qualifies for the positive list on a day, ground by ground; nothing is recorded.

    A problem counts from the day that its lead was seen; a dismissed alarm or complaint does not count.
    """
    lines = listed(ledger)
    leads = {one.key[1]: one for one in ledger.records("lead")}
    told = [
        (one.fields.get("site_id"), "complaints" if one.fields["source"] == "complaint" else "alarms", one.fields)
        for one in leads.values()
        if one.fields.get("source") in ("complaint", *_ALARMS) and one.state not in DISMISSED
    ]
    happened = [(site, what, fields["seen_on"]) for site, what, fields in told if site]
    for problem in ledger.records("problem"):
        lead = leads.get(str(problem.fields.get("lead_id")))
        if problem.fields.get("site_id") and lead is not None:
            happened.append((problem.fields["site_id"], "problems", lead.fields["seen_on"]))
    held = barring.positive(enterprises, lines, on)["positive_list"].to_numpy()
    assessed = [one.fields.get("site_id") for one in ledger.records("assessment", ["accepted"])]
    known = Known(
        pd.DataFrame(enterprises)[["site_id", "permit_no", "operating", "industry_code"]],
        frozenset(enterprises.loc[held, "site_id"]),
        frozenset(site for site, line in lines.items() if listings.barred(line, on.isoformat())),
        frozenset(filter(None, assessed)),
        pd.DataFrame(happened, columns=["site_id", "what", "day"]),
    )
    return qualifying.judge(known, on=on)


def suppress(ledger: Ledger, act: Act, lead_id: str, *, until: dt.date, reach_m: float = 200.0) -> list[Event]:
    """Record that a place is harmless for one class of lead until a day, with the reason.

    Raises
    ------
    WorkbenchError
        ``ledger.no_reason``; ``ledger.no_record`` if there is no such lead; ``registers.past`` if the day is over.
    """
    lead = ledger.record(("lead", lead_id))
    if not lead.state:
        raise WorkbenchError("ledger.no_record", "There is no {name}", name=lead_id)
    if not act.why.strip():
        raise WorkbenchError("ledger.no_reason", "Give a reason")
    if until <= act.day:
        raise WorkbenchError(
            "registers.past", "{day} is over: a suppression ends on a day to come", day=until.isoformat()
        )
    fields = {
        "reason": act.why,
        "until": until.isoformat(),
        "reach_m": reach_m,
        "shown_class": lead.fields.get("human_class") or lead.fields.get("machine_class"),
        "lon": lead.fields["lon"],
        "lat": lead.fields["lat"],
    }
    return ledger.append(act, [Entry("benign.add", ("benign", f"B{lead_id[1:]}"), fields, "open")])


def benign(ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the places known to be harmless (``learning.BENIGN``), ended ones too."""
    records = ledger.records("benign")
    rows = [
        {"benign_id": one.key[1]} | {n: one.fields.get(n) for n in ("reason", "until", "reach_m", "shown_class")}
        for one in records
    ]
    table = pd.DataFrame(rows, columns=["benign_id", "reason", "until", "reach_m", "shown_class"])
    lon, lat = (np.array([one.fields[name] for one in records], float) for name in ("lon", "lat"))
    made = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE)
    checked: gpd.GeoDataFrame = schema.demand(made, learning.BENIGN, "benign")
    return checked


def _line(kind: str, key: str, row: dict[str, Any], known: dict[str, Any]) -> Entry:
    plain: dict[str, Any] = {}
    for name in listings.SCHEMAS[kind].columns:
        value = row.get(name)
        if value is None or pd.isna(value):
            plain[name] = None
        elif isinstance(value, pd.Timestamp):
            plain[name] = value.date().isoformat()
        else:
            plain[name] = float(value) if isinstance(value, int | float) else str(value)
    if kind == "positive":
        # Listed anew: what ended the former listing is history.
        plain |= {"removed_on": None, "removal_reason": None, "barred_until": None}
    return Entry(f"{kind}.add", (kind, key), plain, None if key in known else "open")


def _differs(fields: Any, entry: Entry) -> bool:  # noqa: ANN401 - a mapping of JSON values
    return any(fields.get(name) != value for name, value in entry.fields.items())
