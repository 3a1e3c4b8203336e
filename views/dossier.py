"""The dossier of an enterprise: everything known of one site on one page, as it prints on A4."""

import tempfile
from pathlib import Path

import numpy as np
import streamlit as st

from cross_check import casebook, surroundings
from cross_check.reports import dossier_pdf, dossier_sheet
from cross_check.reports.dossier_parts import Picture
from gis.errors import WorkbenchError
from gis.language import Catalogue, catalogue
from satellite import windows
from views import bench, cases, chips, frame, receipts, register, state, wording
from views.sieve import Sieve, sift
from views.state import Stamp

WIDTH_M, HEIGHT_M = 2000, 1000
_MOST_FOUND = 200
# On paper the sheet stands alone, and the page's own scrolling does not cut it off.
_ON_PAPER = """
@media print {
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stTextInput], [data-testid=stSelectbox],
  .hdq-title, .st-key-dossier-tools { display: none !important; }
  html, body, #root, .stApp, [data-testid=stAppViewContainer], [data-testid=stMain],
  [data-testid=stMainBlockContainer] {
    position: static !important; overflow: visible !important; height: auto !important; padding: 0 !important;
    display: block !important; }
}
"""


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "dossier.title", words.say("dossier.hint"))
    stamp = state.stamp_of(state.project())
    if not stamp.has("enterprises"):
        frame.missing(words, stamp, "enterprises")
    site_id = _choice(stamp, words)
    if not site_id:
        st.info(words.say("dossier.start"), icon=":material/search:")
        st.page_link("views/register.py", label=words.say("register_page.title"), icon=":material/factory:")
        return
    try:
        made = sheet_of(stamp, _marks(stamp), site_id, words.language)
    except WorkbenchError as error:
        st.error(wording.unmarked(words.explain(error)), icon=":material/error:")
        return
    body, whole = made
    with st.container(horizontal=True, vertical_alignment="center", key="dossier-tools"):
        st.download_button(
            words.say("dossier.download"),
            data=whole,
            file_name=f"{site_id}.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
            key="dossier-download",
        )
        st.download_button(
            words.say("dossier.download_pdf"),
            data=lambda: pdf_of(stamp, _marks(stamp), site_id, words.language),
            file_name=f"{site_id}.pdf",
            mime="application/pdf",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
            key="dossier-pdf",
        )
        st.caption(words.say("dossier.print_hint"), width="content")
    st.html(f"<style>{dossier_sheet.STYLE}{_ON_PAPER}</style>{body}")


def _marks(stamp: Stamp) -> tuple[tuple[str, int], ...]:
    """Return what a sheet is kept by beside the files: the events of the register, the last of the ledger, the day."""
    last = cases.ledger().head()[0] if casebook.begun(stamp.project) else 0
    return (*receipts.mark(stamp.project), ("ledger", last), ("day", state.today().toordinal()))


def _choice(stamp: Stamp, words: Catalogue) -> str:
    """Return the site that is asked for: by the register page, an address, or the search here."""
    asked_for = st.session_state.pop(register.DOSSIER_SITE, None) or st.query_params.get("site")
    if asked_for:
        st.session_state["dossier-now"] = str(asked_for)
    sites = register.sites(stamp)
    names = dict(zip(sites["site_id"], sites["name"], strict=True))
    now = str(st.session_state.get("dossier-now", ""))
    left, right = st.columns([2, 3], gap="small", vertical_alignment="bottom")
    search = left.text_input(words.say("register_page.search"), key="dossier-search")
    found = list(sift(sites, Sieve(search=search))["site_id"].head(_MOST_FOUND)) if search.strip() else []
    options = list(dict.fromkeys([*([now] if now in names and not found else []), *found]))
    picked = right.selectbox(
        words.say("dossier.site"),
        options,
        format_func=lambda site: f"{names.get(site, '')}  {site}",
        index=0 if options else None,
        placeholder=words.say("dossier.none_found"),
        disabled=not options,
    )
    if picked:
        st.session_state["dossier-now"] = str(picked)
    return str(picked or "")


@st.cache_resource(max_entries=32, show_spinner=False)
def sheet_of(stamp: Stamp, marks: tuple[tuple[str, int], ...], site_id: str, language: str) -> tuple[str, str]:
    """Return the sheet of a site as an element and as a whole document.

    Raises
    ------
    WorkbenchError
        As ``surroundings.dossier`` does.
    """
    del marks
    words = catalogue(language)
    found = surroundings.dossier(stamp.project, site_id, on=state.today())
    shown = pictures(stamp, found.lonlat, words)
    return dossier_sheet.sheet(found, words, shown), dossier_sheet.document(found, words, shown)


@st.cache_resource(max_entries=8, show_spinner=False)
def pdf_of(stamp: Stamp, marks: tuple[tuple[str, int], ...], site_id: str, language: str) -> bytes:
    """Return the dossier of a site as a PDF.

    Raises
    ------
    WorkbenchError
        As ``surroundings.dossier`` does; ``plate.no_font`` before set-up.
    """
    del marks
    words = catalogue(language)
    found = surroundings.dossier(stamp.project, site_id, on=state.today())
    with tempfile.TemporaryDirectory() as folder:
        return dossier_pdf.packed(found, words, pictures(stamp, found.lonlat, words), Path(folder))


def pictures(stamp: Stamp, lonlat: tuple[float, float], words: Catalogue) -> list[Picture]:
    """Return the two images of the detection around a place; none where there is no detection or no image of it."""
    if not stamp.has("recipe"):
        return []
    try:
        pair = bench.dates_of(stamp.project, state.facts(stamp, "recipe"))
        box = windows.around(*lonlat, WIDTH_M, HEIGHT_M)
        names = bench.LOOKS["natural"]
        known = [windows.band_names(Path(path)) for path in (pair.before, pair.after)]
        wanted = names if all(name in some for some in known for name in names) else ()
        before, after = (windows.read(path, box, wanted) for path in (pair.before, pair.after))
    except WorkbenchError:
        return []
    if not all(np.isfinite(one.to_numpy()).any() for one in (before, after)):
        return []
    ends = chips.limits(before, after, together=True)
    said = words.say("bench.before", day=pair.before_on), words.say("bench.after", day=pair.after_on)
    return [Picture(chips.png(one, ends), text) for one, text in zip((before, after), said, strict=True)]


if __name__ == "__main__":
    page()
