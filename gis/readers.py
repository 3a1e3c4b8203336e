"""Rim: files that people bring, read raw. Every format ends in the same form: texts under headings, perhaps shapes."""

import codecs
import csv
import datetime as dt
import io
import math
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import TracebackType

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum
from python_calamine import SheetVisibleEnum as Visibility
from shapely.errors import GEOSException

from gis import archives, cells, entries, placemarks, systems
from gis.crs import STORAGE, stored
from gis.errors import WorkbenchError

MOST_ROWS = 1_048_576
"""Rows of a table at most: as many as a spreadsheet has."""

MOST_BYTES = 1 << 30

_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj"}
_BYTEWISE = "ISO-8859-1"
_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".dxf": "DXF", ".shp": "ESRI Shapefile"}
_FIRMS = {"latitude", "longitude", "acq_date", "acq_time", "satellite"}
_TABLE_HEADINGS = 2
_MIXED_SHARE = 0.2
_MOST_REMARKS = 200


@dataclass(frozen=True)
class Brought:
    """What a file holds, raw.

    Attributes
    ----------
    rows : DataFrame of str
        Under the file's own headings; empty cells are "". The index holds the row numbers the user sees: of the sheet
        (the heading has one too), or of the feature, counted from 1.
    shapes : GeoSeries or None
        Of a layer, by row: in EPSG:4490, or without CRS in the numbers of the file where its system is not known or is
        no CRS (GCJ-02).
    said : Series of str
        By row: what the file says of its coordinate system, "" for nothing.
    left_out : DataFrame
        row, column, code, value of rows that are no data.
    remarks : tuple of str
        Texts outside the table: titles, footers, other sheets.
    """

    rows: pd.DataFrame
    shapes: gpd.GeoSeries | None
    said: pd.Series
    left_out: pd.DataFrame = field(default_factory=lambda: entries.joined([]))
    remarks: tuple[str, ...] = ()


def read(path: Path, part: str = "") -> Brought:
    """Read a file that somebody brings.

    Parameters
    ----------
    path : Path
        ``.xlsx``, ``.xls``, ``.csv`` (UTF-8, UTF-16 or GB18030), ``.gpkg``, ``.geojson``, ``.parquet`` (GeoParquet),
        ``.dxf``, ``.gpx``, ``.kml``, ``.kmz``, ``.ovkml``, ``.ovkmz`` or ``.zip`` (shapefiles, attributes in UTF-8 or
        GB18030).
    part : str
        Name of the sheet, layer or shapefile, where there are several.

    Raises
    ------
    WorkbenchError
        ``files.missing``, ``rows.unknown_ending``, ``rows.unreadable``, ``rows.empty``, ``rows.too_large``,
        ``rows.too_many``, ``rows.mixed_encoding``, ``rows.repeated_heading``, ``rows.old_datum``,
        ``rows.several_sheets``, ``rows.several_layers``, ``rows.no_part``, ``rows.encrypted``, and what
        ``gis.archives`` and ``gis.placemarks`` refuse.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        allowed = ", ".join(sorted(_READERS))
        raise WorkbenchError(
            "rows.unknown_ending",
            "{name} is none of {allowed}: save it as one of them",
            name=path.name,
            allowed=allowed,
        )
    if path.stat().st_size > MOST_BYTES:
        raise WorkbenchError("rows.too_large", "{name} is larger than 1 GB; divide it", name=path.name)
    brought = reader(path, part)
    if brought.rows.empty and (brought.shapes is None or brought.shapes.empty):
        raise WorkbenchError("rows.empty", "{name} has no rows under its headings", name=path.name)
    return brought


def read_rows(path: Path, part: str = "") -> pd.DataFrame:
    """Read a table, or a layer whose coordinate system is known, see ``read``.

    Returns
    -------
    DataFrame of str, or GeoDataFrame in EPSG:4490 for a layer

    Raises
    ------
    WorkbenchError
        As ``read``, and ``rows.no_crs``.
    """
    brought = read(path, part)
    if brought.shapes is None:
        return brought.rows
    if brought.shapes.crs is None:
        raise WorkbenchError(
            "rows.no_crs", "{name} does not say its coordinate system; set it and bring it again", name=path.name
        )
    return gpd.GeoDataFrame(brought.rows, geometry=brought.shapes)


def _unreadable(path: Path) -> WorkbenchError:
    return WorkbenchError("rows.unreadable", "{name} is damaged or is not what its ending says", name=path.name)


def _table(headed: cells.Headed, remarks: Iterable[str] = ()) -> Brought:
    """Return a table of a sheet; fire points of FIRMS are WGS84 by their product's description."""
    fires = {str(heading).casefold() for heading in headed.rows.columns} >= _FIRMS
    said = pd.Series("WGS84" if fires else "", index=headed.rows.index, dtype=str)
    return Brought(headed.rows, None, said, headed.left_out, tuple(dict.fromkeys([*headed.remarks, *remarks])))


def _read_workbook(path: Path, part: str) -> Brought:
    """Read the one sheet that holds a table; texts of the others become remarks."""
    content = path.read_bytes()
    if content.startswith(b"PK"):
        archives.members(content, path.name)
    try:
        with _Panics(path), CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            shown = [one.name for one in book.sheets_metadata if _shown(one.typ, one.visible) or one.name == part]
            sheets = {name: _sheet(book.get_sheet_by_name(name), path) for name in shown}
    except PasswordError as fault:
        raise WorkbenchError(
            "rows.encrypted", "{name} is locked with a password; bring it unlocked", name=path.name
        ) from fault
    except (CalamineError, OSError, ValueError) as fault:
        raise _unreadable(path) from fault
    chosen = _chosen(sheets, part, path)
    others = [name for name in sheets if name != chosen]
    texts = [cell for name in others for row in sheets[name][0] for cell in row if cell][:_MOST_REMARKS]
    return _table(cells.under_headings(*_named(sheets[chosen], path)), texts)


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
            raise _unreadable(self.path) from fault


def _shown(kind: SheetTypeEnum, visible: Visibility) -> bool:
    return kind == SheetTypeEnum.WorkSheet and visible == Visibility.Visible


_Sheet = tuple[cells.Cells, Sequence[cells.Merge]]


def _named(sheet: _Sheet, path: Path) -> tuple[cells.Cells, str, Sequence[cells.Merge]]:
    return sheet[0], path.name, sheet[1]


def _sheet(sheet: CalamineSheet, path: Path) -> _Sheet:
    if sheet.total_height > MOST_ROWS:
        raise _too_many(path)
    values = sheet.to_python(skip_empty_area=False)
    return [[_as_text(cell) for cell in row] for row in values], sheet.merged_cell_ranges or ()


def _chosen(sheets: dict[str, _Sheet], part: str, path: Path) -> str:
    """Return the name of the sheet to read: the one asked for, or the one that holds a table."""
    if part and part not in sheets:
        raise _no_part(path, part, sheets)
    filled = [name for name, (rows, _) in sheets.items() if any(any(row) for row in rows)]
    choices = [part] if part else filled or list(sheets)
    if not choices:
        raise _unreadable(path)
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


def _no_part(path: Path, part: str, parts: Iterable[str]) -> WorkbenchError:
    return WorkbenchError(
        "rows.no_part",
        "{name} holds no part called {part}, but {parts}",
        name=path.name,
        part=part,
        parts=", ".join(parts),
    )


def _known_headings(rows: cells.Cells) -> int:
    """Return how many headings of the register the first rows hold."""
    return max((len(entries.headings(cell for cell in row if cell)) for row in rows[:10]), default=0)


def _too_many(path: Path) -> WorkbenchError:
    return WorkbenchError(
        "rows.too_many",
        "{name} has more than {most} rows; divide it into files of at most that many",
        name=path.name,
        most=MOST_ROWS,
    )


def _read_csv(path: Path, part: str) -> Brought:
    if part:
        raise _no_part(path, part, ["-"])
    content = path.read_bytes()
    if content.count(b"\n") > MOST_ROWS:
        raise _too_many(path)
    text = _decoded(content, path)
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as fault:
        raise _unreadable(path) from fault
    return _table(cells.under_headings([[cell.strip() for cell in row] for row in rows], path.name))


def _decoded(content: bytes, path: Path) -> str:
    """Decode a text file; GB18030 comes last, for it takes nearly anything."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        if encoding == "gb18030":
            _demand_one_encoding(content, path)
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            if "\0" not in text:
                return text
    raise _unreadable(path)


def _demand_one_encoding(content: bytes, path: Path) -> None:
    """Refuse a file that is UTF-8 in some lines only: GB18030 would read those as other characters without a word."""
    foreign = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if not line.isascii()]
    odd = [number for number, line in foreign if not _is_utf8(line)]
    if foreign and len(foreign) - len(odd) > _MIXED_SHARE * len(foreign):
        raise WorkbenchError(
            "rows.mixed_encoding",
            "{name} mixes encodings: row {row} is not UTF-8 as others are; save the file anew as UTF-8",
            name=path.name,
            row=odd[0],
        )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_layer(path: Path, part: str) -> Brought:
    return _layer(_read_features(path, path, part), path)


def _read_features(source: Path, path: Path, part: str = "") -> pd.DataFrame:
    """Read one layer of a source; ``path`` is what its owner calls it."""
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(source)]
        if part and part not in names:
            raise _no_part(path, part, names)
        if len(names) != 1 and not part:
            raise _several(path, names)
        layer = part or names[0]
        if pyogrio.read_info(source, layer=layer)["driver"] != _DRIVERS[source.suffix.lower()]:
            raise _unreadable(path)
        return pyogrio.read_dataframe(source, layer=layer)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, GEOSException, ValueError) as fault:
        raise _unreadable(path) from fault


def _several(path: Path, names: Sequence[str]) -> WorkbenchError:
    return WorkbenchError(
        "rows.several_layers",
        "{name} holds {count} layers ({parts}); name the one to read, or bring one",
        name=path.name,
        count=len(names),
        parts=", ".join(names),
    )


def _layer(features: pd.DataFrame, path: Path) -> Brought:
    """Return features with their attributes as text, numbered from 1, in the storage CRS where their own is known."""
    if not isinstance(features, gpd.GeoDataFrame):
        raise WorkbenchError(
            "rows.no_crs", "{name} does not say its coordinate system; set it and bring it again", name=path.name
        )
    index = pd.RangeIndex(1, len(features) + 1, name="row")
    attributes = pd.DataFrame(features.drop(columns=features.geometry.name)).map(_as_text).astype(str)
    known = not _unknown(features.crs)
    if known:
        _demand_current(features.crs, path)
    shapes = stored(features).geometry if known else features.geometry.set_crs(None, allow_override=True)
    shapes = shapes.force_2d()
    said = pd.Series(systems.CGCS2000 if known else "", index=index, dtype=str)
    return Brought(attributes.set_index(index), shapes.set_axis(index), said)


def _demand_current(crs: CRS, path: Path) -> None:
    try:
        systems.demand_current(crs, crs.name)
    except WorkbenchError as fault:
        raise WorkbenchError(
            "rows.old_datum",
            "{name} is in {crs}: have it converted to CGCS2000 by the surveying authority first",
            name=path.name,
            crs=crs.name,
        ) from fault


def _unknown(crs: CRS | None) -> bool:
    return crs is None or crs.geodetic_crs is None or "undefined" in crs.name.lower()


def _read_parquet(path: Path, part: str) -> Brought:
    if part:
        raise _no_part(path, part, ["-"])
    try:
        return _layer(gpd.read_parquet(path), path)
    except (pa.ArrowException, OSError, ValueError, KeyError, GEOSException) as fault:
        raise _unreadable(path) from fault


def _read_placemarks(path: Path, part: str) -> Brought:
    if part:
        raise _no_part(path, part, ["-"])
    return _features(placemarks.from_kml(path.read_bytes(), path.name))


def _read_zipped_placemarks(path: Path, part: str) -> Brought:
    content = path.read_bytes()
    found = {name: entry for name, entry in archives.members(content, path.name).items() if _is_kml(name)}
    if part and part not in found:
        raise _no_part(path, part, found)
    if len(found) != 1 and not part:
        raise _several(path, list(found))
    entry = found[part] if part else next(iter(found.values()))
    return _features(placemarks.from_kml(archives.unpacked(content, entry, path.name), path.name))


def _is_kml(name: str) -> bool:
    return name.lower().endswith((".kml", ".ovkml"))


def _read_gpx(path: Path, part: str) -> Brought:
    if part:
        raise _no_part(path, part, ["-"])
    return _features(placemarks.from_gpx(path.read_bytes(), path.name))


def _features(features: placemarks.Features) -> Brought:
    """Return placemarks; only those of WGS84 and CGCS2000 alone are a layer of the storage CRS."""
    index = pd.RangeIndex(1, len(features.shapes) + 1, name="row")
    said = pd.Series(features.said, index=index, dtype=str)
    known = all(systems.place_of(systems.named(text)) == systems.CGCS2000 for text in said.unique())
    shapes = gpd.GeoSeries(features.shapes, index=index, crs=STORAGE if known else None)
    return Brought(features.texts.set_axis(index), shapes, said)


def _read_shapefile(path: Path, part: str) -> Brought:
    """Read one shapefile of an archive from a temporary folder, under a plain name: Chinese ones break in zips."""
    content = path.read_bytes()
    found = archives.members(content, path.name)
    # Archives made on a Mac carry a shadow of every file.
    found = {name: entry for name, entry in found.items() if not Path(name).name.startswith("._")}
    shapes = [name for name in found if name.lower().endswith(".shp")]
    chosen = [name for name in shapes if not part or Path(name).stem == part]
    if len(chosen) != 1:
        raise _no_part(path, part, shapes) if part else _several(path, shapes)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "layer.shp"
        for name, entry in found.items():
            if name[:-4] == chosen[0][:-4] and name[-4:].lower() in _SHAPEFILE:
                target.with_suffix(name[-4:].lower()).write_bytes(archives.unpacked(content, entry, path.name))
        if not all(target.with_suffix(ending).is_file() for ending in (".shx", ".dbf")):
            raise _unreadable(path)
        # Latin-1 gives every byte a character of its own, so nothing is lost until the encoding is told.
        target.with_suffix(".cpg").write_text(_BYTEWISE, encoding="ascii")
        features = _read_features(target, path)
    return _layer(_decoded_attributes(features, path), path)


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
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else f"{Decimal(f'{value:.15g}'):f}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value).strip()


_READERS: dict[str, Callable[[Path, str], Brought]] = {
    ".csv": _read_csv,
    ".dxf": _read_layer,
    ".geojson": _read_layer,
    ".gpkg": _read_layer,
    ".gpx": _read_gpx,
    ".kml": _read_placemarks,
    ".kmz": _read_zipped_placemarks,
    ".ovkml": _read_placemarks,
    ".ovkmz": _read_zipped_placemarks,
    ".parquet": _read_parquet,
    ".xls": _read_workbook,
    ".xlsx": _read_workbook,
    ".zip": _read_shapefile,
}
