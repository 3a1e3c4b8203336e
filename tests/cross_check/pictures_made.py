"""Pictures of synthetic worlds, each with its mask of what is clear, in a project's folder of images."""

from satellite import files, synthetic
from satellite.files import PairFiles


def write(project, world, at, day):
    """Write how a world looks at one of its dates, as a picture of a day."""
    scene = synthetic.scene(world, at)
    scene.attrs["ACQUISITION_DATE"] = day
    files.write_scene(scene, project.imagery / f"{day}.tif")
    files.write_raster(synthetic.clear(world, at), world.land.grid, _mask(project, day), nodata=255, tags={})


def pair(project, *days):
    """Return the pictures of two days and their masks."""
    return PairFiles(*(project.imagery / f"{day}.tif" for day in days), tuple(_mask(project, day) for day in days))


def _mask(project, day):
    return project.imagery / f"{day}-clear.tif"
