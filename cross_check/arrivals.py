"""Rim: what arrives at the import desk. A file is read, its columns are told, and its places are found or asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check import layers
from cross_check.files import Project
from gis import clues, coordinates, entries, files, guesses, readers, register
from gis.coordinates import Answer, Located
from gis.errors import WorkbenchError
from gis.guesses import Custom
from gis.readers import Brought

LOCK = "~$"
"""Begins the name of what a spreadsheet program lays beside a workbook that it has open."""

_SHOWN_HEADINGS = 30


@dataclass(frozen=True)
class Letter:
    """What somebody says who brings a file.

    Attributes
    ----------
    answer : Answer
        What the coordinate system is.
    columns : mapping
        The file's heading for columns of the register; goes before all guesses. "" for one that the file shall not
        have.
    part : str
        Sheet or layer to read.
    sender : str
        Who sent the file; their headings and system are remembered.
    fixes : mapping of (row, heading) to str
        What a person writes in place of single cells. The file itself stays as it is.
    skipped : frozenset of int
        Rows that a person leaves out.
    """

    answer: Answer = field(default_factory=Answer)
    columns: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    sender: str = ""
    fixes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    skipped: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Arrival:
    """A file as it lies on the desk.

    Attributes
    ----------
    rows : DataFrame of str
    columns : mapping
        The heading of each column of the register that was told.
    guesses : DataFrame
        See ``guesses.GUESSES``.
    located : Located or None
        None if no column says where.
    left_out : DataFrame
        row, column, code, value of rows of the file that are no data or that a person leaves out.
    fixed : DataFrame
        row, column, before, after of the cells that a person has put right.
    sha256 : str
        Of the file's content.
    """

    rows: pd.DataFrame
    columns: Mapping[str, str]
    guesses: pd.DataFrame
    located: Located | None
    left_out: pd.DataFrame
    fixed: pd.DataFrame
    sha256: str


def receive(
    source: Path, project: Project, areas: gpd.GeoDataFrame, existing: gpd.GeoDataFrame, letter: Letter | None = None
) -> Arrival:
    """Read a file of enterprises and find out where its rows lie; nothing is saved.

    Parameters
    ----------
    source : Path
        See ``readers.read``.
    project : Project
        Keeps what senders taught.
    areas : GeoDataFrame
        Divisions, see ``gis.regions.SCHEMA``.
    existing : GeoDataFrame
        The register so far.
    letter : Letter, optional

    Raises
    ------
    WorkbenchError
        See ``readers.read`` and ``coordinates.locate``; ``arrivals.no_cell`` for a correction of a cell that is not
        there. Open questions are no error here: see ``settled``.
    """
    letter = letter or Letter()
    brought, fixed = _put_right(readers.read(source, letter.part), letter, source.name)
    custom = guesses.recalled(_memory(project), letter.sender)
    guessed = guesses.guess(brought.rows, custom)
    columns = _told(guesses.sure(guessed), letter.columns, brought.rows, source.name)
    raw = clues.raw(brought.rows, brought.said, brought.shapes, brought.remarks, columns)
    located = None
    if raw is not None:
        answer = replace(letter.answer, custom=letter.answer.custom or custom.system)
        whole = _with_counties(areas, layers.counties_of(project))
        evidence = clues.evidence(brought.rows, whole, existing, border_m=register.BORDER_M)
        located = coordinates.locate(raw, evidence, answer)
    return Arrival(brought.rows, columns, guessed, located, brought.left_out, fixed, files.sha256(source))


def _with_counties(areas: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return prefectures and counties together: a row is asked of the county that it states, else of the prefecture."""
    columns = ["division_code", "name_zh", "geometry"]
    added = counties[~counties["division_code"].isin(areas["division_code"])]
    return gpd.GeoDataFrame(pd.concat([areas[columns], added[columns]], ignore_index=True), crs=areas.crs)


def _told(sure: Mapping[str, str], said: Mapping[str, str], rows: pd.DataFrame, name: str) -> dict[str, str]:
    """Return the heading of each column, "" for columns that lose theirs to what a person says."""
    for heading in said.values():
        if heading and heading not in rows.columns:
            raise WorkbenchError(
                "arrivals.no_heading",
                "{name} has no column {column}; it has {headings}",
                name=name,
                column=heading,
                headings=", ".join(map(str, rows.columns[:_SHOWN_HEADINGS])),
            )
    taken = set(said.values())
    return {column: "" if heading in taken else heading for column, heading in sure.items()} | dict(said)


def _put_right(brought: Brought, letter: Letter, name: str) -> tuple[Brought, pd.DataFrame]:
    """Return what was brought with a person's corrections and without the rows left out, and what was corrected."""
    rows, told = brought.rows, []
    for (row, heading), text in sorted(letter.fixes.items()):
        if row not in rows.index or heading not in rows.columns:
            raise WorkbenchError(
                "arrivals.no_cell",
                "{name} has no cell in row {row} under {column}; correct the cell where it is",
                name=name,
                row=row,
                column=heading,
            )
        told.append((row, heading, rows.loc[row, heading], text.strip()))
    if told:
        rows = rows.copy()
    for row, heading, _, text in told:
        rows.loc[row, heading] = text
    kept = ~rows.index.isin(letter.skipped)
    gone = pd.DataFrame({"row": rows.index[~kept], "column": "", "code": "rows.skipped", "value": ""})
    left_out = entries.joined([brought.left_out, gone])
    shapes = None if brought.shapes is None else brought.shapes[kept]
    mended = Brought(rows[kept], shapes, brought.said[kept], left_out, brought.remarks)
    return mended, pd.DataFrame(told, columns=["row", "column", "before", "after"])


def open_elsewhere(source: Path) -> bool:
    """Tell whether a spreadsheet program has the file open: it lays a lock (``~$name``) beside it."""
    return source.with_name(LOCK + source.name).is_file()


def settled(arrival: Arrival, source: Path) -> Arrival:
    """Return an arrival whose places are all decided, or refuse it.

    Raises
    ------
    Undecided
        Of ``gis.coordinates``, with the questions.
    """
    if arrival.located is not None and len(arrival.located.questions):
        raise coordinates.Undecided(source.name, arrival.located.questions)
    return arrival


def remember(arrival: Arrival, project: Project, sender: str) -> None:
    """Keep a sender's headings and coordinate system for their next file; without a sender nothing is kept."""
    if not sender:
        return
    decided = arrival.located.record["coord_decided"] if arrival.located is not None else pd.Series(dtype=str)
    systems = decided[decided != ""].unique()
    system = str(systems[0]).partition(":dms")[0] if len(systems) == 1 else ""
    columns = {column: heading for column, heading in arrival.columns.items() if heading}
    files.write_json(guesses.remembered(_memory(project), sender, Custom(columns, system)), project.senders)


def senders(project: Project) -> dict[str, Custom]:
    """Return what is remembered of each sender, by name."""
    memory = _memory(project)
    return {sender: guesses.recalled(memory, sender) for sender in sorted(memory)}


def forget(project: Project, sender: str) -> None:
    """Drop what is remembered of a sender.

    Raises
    ------
    WorkbenchError
        ``arrivals.no_sender`` if nothing is.
    """
    memory = _memory(project)
    if sender not in memory:
        raise WorkbenchError("arrivals.no_sender", "Nothing is remembered of {sender}", sender=sender)
    files.write_json({name: entry for name, entry in memory.items() if name != sender}, project.senders)


def _memory(project: Project) -> dict[str, object]:
    return files.read_json(project.senders) if project.senders.is_file() else {}
