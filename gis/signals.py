"""Signals: dated points that say something happened: fire points and complaints (a number, never a person)."""

from gis import schema

KINDS = ("fire_point", "complaint")

SCHEMA = schema.table(
    {
        "signal_id": schema.text(unique=True),
        "kind": schema.text(schema.one_of(*KINDS)),
        "seen_on": schema.day(),
        "geometry": schema.shape("Point"),
    }
)
