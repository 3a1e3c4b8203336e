"""Scripts and styles of the map, served by the workbench itself: no page asks another host for anything."""

from pathlib import Path

import folium
from folium.plugins import Fullscreen, MarkerCluster, MeasureControl, SideBySideLayers

HERE = Path(__file__).parent
STATIC = HERE / "static"
"""What set-up fetched; served at ``/assets``."""
BROWSER = HERE / "browser"
"""The workbench's own script and style; served at ``/house``."""

Links = list[tuple[str, str]]

_VENDOR = "/assets/vendor"
_LEAFLET = f"{_VENDOR}/leaflet/dist"
_CLUSTER = f"{_VENDOR}/leaflet.markercluster/dist"
_SWIPE = f"{_VENDOR}/leaflet-side-by-side"
_FULL = f"{_VENDOR}/leaflet.fullscreen"
_MEASURE = f"{_VENDOR}/leaflet-measure/dist"
_MEASURE_WORDS = {"zh": "cn", "en": "en"}

ICONS = f"{_LEAFLET}/images/"
HOUSE: tuple[Links, Links] = ([("house", "/house/map.js")], [("house_css", "/house/map.css")])


def measure_script(language: str) -> Links:
    """Return the measuring tool's script, which is built one a language."""
    return [("measure", f"{_MEASURE}/leaflet-measure.{_MEASURE_WORDS[language]}.js")]


# Of what folium lists for a map these pages need Leaflet alone: popups and icons are drawn by the house script.
LOCAL: dict[type, tuple[Links, Links]] = {
    folium.Map: ([("leaflet", f"{_LEAFLET}/leaflet.js")], [("leaflet_css", f"{_LEAFLET}/leaflet.css")]),
    MarkerCluster: (
        [("cluster", f"{_CLUSTER}/leaflet.markercluster.js")],
        [("cluster_css", f"{_CLUSTER}/MarkerCluster.css")],
    ),
    SideBySideLayers: (
        [("side_by_side", f"{_SWIPE}/index.js")],
        [("side_by_side_layout", f"{_SWIPE}/layout.css"), ("side_by_side_range", f"{_SWIPE}/range.css")],
    ),
    Fullscreen: ([("fullscreen", f"{_FULL}/Control.FullScreen.js")], [("full_css", f"{_FULL}/Control.FullScreen.css")]),
    MeasureControl: (measure_script("zh"), [("measure_css", f"{_MEASURE}/leaflet-measure.css")]),
}
"""Element classes that the pages use, with the scripts and styles they ask for."""


def use_local() -> None:
    """Let folium's classes ask the workbench, not public hosts, for their scripts and styles; may be called again."""
    for element, (scripts, styles) in LOCAL.items():
        element.default_js, element.default_css = scripts, styles  # type: ignore[attr-defined]


def ready(static: Path = STATIC) -> bool:
    """Tell whether set-up has fetched what the map needs."""
    return (static / "vendor" / "manifest.json").is_file()
