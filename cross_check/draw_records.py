"""Rim: draws on disk and in the ledger. Every step is an event there; an aborted draw stays on record like any other.

The folder ``draws`` of a project holds a folder a draw: ``frozen.json`` and ``announcement.json``, ``told.json`` with
the parties' numbers told in time, and ``record.json`` with seed and result, which ``tools/verify_draw.py`` replays; of
a joint draw ``partner.json`` with the names of the second department's officers, for the minutes alone. The ledger
keeps the digest of each, so that none can be exchanged afterwards.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cross_check import draw_lists, draws, orders, partners, risks, tickets
from cross_check.draw_lists import Sources
from cross_check.draws import Order
from cross_check.files import Project
from cross_check.ledger import store
from cross_check.ledger.events import Act, Entry, Record
from cross_check.partners import Partner
from cross_check.steps import Step
from gis import files, readers
from gis.errors import WorkbenchError
from gis.language import Catalogue


def partner(project: Project, name: str, units: Path, officers: Path) -> Partner:
    """Read a second department's list of units and its officers, for a joint draw; nothing is kept.

    Raises
    ------
    TableFaults
        With every fault by the row the user sees.
    WorkbenchError
        ``draws.no_partner`` without a name; ``draws.nothing_joint`` if no unit of theirs is one of ours;
        ``files.missing``.
    """
    if not name.strip():
        raise WorkbenchError("draws.no_partner", "Name the second department")
    found = partners.units(readers.read_rows(units), files.read_layer(project.enterprises), units.name)
    if not found.unit_ids:
        raise WorkbenchError(
            "draws.nothing_joint",
            "None of the {count} rows of {name} is in the register",
            count=len(found.unmatched),
            name=units.name,
        )
    staff = partners.officers(readers.read_rows(officers), officers.name)
    sources = {path.name: files.sha256(path) for path in (units, officers)}
    return Partner(name.strip(), found.unit_ids, staff, len(found.unmatched), sources)


def freeze(project: Project, order: Order, *, joined: Partner | None = None) -> draws.Frozen:
    """Freeze the project's register and officers for a draw; nothing is written.

    Who is left out on the day of the order, by cap, recent visit or positive list, the ledger tells.

    Parameters
    ----------
    project : Project
    order : Order
    joined : Partner, optional
        A second department that draws along.

    Raises
    ------
    WorkbenchError
        ``files.missing`` and those of ``draws.freeze``.
    """
    enterprises = files.read_layer(project.enterprises)
    barred = orders.barred(_ledger(project), enterprises, on=order.valid_on)
    table = draw_lists.candidates(Sources(enterprises, risks.scored(project, enterprises).table, barred))
    return draws.freeze(table, files.read_table(project.officers), order, past=past(project), partner=joined)


def past(project: Project) -> pd.DataFrame:
    """Return who inspected a unit last after a draw, see ``draws.PAST``: the same two do not go there again."""
    if not project.draws.is_dir():
        return pd.DataFrame(columns=list(draws.PAST.columns))
    last: dict[str, str] = {}
    records = [_read(project, one) for one in _ledger(project).records("draw", ["concluded"])]
    for record in sorted(records, key=lambda one: str(one["announcement"]["announced_at"])):
        last |= {pair["unit"]: ";".join(pair["officers"]) for pair in record["result"]["officers"] if pair["officers"]}
    return pd.DataFrame(last.items(), columns=list(draws.PAST.columns))


def announce(
    project: Project, act: Act, frozen: draws.Frozen, announcement: draws.Record, joined: Partner | None = None
) -> Step:
    """Put frozen lists and announcement on record; of a joint draw the names of the second department's officers too.

    Raises
    ------
    WorkbenchError
        ``draws.there_already`` if the same lists are announced; those of the ledger's door.
    """
    number = _number(announcement)
    folder = project.draws / number
    if folder.exists():
        raise WorkbenchError("draws.there_already", "These lists are announced already as {number}", number=number)
    fields = {
        "title": frozen["title"],
        "commitment": announcement["commitment"],
        "announcement": tickets.digest(announcement),
        "units": len(frozen["units"]),
        "to_draw": sum(stratum["size"] for stratum in frozen["strata"]),
    }
    names = joined and dict(zip(joined.officers["officer_id"], joined.officers["name"], strict=True))
    if names:
        fields |= {"partner": frozen["partner"], "partner_names": tickets.digest(names)}
    with files.folder_written_aside(folder) as aside:
        if names:
            files.write_json(names, aside / "partner.json")
        files.write_json(frozen, aside / "frozen.json")
        files.write_json(announcement, aside / "announcement.json")
        # What the ledger refuses is never seen on disk.
        _ledger(project).append(act, [Entry("draw.announce", ("draw", number), fields, "announced", 0)])
    return Step("draws.announced", {"number": number, **fields}, (folder / "frozen.json", folder / "announcement.json"))


def tell(project: Project, act: Act, number: str, party: str, nonce: str) -> Step:
    """Take a party's own number; it counts only until the day before the first public value is out.

    Raises
    ------
    WorkbenchError
        ``draws.unknown``, ``draws.not_open``, ``draws.late``, ``draws.no_party``, ``draws.wrong_nonce``.
    """
    announcement, _ = _announced(project, number)
    first = min(beacon["due"] for beacon in announcement["beacons"])
    if act.day.isoformat() >= first:
        raise WorkbenchError("draws.late", "Numbers were to be told before {day}", day=first)
    promised = {each["by"]: each["commitment"] for each in announcement["nonces"]}
    if party not in promised:
        raise WorkbenchError("draws.no_party", "{party} has committed to no number", party=party)
    if draws.commitment_of(nonce) != promised[party]:
        raise WorkbenchError("draws.wrong_nonce", "The number of {party} is not the one committed to", party=party)
    path = project.draws / number / "told.json"
    told = _told(path) | {party: nonce}
    _ledger(project).append(act, [Entry("draw.tell", ("draw", number), {f"told {party}": draws.commitment_of(nonce)})])
    files.write_json(told, path)
    return Step("draws.told", {"number": number, "party": party}, (path,))


def conclude(project: Project, act: Act, number: str, values: Mapping[str, str]) -> Step:
    """Work out seed and result from the public values, and put them on record.

    Raises
    ------
    WorkbenchError
        ``draws.unknown``, ``draws.not_open``, ``draws.too_early`` before the last public value is out, and those of
        ``draws.conclude``.
    """
    announcement, version = _announced(project, number)
    due = max(beacon["due"] for beacon in announcement["beacons"])
    if act.day.isoformat() < due:
        raise WorkbenchError("draws.too_early", "The public values are out on {day}", day=due)
    folder = project.draws / number
    frozen = files.read_json(folder / "frozen.json")
    record = draws.conclude(frozen, announcement, values=values, told=_told(folder / "told.json"))
    path = folder / "record.json"
    drawn = [row for row in record["result"]["units"] if row["how"] != "not_drawn"]
    alone = [pair for pair in record["result"]["officers"] if not pair["officers"]]
    fields = {"seed": record["seed"], "record": tickets.digest(record), "drawn": len(drawn), "without_pair": len(alone)}
    with files.written_aside(path) as aside:
        files.write_json(record, aside)
        # Who comes second, with other values, is refused and writes nothing.
        _ledger(project).append(act, [Entry("draw.conclude", ("draw", number), fields, "concluded", version)])
    return Step("draws.concluded", {"number": number, **fields}, (path,))


def abort(project: Project, act: Act, number: str) -> Step:
    """Give a draw up, with the reason; it stays on record, and a new one needs new lists or a new announcement.

    Raises
    ------
    WorkbenchError
        ``draws.unknown``, ``draws.not_open``; ``ledger.no_reason``.
    """
    _announced(project, number)
    _ledger(project).append(act, [Entry("draw.abort", ("draw", number), {}, "aborted")])
    return Step("draws.aborted", {"number": number, "why": act.why})


def listing(project: Project) -> pd.DataFrame:
    """Return all draws, aborted ones too: number, title, state, units, to_draw, drawn."""
    rows = [
        {"number": record.key[1], "state": record.state}
        | {name: record.fields.get(name) for name in ("title", "units", "to_draw", "drawn")}
        for record in _ledger(project).records("draw")
    ]
    return pd.DataFrame(rows, columns=["number", "title", "state", "units", "to_draw", "drawn"])


def read(project: Project, number: str) -> draws.Record:
    """Return what is on record of a draw: ``frozen``, ``announcement``, and after its end the whole record.

    Raises
    ------
    WorkbenchError
        ``draws.unknown``; ``draws.exchanged`` if a file is not the one whose digest the ledger keeps.
    """
    _folder(project, number)
    return _read(project, _ledger(project).record(("draw", number)))


def _read(project: Project, known: Record) -> draws.Record:
    """Return what is on record of a draw that the ledger has told already."""
    number, kept = known.key[1], known.fields
    folder = _folder(project, number)
    announcement = files.read_json(folder / "announcement.json")
    frozen = files.read_json(folder / "frozen.json")
    found = {"announcement": tickets.digest(announcement), "commitment": tickets.digest(frozen)}
    if kept.get("partner_names"):
        found["partner_names"] = tickets.digest(files.read_json(folder / "partner.json"))
    record: dict[str, Any] = {"frozen": frozen, "announcement": announcement}
    if kept.get("record"):
        record = files.read_json(folder / "record.json")
        found["record"] = tickets.digest(record)
    for name, digest in found.items():
        if kept.get(name) != digest:
            raise WorkbenchError(
                "draws.exchanged", "The file of {number} is not the one on record: {part}", number=number, part=name
            )
    return record


def partner_names(project: Project, number: str) -> dict[str, str]:
    """Return the names of the second department's officers by id; none where nobody draws along."""
    path = _folder(project, number) / "partner.json"
    return {officer: str(name) for officer, name in files.read_json(path).items()} if path.is_file() else {}


def excluded(project: Project, number: str, words: Catalogue) -> pd.DataFrame:
    """Return every unit that a draw leaves out, with stratum, reason, and facts and document of the reason, in words.

    Not for publication: why a unit is left out is the bureau's and the parties' to know.

    Raises
    ------
    WorkbenchError
        ``draws.unknown``, ``draws.exchanged``.
    """
    out = read(project, number)["frozen"]["excluded"]
    said = words.words
    rows = [
        (
            one["id"],
            one["name"],
            said.get(f"stratum.{one['stratum']}", one["stratum"]),
            said.get(one["reason"], one["reason"]),
            said.get(f"map.{one['why']}", one["why"]),
        )
        for one in out
    ]
    names = ("unit_id", "name", "stratum", "reason", "why")
    return pd.DataFrame(rows, columns=[words.say(f"draw_public.head_{name}") for name in names])


def publish(project: Project, number: str, path: Path, words: Catalogue) -> Step:
    """Write the public list of a concluded draw by ending, ``.csv`` or ``.xlsx``, in a language.

    Raises
    ------
    WorkbenchError
        ``draws.unknown``, ``draws.exchanged``; ``draws.not_concluded``.
    """
    record = read(project, number)
    if "result" not in record:
        raise WorkbenchError("draws.not_concluded", "The draw {number} has no result yet", number=number)
    table = public(record)
    told = table.assign(
        stratum=[words.words.get(f"stratum.{each}", each) for each in table["stratum"]],
        how=[words.say(f"draw_public.{each}") for each in table["how"]],
    )
    files.write_table(told.rename(columns=lambda name: words.say(f"draw_public.head_{name}")), path)
    return Step("draws.published", {"number": number, "units": len(table)}, (path,))


def public(record: draws.Record) -> pd.DataFrame:
    """Return the public list of a concluded draw: every unit with its stratum, chance and number, nothing of persons.

    ``chance`` is "size x weight / sum of weights" of the stratum without its certain units, as text, and "1" for those.
    Of a joint draw ``partner`` names the second department.
    """
    units = {unit["id"]: unit for unit in record["frozen"]["units"]}
    sums: Counter[str] = Counter()
    sizes = {stratum["name"]: stratum["size"] for stratum in record["frozen"]["strata"]}
    for row in record["result"]["units"]:
        # A certain unit leaves the line before the others share what is left.
        sure = row["how"] == "certain"
        sizes[row["stratum"]] -= sure
        sums[row["stratum"]] += 0 if sure else units[row["unit"]]["weight"]
    rows = []
    for row in record["result"]["units"]:
        unit, stratum = units[row["unit"]], row["stratum"]
        chance = "1" if row["how"] == "certain" else f"{sizes[stratum]}*{unit['weight']}/{sums[stratum]}"
        rows.append((unit["id"], unit["name"], stratum, unit["weight"], chance, row["number"], row["how"]))
    table = pd.DataFrame(rows, columns=["unit_id", "name", "stratum", "weight", "chance", "number", "how"])
    return table.assign(partner=record["frozen"]["partner"]) if record["frozen"]["partner"] else table


def _number(announcement: draws.Record) -> str:
    return f"D{announcement['announced_at'][:10].replace('-', '')}-{announcement['commitment'][:8]}"


def _ledger(project: Project) -> store.Ledger:
    return store.opened(project.ledger)


def _folder(project: Project, number: str) -> Path:
    folder = project.draws / number
    if folder.parent != project.draws or not (folder / "announcement.json").is_file():
        raise WorkbenchError("draws.unknown", "There is no draw {number}", number=number)
    return folder


def _announced(project: Project, number: str) -> tuple[draws.Record, int]:
    """Return the announcement of a draw that is still open, and the version of what the ledger knows of it."""
    _folder(project, number)
    known = _ledger(project).record(("draw", number))
    if known.state != "announced":
        raise WorkbenchError(
            "draws.not_open", "The draw {number} is over: {state}", number=number, state=known.state or "-"
        )
    announcement: dict[str, Any] = _read(project, known)["announcement"]
    return announcement, known.version


def _told(path: Path) -> dict[str, str]:
    return {party: str(nonce) for party, nonce in files.read_json(path).items()} if path.is_file() else {}
