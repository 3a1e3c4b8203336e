"""What the pages show: the tables of one project, read once and kept until a file changes."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from cross_check import casebook
from cross_check.files import Project
from cross_check.ledger.store import Ledger
from gis.files import read_json, read_layer, read_table
from gis.history import BEIJING

PROJECT, LANGUAGE = "HDQ_PROJECT", "HDQ_LANGUAGE"
"""Environment variables that tell the pages which folder to show, and in which language to begin."""

_FOLDER = "haidongqing-demo"
_LAYERS = (
    "regions",
    "zones",
    "enterprises",
    "signals",
    "patches",
    "leads",
    "coverage",
    "hotspots",
    "emerging",
    "visits",
    "legs",
    "nights",
    "unserved",
    "reserve",
)
_LEDGER = "ledger"
_PARTS = (*_LAYERS, "coverage_months", "assignment", "emerging_months", "lists", "recipe", "round", "report")


@dataclass(frozen=True)
class Stamp:
    """Which files a project has, when each was last written, and the ledger's last event: what results are kept by."""

    folder: str
    marks: tuple[tuple[str, int, int], ...]

    @property
    def project(self) -> Project:
        """The project itself."""
        return Project(Path(self.folder))

    def has(self, part: str) -> bool:
        """Tell whether a part, such as ``"leads"``, has been made."""
        return any(name == part for name, _, _ in self.marks)


@dataclass(frozen=True)
class Tables:
    """The tables of a project; a table not made yet is empty, and ``stamp.has`` tells the two apart.

    They are shared by all sessions and never changed.
    """

    stamp: Stamp
    layers: dict[str, gpd.GeoDataFrame]
    assignment: pd.DataFrame

    def __getitem__(self, part: str) -> gpd.GeoDataFrame:
        """Return a table with geometry by its name in ``Project``."""
        return self.layers[part]


def project() -> Project:
    """Return the project that ``hdq app`` was started on."""
    return Project(Path(os.environ.get(PROJECT, _FOLDER)).resolve())


def stamp_of(shown: Project) -> Stamp:
    """Return the present state of a project's files."""
    marks = []
    for part in _PARTS:
        path: Path = getattr(shown, part)
        if path.is_file():
            facts = path.stat()
            marks.append((part, facts.st_mtime_ns, facts.st_size))
    if marks and casebook.begun(shown):
        number, last = ledger(str(shown.folder)).head()
        marks.append((_LEDGER, number, int(last[:8], 16)))
    return Stamp(str(shown.folder), tuple(marks))


def now() -> datetime:
    """Return the present time (UTC): the one clock of the pages."""
    return datetime.now(UTC)  # noqa: TID251 - verbs get the clock from here


def today() -> date:
    """Return the day it is in Beijing: days that pages show, ask for and count from."""
    return now().astimezone(BEIJING).date()


def written_at(nanoseconds: int) -> str:
    """Return a file's time in Beijing time, to the minute."""
    return datetime.fromtimestamp(nanoseconds / 1e9, tz=BEIJING).strftime("%Y-%m-%d %H:%M")


@st.cache_resource(max_entries=4, show_spinner=False)
def ledger(folder: str) -> Ledger:
    """Return the ledger of a project; its database is opened and brought up to date once."""
    return casebook.opened(Project(Path(folder)))


@st.cache_resource(max_entries=4, show_spinner=False)
def tables(stamp: Stamp) -> Tables:
    """Read every table of a project; leads stand as the ledger has them.

    Raises
    ------
    WorkbenchError
        If a file vanished in between.
    """
    read = _files(Stamp(stamp.folder, tuple(mark for mark in stamp.marks if mark[0] != _LEDGER)))
    if not (stamp.has(_LEDGER) and stamp.has("leads")):
        return replace(read, stamp=stamp)
    stood = casebook.stood(ledger(stamp.folder), read["leads"])
    return replace(read, stamp=stamp, layers=read.layers | {"leads": stood})


@st.cache_resource(max_entries=4, show_spinner=False)
def _files(stamp: Stamp) -> Tables:
    shown = stamp.project
    empty = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs="EPSG:4490")
    layers = {part: read_layer(getattr(shown, part)) if stamp.has(part) else empty for part in _LAYERS}
    assignment = read_table(shown.assignment) if stamp.has("assignment") else pd.DataFrame()
    return Tables(stamp, layers, assignment)


@st.cache_resource(max_entries=8, show_spinner=False)
def plain(stamp: Stamp, part: str) -> pd.DataFrame:
    """Return a table without geometry, such as ``"lists"``, that only one page needs.

    Raises
    ------
    WorkbenchError
        If there is none.
    """
    return read_table(getattr(stamp.project, part))


@st.cache_resource(max_entries=8, show_spinner=False)
def facts(stamp: Stamp, part: str) -> dict[str, Any]:
    """Return a JSON part (``"recipe"``, ``"round"`` or ``"report"``), empty if it has not been made."""
    return read_json(getattr(stamp.project, part)) if stamp.has(part) else {}
