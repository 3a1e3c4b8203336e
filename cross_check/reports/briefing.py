"""Rim: briefing maps as PDF to print and PNG to paste, one plate a file."""

from datetime import datetime, time
from pathlib import Path

import matplotlib as mpl

from cross_check.reports import composition
from cross_check.reports.contents import Area, Brief, Contents, checked
from gis import plates
from gis.files import written_aside
from gis.plates import Plate
from gis.progress import Progress, silent

PNG_DPI = 300


def write(
    contents: Contents, brief: Brief, folder: Path, *, areas: tuple[Area, ...] = (), progress: Progress = silent
) -> tuple[Path, ...]:
    """Write the series: the province plate and one plate an area, each as PDF and PNG.

    The same contents and brief give the same bytes: the PDF carries the brief's day, not the clock's.

    Parameters
    ----------
    contents : Contents
        Tables; see its fields for their schemas.
    brief : Brief
    folder : Path
        Gets ``province.pdf``, ``province.png``, ``area-1.pdf``, ``area-1.png`` and so on.
    areas : tuple of Area
    progress : Progress

    Returns
    -------
    tuple of Path
        The files, PDF before PNG, in the order of the pages.

    Raises
    ------
    TableFaults
        If a table breaks its schema.
    WorkbenchError
        ``plate.no_approval_number`` for a public brief without a number; ``plate.no_font`` before set-up.
    """
    shown, count = checked(contents, brief), 1 + len(areas)
    series = [("province", composition.province(shown, brief, areas=areas, page=(1, count)))]
    for number, area in enumerate(areas, start=1):
        series.append((f"area-{number}", composition.area(shown, brief, area, page=(1 + number, count))))
    written: list[Path] = []
    for done, (name, plate) in enumerate(series):
        progress(done, count, "brief.drawing")
        written += save(plate, folder / name)
    progress(count, count, "brief.drawing")
    return tuple(written)


def save(plate: Plate, stem: Path) -> tuple[Path, Path]:
    """Draw a plate and write it as ``stem`` with the endings ``.pdf`` and ``.png`` (300 dots an inch).

    Font type 42 embeds the TrueType outlines, so that the PDF's Chinese can be searched and copied.
    """
    figure = plates.draw(plate)
    pdf, png = stem.with_name(f"{stem.name}.pdf"), stem.with_name(f"{stem.name}.png")
    facts = {
        "Title": plate.title,
        "Author": plate.maker,
        "Creator": "Haidongqing",
        "CreationDate": datetime.combine(plate.made_on, time()),
    }
    with mpl.rc_context({"pdf.fonttype": 42}), written_aside(pdf) as aside:
        figure.savefig(aside, metadata=facts)
    with written_aside(png) as aside:
        figure.savefig(aside, dpi=PNG_DPI, metadata={"Software": "Haidongqing", "Title": plate.title})
    return pdf, png
