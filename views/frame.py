"""What every page has: language, project, the state of its files, and what to say while a part is missing."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gis.errors import WorkbenchError
from gis.language import DEFAULT, LANGUAGES, Catalogue, catalogue
from views import assets, state, who
from views.state import Stamp, Tables

_STYLE = assets.BROWSER / "page.css"
_LOGO, _MARK = assets.BROWSER / "logo.svg", assets.BROWSER / "mark.svg"
_LANGUAGE = "language"

# Which command makes which part of a project.
_COMMANDS = {
    "regions": "demo",
    "enterprises": "enterprises import FILE",
    "recipe": "detect BEFORE.tif AFTER.tif",
    "leads": "leads build",
    "coverage": "scenes prepare SCENE",
    "hotspots": "hotspots",
    "emerging": "emerging",
    "emerging_months": "emerging",
    "nights": "routes plan",
    "visits": "rounds plan --document NO --seed TEXT --starts-on YYYY-MM-DD",
}
# On which page what is made of which part begins: its file and the code of its title.
_PAGES = {
    "enterprises": ("import_desk", "desk.title"),
    "coverage": ("finding", "finding.title"),
    "recipe": ("change", "change_page.title"),
    "leads": ("change", "change_page.title"),
    "visits": ("rounds", "rounds_page.title"),
}


def begin() -> Catalogue:
    """Set the page up, draw the language switch and return the words of the chosen language."""
    words = catalogue(language())
    st.set_page_config(page_title=words.say("app.name"), page_icon=str(_MARK), layout="wide")
    st.html(_STYLE)
    st.html(_SELECT_ALL.replace("SAID", words.say("app.select_all")))
    st.logo(str(_LOGO), size="large", icon_image=str(_MARK))
    return words


def language() -> str:
    """Return the language of this session; it begins with the one that ``hdq app`` was given."""
    first = os.environ.get(state.LANGUAGE, DEFAULT)
    return str(st.session_state.get(_LANGUAGE) or (first if first in LANGUAGES else DEFAULT))


def words_now() -> Catalogue:
    """Return the words of this session's language."""
    return catalogue(language())


def side(words: Catalogue) -> None:
    """Draw the foot of the side bar: which project, how fresh, which language."""
    shown = state.project()
    who.side(words)
    with st.sidebar:
        st.segmented_control(
            words.say("app.language"),
            LANGUAGES,
            format_func=lambda each: words.say(f"app.language_{each}"),
            default=language(),
            required=True,
            key=_LANGUAGE,
            persist_state="session",
            label_visibility="collapsed",
        )
        st.caption(words.say("app.project", name=shown.folder.name))
        if shown.truth.is_dir() or shown.report.is_file():
            st.badge(words.say("app.synthetic"), color="orange", icon=":material/science:")


def title(words: Catalogue, code: str, hint: str = "") -> None:
    """Draw the heading of a page and, beside it, one sentence."""
    said = f"<span>{escape(hint)}</span>" if hint else ""
    st.html(f'<div class="hdq-title"><h1>{escape(words.say(code))}</h1>{said}</div>')


def reason(said: str, tone: str) -> None:
    """Draw what an analysis says; ``tone`` is hot, cold, few or none."""
    st.html(f'<div class="hdq-reason {tone}">{escape(said)}</div>')


def sheet(heads: Sequence[str], rows: Iterable[Sequence[str]], *, loose: bool = False) -> str:
    """Return a small table as HTML, its texts escaped; ``loose`` lets long names in the first column break."""

    def line(cells: Sequence[str], kind: str) -> str:
        return "<tr>" + "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    table = f'<table class="hdq-sheet head{" loose" if loose else ""}">{line(heads, "th")}{body}</table>'
    return f'<div class="hdq-wide">{table}</div>'


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return names and what is known of each as a table in HTML, a row each, their texts escaped; no row of nothing."""
    told = ((escape(name), escape(value)) for name, value in rows if value)
    body = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in told)
    return f'<table class="hdq-sheet">{body}</table>'


def upload(words: Catalogue, label: str, endings: list[str], *, key: str) -> UploadedFile | None:
    """Draw a field for a file; Streamlit's own words in it are English, so the house's stand over them."""
    said = escape(words.say("app.choose_file"))
    st.html(_UPLOAD.replace("SAID", said))
    return st.file_uploader(label, endings, key=key)


@contextmanager
def put_down(sent: UploadedFile) -> Iterator[Path]:
    """Lay what was sent under its own name into a folder of its own, for verbs that read files; it goes afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(sent.name).name
        path.write_bytes(sent.getvalue())
        yield path


# Streamlit's own word stands in English in every list of several choices.
_SELECT_ALL = """<style>
[role=option][data-key="__select_all__"] * { font-size: 0; }
[role=option][data-key="__select_all__"] *::after { content: "SAID"; font-size: 0.95rem; }
</style>"""

_UPLOAD = """<style>
[data-testid=stFileUploaderDropzoneInstructions], [data-testid=stFileUploaderDropzone] > span:not(:has(button)),
[data-testid=stFileUploaderDropzone] small:not([data-testid]) { display: none; }
[data-testid=stFileUploaderDropzone] button[kind=secondary] * { font-size: 0 !important; margin: 0; width: 0; }
[data-testid=stFileUploaderDropzone] button[kind=secondary]::after { content: "SAID"; font-size: 0.9rem;
  white-space: nowrap; }
</style>"""


def tables(words: Catalogue, *needed: str) -> Tables:
    """Return the project's tables, or say which command makes what is missing and end the page."""
    stamp = state.stamp_of(state.project())
    for part in needed:
        if not stamp.has(part):
            missing(words, stamp, part)
    try:
        return state.tables(stamp)
    except WorkbenchError as error:
        st.error(words.explain(error), icon=":material/error:")
        st.stop()


def command(part: str, stamp: Stamp) -> str:
    """Return the command that makes a part of a project."""
    return f"hdq {_COMMANDS[part]} --project {Path(stamp.folder).name}"


def missing(words: Catalogue, stamp: Stamp, part: str) -> None:
    """Say that a part has not been made yet, by which command it is and on which page it begins; end the page."""
    st.info(words.say(f"app.missing_{part.partition('_')[0]}"), icon=":material/inbox:")
    st.code(command(part, stamp), language=None)
    if part in _PAGES:
        file, title_code = _PAGES[part]
        st.page_link(f"views/{file}.py", label=words.say(title_code), icon=":material/arrow_forward:")
    st.stop()
