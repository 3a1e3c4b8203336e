"""Rim: the folder or archive that a product comes in. Nothing is unpacked to look at it; hostile ones are refused."""

import gzip
import stat
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol
from xml.etree.ElementTree import Element, ParseError
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gis import archives
from gis.errors import WorkbenchError
from gis.files import written_aside

MOST_BYTES = 64 << 30
"""What a product may unpack to; the largest of a sub-metre satellite has some 10 GB."""
MOST_TEXT_BYTES = 64 << 20
"""What a file of metadata may hold."""
_CHUNK = 1 << 20
_DAMAGED = (BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)


class Package(Protocol):
    """Files of a product, by their path within it."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of its files, with ``/``."""

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""

    def address(self, name: str) -> str:
        """Return what GDAL opens to read a file where it lies."""


@dataclass(frozen=True)
class Folder:
    """A product as a folder. Links that lead out of it are not followed."""

    path: Path

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Paths of its files."""
        root = self.path.resolve()
        found: list[str] = []
        for file in sorted(self.path.rglob("*")):
            if len(found) > archives.MOST_MEMBERS:
                raise archives.bomb(self.path.name)
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                raise _link(self.path, file.name)
            if file.is_file():
                found.append(file.relative_to(self.path).as_posix())
        return tuple(found)

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        file = self.path / name
        if file.stat().st_size > MOST_TEXT_BYTES:
            raise archives.bomb(self.path.name)
        return file.read_bytes()

    def address(self, name: str) -> str:
        """Return the file's path."""
        return str((self.path / name).resolve())


@dataclass(frozen=True)
class Zip:
    """A product as a zip archive; read in place."""

    path: Path

    @cached_property
    def _entries(self) -> dict[str, ZipInfo]:
        with _opening(self.path), ZipFile(self.path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        archives.demand_harmless(entries, self.path.stat().st_size, self.path.name, most_bytes=MOST_BYTES)
        for entry in entries:
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise _link(self.path, entry.filename)
        return {archives.spelled(entry): entry for entry in entries}

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of its files."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        entry = self._entries[name]
        if entry.file_size > MOST_TEXT_BYTES:
            raise archives.bomb(self.path.name)
        with _opening(self.path), ZipFile(self.path) as archive, archive.open(entry) as stream:
            content = stream.read(entry.file_size + 1)
        if len(content) > entry.file_size:
            raise archives.bomb(self.path.name)
        return content

    def address(self, name: str) -> str:
        """Return GDAL's name for an entry of an archive."""
        return f"/vsizip/{{{self.path.resolve()}}}/{self._entries[name].filename}"


@dataclass(frozen=True)
class Tar:
    """A product as a tar archive, plain or gzipped. Its images cannot be read in place at any useful speed: unpack it.

    Looking at it stops at the first large file after the metadata asked for, since a gzipped archive is one stream.
    """

    path: Path

    @cached_property
    def _members(self) -> dict[str, tarfile.TarInfo]:
        unpacked = 0
        found: dict[str, tarfile.TarInfo] = {}
        with _opening(self.path), tarfile.open(self.path) as archive:
            for member in archive:
                unpacked += max(0, member.size)
                _demand_plain(member, self.path)
                archives.demand_bounded(
                    unpacked, self.path.stat().st_size, len(found), self.path.name, most_bytes=MOST_BYTES
                )
                if member.isfile():
                    found[member.name.removeprefix("./")] = member
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of its files."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """Return the content of a small file."""
        member = self._members[name]
        if member.size > MOST_TEXT_BYTES:
            raise archives.bomb(self.path.name)
        with _opening(self.path), tarfile.open(self.path) as archive:
            stream = archive.extractfile(member)
            return stream.read() if stream else b""

    def address(self, name: str) -> str:
        """Return GDAL's name for a member of an archive."""
        return f"/vsitar/{{{self.path.resolve()}}}/{self._members[name].name}"


def opened(path: Path) -> Package:
    """Return the package at a path: a folder, a zip or a tar archive; a file of metadata stands for its folder.

    Raises
    ------
    WorkbenchError
        ``files.missing``; once it is looked into ``rows.unreadable``, ``rows.climbing_entry``, ``rows.bomb``,
        ``rows.encrypted`` or ``scene.link``.
    """
    if path.is_dir():
        return Folder(path)
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    if is_tar(path):
        return Tar(path)
    return Zip(path) if path.suffix.lower() == ".zip" else Folder(path.parent)


def is_archive(path: Path) -> bool:
    """Tell by its name whether a file is an archive that products come in."""
    return path.suffix.lower() == ".zip" or is_tar(path)


def is_tar(path: Path) -> bool:
    """Tell by its name whether a file is a tar archive."""
    return path.name.lower().endswith((".tar", ".tar.gz", ".tgz"))


def unpacked(path: Path, into: Path) -> Folder:
    """Unpack a tar archive into a folder, once: files that are there in full are left alone.

    Raises
    ------
    WorkbenchError
        Those of ``opened``; nothing half-written stays.
    """
    package = Tar(path)
    with _opening(path), tarfile.open(path) as archive:
        for name, member in package._members.items():  # noqa: SLF001 - of this module
            target = into / name
            if target.is_file() and target.stat().st_size == member.size:
                continue
            stream = archive.extractfile(member)
            if stream is None:
                continue
            with written_aside(target) as aside, aside.open("wb") as sink:
                while chunk := stream.read(_CHUNK):
                    sink.write(chunk)
    return Folder(into)


def xml(content: bytes, name: str) -> Element:
    """Return the root of an XML text without entities.

    Raises
    ------
    WorkbenchError
        ``scene.entities`` if it declares entities or points elsewhere, ``scene.bad_metadata`` if it is no XML.
    """
    try:
        root: Element = fromstring(content)
    except DefusedXmlException as fault:
        raise WorkbenchError(
            "scene.entities", "{name} declares entities, as attacks do; nothing of it is read", name=name
        ) from fault
    except (ParseError, ValueError) as fault:
        raise bad_metadata(name) from fault
    return root


def tag(node: Element) -> str:
    """Return an element's name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def text(root: Element, name: str) -> str:
    """Return the text of the first element of a name, whatever its namespace, "" if there is none."""
    return next(((node.text or "").strip() for node in root.iter() if tag(node) == name), "")


def bad_metadata(name: str) -> WorkbenchError:
    """Return the refusal of metadata that lack what a product of this kind must tell."""
    return WorkbenchError("scene.bad_metadata", "{name} is damaged or lacks what such a product must tell", name=name)


def one(package: Package, *endings: str) -> str | None:
    """Return the first file, the least deep first, whose name ends so (in any case); None if there is none."""
    wanted = tuple(ending.lower() for ending in endings)
    found = [name for name in package.names if name.lower().endswith(wanted)]
    return min(found, key=lambda name: (len(PurePosixPath(name).parts), name), default=None)


def _demand_plain(member: tarfile.TarInfo, path: Path) -> None:
    archives.demand_inside(member.name, path.name)
    if not (member.isfile() or member.isdir()):
        raise _link(path, member.name)


def _link(path: Path, entry: str) -> WorkbenchError:
    return WorkbenchError(
        "scene.link",
        "{name} holds a link ({entry}) instead of a file; nothing of it is read",
        name=path.name,
        entry=entry[:80],
    )


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except WorkbenchError:
        raise
    except _DAMAGED as fault:
        raise archives.unreadable(path.name) from fault
