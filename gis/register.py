"""The register of pollution sources: one row an enterprise site."""

from gis import codes, schema

PERMIT_CATEGORIES = ("key", "simplified", "registration")
OPERATING = ("running", "stopped")
KEY_LISTS = ("water", "groundwater", "air", "noise", "soil", "risk")

SCHEMA = schema.table(
    {
        "site_id": schema.text(unique=True),
        "name": schema.text(),
        "credit_code": schema.text(schema.rule(codes.credit_codes_valid, "register.bad_credit_code")),
        "permit_no": schema.text(schema.rule(codes.permit_nos_valid, "register.bad_permit_no"), nullable=True),
        "industry_code": schema.text(),
        "permit_category": schema.text(schema.one_of(*PERMIT_CATEGORIES)),
        "key_lists": schema.text(nullable=True),
        "positive_list": schema.flag(),
        "operating": schema.text(schema.one_of(*OPERATING)),
        "division_code": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""``site_id`` is the 22-character permit number where there is one (the inspected object is the site, not the firm),
else a number derived from credit code and place. ``key_lists`` joins codes of ``KEY_LISTS`` with ``;``."""
