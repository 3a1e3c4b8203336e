"""Rim: tables and folders on disk. Every file is written aside and renamed, so a half-written one is never seen."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
from pyarrow import ArrowInvalid
from pyogrio.errors import DataLayerError, DataSourceError

from gis import data, harm, register
from gis.crs import STORAGE, stored
from gis.errors import WorkbenchError

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_CHUNK = 1 << 20
_SHEET = data.words("headings")["sheet"]
_WIDTHS = (36, 22, 26, 10, 12, 36, 10, 10, 16, 12, 12)
_SKETCH = Path(__file__).parent / "data" / "prefectures.geojson"
_COUNTIES = Path(__file__).parent / "data" / "counties.geojson"


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield a temporary path of the same ending in the same folder; rename it to ``path`` if the block succeeds.

    A block that raises leaves ``path`` as it was and nothing beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        aside = folder / path.name
        yield aside
        aside.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def folder_written_aside(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path``; its files appear in ``path`` if the block succeeds.

    Where ``path`` does not exist yet, the folder is renamed: all files appear at once. Otherwise they are moved one by
    one, ``recipe.json`` last, so that a recipe never tells of files that are not there.

    Raises
    ------
    WorkbenchError
        ``files.in_the_way`` if ``path`` is a file, or one of its files is a folder; nothing is moved then.
    """
    if path.exists() and not path.is_dir():
        raise _in_the_way(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield folder
        made = sorted(folder.iterdir(), key=lambda file: (file.name == "recipe.json", file.name))
        for file in made:
            if (path / file.name).is_dir():
                raise _in_the_way(path / file.name)
        if not path.exists():
            folder.chmod(0o777 & ~_umask())
            folder.replace(path)
            return
        for file in made:
            file.replace(path / file.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_the_way(path: Path) -> WorkbenchError:
    return WorkbenchError("files.in_the_way", "{name} is in the way: remove it or choose another place", name=path.name)


def _umask() -> int:
    """Return the process's mask for new files, which temporary folders ignore."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table by ending: ``.parquet`` (GeoParquet), ``.gpkg``, ``.geojson``, ``.csv`` or ``.xlsx``.

    No text starts a formula in a spreadsheet: in a workbook it is kept as text, in a csv an apostrophe goes before it.

    Raises
    ------
    ValueError
        If the ending is none of these.
    """
    with written_aside(path) as aside:
        if path.suffix == ".parquet":
            table.to_parquet(aside, index=False)
        elif path.suffix in {".gpkg", ".geojson"} and isinstance(table, gpd.GeoDataFrame):
            table.to_file(aside, driver="GPKG" if path.suffix == ".gpkg" else "GeoJSON")
        elif path.suffix == ".csv":
            harm.defused(table).to_csv(aside, index=False, encoding="utf-8-sig")
        elif path.suffix == ".xlsx":
            _write_sheet(table, aside)
        else:
            raise ValueError(f"cannot write {type(table).__name__} as {path.suffix}")


def _write_sheet(table: pd.DataFrame, path: Path) -> None:
    """Write a workbook whose texts are texts, whatever they begin with."""
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        table.to_excel(book, index=False)
        for row in book.book.active.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.data_type = "s"


def read_layer(path: Path) -> gpd.GeoDataFrame:
    """Read a table with geometry written by ``write_table``.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file, ``rows.unreadable`` if it is damaged or no such table,
        ``rows.no_crs`` if it does not say its coordinate system.
    """
    _demand(path)
    try:
        layer = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    except (ArrowInvalid, DataSourceError, DataLayerError, ValueError) as fault:
        raise _unreadable(path) from fault
    if not isinstance(layer, gpd.GeoDataFrame) or layer.crs is None:
        raise WorkbenchError(
            "rows.no_crs", "{name} does not say its coordinate system; set it and bring it again", name=path.name
        )
    return stored(layer)


def read_table(path: Path) -> pd.DataFrame:
    """Read a table without geometry written by ``write_table`` as ``.parquet``.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file, ``rows.unreadable`` if it is damaged.
    """
    _demand(path)
    try:
        return pd.read_parquet(path)
    except (ArrowInvalid, ValueError) as fault:
        raise _unreadable(path) from fault


def write_json(value: object, path: Path) -> None:
    """Write a value as indented UTF-8 JSON with sorted keys."""
    with written_aside(path) as aside:
        aside.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file.
    """
    _demand(path)
    value: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return value


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _demand(path: Path) -> None:
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)


def read_sketch() -> gpd.GeoDataFrame:
    """Return the shipped sketch of the 13 prefectures (``gis.regions.SCHEMA``): no authority, see the note in it."""
    return gpd.read_file(_SKETCH).set_crs(STORAGE, allow_override=True)


def read_county_sketch() -> gpd.GeoDataFrame:
    """Return the shipped sketch of the counties (``gis.boundaries.COUNTIES``): no authority, see the note in it."""
    return gpd.read_file(_COUNTIES).set_crs(STORAGE, allow_override=True)


def write_register_sheet(
    enterprises: gpd.GeoDataFrame, path: Path, *, notes: Sequence[str] = tuple(_SHEET["synthetic"])
) -> None:
    """Write a register as a workbook such as bureaus keep: Chinese headings and words, all codes as text.

    Parameters
    ----------
    enterprises : GeoDataFrame
        See ``gis.register.SCHEMA``.
    path : Path
        Ending in ``.xlsx``.
    notes : sequence of str
        Lines of the second sheet. By default they say that the rows are synthetic: a real register needs its own.
    """
    # Every step of the chain reads and writes tables, hardly one a workbook.
    import openpyxl
    from openpyxl.utils import get_column_letter

    rows = register.in_chinese(enterprises)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET["rows"])
    sheet.freeze_panes = "A2"
    for place, width in enumerate(_WIDTHS[: rows.shape[1]]):
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    sheet.append(list(rows.columns))
    for row in rows.itertuples(index=False):
        sheet.append([_safe(sheet, value) for value in row])
    remarks = book.create_sheet(_SHEET["notes"])
    for note in notes:
        remarks.append([note])
    with written_aside(path) as aside:
        book.save(aside)


def _safe(sheet: "WriteOnlyWorksheet", value: object) -> object:
    """Keep a text that begins like a formula a text."""
    from openpyxl.cell import WriteOnlyCell

    if not (isinstance(value, str) and value.startswith("=")):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _unreadable(path: Path) -> WorkbenchError:
    return WorkbenchError("rows.unreadable", "{name} is damaged or is not what its ending says", name=path.name)
