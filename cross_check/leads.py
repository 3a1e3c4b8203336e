"""Leads: patches joined with the enterprises, regions and zones around them. A lead is no evidence until reviewed."""

from gis import schema
from satellite import patches

STATES = ("new", "suspected", "excluded", "doubtful")

SCHEMA = schema.table(
    {
        "lead_id": schema.text(unique=True),
        "patch_id": schema.text(),
        "machine_class": schema.text(schema.one_of(*patches.CLASSES)),
        "human_class": schema.text(nullable=True),
        "state": schema.text(schema.one_of(*STATES)),
        "score": schema.number(0, 1),
        "priority": schema.number(0, 1),
        "area_m2": schema.number(0),
        "before_on": schema.day(nullable=True),
        "after_on": schema.day(nullable=True),
        "division_code": schema.text(),
        "site_id": schema.text(nullable=True),
        "site_name": schema.text(nullable=True),
        "distance_m": schema.number(0, nullable=True),
        "zone_ids": schema.text(nullable=True),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
"""``site_id`` is the nearest site within the search distance, ``zone_ids`` joins the touched zones with ``;``,
``priority`` ranks the reading list. ``machine_class`` is never overwritten; ``human_class`` wins where it stands."""
