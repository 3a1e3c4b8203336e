"""Hotspots: the local Getis-Ord statistic Gi* on a square grid, and how sure one may be of it."""

from gis import schema

SCHEMA = schema.table(
    {
        "cell_id": schema.text(unique=True),
        "count": schema.whole(),
        "z": schema.number(nullable=True),
        "p": schema.number(0, 1, nullable=True),
        "p_adjusted": schema.number(0, 1, nullable=True),
        "bin": schema.whole(),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``bin`` is +3, +2, +1 (hot at 99, 95, 90 %), 0, or -1 to -3 (cold), by the adjusted p. ``z`` is kept raw."""
