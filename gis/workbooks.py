"""Rim: workbooks, new and old, read sheet by sheet as texts; the sheet that holds the table is told from the others."""

import datetime as dt
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum
from python_calamine import SheetVisibleEnum as Visibility

from gis import archives, cells, entries, extents
from gis.errors import WorkbenchError

MOST_ROWS = 1_048_576
"""Rows of a table at most: as many as a spreadsheet has."""

_TABLE_HEADINGS = 2
_MOST_REMARKS = 200


@dataclass(frozen=True)
class Sheet:
    """The sheet that holds the table, and up to 200 texts of the others."""

    rows: cells.Cells
    merged: Sequence[cells.Merge]
    texts: tuple[str, ...]


def read(path: Path, part: str = "") -> Sheet:
    """Return the one sheet of a workbook that holds a table.

    Parameters
    ----------
    path : Path
        ``.xlsx`` or ``.xls``; the content tells which it is.
    part : str
        Name of the sheet, where there are several.

    Raises
    ------
    WorkbenchError
        ``rows.unreadable``, ``rows.encrypted``, ``rows.too_wide``, ``rows.too_many``, ``rows.several_sheets``,
        ``rows.no_part``, and what ``gis.archives`` refuses.
    """
    content = path.read_bytes()
    if content.startswith(b"PK"):
        extents.demand_new(content, archives.members(content, path.name), path.name)
    elif b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e" not in content:
        extents.demand_old(content, path.name)
    try:
        with _Panics(path), CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            shown = [one.name for one in book.sheets_metadata if _shown(one.typ, one.visible) or one.name == part]
            sheets = {name: _sheet(book.get_sheet_by_name(name), path) for name in shown}
    except PasswordError as fault:
        raise WorkbenchError(
            "rows.encrypted", "{name} is locked with a password; bring it unlocked", name=path.name
        ) from fault
    except (CalamineError, OSError, ValueError) as fault:
        raise unreadable(path) from fault
    chosen = _chosen(sheets, part, path)
    others = [name for name in sheets if name != chosen]
    texts = [cell for name in others for row in sheets[name][0] for cell in row if cell][:_MOST_REMARKS]
    return Sheet(*sheets[chosen], tuple(texts))


def as_text(value: object) -> str:
    """Return a cell as the text its owner sees; numbers in the 15 digits that spreadsheets keep."""
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else f"{Decimal(f'{value:.15g}'):f}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value).strip()


def unreadable(path: Path) -> WorkbenchError:
    """Return the refusal of a file that is damaged or no such file."""
    return WorkbenchError("rows.unreadable", "{name} is damaged or is not what its ending says", name=path.name)


def no_part(path: Path, part: str, parts: Iterable[str]) -> WorkbenchError:
    """Return the refusal of a part that a file does not have."""
    return WorkbenchError(
        "rows.no_part",
        "{name} holds no part called {part}, but {parts}",
        name=path.name,
        part=part,
        parts=", ".join(parts),
    )


def too_many(path: Path, most: int) -> WorkbenchError:
    """Return the refusal of a table of too many rows."""
    return WorkbenchError(
        "rows.too_many",
        "{name} has more than {most} rows; divide it into files of at most that many",
        name=path.name,
        most=most,
    )


class _Panics:
    """Turns a panic of calamine's core into a sentence: a damaged .xls may make it index beyond the end.

    A panic is no ``Exception`` and its type cannot be imported, so it is told by name.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Refuse the file after a panic; let all else pass."""
        if kind is not None and kind.__name__ == "PanicException":
            raise unreadable(self.path) from fault


def _shown(kind: SheetTypeEnum, visible: Visibility) -> bool:
    return kind == SheetTypeEnum.WorkSheet and visible == Visibility.Visible


_Sheet = tuple[cells.Cells, Sequence[cells.Merge]]


def _sheet(sheet: CalamineSheet, path: Path) -> _Sheet:
    if sheet.total_height > MOST_ROWS:
        raise too_many(path, MOST_ROWS)
    values = sheet.to_python(skip_empty_area=False)
    return [[as_text(cell) for cell in row] for row in values], sheet.merged_cell_ranges or ()


def _chosen(sheets: dict[str, _Sheet], part: str, path: Path) -> str:
    """Return the name of the sheet to read: the one asked for, or the one that holds a table."""
    if part and part not in sheets:
        raise no_part(path, part, sheets)
    filled = [name for name, (rows, _) in sheets.items() if any(any(row) for row in rows)]
    choices = [part] if part else filled or list(sheets)
    if not choices:
        raise unreadable(path)
    if len(choices) == 1 or not filled:
        return choices[0]
    known = {name: _known_headings(sheets[name][0]) for name in filled}
    tables = [name for name in filled if known[name] > max(_TABLE_HEADINGS, max(known.values()) / 2)]
    if len(tables) > 1:
        raise WorkbenchError(
            "rows.several_sheets",
            "{name} holds several sheets of data ({parts}); name the one to read, or bring them one by one",
            name=path.name,
            parts=", ".join(tables),
        )
    return tables[0] if tables else filled[0]


def _known_headings(rows: cells.Cells) -> int:
    """Return how many headings of the register the first rows hold."""
    return max((len(entries.headings(cell for cell in row if cell)) for row in rows[:10]), default=0)
