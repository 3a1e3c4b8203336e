"""Rim: what arrives at the import desk. A file is read, its columns are told, and its places are found or asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from cross_check.files import Project
from gis import clues, coordinates, files, guesses, readers, register
from gis.coordinates import Answer, Located
from gis.guesses import Custom


@dataclass(frozen=True)
class Letter:
    """What somebody says who brings a file.

    Attributes
    ----------
    answer : Answer
        What the coordinate system is.
    columns : mapping
        The file's heading for columns of the register; goes before all guesses.
    part : str
        Sheet or layer to read.
    sender : str
        Who sent the file; their headings and system are remembered.
    """

    answer: Answer = field(default_factory=Answer)
    columns: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    sender: str = ""


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
        row, column, code, value of rows of the file that are no data.
    """

    rows: pd.DataFrame
    columns: Mapping[str, str]
    guesses: pd.DataFrame
    located: Located | None
    left_out: pd.DataFrame


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
        See ``readers.read`` and ``coordinates.locate``. Open questions are no error here: see ``settled``.
    """
    letter = letter or Letter()
    brought = readers.read(source, letter.part)
    custom = guesses.recalled(_memory(project), letter.sender)
    guessed = guesses.guess(brought.rows, custom)
    columns = {**guesses.sure(guessed), **letter.columns}
    raw = clues.raw(brought.rows, brought.said, brought.shapes, brought.remarks, columns)
    located = None
    if raw is not None:
        answer = replace(letter.answer, custom=letter.answer.custom or custom.system)
        evidence = clues.evidence(brought.rows, areas, existing, border_m=register.BORDER_M)
        located = coordinates.locate(raw, evidence, answer)
    return Arrival(brought.rows, columns, guessed, located, brought.left_out)


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
    files.write_json(guesses.remembered(_memory(project), sender, Custom(arrival.columns, system)), project.senders)


def _memory(project: Project) -> dict[str, object]:
    return files.read_json(project.senders) if project.senders.is_file() else {}
