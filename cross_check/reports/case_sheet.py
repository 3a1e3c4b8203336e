"""Rim: what a record of a case shows people: a sheet of its facts and history as HTML, and the map of its place."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from cross_check import casebook, rectification
from cross_check.areas import regions_of, zones_of
from cross_check.files import Project
from cross_check.ledger import events as events_
from cross_check.ledger.events import Event, Record
from cross_check.reports import briefing, composition, contents
from cross_check.reports.contents import Area, Brief, Contents
from gis import files
from gis.crs import EQUAL_AREA, STORAGE
from gis.history import BEIJING
from gis.language import Catalogue
from gis.plates import Plate

_AROUND_M = 1500.0
_FACTS = (
    "lead_id", "problem_type", "severity", "site_name", "site_id", "finding", "letter_no", "receiver", "signed_by",
    "first_due_on", "due_on", "measures", "acceptance", "proof_cleared", "proof_traced", "proof_punished",
    "proof_published", "case_no", "transfer_document", "closed_by",
)  # fmt: skip
_STYLE = """
@page { size: A4 portrait; margin: 16mm 15mm }
body { font-family: "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Micro Hei", SimSun, sans-serif; font-size: 10.5pt; line-height: 1.5 }
h1 { font-size: 17pt; margin: 0 0 1mm } h2 { font-size: 12pt; margin: 6mm 0 1.5mm }
table { width: 100%; border-collapse: collapse } tr { break-inside: avoid }
th, td { border: .5pt solid #64748b; padding: 1.2mm 2mm; vertical-align: top; text-align: left;
  overflow-wrap: anywhere }
th { font-weight: 400; background: #f1f5f9; white-space: nowrap }
img { width: 100% } p { margin: 1mm 0 } code { font-size: 8pt }
"""


def files_of(
    project: Project, case: Sequence[Event], problem_id: str, words: Catalogue, folder: Path
) -> dict[str, bytes]:
    """Return sheet and map of a case as files by name.

    Parameters
    ----------
    project : Project
    case : sequence of Event
        Of the problem, its lead, orders and inspections.
    problem_id : str
    words : Catalogue
    folder : Path
        Where the map is drawn.
    """
    now = events_.fold(case)
    problem = now["problem", problem_id]
    lead = now["lead", str(problem.fields["lead_id"])]
    pdf, png = briefing.save(_plate(project, lead, problem, case[-1], words), folder / "map")
    sheet = _sheet(case, problem, lead, words).encode()
    return {"case.html": sheet, "map.pdf": pdf.read_bytes(), "map.png": png.read_bytes()}


def _plate(project: Project, lead: Record, problem: Record, last: Event, words: Catalogue) -> Plate:
    outline = _shown(project, lead)
    made_on = pd.Timestamp(last.at).tz_convert(BEIJING).date()
    brief = Brief(
        title=words.say("case_sheet.title", name=problem.key[1]),
        maker=last.who,
        made_on=made_on,
        sources=(words.say("case_sheet.source", day=str(lead.fields["seen_on"])[:10]),),
        language=words.language,
        size="A4",
        synthetic=project.truth.is_dir(),
    )
    told = Contents(
        regions=regions_of(project),
        zones=zones_of(project),
        leads=_lead_row(lead, outline),
        enterprises=files.read_layer(project.enterprises) if project.enterprises.is_file() else None,
    )
    ring = outline.to_crs(EQUAL_AREA).buffer(_AROUND_M).to_crs(STORAGE)
    west, south, east, north = ring.total_bounds.tolist()
    area = Area(name=str(lead.fields.get("site_name") or lead.key[1]), bbox=(west, south, east, north))
    return composition.area(contents.checked(told, brief), brief, area)


def _shown(project: Project, lead: Record) -> gpd.GeoSeries:
    """Return the outline of a case; a place that was blurred is a circle of that size about a middle of its cell."""
    blur = lead.fields.get("blur_m")
    if not blur:
        return rectification.outline_of(project, lead)
    seen = casebook.table(casebook.opened(project), role="local", merged=True)
    point = seen.loc[seen["lead_id"] == lead.key[1], "geometry"].reset_index(drop=True)
    return point.to_crs(EQUAL_AREA).buffer(float(blur) / 2).to_crs(STORAGE)


def _lead_row(lead: Record, outline: gpd.GeoSeries) -> gpd.GeoDataFrame:
    told = lead.fields
    row = {
        "lead_id": lead.key[1],
        "patch_id": lead.key[1],
        "machine_class": told.get("machine_class") or "other",
        "human_class": told.get("human_class"),
        "state": "problem",
        "score": float(told.get("score") or 0),
        "priority": 1.0,
        "area_m2": float(told.get("area_m2") or 0),
        "before_on": pd.NaT,
        "after_on": pd.Timestamp(str(told["seen_on"])[:10]),
        "division_code": told["division_code"],
        "site_id": told.get("site_id"),
        "site_name": told.get("site_name"),
        "distance_m": told.get("distance_m"),
        "zone_ids": told.get("zone_ids"),
    }
    return gpd.GeoDataFrame([row], geometry=[outline.union_all()], crs=STORAGE)


def _sheet(case: Sequence[Event], problem: Record, lead: Record, words: Catalogue) -> str:
    told = {"lead_id": lead.key[1]} | dict(problem.fields)
    rows = [(_field(name, words), _value(name, told[name], words)) for name in _FACTS if told.get(name) is not None]
    facts = "".join(f"<tr><th>{escape(head)}</th><td>{escape(value)}</td></tr>" for head, value in rows)
    heads = _heads([words.say(f"case_sheet.head_{name}") for name in ("number", "at", "who", "what")])
    lines = "".join(_line(event, words) for event in case)
    title, history = words.say("case_sheet.title", name=problem.key[1]), words.say("case_sheet.history")
    state = words.say("case_sheet.state", state=words.say(f"problem_state.{problem.state}"))
    place, notice = words.say("case_sheet.map"), words.say("case_sheet.notice")
    back = _back(problem.fields.get("look_back"), problem.fields.get("look_back_read"), words)
    return (
        f'<!doctype html><html lang="{words.language}"><meta charset="utf-8"><style>{_STYLE}</style>'
        f"<title>{escape(problem.key[1])}</title><h1>{escape(title)}</h1>"
        f"<p>{escape(state)}</p><table>{facts}</table>{back}"
        f"{_documents(problem.fields.get('files') or (), words)}"
        f'<h2>{escape(place)}</h2><img src="map.png" alt="">'
        f"<h2>{escape(history)}</h2><table><tr>{heads}</tr>{lines}</table><p>{escape(notice)}</p></html>"
    )


def _heads(names: Sequence[str]) -> str:
    return "".join(f"<th>{escape(name)}</th>" for name in names)


def _line(event: Event, words: Catalogue) -> str:
    at = pd.Timestamp(event.at).tz_convert(BEIJING).strftime("%Y-%m-%d %H:%M")
    kind = event.object_kind if event.object_kind in {"lead", "order", "problem"} else ""
    moved = ""
    if kind and event.from_state != event.to_state:
        states = (words.say(f"{kind}_state.{each}") if each else "-" for each in (event.from_state, event.to_state))
        moved = " \u2192 ".join(states)
    what = words.say("case_sheet.what", name=event.object_id, moved=moved or words.say(f"event.{event.kind}"))
    cells = (str(event.number), at, f"{event.who} ({words.say(f'roles.{event.role}')})", f"{what} {event.why}".strip())
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _back(back: dict[str, Any] | None, read: str | None, words: Catalogue) -> str:
    if not back:
        return ""
    said = words.say(
        "case_sheet.look_back",
        before=back["before_on"],
        after=back["after_on"],
        share=f"{back['share']:.0%}",
        machine=words.say(f"look_back.{back['verdict']}"),
        human=words.say(f"look_back.{read}") if read else "-",
    )
    head = words.say("case_sheet.look_back_head")
    return f"<h2>{escape(head)}</h2><p>{escape(said)}</p>"


def _documents(kept: Sequence[dict[str, Any]], words: Catalogue) -> str:
    if not kept:
        return ""
    rows = "".join(
        f"<tr><td>{at:02}</td><td>{escape(words.say('evidence_file.' + each['kind']))}</td>"
        f"<td>{each['bytes']:,}</td><td><code>{escape(each['sha256'])}</code></td></tr>"
        for at, each in enumerate(kept, start=1)
    )
    heads = _heads([words.say(f"case_sheet.file_{name}") for name in ("no", "kind", "bytes", "sha")])
    head = words.say("case_sheet.documents")
    return f"<h2>{escape(head)}</h2><table><tr>{heads}</tr>{rows}</table>"


def _field(name: str, words: Catalogue) -> str:
    return words.words.get(f"field.{name}", name)


def _value(name: str, value: object, words: Catalogue) -> str:
    if name == "problem_type":
        return words.say(f"class.{value}")
    return words.say(f"severity.{int(float(str(value)))}") if name == "severity" else str(value)
