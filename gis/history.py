"""The register with its history: every change is an event, the present state is a fold over events.

An event says who, when, why, from which file, and what each changed site was before and after. Nothing is edited or
deleted: undo is an event that changes everything back.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import particulars, register, schema
from gis.coordinates import RECORD
from gis.crs import STORAGE
from gis.errors import WorkbenchError

KINDS = ("opening", "import", "merge", "separate", "move", "remove", "outside", "undo")
"""``opening`` takes over a register that had no history, ``outside`` one that other hands have changed since;
``separate`` changes nothing and says that two sites are two; ``move`` puts one site where a person has found it."""

STATE = schema.table({**register.SCHEMA.columns, **particulars.SCHEMA.columns})
"""The register with its particulars, a row a site, by ``site_id``. The record of how a place was decided goes with the
version: the same place told in another way is no change."""

CHANGES = schema.table(
    {"side": schema.text(schema.one_of("before", "after")), **STATE.columns} | {"site_id": schema.text()}
)
"""Whole rows of the sites an event changed: ``before`` alone is a site that went, ``after`` alone one that came."""

BEIJING = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True)
class Act:
    """Who changes the register, when and why.

    Attributes
    ----------
    by : str
        A person's name or account.
    at : datetime
        With its time zone.
    why : str
    valid_from : date, optional
        Since when what the file says holds; the day of the act in Beijing by default.
    sender : str
        Who sent the file.
    """

    by: str
    at: dt.datetime
    why: str = ""
    valid_from: dt.date | None = None
    sender: str = ""

    @property
    def holds_from(self) -> dt.date:
        """The first day on which the change holds."""
        return self.valid_from or self.at.astimezone(BEIJING).date()


@dataclass(frozen=True)
class Event:
    """One change of the register.

    Attributes
    ----------
    number : int
        1 for the first; without gaps.
    kind : str
        One of ``KINDS``.
    act : Act
    source : str
        Name of the file, "" where there was none.
    reverses : int
        Number of the event that an undo takes back, 0 otherwise.
    changes : GeoDataFrame
        See ``CHANGES``.
    receipt : mapping
        Figures of an import, see ``register.Receipt``, or the two sites of a decision.
    seen : tuple of str
        All sites that the file spoke of, changed or not.
    """

    number: int
    kind: str
    act: Act
    changes: gpd.GeoDataFrame
    source: str = ""
    reverses: int = 0
    receipt: Mapping[str, object] = field(default_factory=dict)
    seen: tuple[str, ...] = ()


def empty() -> gpd.GeoDataFrame:
    """Return a register (``STATE``) without a site."""
    return _empty().copy()


@cache
def _empty() -> gpd.GeoDataFrame:
    columns = {column: pd.Series(dtype=object) for column in STATE.columns if column != "geometry"}
    return _as_state(gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=STORAGE)))


def completed(enterprises: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a register (``register.SCHEMA``) with all particulars (``STATE``), those it lacks missing, by site id."""
    lacking = [column for column in particulars.SCHEMA.columns if column not in enterprises]
    unknown = particulars.nothing_known(enterprises.index)[lacking]
    return _as_state(enterprises.join(unknown))


def revised(state: gpd.GeoDataFrame, incoming: gpd.GeoDataFrame, year: int) -> gpd.GeoDataFrame:
    """Return the whole rows (``STATE``) of the sites that a file speaks of, as they are after it.

    Parameters
    ----------
    state : GeoDataFrame
        See ``STATE``.
    incoming : GeoDataFrame
        As ``register.check`` returns it: what it has no column or only blanks for stays as it is.
    year : int
        Counts for key lists of which the file names no year.
    """
    rows = incoming.set_index("site_id", drop=False).rename_axis(None)
    known = particulars.nothing_known(rows.index)
    former = pd.DataFrame(state).set_index("site_id")[list(particulars.SCHEMA.columns)]
    known.loc[known.index.isin(former.index)] = former.reindex(known.index[known.index.isin(former.index)])
    said = pd.DataFrame(rows)[[column for column in particulars.SCHEMA.columns if column in rows]]
    after = particulars.updated(known, said, rows["key_lists"], year)
    return _as_state(rows[list(register.SCHEMA.columns)].join(after))


def changes(state: gpd.GeoDataFrame, after: gpd.GeoDataFrame, gone: Iterable[str] = ()) -> gpd.GeoDataFrame:
    """Return what changes (``CHANGES``) when some rows take the place of those of the register and some sites go.

    Parameters
    ----------
    state : GeoDataFrame
        See ``STATE``.
    after : GeoDataFrame
        Whole rows (``STATE``) of sites, new or known; those equal to the register's are no change.
    gone : iterable of str
        Ids of sites that leave the register.
    """
    ours, theirs = _fingerprints(state), _fingerprints(after)
    differs = theirs != ours.reindex(theirs.index)
    new = after[differs.to_numpy()]
    old = state[state["site_id"].isin([*new["site_id"], *gone])]
    return as_changes(_stacked(old.assign(side="before"), new.assign(side="after")))


def between(state: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what changes (``CHANGES``) from one whole register (``STATE``) to another."""
    return changes(state, other, set(state["site_id"]) - set(other["site_id"]))


def reversed_changes(made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the changes (``CHANGES``) that take others back."""
    return made.assign(side=made["side"].map({"before": "after", "after": "before"}))


def applied(state: gpd.GeoDataFrame, made: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the register (``STATE``) after some changes (``CHANGES``).

    Raises
    ------
    WorkbenchError
        ``history.touched_later`` if a site is not as the changes found it.
    """
    before, after = (_side(made, side) for side in ("before", "after"))
    ours = _fingerprints(state)
    expected = _fingerprints(before)
    arrived = set(after["site_id"]) - set(before["site_id"])
    other = (ours.reindex(expected.index) != expected).to_numpy().sum() + len(arrived & set(ours.index))
    if other:
        raise WorkbenchError(
            "history.touched_later",
            "{count} of these sites were changed again later; take the later changes back first",
            count=int(other),
        )
    kept = state[~state["site_id"].isin(made["site_id"])]
    return _as_state(_stacked(kept, after))


def fold(events: Iterable[Event]) -> gpd.GeoDataFrame:
    """Return the present register (``STATE``): every event's changes, one after the other.

    Raises
    ------
    WorkbenchError
        ``history.touched_later`` if events do not follow on each other.
    """
    return reduce(applied, (event.changes for event in events), empty())


def in_force(events: Sequence[Event]) -> list[Event]:
    """Return the events that nothing has taken back, without those that take back."""
    undone: set[int] = set()
    standing = []
    for event in sorted(events, key=lambda one: -one.number):
        if event.number in undone:
            continue
        if event.kind == "undo":
            undone.add(event.reverses)
        else:
            standing.append(event)
    return standing[::-1]


def settled(events: Sequence[Event]) -> set[tuple[str, str]]:
    """Return the pairs of sites that a person has found to be two."""
    found = [event.receipt for event in in_force(events) if event.kind == "separate"]
    return {(str(receipt["left"]), str(receipt["right"])) for receipt in found}


def confirmed(events: Sequence[Event]) -> pd.Series:
    """Return the day on which the latest file spoke of each site, or a person changed it; index the site ids."""
    days = [
        pd.Series(pd.Timestamp(event.act.holds_from), index=pd.Index({*event.seen, *event.changes["site_id"]}))
        for event in in_force(events)
    ]
    return pd.concat(days).groupby(level=0).max() if days else pd.Series(dtype="datetime64[us]")


def versions(events: Sequence[Event]) -> gpd.GeoDataFrame:
    """Return every version of every site with the days on which it holds.

    Returns
    -------
    GeoDataFrame
        ``STATE`` with event (number), source, valid_from and valid_to (the first day on which it no longer holds, NaT
        for the present one), by site and event. A version whose two days are one never held: it was put right on the
        day it came.
    """
    parts = [
        event.changes.assign(event=event.number, source=event.source, valid_from=pd.Timestamp(event.act.holds_from))
        for event in in_force(events)
    ]
    if not parts:
        return empty().assign(event=0, source="", valid_from=pd.NaT, valid_to=pd.NaT)
    whole = pd.concat(parts, ignore_index=True)
    whole["gone"] = whole["side"] == "before"
    whole = whole.sort_values(["site_id", "event", "gone"], kind="stable", ignore_index=True)
    # A site with both sides in one event has a version after it; the former row only closes where nothing follows.
    whole = whole[~whole.duplicated(["site_id", "event"])]
    whole["valid_to"] = whole.groupby("site_id")["valid_from"].shift(-1)
    kept = whole[~whole["gone"]].drop(columns=["gone", "side"])
    return gpd.GeoDataFrame(kept.reset_index(drop=True), crs=STORAGE)


def as_of(events: Sequence[Event], day: dt.date) -> gpd.GeoDataFrame:
    """Return the register (``STATE``) as it held on a day, by what is known today."""
    held = versions(events)
    at = pd.Timestamp(day)
    valid = (held["valid_from"] <= at) & ~(held["valid_to"] <= at)
    return _as_state(held[valid])


def differences(made: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return changes cell by cell for people: site_id, name, column, before, after; texts, "" where there is nothing.

    A site that came or went is one row with the column ``site_id``.
    """
    before, after = (_texts(_side(made, side)) for side in ("before", "after"))
    both = before.index.intersection(after.index)
    rows = []
    for column in before.columns:
        old, new = before.loc[both, column], after.loc[both, column]
        differs = (old != new).to_numpy()
        rows.append(pd.DataFrame({"column": column, "before": old[differs], "after": new[differs]}))
    came, went = after.index.difference(both), before.index.difference(both)
    rows.append(pd.DataFrame({"column": "site_id", "before": "", "after": came}, index=came))
    rows.append(pd.DataFrame({"column": "site_id", "before": went, "after": ""}, index=went))
    whole = pd.concat(rows).rename_axis("site_id").reset_index()
    names = pd.concat([before["name"], after["name"]]).groupby(level=0).last()
    whole.insert(1, "name", whole["site_id"].map(names))
    return whole.sort_values(["site_id", "column"], ignore_index=True)


def summary(events: Sequence[Event]) -> pd.DataFrame:
    """Return a row an event: event, kind, at, by, why, sender, source, valid_from, reverses, sites, in_force.

    An event is in force that nothing has taken back, an undo that no other undo has.
    """
    standing = {event.number for event in in_force(events)}
    standing |= {event.number for event in events if event.kind == "undo" and event.reverses not in standing}
    rows = [
        {
            "event": event.number,
            "kind": event.kind,
            "at": event.act.at,
            "by": event.act.by,
            "why": event.act.why,
            "sender": event.act.sender,
            "source": event.source,
            "valid_from": pd.Timestamp(event.act.holds_from),
            "reverses": event.reverses,
            "sites": event.changes["site_id"].nunique(),
            "in_force": event.number in standing,
        }
        for event in events
    ]
    columns = ["event", "kind", "at", "by", "why", "sender", "source", "valid_from", "reverses", "sites", "in_force"]
    return pd.DataFrame(rows, columns=columns)


def site_history(events: Sequence[Event], site_id: str) -> pd.DataFrame:
    """Return everything that ever happened to one site.

    Returns
    -------
    DataFrame
        event, kind, at, by, why, source, column, before, after; by event. What was taken back is listed too, and so is
        the taking back.
    """
    parts = []
    for event in events:
        mine = differences(event.changes[event.changes["site_id"] == site_id]).drop(columns=["site_id", "name"])
        act = {"at": event.act.at, "by": event.act.by, "why": event.act.why, "source": event.source}
        parts.append(mine.assign(event=event.number, kind=event.kind, **act))
    columns = ["event", "kind", "at", "by", "why", "source", "column", "before", "after"]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True)[columns] if filled else pd.DataFrame(columns=columns)


def digest(state: gpd.GeoDataFrame) -> str:
    """Return the SHA-256 of a register (``STATE``), 64 hexadecimal digits; the order of rows does not matter."""
    texts = _fingerprints(state)
    lines = "\n".join(sorted(f"{site}\t{text}" for site, text in texts.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def check_date(events: Sequence[Event], act: Act) -> None:
    """Refuse an act that holds from an earlier day than the last change in force.

    Raises
    ------
    WorkbenchError
        ``history.backdated``: versions would have no order; older files come in first.
    """
    last = max((event.act.holds_from for event in in_force(events)), default=dt.date.min)
    if act.holds_from < last:
        raise WorkbenchError(
            "history.backdated",
            "The register already holds changes from {last}; a file that holds from {day} comes too late",
            last=last.isoformat(),
            day=act.holds_from.isoformat(),
        )


def as_changes(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rows that were read from a file as changes (``CHANGES``), in their order; what they lack is missing."""
    lacking = [column for column in particulars.LATER if column not in rows]
    whole = rows.join(particulars.nothing_known(rows.index)[lacking]) if lacking else rows
    ordered = whole[list(CHANGES.columns)].sort_values(["site_id", "side"], ascending=[True, False])
    return schema.demand(ordered, CHANGES, "register")


def _side(made: gpd.GeoDataFrame, side: str) -> gpd.GeoDataFrame:
    return made[made["side"] == side].drop(columns="side")


def _stacked(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Stack two tables; an empty one has no say in the types."""
    filled = [table for table in (one, other) if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else one


def _as_state(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ordered = table[list(STATE.columns)].sort_values("site_id", ignore_index=True)
    return schema.demand(ordered, STATE, "register")


def _texts(state: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return every cell as the text that stands for it, "" where there is none; places with all their digits."""
    plain = pd.DataFrame(state).drop(columns=["site_id", "geometry", *RECORD])
    plain["positive_until"] = plain["positive_until"].dt.strftime("%Y-%m-%d")
    plain["positive_list"] = plain["positive_list"].map({True: "yes", False: "no"})
    plain = plain.astype(object).where(plain.notna(), "")
    x, y = state.geometry.x, state.geometry.y
    plain["place"] = [f"{lon!r}, {lat!r}" for lon, lat in zip(x.tolist(), y.tolist(), strict=True)]
    return plain.set_index(pd.Index(state["site_id"], dtype=object))


def _fingerprints(state: gpd.GeoDataFrame) -> pd.Series:
    """Return a text a site that tells whether two rows are equal in every cell."""
    whole = _texts(state)
    texts = whole.drop(columns=list(particulars.LATER))
    joined = ["\x1f".join(row) for row in texts.to_numpy(dtype=object)] if len(texts) else np.array([], dtype=object)
    prints = pd.Series(joined, index=texts.index, dtype=object)
    # They count only where they say something, so that registers from before they were known keep their hash.
    for column in particulars.LATER:
        said = whole[column] != ""
        prints = prints.mask(said, prints + f"\x1f{column}=" + whole[column]) if said.any() else prints
    return prints
