"""Extents: how many cells a workbook would spread out, told before it is read. One cell far away is a bomb.

The reader's core makes a whole rectangle of each sheet and ends the process where memory does not suffice, so both
forms are measured first: new workbooks by the references in their XML (ECMA-376), old ones by their records ([MS-XLS]
in a compound file, [MS-CFB]).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipInfo

from gis import archives
from gis.errors import WorkbenchError

MOST_CELLS = 12_000_000
"""Of one sheet: as many as 100,000 rows of 120 columns, or all rows of a spreadsheet with 11."""

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"'](\d{1,10})[\"']")
_ANY_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL_ROW = re.compile(rb"\br\s*=\s*[\"'][A-Za-z]{1,7}(\d{1,10})[\"']")
_WIDE_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{2,7})\d{1,10}[\"']")
_NARROW = 26
_STRINGS, _STYLES = "sharedstrings.xml", "styles.xml"
_COUNT = re.compile(rb"ount\s*=\s*[\"'](\d+)[\"']")
_HEAD = 4096
_LETTERS = 26

_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_MOST_SECTORS = 1 << 22
_ENTRY = 128
_MINI = 64
_MINI_BELOW = 4096
_LAST_SECTOR = 0xFFFFFFFA
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_CELLS = (0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E)
_SEVERAL_CELLS = (0x00BD, 0x00BE)
_SHARED_STRINGS, _DIMENSIONS = 0x00FC, 0x0200
_MOST_COLUMNS, _WIDE_DIMENSIONS, _SHORTEST_STRING = 256, 14, 3


def demand_new(content: bytes, members: dict[str, ZipInfo], name: str) -> None:
    """Refuse a workbook of zipped XML with a sheet of too many cells, and an archive that is no such workbook.

    Parameters
    ----------
    content : bytes
        The archive.
    members : dict
        See ``archives.members``.
    name : str
        What its owner calls it; stands in the sentences.

    Raises
    ------
    WorkbenchError
        ``rows.too_wide``, ``rows.macros`` or ``rows.unreadable``, and what ``archives.unpacked`` refuses.
    """
    lower = {member.lower(): entry for member, entry in members.items()}
    if not any(member.endswith("workbook.xml") for member in lower):
        raise _unreadable(name)
    if any(member.endswith("vbaproject.bin") for member in lower):
        raise _macros(name)
    for member, entry in lower.items():
        if member.endswith(_STRINGS):
            texts = archives.unpacked(content, entry, name)
            if any(int(count) > len(texts) for count in _COUNT.findall(texts[:_HEAD])):
                raise _unreadable(name)
        elif member.endswith(".xml") and not member.endswith(_STYLES):
            sheet = archives.unpacked(content, entry, name)
            columns = max((_number(found.upper()) for found in set(_WIDE_CELL.findall(sheet))), default=_NARROW)
            _demand_cells(_height(sheet), columns, name)


def demand_old(content: bytes, name: str) -> None:
    """Refuse a workbook of the old form (.xls) whose sheets claim or hold too many cells, or that is none.

    Raises
    ------
    WorkbenchError
        ``rows.too_wide``, ``rows.macros`` or ``rows.unreadable``.
    """
    if _MACROS in content:
        raise _macros(name)
    try:
        stream = _workbook(content)
        rows = columns = 0
        for kind, start, size in _records(stream):
            if kind in _CELLS:
                row, column = struct.unpack_from("<HH", stream, start)
                if kind in _SEVERAL_CELLS:
                    column = struct.unpack_from("<H", stream, start + size - 2)[0]
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            elif kind == _DIMENSIONS:
                form = "<IIHH" if size >= _WIDE_DIMENSIONS else "<HHHH"
                first, last, left, right = struct.unpack_from(form, stream, start)
                _demand_cells(last - first, right - left, name)
            elif kind == _SHARED_STRINGS and struct.unpack_from("<I", stream, start + 4)[0] > len(stream):
                raise _unreadable(name)
    except (struct.error, IndexError, ValueError) as fault:
        raise _unreadable(name) from fault
    if columns > _MOST_COLUMNS:
        raise _unreadable(name)
    _demand_cells(rows, columns, name)


def _height(sheet: bytes) -> int:
    """Return the number of the last row; where rows do not say theirs, the cells are asked."""
    said, count = _ROW.findall(sheet), len(_ANY_ROW.findall(sheet))
    told = said if len(said) == count else [*said, *_CELL_ROW.findall(sheet)]
    return max(count, max(map(int, told), default=0))


def _demand_cells(rows: int, columns: int, name: str) -> None:
    if rows * columns > MOST_CELLS:
        raise WorkbenchError(
            "rows.too_wide",
            "{name} has a sheet of {rows} rows and {columns} columns; delete the empty cells far below or to the right",
            name=name,
            rows=rows,
            columns=columns,
        )


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number


@dataclass(frozen=True)
class _Compound:
    """A compound file: its bytes, the size of a sector and which sector follows on which."""

    content: bytes
    size: int
    following: tuple[int, ...]

    def sector(self, number: int) -> bytes:
        """Return one sector."""
        start = (number + 1) * self.size
        return self.content[start : start + self.size]

    def chain(self, first: int) -> bytes:
        """Return the sectors that follow on one another; a ring ends with an IndexError."""
        return b"".join(self.sector(number) for number in _followed(first, self.following))


def _followed(first: int, following: tuple[int, ...]) -> Iterator[int]:
    number, steps = first, 0
    while number < _LAST_SECTOR:
        yield number
        number, steps = following[number], steps + 1
        if steps > len(following):
            raise IndexError(first)


def _workbook(content: bytes) -> bytes:
    """Return the stream of a compound file that holds the workbook.

    Raises
    ------
    IndexError, struct.error, ValueError
        If the file is damaged or holds none.
    """
    if not content.startswith(_SIGNATURE):
        raise IndexError(0)
    compound = _opened(content)
    first, cutoff, mini_first = (struct.unpack_from("<I", content, place)[0] for place in (48, 56, 60))
    entries = compound.chain(first)
    root_first = struct.unpack_from("<I", entries, 116)[0]
    for place in range(0, len(entries), _ENTRY):
        length = struct.unpack_from("<H", entries, place + 64)[0]
        if entries[place : place + max(length - 2, 0)].decode("utf-16-le", "replace").lower() in {"workbook", "book"}:
            start, size = struct.unpack_from("<II", entries, place + 116)
            if size >= min(cutoff, _MINI_BELOW):
                return compound.chain(start)[:size]
            small = compound.chain(root_first)
            following = _numbers(compound.chain(mini_first))
            parts = (small[number * _MINI : (number + 1) * _MINI] for number in _followed(start, following))
            return b"".join(parts)[:size]
    raise IndexError(len(entries))


def _opened(content: bytes) -> _Compound:
    shift = struct.unpack_from("<H", content, 30)[0]
    size = 1 << min(shift, 16)
    bare = _Compound(content, size, ())
    table = list(struct.unpack_from("<109I", content, 76))
    more, count = struct.unpack_from("<II", content, 68)
    while more < _LAST_SECTOR and count and len(table) < _MOST_SECTORS:
        *part, more = _numbers(bare.sector(more))
        table, count = [*table, *part], count - 1
    following: list[int] = []
    for number in table:
        if number < _LAST_SECTOR and len(following) < _MOST_SECTORS:
            following.extend(_numbers(bare.sector(number)))
    return _Compound(content, size, tuple(following))


def _numbers(sector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record."""
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, place + 4, size
        place += 4 + size


def _macros(name: str) -> WorkbenchError:
    return WorkbenchError(
        "rows.macros", "{name} holds macros; save it as a workbook without macros (.xlsx) and bring that", name=name
    )


def _unreadable(name: str) -> WorkbenchError:
    return WorkbenchError("rows.unreadable", "{name} is damaged or is not what its ending says", name=name)
