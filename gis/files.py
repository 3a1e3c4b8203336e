"""Rim: tables and folders on disk. Every file is written aside and renamed, so a half-written one is never seen."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gis.crs import STORAGE
from gis.errors import WorkbenchError

_CHUNK = 1 << 20
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
    """Yield an empty folder beside ``path``; move its files into ``path`` one by one if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield folder
        path.mkdir(exist_ok=True)
        for file in sorted(folder.iterdir()):
            file.replace(path / file.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
        ``files.missing`` if there is no such file.
    """
    _demand(path)
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


def read_table(path: Path) -> pd.DataFrame:
    """Read a table without geometry written by ``write_table`` as ``.parquet``.

    Raises
    ------
    WorkbenchError
        ``files.missing`` if there is no such file.
    """
    _demand(path)
    return pd.read_parquet(path)


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
    """Return the shipped sketch of the 13 prefectures (``gis.regions.SCHEMA``), no authority: see the note in the file."""
    return gpd.read_file(_SKETCH).set_crs(STORAGE, allow_override=True)
