"""Set-up fetches what its list names, checks it, does nothing twice and leaves what was there if it fails."""

import base64
import hashlib
import io
import tarfile
import tomllib

import pytest

from tools import assets


def package(content=b"L = {}", **changes):
    """Return an archive as npm packs it and the entry that lists it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, data in (("dist/it.js", content), ("LICENSE", b"MIT"), ("README.md", b"no")):
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    archive = packed.getvalue()
    listed = {
        "name": "it",
        "version": "1.0.0",
        "licence": "MIT",
        "integrity": "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode(),
        "licence_file": "LICENSE",
        "keep": ["dist/*.js"],
    }
    return archive, listed | changes


@pytest.fixture
def registry(monkeypatch):
    """Stand in for npm: every package that is asked for arrives; return the archives and a count of calls."""
    archives, calls = {}, []

    def pack(packages, folder):
        calls.append(len(packages))
        for each in packages:
            (folder / f"{each['name']}-{each['version']}.tgz").write_bytes(archives[each["name"]])

    monkeypatch.setattr(assets, "pack", pack)
    return archives, calls


def test_package_arrives_with_its_licence_and_nothing_else(registry, tmp_path):
    """Wanted files and the licence are kept, the rest of the archive is not."""
    archives, _ = registry
    archives["it"], listed = package()
    places = assets.Places(tmp_path)
    assets.make_vendor([listed], places)
    kept = {path.relative_to(places.vendor).as_posix() for path in places.vendor.rglob("*") if path.is_file()}
    assert kept == {"it/dist/it.js", "it/LICENSE", "manifest.json"}


def test_second_run_fetches_nothing_and_a_new_version_does(registry, tmp_path):
    """A whole folder is left alone until the list changes or a file is lost."""
    archives, calls = registry
    archives["it"], listed = package()
    places = assets.Places(tmp_path)
    for _ in range(2):
        assets.make_vendor([listed], places)
    assert len(calls) == 1
    (places.vendor / "it" / "dist" / "it.js").unlink()
    assets.make_vendor([listed], places)
    assert len(calls) == 2
    assets.make_vendor([listed | {"licence": "ISC"}], places)
    assert len(calls) == 3


@pytest.mark.parametrize("change", [{"integrity": "sha512-other"}, {"keep": ["lost.js"]}])
def test_wrong_archive_is_refused_and_the_old_folder_stays(registry, tmp_path, change):
    """A digest that differs or a missing file stops the run before anything is replaced."""
    archives, _ = registry
    archives["it"], listed = package()
    places = assets.Places(tmp_path)
    assets.make_vendor([listed], places)
    with pytest.raises(assets.FetchError):
        assets.make_vendor([listed | change], places)
    assert (places.vendor / "it" / "dist" / "it.js").read_bytes() == b"L = {}"
    assert [path.name for path in places.vendor.parent.iterdir()] == ["vendor"]


def test_commonjs_module_runs_as_a_plain_script(registry, tmp_path):
    """A module that requires Leaflet is wrapped, so that a page without require can run it."""
    archives, _ = registry
    archives["it"], listed = package(b"var L = require('leaflet')\nmodule.exports = L")
    places = assets.Places(tmp_path)
    assets.make_vendor([listed | {"commonjs": "dist/it.js"}], places)
    text = (places.vendor / "it" / "dist" / "it.js").read_text(encoding="utf-8")
    assert text.index("var require = function") < text.index("require('leaflet')")


def test_failed_part_is_told_and_ends_with_one(monkeypatch, tmp_path, capsys):
    """Where nothing can be fetched, both parts say so and the exit code is 1."""

    def refuse(*_, failing, **__):
        raise assets.FetchError(failing)

    monkeypatch.setattr(assets, "pip", refuse)
    monkeypatch.setattr(assets.shutil, "which", lambda _: None)
    assert assets.main(["--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "npm" in said
    assert "mpl-font" in said


def test_list_pins_every_package_by_version_and_digest():
    """Nothing in the list floats."""
    plan = tomllib.loads(assets.PLAN.read_text(encoding="utf-8"))
    assert all(len(base64.b64decode(each["integrity"].removeprefix("sha512-"))) == 64 for each in plan["package"])
    assert len(plan["font"]["sha256"]) == 64


def test_characters_cover_names_units_and_marks():
    """The subset holds GB2312, rare characters of names, units and the marks of maps."""
    plan = tomllib.loads(assets.PLAN.read_text(encoding="utf-8"))
    kept = assets.characters(plan["font"])
    assert {ord(each) for each in "海东青鹤岗喆堃镕㎡°′″→≥①《》，Az9"} <= kept
    assert 7_000 < len(kept) < 12_000
