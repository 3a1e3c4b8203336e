"""What changed: scenes, registration, change detection and patches."""

import os

# Blocks of an image are read once, yet GDAL would keep a twentieth of the memory for them. It asks for this at the
# first image that a process opens and never again; whoever wants another limit sets it before.
os.environ.setdefault("GDAL_CACHEMAX", "64")
