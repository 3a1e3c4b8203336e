"""Archives that people bring: opened only if their entries stay within bounds, in place and in size."""

import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from gis.errors import WorkbenchError

MOST_BYTES = 1 << 30
MOST_MEMBERS = 5000

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LARGEST_RATIO = 200
_HARMLESS_BYTES = 50 << 20
_UTF8_NAME = 0x800


def members(content: bytes, name: str) -> dict[str, ZipInfo]:
    """Return the files of an archive by name, after looking at all of them.

    Parameters
    ----------
    content : bytes
        The archive.
    name : str
        What its owner calls it; stands in the sentences.

    Returns
    -------
    dict of str to ZipInfo
        Names in GBK, which old archivers wrote, are read as such.

    Raises
    ------
    WorkbenchError
        ``rows.unreadable``; ``rows.climbing_entry`` for an entry that points outside; ``rows.bomb`` for an archive that
        would unpack to more than 1 GB or 200 times its size, or of more than 5,000 entries; ``rows.encrypted``.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as fault:
        raise unreadable(name) from fault
    demand_harmless(entries, len(content), name, most_bytes=MOST_BYTES)
    return {spelled(entry): entry for entry in entries}


def demand_harmless(entries: list[ZipInfo], packed: int, name: str, *, most_bytes: int) -> None:
    """Refuse an archive by its list of entries.

    Parameters
    ----------
    entries : list of ZipInfo
        All of its files.
    packed : int
        Bytes of the archive itself.
    name : str
        What its owner calls it.
    most_bytes : int
        What it may unpack to.

    Raises
    ------
    WorkbenchError
        ``rows.climbing_entry``, ``rows.bomb`` or ``rows.encrypted``, as in ``members``.
    """
    for entry in entries:
        demand_inside(entry.filename, name)
        if entry.flag_bits & _ENCRYPTED:
            raise WorkbenchError("rows.encrypted", "{name} is locked with a password; bring it unlocked", name=name)
    demand_bounded(sum(entry.file_size for entry in entries), packed, len(entries), name, most_bytes=most_bytes)


def demand_bounded(unpacked: int, packed: int, count: int, name: str, *, most_bytes: int) -> None:
    """Refuse an archive that would unpack to too much.

    Parameters
    ----------
    unpacked, packed : int
        Bytes of all its files, and of the archive.
    count : int
        Number of entries.
    name : str
        What its owner calls it.
    most_bytes : int
        What it may unpack to.

    Raises
    ------
    WorkbenchError
        ``rows.bomb``.
    """
    swollen = unpacked > _HARMLESS_BYTES and unpacked > _LARGEST_RATIO * max(1, packed)
    if unpacked > most_bytes or swollen or count > MOST_MEMBERS:
        raise bomb(name)


def unpacked(content: bytes, entry: ZipInfo, name: str) -> bytes:
    """Return the content of one file of an archive.

    Raises
    ------
    WorkbenchError
        ``rows.unreadable`` if it is damaged; ``rows.bomb`` if it holds more than it says.
    """
    parts, size = [], 0
    try:
        with ZipFile(BytesIO(content)) as archive, archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > entry.file_size:
                    raise bomb(name)
                parts.append(chunk)
    except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError, RuntimeError) as fault:
        raise unreadable(name) from fault
    return b"".join(parts)


def demand_inside(entry: str, name: str) -> None:
    """Refuse an entry that climbs out of its archive.

    Raises
    ------
    WorkbenchError
        ``rows.climbing_entry``.
    """
    parts = entry.replace("\\", "/").split("/")
    if ".." in parts or entry.startswith(("/", "\\")) or ":" in parts[0] or "\0" in entry:
        raise WorkbenchError(
            "rows.climbing_entry",
            "{name} holds an entry that points outside the archive ({entry}); nothing of it is read",
            name=name,
            entry=entry[:80],
        )


def spelled(entry: ZipInfo) -> str:
    """Return the name of an entry; without the flag of UTF-8 Chinese archivers wrote GBK, which was read as cp437."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def bomb(name: str) -> WorkbenchError:
    """Return the refusal of an archive that holds more than it may."""
    return WorkbenchError(
        "rows.bomb",
        "{name} unpacks to far more than its size or holds too many entries; unpack it and bring the file itself",
        name=name,
    )


def unreadable(name: str) -> WorkbenchError:
    """Return the refusal of a damaged archive."""
    return WorkbenchError("rows.unreadable", "{name} is damaged or is not what its ending says", name=name)
