"""Patches: polygons from pixels and summaries of pixels under polygons. The one door between raster and vector."""

from gis import schema

CLASSES = ("construction", "excavation", "waste", "burn", "turbid_water", "clearing", "other")

SCHEMA = schema.table(
    {
        "patch_id": schema.text(unique=True),
        "machine_class": schema.text(schema.one_of(*CLASSES)),
        "score": schema.number(0, 1),
        "area_m2": schema.number(0),
        "before_on": schema.day(nullable=True),
        "after_on": schema.day(nullable=True),
        "d_ndvi": schema.number(nullable=True),
        "d_ndwi": schema.number(nullable=True),
        "d_ndbi": schema.number(nullable=True),
        "geometry": schema.shape("Polygon", "MultiPolygon"),
    }
)
