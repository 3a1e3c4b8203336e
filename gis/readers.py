"""Rim: files that people bring, read raw. Every format ends in the same form: texts under headings, perhaps shapes."""

import codecs
import csv
import io
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from shapely.errors import GEOSException

from gis import archives, cells, entries, placemarks, systems, workbooks
from gis.crs import STORAGE, stored
from gis.errors import WorkbenchError

MOST_ROWS = workbooks.MOST_ROWS
MOST_BYTES = 1 << 30

_SHAPEFILE = {".shp", ".shx", ".dbf", ".prj"}
_SQLITE = b"SQLite format 3\0"
_BYTEWISE = "ISO-8859-1"
_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".dxf": "DXF", ".shp": "ESRI Shapefile"}
_DBF_HEAD, _SHX_HEAD, _SHX_RECORD = 32, 100, 8
_FIRMS = {"latitude", "longitude", "acq_date", "acq_time", "satellite"}
_MIXED_SHARE = 0.2
_MOST_COLUMNS = 16_384
_CHUNK = 1 << 20


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
        ``files.missing``, ``rows.lock_file``, ``rows.in_use``, ``rows.unknown_ending``, ``rows.unreadable``,
        ``rows.empty``, ``rows.too_large``,
        ``rows.too_many``, ``rows.mixed_encoding``, ``rows.repeated_heading``, ``rows.old_datum``,
        ``rows.several_sheets``, ``rows.several_layers``, ``rows.no_part``, ``rows.encrypted``, and what
        ``gis.archives`` and ``gis.placemarks`` refuse.
    """
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    if path.name.startswith("~$"):
        raise WorkbenchError(
            "rows.lock_file",
            "{name} is what a spreadsheet program lays beside an open workbook; close it and bring {workbook}",
            name=path.name,
            workbook=path.name.removeprefix("~$"),
        )
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
    try:
        brought = reader(path, part)
    except PermissionError as fault:
        message = "{name} is locked by another program; close it there"
        raise WorkbenchError("rows.in_use", message, name=path.name) from fault
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


def _table(headed: cells.Headed, remarks: Iterable[str] = ()) -> Brought:
    """Return a table of a sheet; fire points of FIRMS are WGS84 by their product's description."""
    fires = {str(heading).casefold() for heading in headed.rows.columns} >= _FIRMS
    said = pd.Series("WGS84" if fires else "", index=headed.rows.index, dtype=str)
    return Brought(headed.rows, None, said, headed.left_out, tuple(dict.fromkeys([*headed.remarks, *remarks])))


def _read_workbook(path: Path, part: str) -> Brought:
    """Read the one sheet that holds a table; texts of the others become remarks."""
    sheet = workbooks.read(path, part)
    return _table(cells.under_headings(sheet.rows, path.name, sheet.merged), sheet.texts)


def _read_csv(path: Path, part: str) -> Brought:
    if part:
        raise workbooks.no_part(path, part, ["-"])
    _demand_few_lines(path)
    text = _decoded(path.read_bytes(), path)
    heading = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    rows = []
    try:
        for row in lines:
            rows.append([cell.strip() for cell in row])
            _demand_width(rows[-1], lines.line_num, path)
    except csv.Error as fault:
        raise WorkbenchError(
            "rows.bad_line",
            "{name} cannot be read from row {row} on: a quotation mark stands open, or a cell is far too long; mend it",
            name=path.name,
            row=lines.line_num,
        ) from fault
    return _table(cells.under_headings(rows, path.name))


def _demand_few_lines(path: Path) -> None:
    """Count lines piece by piece and stop at the first too many: ten million lines are refused in their first tenth."""
    lines = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
            if lines > MOST_ROWS:
                raise workbooks.too_many(path, MOST_ROWS)


def _demand_width(row: list[str], number: int, path: Path) -> None:
    if len(row) > _MOST_COLUMNS:
        raise WorkbenchError(
            "rows.long_line",
            "{name}: row {row} has {columns} cells, a spreadsheet at most {most}; mend the row",
            name=path.name,
            row=number,
            columns=len(row),
            most=_MOST_COLUMNS,
        )


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
    raise workbooks.unreadable(path)


def _demand_one_encoding(content: bytes, path: Path) -> None:
    """Refuse a file that is UTF-8 in some lines only: GB18030 would read those as other characters without a word."""
    foreign = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if not line.isascii()]
    odd = [number for number, line in foreign if not _is_utf8(line)]
    if odd and len(foreign) - len(odd) > _MIXED_SHARE * len(foreign):
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
    with path.open("rb") as stream:
        head = stream.read(_CHUNK)
    # GDAL looks at the content and warns where the ending says otherwise.
    if head.startswith(_SQLITE) != (path.suffix.lower() == ".gpkg") or (b"\0" in head) > head.startswith(_SQLITE):
        raise workbooks.unreadable(path)
    return _layer(_read_features(path, path, part), path)


def _read_features(source: Path, path: Path, part: str = "") -> pd.DataFrame:
    """Read one layer of a source; ``path`` is what its owner calls it."""
    try:
        with warnings.catch_warnings():
            # What GDAL finds odd of a file is told by rows and sentences, not in a log.
            warnings.simplefilter("ignore", RuntimeWarning)
            return _features_of(source, path, part)
    except (DataSourceError, DataLayerError, UnicodeDecodeError, GEOSException, ValueError) as fault:
        raise workbooks.unreadable(path) from fault


def _features_of(source: Path, path: Path, part: str) -> pd.DataFrame:
    names = [str(name) for name, _ in pyogrio.list_layers(source)]
    if part and part not in names:
        raise workbooks.no_part(path, part, names)
    if len(names) != 1 and not part:
        raise _several(path, names)
    layer = part or names[0]
    if pyogrio.read_info(source, layer=layer)["driver"] != _DRIVERS[source.suffix.lower()]:
        raise workbooks.unreadable(path)
    return pyogrio.read_dataframe(source, layer=layer)


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
    attributes = pd.DataFrame(features.drop(columns=features.geometry.name)).map(workbooks.as_text).astype(str)
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
        raise workbooks.no_part(path, part, ["-"])
    try:
        return _layer(gpd.read_parquet(path), path)
    except (pa.ArrowException, OSError, ValueError, KeyError, GEOSException) as fault:
        raise workbooks.unreadable(path) from fault


def _read_placemarks(path: Path, part: str) -> Brought:
    if part:
        raise workbooks.no_part(path, part, ["-"])
    return _features(placemarks.from_kml(path.read_bytes(), path.name))


def _read_zipped_placemarks(path: Path, part: str) -> Brought:
    content = path.read_bytes()
    found = {name: entry for name, entry in archives.members(content, path.name).items() if _is_kml(name)}
    if part and part not in found:
        raise workbooks.no_part(path, part, found)
    if len(found) != 1 and not part:
        raise _several(path, list(found))
    entry = found[part] if part else next(iter(found.values()))
    return _features(placemarks.from_kml(archives.unpacked(content, entry, path.name), path.name))


def _is_kml(name: str) -> bool:
    return name.lower().endswith((".kml", ".ovkml"))


def _read_gpx(path: Path, part: str) -> Brought:
    if part:
        raise workbooks.no_part(path, part, ["-"])
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
        raise workbooks.no_part(path, part, shapes) if part else _several(path, shapes)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "layer.shp"
        for name, entry in found.items():
            if name[:-4] == chosen[0][:-4] and name[-4:].lower() in _SHAPEFILE:
                target.with_suffix(name[-4:].lower()).write_bytes(archives.unpacked(content, entry, path.name))
        if not all(target.with_suffix(ending).is_file() for ending in (".shx", ".dbf")):
            raise workbooks.unreadable(path)
        _demand_equal(target, path)
        # Latin-1 gives every byte a character of its own, so nothing is lost until the encoding is told.
        target.with_suffix(".cpg").write_text(_BYTEWISE, encoding="ascii")
        features = _read_features(target, path)
    return _layer(_decoded_attributes(features, path), path)


def _demand_equal(shapefile: Path, path: Path) -> None:
    """Refuse a shapefile whose table has another number of rows than it has shapes: rows would get others' places."""
    table = shapefile.with_suffix(".dbf").read_bytes()[:_DBF_HEAD]
    shapes = max(shapefile.with_suffix(".shx").stat().st_size - _SHX_HEAD, 0) // _SHX_RECORD
    rows = int.from_bytes(table[4:8], "little")
    if rows != shapes:
        raise WorkbenchError(
            "rows.unequal_parts",
            "{name}: its table (.dbf) tells of {rows} rows, its outlines (.shx) of {shapes}; export it again",
            name=path.name,
            rows=rows,
            shapes=shapes,
        )


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
    raise workbooks.unreadable(path)


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
