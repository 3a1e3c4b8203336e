"""What changed: scenes, registration, change detection and patches."""

import os

# GDAL asks for these when a process first needs them and never again; whoever wants other values sets them before.
# Blocks of an image are read once, yet GDAL would keep a twentieth of the memory for them.
os.environ.setdefault("GDAL_CACHEMAX", "48")
# Overviews wait in a file of their own until they are copied, and packing them for that takes half the time of a COG.
os.environ.setdefault("COG_TMP_COMPRESSION", "NONE")
