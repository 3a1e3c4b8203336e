"""What may be tracked: our own files, small, without a word of the machine they were made on."""

import re

# Put together from parts, so that this file keeps its own rule.
_REGISTRIES = (
    "pypi" + r"\.org",
    "python" + r"hosted\.org",
    "npm" + r"js\.org",
    "npm" + r"mirror\.com",
    "yarn" + r"pkg\.com",
    "conda" + r"\.anaconda\.org",
    "proxy" + r"\.golang\.org",
    r"https?://[^\s\"'<>]*/(?:simple|wheels)" + r"/",
    r"https?://[^\s\"'<>]*\b(?:mirror|mirrors|registry|artifactory|nexus)" + r"\.",
)
_HOST = re.compile("|".join(_REGISTRIES))
_MACHINE = re.compile(
    r"(?<![\w.~}/-])/" + r"(?:root|home|opt|work|Users|mnt|tmp)/|\b[A-Z]:\\" + r"Users\\|file:" + "//"
)
_LOCKS = frozenset(
    ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json", "pnpm-lock.yaml", "yarn.lock")
)
_FOREIGN_ENDINGS = (".js", ".mjs", ".css", ".woff", ".woff2", ".ttf", ".otf", ".ttc", ".eot", ".whl", ".tgz")
LARGEST_BYTES = 100_000


def foreign_words(path: str, text: str) -> list[str]:
    """Find addresses of package registries and absolute paths of a machine."""
    lines = enumerate(text.splitlines(), start=1)
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for number, line in lines
        if _HOST.search(line) or _MACHINE.search(line)
    ]


def lock_files(path: str) -> list[str]:
    """Find lock files, which keep the addresses of the registry they were made with."""
    return [f"{path}: a lock file"] if path.rsplit("/", 1)[-1] in _LOCKS else []


def foreign_assets(path: str, own: frozenset[str] = frozenset()) -> list[str]:
    """Find scripts, styles, typefaces and archives that are not on the list of our own."""
    return [f"{path}: not ours"] if path.endswith(_FOREIGN_ENDINGS) and path not in own else []


def large(path: str, size: int, images: tuple[str, ...] = ()) -> list[str]:
    """Find files above 100 kB that are no listed image."""
    return [f"{path}: {size} bytes"] if size > LARGEST_BYTES and path not in images else []
