"""A joint draw on the page: the second department's name, its list of units and its officers."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cross_check import draw_records
from cross_check.partners import Partner
from gis.language import Catalogue
from views import frame, state

PAGE = "draw-joint"
ENDINGS = ["csv", "xlsx"]


def ask(words: Catalogue) -> Partner | None:
    """Ask for a second department; None while it is not wholly told."""
    with st.expander(words.say("draw_page.jointly"), icon=":material/handshake:"):
        st.caption(words.say("draw_page.jointly_hint"))
        name = str(st.text_input(words.say("draw_page.partner_name"), key=f"{PAGE}-name", max_chars=60, width=360))
        left, right = st.columns(2, gap="medium")
        with left:
            units = frame.upload(words, words.say("draw_page.partner_units"), ENDINGS, key=f"{PAGE}-units")
        with right:
            officers = frame.upload(words, words.say("draw_page.partner_officers"), ENDINGS, key=f"{PAGE}-officers")
        given = [bool(name.strip()), units is not None, officers is not None]
        if units is None or officers is None or not all(given):
            if any(given):
                st.info(words.say("draw_page.partner_incomplete"), icon=":material/hourglass_empty:")
            return None
        joined = read(name, units, officers)
        facts = {"name": joined.name, "units": len(joined.unit_ids), "unmatched": joined.unmatched}
        st.success(words.say("draw_page.partner_read", **facts), icon=":material/handshake:")
        return joined


def read(name: str, units: UploadedFile, officers: UploadedFile) -> Partner:
    """Return the second department from what was sent; files keep their names, for they stand in the record."""
    with frame.put_down(units) as first, frame.put_down(officers) as second:
        return draw_records.partner(state.project(), name, first, second)
