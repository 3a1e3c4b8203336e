"""Who works: name and role of this session, chosen in the side bar.

A local sign-in for an office that trusts its own room. Where a server signs people in, ``signed_in`` is the one place
to ask it: what it returns goes before the fields of the side bar.
"""

import streamlit as st

from cross_check.ledger import rules
from cross_check.ledger.events import Act
from gis.language import Catalogue
from views import state

NAME, ROLE = "person", "role"
"""Keys of the session's name and role."""


def side(words: Catalogue) -> None:
    """Draw who works in the side bar."""
    if signed_in() is not None:
        return
    with st.sidebar:
        st.text_input(words.say("who.name"), key=NAME, max_chars=40, persist_state="session", icon=":material/person:")
        st.selectbox(
            words.say("who.role"),
            rules.ROLES,
            format_func=lambda each: words.say(f"roles.{each}"),
            key=ROLE,
            persist_state="session",
        )


def signed_in() -> tuple[str, str] | None:
    """Return name and role as a server's sign-in knows them, None where there is none."""
    return None


def name() -> str:
    """Return the name of who works, "" before it was entered."""
    known = signed_in()
    return known[0] if known else str(st.session_state.get(NAME) or "").strip()


def role() -> str:
    """Return the role of who works; the first one until another is chosen."""
    known = signed_in()
    return known[1] if known else str(st.session_state.get(ROLE) or rules.ROLES[0])


def act(why: str = "") -> Act:
    """Return an act of who works, now."""
    return Act(name(), role(), state.now(), why.strip())


def may(kind: str) -> bool:
    """Say whether who works may record a kind of event."""
    return rules.allowed(role(), kind)
