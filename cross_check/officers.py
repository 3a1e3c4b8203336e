"""Officers: certificates, expertise, home and interests; teams formed from them."""

from gis import schema

EXPERTISE = ("water", "air", "waste", "ecology")

SCHEMA = schema.table(
    {
        "officer_id": schema.text(unique=True),
        "name": schema.text(),
        "certificate_no": schema.text(nullable=True),
        "certificate_until": schema.day(nullable=True),
        "expertise": schema.text(schema.one_of(*EXPERTISE)),
        "home_division": schema.text(),
        "interest_sites": schema.text(nullable=True),
    }
)
"""``interest_sites`` joins the site ids an officer must stay away from with ``;``."""
