"""The frame of the map app: page setup, language, navigation. No logic."""

from pathlib import Path

import streamlit as st

from views import frame

PAGES = Path(__file__).parent / "views"

words = frame.begin()
page = st.navigation(
    [
        st.Page(PAGES / "overview.py", title=words.say("overview.title"), icon=":material/dashboard:", default=True),
        st.Page(PAGES / "work_map.py", title=words.say("map.title"), icon=":material/map:"),
        st.Page(PAGES / "bench.py", title=words.say("bench.title"), icon=":material/compare:"),
        st.Page(PAGES / "hotspots.py", title=words.say("hotspots_page.title"), icon=":material/grid_view:"),
        st.Page(PAGES / "emerging.py", title=words.say("emerging_page.title"), icon=":material/timeline:"),
        st.Page(PAGES / "plan.py", title=words.say("plan_page.title"), icon=":material/route:"),
    ]
)
frame.side(words)
page.run()
