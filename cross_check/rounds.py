"""Cross-inspection rounds: which team goes to which region. Never its own, never one that inspects it back."""

from gis import schema

ASSIGNMENT = schema.table(
    {
        "team_id": schema.text(unique=True),
        "home_division": schema.text(),
        "division_code": schema.text(unique=True),
        "officer_ids": schema.text(),
        "travel_km": schema.number(0),
        "expertise_met": schema.flag(),
        "reason": schema.text(),
    }
)
"""One row a team; ``officer_ids`` joined with ``;``; ``reason`` is a catalogue code."""
