"""The frame of the map app: page setup, language, navigation. No logic."""

from pathlib import Path

import streamlit as st

from views import frame

PAGES = Path(__file__).parent / "views"

# A section a line of the side bar, a page a file: file, code of its title, icon. The first page opens first.
SECTIONS = {
    "today": (
        ("overview", "overview.title", "dashboard"),
        ("work_map", "map.title", "map"),
    ),
    "leads": (
        ("casework", "casework.title", "assignment_late"),
        ("orders", "orders_page.title", "gavel"),
        ("problems", "problems_page.title", "build"),
        ("surveys", "surveys_page.title", "travel_explore"),
    ),
    "images": (
        ("finding", "finding.title", "satellite_alt"),
        ("change", "change_page.title", "difference"),
        ("bench", "bench.title", "compare"),
        ("drone", "drone_page.title", "flight"),
        ("coverage", "coverage_page.title", "filter_drama"),
        ("watch", "watch.title", "monitoring"),
        ("waters", "waters.title", "water"),
        ("accuracy", "accuracy_page.title", "rule"),
    ),
    "statistics": (
        ("hotspots", "hotspots_page.title", "grid_view"),
        ("emerging", "emerging_page.title", "timeline"),
    ),
    "inspection": (
        ("draw", "draw_page.title", "casino"),
        ("rounds", "rounds_page.title", "swap_horiz"),
        ("plan", "plan_page.title", "route"),
        ("day_routes", "day_page.title", "signpost"),
        ("plan_board", "board_page.title", "calendar_month"),
    ),
    "register": (
        ("import_desk", "desk.title", "upload_file"),
        ("register", "register_page.title", "factory"),
        ("rosters", "rosters_page.title", "fact_check"),
        ("dossier", "dossier.title", "article"),
    ),
}

words = frame.begin()
page = st.navigation(
    {
        words.say(f"sections.{section}"): [
            st.Page(PAGES / f"{file}.py", title=words.say(title), icon=f":material/{icon}:", default=file == "overview")
            for file, title, icon in pages
        ]
        for section, pages in SECTIONS.items()
    },
    # A folded list would say so in English.
    expanded=True,
)
frame.side(words)
page.run()
