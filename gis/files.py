"""Rim: tables and folders on disk. Every file is written aside and renamed, so a half-written one is never seen."""

import codecs
import csv
import datetime as dt
import hashlib
import io
import json
import math
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from pyarrow import ArrowInvalid
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from gis import data, register
from gis.crs import STORAGE, stored
from gis.errors import WorkbenchError

_CHUNK = 1 << 20
_SHEET = data.words("headings")["sheet"]
_WIDTHS = (36, 22, 26, 10, 12, 36, 10, 10, 16, 12, 12)
_ENCODINGS = ("utf-8-sig", "gb18030")
_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj"}
_BYTEWISE = "ISO-8859-1"
_OLD_DATUMS = ("Beijing 1954", "New Beijing", "Xian 1980")
"""Between these and CGCS2000 the parameters are secret surveying results, so nothing here may guess them."""

_SKETCH = Path(__file__).parent / "data" / "prefectures.geojson"


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
            table.to_csv(aside, index=False, encoding="utf-8-sig")
        elif path.suffix == ".xlsx":
            table.to_excel(aside, index=False)
        else:
            raise ValueError(f"cannot write {type(table).__name__} as {path.suffix}")


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


def read_rows(path: Path) -> pd.DataFrame:
    """Read a table that somebody brings, raw: every cell as text under the file's own headings.

    Parameters
    ----------
    path : Path
        ``.xlsx`` (first sheet), ``.csv`` (UTF-8, UTF-16 or GB18030), ``.gpkg``, ``.geojson`` or ``.zip`` (one
        shapefile, attributes in UTF-8 or GB18030).

    Returns
    -------
    DataFrame of str, or GeoDataFrame in EPSG:4490 for a layer
        Empty cells are "". The index holds the row numbers the user sees: of the sheet (the heading has one too), or of
        the feature, counted from 1. Blank rows and columns without a heading are left out.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``rows.unknown_ending``, ``rows.unreadable``, ``rows.empty``, ``rows.repeated_heading``,
        ``rows.no_crs``, ``rows.old_datum`` or ``rows.several_layers``.
    """
    _demand(path)
    readers = {".xlsx": _read_sheet, ".csv": _read_csv, ".gpkg": _read_layer, ".geojson": _read_layer}
    readers[".zip"] = _read_shapefile
    reader = readers.get(path.suffix.lower())
    if reader is None:
        allowed = ", ".join(sorted(readers))
        raise WorkbenchError(
            "rows.unknown_ending",
            "{name} is none of {allowed}: save it as one of them",
            name=path.name,
            allowed=allowed,
        )
    rows = reader(path)
    if rows.empty:
        raise WorkbenchError("rows.empty", "{name} has no rows under its headings", name=path.name)
    return rows


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


def _safe(sheet: WriteOnlyWorksheet, value: object) -> object:
    """Keep a text that begins like a formula a text."""
    if not (isinstance(value, str) and value.startswith("=")):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _unreadable(path: Path) -> WorkbenchError:
    return WorkbenchError("rows.unreadable", "{name} is damaged or is not what its ending says", name=path.name)


def _read_sheet(path: Path) -> pd.DataFrame:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            sheet = book.worksheets[0]
            # Many programs write a wrong extent into the file; read_only mode would believe it and drop rows.
            sheet.reset_dimensions()
            cells = [[_as_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError, KeyError, IndexError) as fault:
        raise _unreadable(path) from fault
    return _under_headings(cells, path)


def _read_csv(path: Path) -> pd.DataFrame:
    text = _decoded(path.read_bytes(), path)
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as fault:
        raise _unreadable(path) from fault
    return _under_headings([[cell.strip() for cell in row] for row in cells], path)


def _decoded(content: bytes, path: Path) -> str:
    """Decode a text file; GB18030 comes last, for it takes nearly anything."""
    encodings = ("utf-16",) if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _ENCODINGS
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if "\0" not in text:
                return text
    raise _unreadable(path)


def _under_headings(cells: list[list[str]], path: Path) -> pd.DataFrame:
    """Return a table of the cells below the heading row: the first that fills half of the widest row.

    Titles and remarks above it, which fill a cell or two, are passed over.
    """
    filled = [sum(cell != "" for cell in row) for row in cells]
    widest = max(filled, default=0)
    start = next((place for place, count in enumerate(filled) if count and 2 * count >= widest), len(cells))
    headings = cells[start] if start < len(cells) else []
    _demand_unique([heading for heading in headings if heading], path)
    body = {number + 1: cells[number] for number in range(start + 1, len(cells)) if filled[number]}
    width = len(headings)
    padded = [(row + [""] * width)[:width] for row in body.values()]
    table = pd.DataFrame(padded, index=pd.Index(body, name="row"), columns=range(width), dtype=str)
    table = table[[place for place, heading in enumerate(headings) if heading]]
    return table.set_axis([heading for heading in headings if heading], axis=1)


def _demand_unique(headings: list[str], path: Path) -> None:
    repeated = sorted({heading for heading in headings if headings.count(heading) > 1})
    if repeated:
        raise WorkbenchError(
            "rows.repeated_heading",
            "{name} has more than one column called {heading}",
            name=path.name,
            heading=repeated[0],
        )


def _read_layer(path: Path) -> gpd.GeoDataFrame:
    return _as_rows(_read_features(path, path), path)


def _read_features(source: Path, path: Path) -> pd.DataFrame:
    """Read the one layer of a source; ``path`` is what its owner calls it."""
    try:
        layers = pyogrio.list_layers(source)
        if len(layers) > 1:
            raise _several(path, len(layers))
        return pyogrio.read_dataframe(source)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as fault:
        raise _unreadable(path) from fault


def _several(path: Path, count: int) -> WorkbenchError:
    return WorkbenchError("rows.several_layers", "{name} holds {count} layers; bring one", name=path.name, count=count)


def _as_rows(features: pd.DataFrame, path: Path) -> gpd.GeoDataFrame:
    """Return features with their attributes as text and their places in the storage CRS, numbered from 1."""
    if not isinstance(features, gpd.GeoDataFrame) or _unknown(features.crs):
        raise WorkbenchError(
            "rows.no_crs", "{name} does not say its coordinate system; set it and bring it again", name=path.name
        )
    if any(name in features.crs.geodetic_crs.name for name in _OLD_DATUMS):
        raise WorkbenchError(
            "rows.old_datum",
            "{name} is in {crs}: have it converted to CGCS2000 by the surveying authority first",
            name=path.name,
            crs=features.crs.name,
        )
    attributes = pd.DataFrame(features.drop(columns=features.geometry.name)).map(_as_text).astype(str)
    rows = gpd.GeoDataFrame(attributes, geometry=stored(features).geometry.force_2d())
    return rows.set_index(pd.RangeIndex(1, len(rows) + 1, name="row"))


def _unknown(crs: CRS | None) -> bool:
    return crs is None or crs.geodetic_crs is None or "undefined" in crs.name.lower()


def _read_shapefile(path: Path) -> gpd.GeoDataFrame:
    """Read the one shapefile of an archive from a temporary folder, under a plain name: Chinese ones break in zips."""
    try:
        with ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            # Archives made on a Mac carry a shadow of every file.
            names = [one for one in archive.namelist() if not Path(one).name.startswith("._")]
            shapes = [one for one in names if one.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise _several(path, len(shapes))
            target = Path(folder) / "layer.shp"
            for member in names:
                if member[:-4] == shapes[0][:-4] and member[-4:].lower() in _SHAPEFILE:
                    target.with_suffix(member[-4:].lower()).write_bytes(archive.read(member))
            if not all(target.with_suffix(ending).is_file() for ending in (".shx", ".dbf")):
                raise _unreadable(path)
            # Latin-1 gives every byte a character of its own, so nothing is lost until the encoding is told.
            target.with_suffix(".cpg").write_text(_BYTEWISE, encoding="ascii")
            features = _read_features(target, path)
    except (BadZipFile, zlib.error, EOFError, RuntimeError) as fault:  # RuntimeError: a password is asked for
        raise _unreadable(path) from fault
    return _as_rows(_decoded_attributes(features, path), path)


def _decoded_attributes(features: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Decode names and texts that were read byte by byte; what is left of a cut character at the end is dropped."""
    attributes = features.select_dtypes(include=["object", "str"])
    texts = [text for column in attributes for text in attributes[column] if isinstance(text, str)]
    encoding = _encoding_of((text.encode(_BYTEWISE) for text in [*attributes, *texts]), path)

    def decoded(text: object) -> object:
        return text.encode(_BYTEWISE).decode(encoding, "ignore") if isinstance(text, str) else text

    features[attributes.columns] = attributes.map(decoded)
    return features.rename(columns=lambda name: str(decoded(name)))


def _encoding_of(texts: Iterable[bytes], path: Path) -> str:
    """Tell the encoding of attributes from their bytes, since the file that should say so is often missing or wrong."""
    distinct = set(texts)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            for text in distinct:
                # A full cell may end within a character: an incremental decoder waits for the rest.
                codecs.getincrementaldecoder(encoding)().decode(text)
            return encoding
    raise _unreadable(path)


def _as_text(value: object) -> str:
    """Return a cell as the text its owner sees; numbers in the 15 digits that spreadsheets keep."""
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else f"{Decimal(f'{value:.15g}'):f}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value).strip()
