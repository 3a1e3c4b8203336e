"""Archives that keep within bounds, and those that do not."""

import io
import zipfile

import pytest

from gis import archives
from gis.errors import WorkbenchError


def archive(entries, compression=zipfile.ZIP_DEFLATED):
    """The bytes of an archive of some entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as whole:
        for name, content in entries.items():
            whole.writestr(name, content)
    return stream.getvalue()


def code_of(content):
    """The code with which an archive is refused."""
    with pytest.raises(WorkbenchError) as caught:
        archives.members(content, "a.zip")
    return caught.value.code


def test_members_are_listed_and_unpacked():
    """Folders are no members; names in Chinese are kept."""
    content = archive({"数据/企业.shp": b"abc", "x/": b""})
    found = archives.members(content, "a.zip")
    assert list(found) == ["数据/企业.shp"]
    assert archives.unpacked(content, found["数据/企业.shp"], "a.zip") == b"abc"


def test_names_in_gbk_are_read():
    """Old archivers wrote GBK without saying so."""
    content = archive({"AAAA.shp": b""})
    content = content.replace(b"AAAA", "企业".encode("gbk"))
    assert list(archives.members(content, "a.zip")) == ["企业.shp"]


@pytest.mark.parametrize("name", ["../a", "x/../../a", "/etc/a", "\\a", "x\\..\\a", "C:\\a", "c:a"])
def test_climbing_entries_are_refused(name):
    """Above the folder, absolute, with backslashes and with a drive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as whole:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        whole.writestr(entry, b"")
    assert code_of(stream.getvalue()) == "rows.climbing_entry"


def test_bombs_are_refused_before_they_go_off(monkeypatch):
    """Too many entries, and an archive that would swell two hundredfold."""
    assert code_of(archive({str(number): b"" for number in range(archives.MOST_MEMBERS + 1)})) == "rows.bomb"
    monkeypatch.setattr(archives, "_HARMLESS_BYTES", 1000)
    assert code_of(archive({"a": b"\0" * 1_000_000})) == "rows.bomb"
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    assert code_of(archive({"a": bytes(range(200))})) == "rows.bomb"


def test_an_entry_that_lies_about_its_size_is_refused():
    """The header says one byte, the stream holds many."""
    content = archive({"a": b"x" * 5000})
    found = archives.members(content, "a.zip")["a"]
    found.file_size = 1
    with pytest.raises(WorkbenchError):
        archives.unpacked(content, found, "a.zip")


def test_locked_and_damaged_archives_are_refused():
    """A flag of encryption, a cut end, something else, nothing."""
    content = bytearray(archive({"a": b"x"}))
    start = content.index(b"PK\x01\x02")
    content[start + 8] |= 1
    assert code_of(bytes(content)) == "rows.encrypted"
    assert code_of(archive({"a": b"x"})[:-30]) == "rows.unreadable"
    assert code_of(b"<html>") == "rows.unreadable"
    assert code_of(b"") == "rows.unreadable"


def test_damaged_content_is_refused():
    """A broken check sum or stream says so."""
    content = archive({"a": b"x" * 100}, zipfile.ZIP_STORED).replace(b"xxxxx", b"yyyyy", 1)
    found = archives.members(content, "a.zip")["a"]
    with pytest.raises(WorkbenchError) as caught:
        archives.unpacked(content, found, "a.zip")
    assert caught.value.code == "rows.unreadable"
