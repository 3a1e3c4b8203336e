"""Colours of the pages: told apart by people with the common kinds of colour blindness, the same on every page."""

from typing import Any

Style = dict[str, Any]

# Okabe and Ito's palette, with charcoal for burnt ground and grey for the rest.
CLASSES = {
    "construction": "#D55E00",
    "excavation": "#E69F00",
    "waste": "#CC79A7",
    "burn": "#2B2B2B",
    "turbid_water": "#0072B2",
    "clearing": "#009E73",
    "other": "#6B6B6B",
}

# ColorBrewer's RdBu: red is hot, blue is cold, in the classes of the adjusted p.
BINS = {
    3: "#B2182B",
    2: "#EF8A62",
    1: "#FDDBC7",
    0: "#D9DEE4",
    -1: "#D1E5F0",
    -2: "#67A9CF",
    -3: "#2166AC",
}

# Hot in warm hues, cold in cool ones; a pattern is also named in every list and popup.
PATTERNS = {
    "hot_new": "#FFC425",
    "hot_consecutive": "#F8961E",
    "hot_intensifying": "#7F0000",
    "hot_persistent": "#D62828",
    "hot_diminishing": "#E78AA1",
    "hot_sporadic": "#F4A582",
    "hot_oscillating": "#B0679B",
    "hot_historical": "#8D6E63",
    "cold_new": "#8BE0F0",
    "cold_consecutive": "#35B6D6",
    "cold_intensifying": "#0B1F6B",
    "cold_persistent": "#1F6FC4",
    "cold_diminishing": "#A2B4E0",
    "cold_sporadic": "#7FC8B5",
    "cold_oscillating": "#6D6AB0",
    "cold_historical": "#64748B",
}

RISE = "#C2410C"
"""Cells on a monthly list."""

FEW = "#7C3AED"
"""Cells that are significant by their figures and hold too few cases for a colour: an outline alone."""

ZONES = {"reserve": "#2E7D32", "water_source": "#0288A8", "red_line": "#C2185B"}

SITE, LISTED_SITE = "#4A6FA5", "#1B9E77"
"""Enterprises, and those on the positive list."""

TOLD = "#7C3AED"
"""Leads of other sources than the detection."""

OUTLINE = "#94A3B8"

# Paul Tol's muted set and four more; a team is also named in every list and popup.
TEAMS = (
    "#332288",
    "#CC6677",
    "#117733",
    "#DDAA33",
    "#0077BB",
    "#882255",
    "#44AA99",
    "#AA4499",
    "#999933",
    "#EE7733",
    "#555555",
    "#661100",
    "#6699CC",
)


def area(colour: str, *, fill: float = 0.6, weight: float = 1.6, dashes: str = "") -> Style:
    """Return Leaflet's style of a polygon."""
    style: Style = {"color": colour, "weight": weight, "fillColor": colour, "fillOpacity": fill, "opacity": 0.95}
    return {**style, "dashArray": dashes} if dashes else style


def dot(colour: str, *, hollow: bool = False) -> Style:
    """Return Leaflet's style of a point."""
    fill = "#FFFFFF" if hollow else colour
    return {"radius": 4.5, "color": colour, "weight": 2 if hollow else 1, "fillColor": fill, "fillOpacity": 0.85}


def line(colour: str) -> Style:
    """Return Leaflet's style of a route."""
    return {"color": colour, "weight": 3.2, "opacity": 0.85, "fill": False}


def team(position: int) -> str:
    """Return the colour of a team by its place in the list of all teams."""
    return TEAMS[position % len(TEAMS)]


def sample(shape: str, edge: str, fill: str = "transparent") -> dict[str, str]:
    """Return how a legend shows a symbol; ``shape`` is box, dot, line or dashed."""
    return {"shape": shape, "line": edge, "fill": fill}
