"""Routes: the order of visits of each team and day."""

from gis import schema

VISITS = schema.table(
    {
        "team_id": schema.text(),
        "day": schema.whole(),
        "order": schema.whole(),
        "target_id": schema.text(unique=True),
        "target_kind": schema.text(schema.one_of("lead", "site")),
        "name": schema.text(),
        "arrive": schema.text(),
        "leave": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""``day`` and ``order`` count from 1; ``arrive`` and ``leave`` are clock times HH:MM."""

LEGS = schema.table(
    {
        "team_id": schema.text(),
        "day": schema.whole(),
        "length_m": schema.number(0),
        "drive_min": schema.number(0),
        "visits": schema.whole(),
        "geometry": schema.shape("LineString"),
    }
)
"""One line a team and day, from its lodging through its visits and back; great-circle legs, no road network."""
