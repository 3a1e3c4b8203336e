"""Folders and archives of products, the hostile ones above all."""

import stat
import tarfile
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from gis.errors import WorkbenchError
from satellite import packages
from tests.satellite import made_scenes

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]><lolz>&lol3;</lolz>"""
FILE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "secret.txt">]><a>&b;</a>'


def refused(act):
    with pytest.raises(WorkbenchError) as refusal:
        act()
    return refusal.value.code


def test_folder_zip_and_tar_are_the_same_package(tmp_path):
    """The same files with the same content, whatever they come in."""
    folder = tmp_path / "product"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.xml").write_text("<a/>")
    (folder / "inner" / "b.txt").write_text("b")
    with ZipFile(tmp_path / "p.zip", "w") as sink:
        for name in ("a.xml", "inner/b.txt"):
            sink.write(folder / name, name)
    archives = [tmp_path / "p.zip", made_scenes.tarred(folder), made_scenes.tarred(folder, gzipped=True)]
    for path in (folder, folder / "a.xml", *archives):
        package = packages.opened(path)
        assert sorted(package.names) == ["a.xml", "inner/b.txt"]
        assert package.read("inner/b.txt") == b"b"
        assert packages.one(package, ".TXT") == "inner/b.txt"
        assert packages.one(package, ".md") is None


def test_nothing_is_no_package(tmp_path):
    """A path that leads nowhere is told."""
    assert refused(lambda: packages.opened(tmp_path / "none.zip")) == "files.missing"


@pytest.mark.parametrize("entry", ["../evil.txt", "a/../../evil.txt", "/etc/evil", "C:\\evil.txt", "..\\evil.txt"])
def test_entries_that_climb_out_are_refused(tmp_path, entry):
    """In zip and in tar."""
    with ZipFile(tmp_path / "x.zip", "w") as sink:
        sink.writestr(ZipInfo(entry), b"x")
    tar = made_scenes.hostile_tar(tmp_path / "x.tar.gz", tarfile.TarInfo(entry), b"x")
    for path in (tmp_path / "x.zip", tar):
        assert refused(lambda path=path: packages.opened(path).names) == "rows.climbing_entry"
    assert refused(lambda: packages.unpacked(tar, tmp_path / "out")) == "rows.climbing_entry"
    assert not (tmp_path / "out").exists()


def test_links_are_refused(tmp_path):
    """Symbolic links in zip, tar and folder, hard links and devices in tar."""
    entry = ZipInfo("link.xml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with ZipFile(tmp_path / "x.zip", "w") as sink:
        sink.writestr(entry, "/etc/passwd")
    assert refused(lambda: packages.opened(tmp_path / "x.zip").names) == "scene.link"
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        member = tarfile.TarInfo("link.xml")
        member.type, member.linkname = kind, "/etc/passwd"
        path = made_scenes.hostile_tar(tmp_path / "x.tar.gz", member)
        assert refused(lambda path=path: packages.opened(path).names) == "scene.link"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.xml").symlink_to("/etc/passwd")
    assert refused(lambda: packages.opened(folder).names) == "scene.link"


def test_bombs_are_refused(tmp_path):
    """300 MB of zeros in 0.3 MB, in zip and tar.gz, and metadata that are too large to be any."""
    with ZipFile(tmp_path / "x.zip", "w", ZIP_DEFLATED) as sink:
        sink.writestr("a.jp2", bytes(60 << 20))
    assert refused(lambda: packages.opened(tmp_path / "x.zip").names) == "rows.bomb"
    member = tarfile.TarInfo("a.tiff")
    path = made_scenes.hostile_tar(tmp_path / "x.tar.gz", member, bytes(60 << 20))
    assert refused(lambda: packages.opened(path).names) == "rows.bomb"
    folder = tmp_path / "folder"
    folder.mkdir()
    with (folder / "a.xml").open("wb") as sink:
        sink.truncate(packages.MOST_TEXT_BYTES + 1)
    assert refused(lambda: packages.opened(folder).read("a.xml")) == "rows.bomb"


def test_damaged_archives_are_told(tmp_path):
    """Cut in the middle, empty, and no archive at all."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.bin").write_bytes(bytes(range(256)) * 400)
    whole = made_scenes.tarred(tmp_path / "p", gzipped=True).read_bytes()
    for name, content in (("cut.tar.gz", whole[: len(whole) // 2]), ("a.zip", b"no zip"), ("b.tar.gz", b"no tar")):
        (tmp_path / name).write_bytes(content)
        assert refused(lambda name=name: packages.opened(tmp_path / name).names) == "rows.unreadable"


@pytest.mark.parametrize("text", [BOMB, FILE])
def test_xml_with_entities_is_refused(text):
    """A billion laughs, and a file of the machine."""
    assert refused(lambda: packages.xml(text.encode(), "a.xml")) == "scene.entities"


def test_broken_xml_is_told_and_good_xml_is_read():
    """Names are found whatever their namespace."""
    assert refused(lambda: packages.xml(b"<a><b></a>", "a.xml")) == "scene.bad_metadata"
    root = packages.xml(b'<n:a xmlns:n="urn:x"><n:b> 7 </n:b></n:a>', "a.xml")
    assert packages.tag(root) == "a"
    assert packages.text(root, "b") == "7"
    assert packages.text(root, "c") == ""


def test_unpacking_goes_on_where_it_stopped(tmp_path):
    """Whole files are left alone, others are written anew."""
    folder = tmp_path / "p"
    folder.mkdir()
    for name in ("a.xml", "b.tiff"):
        (folder / name).write_text(name * 100)
    path = made_scenes.tarred(folder, gzipped=True)
    out = tmp_path / "out"
    packages.unpacked(path, out)
    before = (out / "a.xml").stat().st_mtime_ns
    (out / "b.tiff").write_text("half")
    again = packages.unpacked(path, out)
    assert again.names == ("a.xml", "b.tiff")
    assert (out / "b.tiff").read_text() == "b.tiff" * 100
    assert (out / "a.xml").stat().st_mtime_ns == before
