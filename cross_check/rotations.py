"""Rim: a project's teams and needs become several rounds planned together, on disk."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cross_check import joint_rounds, round_ground
from cross_check.files import Project
from cross_check.round_cases import Params
from cross_check.steps import Step
from gis import files
from gis.errors import WorkbenchError


@dataclass(frozen=True)
class RotationOrder:
    """What is to be planned.

    Attributes
    ----------
    document_no : str
        On what authority officers inspect outside their own region.
    rounds : int
    ends_on : date
        Certificates must be valid until then.
    past : Path, optional
        Earlier rounds, ``round_cases.PAST``.
    assign : Params
    """

    document_no: str
    rounds: int
    ends_on: dt.date
    past: Path | None = None
    assign: Params = field(default_factory=Params)


def plan(project: Project, order: RotationOrder) -> Step:
    """Plan several rounds together and write them as table, workbook and recipe.

    Raises
    ------
    WorkbenchError
        ``rounds.no_document`` if the document number is blank; those of ``joint_rounds.plan``; ``files.missing``.
    """
    if not order.document_no.strip():
        raise WorkbenchError(
            "rounds.no_document", "An out-of-area inspection needs the number of its authorising document"
        )
    ground = round_ground.read(project, ends_on=order.ends_on, past=order.past)
    found = joint_rounds.plan(
        ground.formed.table,
        ground.regions,
        needs=ground.needs,
        past=ground.past,
        rounds=order.rounds,
        params=order.assign,
    )
    sheet, recipe = project.rotation.with_suffix(".xlsx"), project.rotation.with_suffix(".json")
    loads = found.table.groupby("team_id")["load_min"].sum()
    figures = {
        "rounds": order.rounds,
        "teams": len(ground.formed.table),
        "travel_km": float(found.table["travel_km"].sum()),
        "heaviest_h": float(loads.max() / 60),
        "lightest_h": float(loads.min() / 60),
    }
    told = {name: value for name, value in asdict(order).items() if name != "assign"}
    told |= {"past": order.past and order.past.name, "ends_on": order.ends_on.isoformat()}
    files.write_table(found.table, project.rotation)
    files.write_table(found.table, sheet)
    files.write_json(told | {"objective": found.objective, "status": found.status} | figures, recipe)
    return Step("rounds.rotation", figures, (project.rotation, sheet, recipe))
