"""Where things are: coordinates, regions, the register, grids, hotspots and cartography."""
