"""Cells of a sheet made a table: headings in one row or several, merged cells, titles above, sums and remarks below."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from gis import data, entries
from gis.errors import WorkbenchError

Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged range, each (row, column), counted from 0."""

Cells = list[list[str]]

_MOST_HEADING_ROWS = 3
_REMARK_CELLS = 2


@dataclass(frozen=True)
class Headed:
    """A table found among cells.

    Attributes
    ----------
    rows : DataFrame of str
        Under the file's own headings; those of several rows are joined with a space. The index holds the numbers of
        the rows as the user sees them, from 1.
    left_out : DataFrame
        row, column, code, value of rows that are no data: sums, remarks and repeated headings.
    remarks : tuple of str
        Texts above and below the table.
    """

    rows: pd.DataFrame
    left_out: pd.DataFrame
    remarks: tuple[str, ...]


def under_headings(cells: Cells, name: str, merged: Sequence[Merge] = ()) -> Headed:
    """Return the table of the cells below the heading row: the first that fills half of the widest row.

    Parameters
    ----------
    cells : list of list of str
        All cells from the first row and column; "" where empty. Rows may differ in length.
    name : str
        What the owner calls the file; stands in the sentences.
    merged : sequence of Merge
        Ranges that show one value; below the headings each of their cells gets it.

    Raises
    ------
    WorkbenchError
        ``rows.repeated_heading``.
    """
    cells = _filled(cells, merged)
    counts = [sum(cell != "" for cell in row) for row in cells]
    widest = max(counts, default=0)
    start = next((place for place, count in enumerate(counts) if count and 2 * count >= widest), len(cells))
    end = _last_heading(cells, start, merged) if start < len(cells) else start
    headings = _headings(cells[start : end + 1], start, merged)
    _demand_unique([heading for heading in headings if heading], name)
    body = {number: cells[number] for number in range(end + 1, len(cells)) if counts[number]}
    out = _no_data(body, cells[start] if start < len(cells) else [])
    width = len(headings)
    kept = {number + 1: (row + [""] * width)[:width] for number, row in body.items() if number not in out}
    table = pd.DataFrame(
        list(kept.values()), index=pd.Index(kept, name="row", dtype="int64"), columns=range(width), dtype=str
    )
    table = table[[place for place, heading in enumerate(headings) if heading]]
    remarks = [cell for row in cells[:start] for cell in row if cell] + [
        cell for number in out for cell in body[number] if cell
    ]
    return Headed(
        table.set_axis([heading for heading in headings if heading], axis=1),
        _told(out, body),
        tuple(dict.fromkeys(remarks)),
    )


def _filled(cells: Cells, merged: Sequence[Merge]) -> Cells:
    """Give every cell of a merged range the value of its first one, but only downwards: headings stay as they are."""
    cells = [list(row) for row in cells]
    for (top, left), (bottom, _) in merged:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        for row in cells[top + 1 : bottom + 1]:
            row.extend([""] * (left + 1 - len(row)))
            row[left] = row[left] or cells[top][left]
    return cells


def _last_heading(cells: Cells, start: int, merged: Sequence[Merge]) -> int:
    """Return the last row of the headings: those below ``start`` that continue it, by merged ranges or their gaps."""
    deep = [bottom for (top, _), (bottom, _) in merged if top == start]
    wide = any(top == start == bottom and right > left for (top, left), (bottom, right) in merged)
    end = min(max(deep, default=start), start + _MOST_HEADING_ROWS - 1, len(cells) - 1)
    while (
        end + 1 < len(cells)
        and end - start < _MOST_HEADING_ROWS - 1
        and _continues(cells[end], cells[end + 1], wide=wide)
    ):
        end += 1
        wide = False
    return end


def _continues(above: list[str], below: list[str], *, wide: bool) -> bool:
    """Return whether a row only divides headings of the row above: words under gaps and under what spans them."""
    filled = [place for place, cell in enumerate(below) if cell]
    if not filled or any(_has_digits(below[place]) for place in filled):
        return False
    gaps = {place for place, cell in enumerate(above) if not cell}
    spanning = {place - 1 for place in gaps}
    own = [place for place in filled if place < len(above) and above[place] != below[place]]
    allowed = all(place in gaps or place in spanning for place in own)
    told = wide or any(_divides(below[place]) for place in own if place in gaps)
    return allowed and told and len(below) <= len(above)


def _divides(cell: str) -> bool:
    """Return whether a word is known as a heading: without merged ranges nothing else tells headings from rows."""
    place = data.words("headings")["place"]
    words = {word for column in ("lon", "lat", "x", "y", "parts") for word in place[column]}
    return cell.casefold() in words or bool(entries.headings([cell]))


def _has_digits(cell: str) -> bool:
    return any(letter.isdigit() for letter in unicodedata.normalize("NFKC", cell))


def _headings(rows: Cells, start: int, merged: Sequence[Merge]) -> list[str]:
    """Join the rows of the headings; a parent stands for the gaps to its right that its range or a child fills."""
    width = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    for depth, row in enumerate(padded[:-1]):
        spans = {left: right for (top, left), (_, right) in merged if top == start + depth}
        for place in range(1, width):
            under = any(lower[place] for lower in padded[depth + 1 :])
            inside = any(left < place <= right for left, right in spans.items())
            if not row[place] and (inside if spans else under):
                row[place] = row[place - 1]
    columns = [list(dict.fromkeys(row[place] for row in padded if row[place])) for place in range(width)]
    return [" ".join(column) for column in columns]


def _no_data(body: dict[int, list[str]], heading: list[str]) -> dict[int, str]:
    """Return why rows are no data, by row: sums anywhere, headings again, and remarks at the end."""
    words = data.words("headings")["footers"]
    out = {}
    for number, row in body.items():
        first = next(cell for cell in row if cell)
        if "".join(first.split()).rstrip(":\uff1a").casefold() in words["sums"]:
            out[number] = "rows.sum"
        elif row == heading:
            out[number] = "rows.heading_again"
    for number, row in reversed(body.items()):
        filled = [cell for cell in row if cell]
        remark = len(filled) <= _REMARK_CELLS < len(heading) and filled[0].startswith(tuple(words["remarks"]))
        if not remark and number not in out:
            break
        out.setdefault(number, "rows.remark")
    return dict(sorted(out.items()))


def _told(out: dict[int, str], body: dict[int, list[str]]) -> pd.DataFrame:
    values = [next(cell for cell in body[number] if cell) for number in out]
    rows = [number + 1 for number in out]
    return entries.joined([pd.DataFrame({"row": rows, "column": "", "code": list(out.values()), "value": values})])


def _demand_unique(headings: list[str], name: str) -> None:
    repeated = sorted({heading for heading in headings if headings.count(heading) > 1})
    if repeated:
        raise WorkbenchError(
            "rows.repeated_heading",
            "{name} has more than one column called {heading}; give each a name of its own",
            name=name,
            heading=repeated[0],
        )
