"""The web server: the pages, what they fetch, and nothing from anywhere else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import streamlit as st
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from views import shelf
from views.assets import BROWSER, HERE, STATIC
from views.state import LANGUAGE, PROJECT

_FACES = [
    {"family": "Noto Sans SC", "url": f"/assets/fonts/NotoSansSC-{name}.woff2", "style": "normal", "weight": weight}
    for name, weight in (("Regular", "400"), ("Bold", "700"))
]

# Set here, not in a file: `hdq app` works from any folder, and nothing in the user's folders overrides what keeps the
# workbench from asking other hosts.
OPTIONS = {
    "SERVER_HEADLESS": "true",
    "SERVER_FILE_WATCHER_TYPE": "none",
    "SERVER_SHOW_EMAIL_PROMPT": "false",
    "RUNNER_MAGIC_ENABLED": "false",
    "BROWSER_GATHER_USAGE_STATS": "false",
    "CLIENT_TOOLBAR_MODE": "minimal",
    "CLIENT_SHOW_ERROR_DETAILS": "none",
    "LOGGER_HIDE_WELCOME_MESSAGE": "true",
    "THEME_BASE": "light",
    "THEME_FONT": "'Noto Sans SC', sans-serif",
    "THEME_HEADING_FONT": "'Noto Sans SC', sans-serif",
    # What commands say is Chinese too.
    "THEME_CODE_FONT": "'DejaVu Sans Mono', 'Consolas', 'Noto Sans SC', monospace",
    "THEME_FONT_FACES": json.dumps(_FACES),
    "THEME_BASE_FONT_SIZE": "14",
    "THEME_PRIMARY_COLOR": "#0F5C6E",
    "THEME_TEXT_COLOR": "#1F2937",
    "THEME_SECONDARY_BACKGROUND_COLOR": "#F1F5F9",
    "THEME_BORDER_COLOR": "#D5DDE6",
}


def serve(project: Path, port: int, language: str, address: str = "127.0.0.1") -> int:
    """Show a project folder to browsers until stopped; return the server's exit code.

    Parameters
    ----------
    project : Path
        Folder of a project, see ``cross_check.files.Project``; it may be empty.
    port : int
        TCP port on ``address``.
    language : str
        ``"zh"`` or ``"en"``: the language a page begins with.
    address : str
        Address to listen on; the default can be reached from this machine alone.
    """
    process = start(project, port, language, address)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        return process.wait()


def start(project: Path, port: int, language: str, address: str = "127.0.0.1") -> subprocess.Popen[bytes]:
    """Start the server process of ``serve`` and return it."""
    streamlit = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).resolve())]
    return subprocess.Popen(streamlit, env=surroundings(project, port, language, address))  # noqa: S603


def surroundings(project: Path, port: int, language: str, address: str) -> dict[str, str]:
    """Return the environment of the server process."""
    options = OPTIONS | {"SERVER_PORT": str(port), "SERVER_ADDRESS": address, "BROWSER_SERVER_ADDRESS": address}
    ours = {PROJECT: str(project.resolve()), LANGUAGE: language}
    python = {"PYTHONPATH": os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)}
    return {**os.environ, **{f"STREAMLIT_{name}": value for name, value in options.items()}, **ours, **python}


app = st.App(
    HERE.parent / "app.py",
    routes=[
        Mount("/assets", StaticFiles(directory=STATIC, check_dir=False)),
        Mount("/house", StaticFiles(directory=BROWSER)),
        Route(shelf.PREFIX + "/{name}", shelf.answer),
    ],
)
