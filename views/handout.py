"""Files to hand out: a table with what it was filtered by and when it was made written on top of it."""

import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time_ns

import geopandas as gpd
import openpyxl
import pandas as pd
import streamlit as st
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from gis import harm
from gis.files import write_table
from gis.language import Catalogue
from views import listing, state

ENDINGS = {"gpkg": "GeoPackage", "xlsx": "Excel", "csv": "CSV"}

_NARROWEST, _WIDEST = 10, 40
_FORMULA = ("=", "+", "-", "@")

About = Sequence[tuple[str, str]]
"""What stands on top: name and value of each line."""


def buttons(table: gpd.GeoDataFrame, name: str, about: About, words: Catalogue) -> None:
    """Draw the buttons that hand out a table; a file is made, and its time written, when its button is pressed."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"handout-{name}"):
        st.caption(words.say("app.download", count=f"{len(table):,}"), width="content")
        for ending, label in ENDINGS.items():
            st.download_button(
                label,
                data=_maker(table, ending, tuple(about), words.say("app.made_at")),
                file_name=f"{name}.{ending}",
                mime=listing.MIME[ending],
                key=f"handout-{name}-{ending}",
                icon=":material/download:",
                on_click="ignore",
                disabled=table.empty,
            )


def packed(table: gpd.GeoDataFrame, ending: str, about: About) -> bytes:
    """Return a file's bytes: a workbook or text with lines on top, or a GeoPackage with the lines as a second table.

    Parameters
    ----------
    table : GeoDataFrame
    ending : {"gpkg", "xlsx", "csv"}
    about : sequence of (name, value)
    """
    if ending == "gpkg":
        return _geopackage(table, about)
    return _workbook(listing.flat(table), about) if ending == "xlsx" else _text(listing.flat(table), about)


def _maker(table: gpd.GeoDataFrame, ending: str, about: tuple[tuple[str, str], ...], made: str) -> Callable[[], bytes]:
    def make() -> bytes:
        return packed(table, ending, (*about, (made, state.written_at(time_ns()))))

    return make


def _geopackage(table: gpd.GeoDataFrame, about: About) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.gpkg"
        write_table(table, path)
        lines = gpd.GeoDataFrame(
            pd.DataFrame(list(about), columns=["name", "value"]), geometry=[None] * len(about), crs=table.crs
        )
        lines.to_file(path, driver="GPKG", layer="about", mode="a")
        return path.read_bytes()


def _text(rows: pd.DataFrame, about: About) -> bytes:
    lines = io.StringIO()
    for name, value in about:
        harm.defused(pd.DataFrame([[f"# {name}", value]])).to_csv(lines, index=False, header=False)
    harm.defused(rows).to_csv(lines, index=False)
    return lines.getvalue().encode("utf-8-sig")


def sheet(rows: pd.DataFrame) -> bytes:
    """Return a plain table as the bytes of a workbook without lines on top; no text in it starts a formula."""
    return _workbook(rows, ())


def _workbook(rows: pd.DataFrame, about: About) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for name, value in about:
        sheet.append([name, value])
    sheet.append(list(rows.columns))
    head = sheet.max_row
    for row in rows.astype(object).where(rows.notna(), None).itertuples(index=False):
        sheet.append(list(row))
    for cells in sheet.iter_rows(min_row=1):
        for cell in cells:
            if isinstance(cell.value, str) and cell.value.startswith(_FORMULA):
                cell.data_type = "s"
    for place, name in enumerate(rows.columns, start=1):
        longest = int(rows[name].astype(str).str.len().max()) if len(rows) else 0
        width = min(max(len(str(name)), longest, _NARROWEST) + 2, _WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.cell(head, place).font = Font(bold=True)
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(rows.columns))}{sheet.max_row}"
    packed_book = io.BytesIO()
    book.save(packed_book)
    return packed_book.getvalue()
