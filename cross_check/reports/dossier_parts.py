"""What a dossier says, part by part and in words: the same for the page, the printed sheet and the PDF. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from cross_check import registry
from cross_check.dossiers import Dossier
from gis import history
from gis.history import BEIJING
from gis.language import Catalogue

_FACTS = (
    "credit_code", "permit_no", "permit_category", "industry_code", "operating", "supervision", "special_object",
    "management_level", "pollution_types", "scale", "key_lists", "listed_years", "positive_list", "positive_until",
    "positive_document", "division_code", "county_code", "unit_id", "address", "river_basin", "park", "grid_cell",
    "sensitive_points", "facilities", "legal_person", "contact", "contact_phone",
)  # fmt: skip
_PLACE = ("coord_raw", "coord_declared", "coord_detected", "coord_decided", "coord_by")
_GOOD = {"yes": "\u221a", "no": "\u00d7", "": ""}
WRONG = _GOOD["no"]
"""Stands in a cell where a check has failed."""


@dataclass(frozen=True)
class Picture:
    """An image of the place: PNG and what stands under it."""

    png: bytes
    said: str


@dataclass(frozen=True)
class Table:
    """One table: its heading, the heads of its columns and all its rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Parts:
    """A dossier in words.

    Attributes
    ----------
    name, subtitle : str
    facts : list of (name, value)
        What the register says.
    place, lacking : str
        How the place was decided; what the register does not say.
    doubts : str
    identity : list of rows
        What is checked, what was found, and a mark.
    tables : list of Table
        Those with a row.
    nothing : str
        What is known to be nothing.
    footer : str
    """

    name: str
    subtitle: str
    facts: list[tuple[str, str]]
    place: str
    lacking: str
    doubts: str
    identity: list[list[str]]
    tables: list[Table]
    nothing: str
    footer: str


def parts(dossier: Dossier, words: Catalogue) -> Parts:
    """Return everything that a dossier says."""
    row, joint = dossier.site.iloc[0], registry.joint(words)
    lon, lat = dossier.lonlat
    day = dossier.on.isoformat()
    said = [(registry.column(name, words), registry.value(name, str(row[name]), words)) for name in _FACTS]
    place = [(registry.column(name, words), registry.value(name, str(row[name]), words)) for name in _PLACE]
    lacking = joint.join(name for name, value in said if not value)
    found = _rows(dossier, words)
    return Parts(
        name=str(row["name"]),
        subtitle=words.say("dossier.subtitle", site=row["site_id"], lon=lon, lat=lat, day=day),
        facts=[(name, value) for name, value in said if value],
        place=joint.join(f"{name} {value}" for name, value in place if value),
        lacking=words.say("dossier.lacking", columns=lacking) if lacking else "",
        doubts=joint.join(dict.fromkeys(words.say(code) for code in dossier.doubts["code"])),
        identity=_identity(dossier, words),
        tables=[
            Table(words.say(f"dossier.h_{name}"), words.say(f"dossier.heads_{name}").split("|"), rows)
            for name, rows in found.items()
            if rows
        ],
        # Nothing known is an answer too, but it needs no more than a line.
        nothing=joint.join(words.say(f"dossier.no_{name}") for name, rows in found.items() if not rows),
        footer=words.say("dossier.footer", day=day),
    )


def _rows(dossier: Dossier, words: Catalogue) -> dict[str, list[list[str]]]:
    return {
        "leads": _leads(dossier.leads, words),
        "problems": _problems(dossier.problems, words),
        "zones": _zones(dossier, words),
        "visits": _visits(dossier, words),
        "positive": _positive(dossier.positive),
        "neighbours": _neighbours(dossier, words),
        "signals": _signals(dossier, words),
        "past": _past(dossier, words),
    }


def _identity(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    return [
        [words.say(f"dossier.{row.code}"), _told(row.code, row.value, words), _GOOD[row.good]]
        for row in dossier.identity.itertuples(index=False)
    ]


def _told(code: str, value: str, words: Catalogue) -> str:
    return words.say(f"values.special_object_{value}") if code == "heavy" else value


def _leads(leads: gpd.GeoDataFrame, words: Catalogue) -> list[list[str]]:
    return [
        [
            row.lead_id,
            words.say(f"class.{row.machine_class if pd.isna(row.human_class) else row.human_class}"),
            words.say(f"lead_state.{row.state}"),
            "" if pd.isna(row.area_m2) else f"{row.area_m2:,.0f} m\u00b2",
            _span(row.before_on, row.after_on),
            _away(row.away_m),
        ]
        for row in leads.itertuples(index=False)
    ]


def _problems(problems: pd.DataFrame, words: Catalogue) -> list[list[str]]:
    return [
        [
            row.problem_id,
            row.lead_id,
            words.say(f"class.{row.problem_type}") if isinstance(row.problem_type, str) else "-",
            words.say(f"problem_state.{row.state}"),
        ]
        for row in problems.itertuples(index=False)
    ]


def _zones(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    waters = words.say("dossier.map_waters")
    return [
        *([row.name, words.say(f"legend.{row.kind}"), _away(row.away_m)] for row in dossier.zones.itertuples()),
        *([row.name, waters, _away(row.away_m)] for row in dossier.waters.itertuples()),
    ]


def _visits(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    kinds = {kind: words.say(f"dossier.check_{kind}") for kind in ("routine", "special", "case")}
    planned = [
        [words.say("dossier.planned", day=row.day), row.team_id, kinds.get(row.check_kind, row.check_kind), row.arrive]
        for row in dossier.visits.itertuples(index=False)
    ]
    done = [
        [_day(row.visited_on), "", kinds.get(row.check_kind, row.check_kind), _text(row.document_no)]
        for row in dossier.checks.itertuples(index=False)
    ]
    return planned + done


def _positive(lines: pd.DataFrame) -> list[list[str]]:
    return [
        [
            _text(row.grounds),
            _text(row.document_no),
            f"{_day(row.valid_from)} \u2192 {_day(row.valid_to)}",
            f"{_day(row.removed_on)} {_text(row.removal_reason)}".strip(),
            _day(row.barred_until),
        ]
        for row in lines.itertuples(index=False)
    ]


def _neighbours(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    firm = words.say("dossier.same_firm")
    mine = set(dossier.siblings["site_id"])
    far = dossier.siblings[~dossier.siblings["site_id"].isin(dossier.neighbours["site_id"])]
    near = [
        [row.name, row.site_id, firm if row.site_id in mine else "", _away(row.away_m)]
        for row in dossier.neighbours.itertuples(index=False)
    ]
    return near + [[row.name, row.site_id, firm, ""] for row in far.itertuples(index=False)]


def _signals(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    fires = [
        [words.say("dossier.fire"), f"{_day(row.first_on)} \u2192 {_day(row.last_on)}", _away(row.away_m)]
        for row in dossier.fires.itertuples(index=False)
    ]
    cells = [
        [words.say("dossier.cell"), words.say("dossier.cell_count", count=row.count, z=row.z), str(row.cell_id)]
        for row in dossier.cells.itertuples(index=False)
        if row.bin
    ]
    return fires + cells


def _past(dossier: Dossier, words: Catalogue) -> list[list[str]]:
    past = dossier.past.iloc[::-1]
    return [
        [
            row.at.astimezone(BEIJING).strftime("%Y-%m-%d"),
            words.say(f"history.{row.kind}"),
            row.by,
            row.source or row.why,
            registry.column(row.column, words),
            registry.value(row.column, str(row.before), words),
            registry.value(row.column, str(row.after), words),
        ]
        for row in past.itertuples(index=False)
        if row.kind in history.KINDS
    ]


def _away(metres: float) -> str:
    return "0 m" if metres < 1 else f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:,.1f} km"  # noqa: PLR2004 -- metres in a kilometre


def _span(first: object, last: object) -> str:
    """Return two days with an arrow between them, one day where there is only one."""
    return " \u2192 ".join(dict.fromkeys(filter(None, (_day(first), _day(last)))))


def _day(day: object) -> str:
    return "" if day is None or pd.isna(day) else pd.Timestamp(str(day)).strftime("%Y-%m-%d")


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
