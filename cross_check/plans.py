"""Plans: what a team checks in its region. Leads first, then key sites by a public draw; every refusal has a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

import geopandas as gpd
import numpy as np
import pandas as pd

from cross_check import leads as leads_
from cross_check import officers, rounds
from cross_check.ledger.rules import OVER
from gis import regions as gis_regions
from gis import register, schema
from gis.crs import EQUAL_AREA
from gis.errors import WorkbenchError

KINDS = ("lead", "site")
CHECKS = ("case", "special")

_CLOCK = schema.rule(lambda times: times.str.fullmatch(r"([01]\d|2[0-3]):[0-5]\d"), "plans.bad_time")

TARGETS = schema.table(
    {
        "target_id": schema.text(unique=True),
        "target_kind": schema.text(schema.one_of(*KINDS)),
        "name": schema.text(),
        "team_id": schema.text(),
        "division_code": schema.text(),
        "site_id": schema.text(nullable=True),
        "risk": schema.number(1, 3),
        "service_min": schema.number(0),
        "trigger": schema.text(nullable=True),
        "check_kind": schema.text(schema.one_of(*CHECKS)),
        "document_no": schema.text(),
        "opens": schema.text(_CLOCK, nullable=True),
        "closes": schema.text(_CLOCK, nullable=True),
        "geometry": schema.shape("Point"),
    }
)
"""One row a place to visit; ``target_id`` is the lead's or the site's id. ``trigger`` joins with ``;`` the leads that
cause the visit: a visit with a trigger is a check of a case (``case``), one without belongs to the campaign
(``special``). ``opens`` and ``closes`` are clock times HH:MM between which a visit may begin; empty means any time."""

LEAD_EXPERTISE = {
    "construction": "ecology",
    "excavation": "ecology",
    "clearing": "ecology",
    "waste": "waste",
    "burn": "air",
    "turbid_water": "water",
}
LIST_EXPERTISE = {
    "water": "water",
    "groundwater": "water",
    "air": "air",
    "noise": "air",
    "soil": "waste",
    "risk": "waste",
}
"""Kind of expertise that a class of leads or a key list asks for; other classes ask for none."""


@dataclass(frozen=True)
class Params:
    """What is compulsory for a round, and how much one team can do.

    Parameters
    ----------
    document_no : str
        Number of the document that authorises this out-of-area inspection; compulsory.
    seed : str
        Public text of the draw among key sites of equal risk, announced beforehand; compulsory.
    per_region : int
        Most targets a region.
    lead_min, site_min : int
        Minutes on site for a lead and for a key site.
    joined_min : int
        Minutes more for each further lead at the same site: one visit answers all of them.
    risk_cuts : (float, float)
        Priorities of leads from which the risk is 2 and 3.
    recusal_m : float
        A lead this near to a site in which an officer has an interest is not visited by that officer's team, metres.
    """

    document_no: str
    seed: str
    per_region: int = 18
    lead_min: int = 60
    site_min: int = 90
    joined_min: int = 15
    risk_cuts: tuple[float, float] = (1 / 3, 2 / 3)
    recusal_m: float = 500.0

    def __post_init__(self) -> None:
        """Refuse figures that make no plan."""
        if min(self.per_region, self.lead_min, self.site_min) < 1 or min(self.joined_min, self.recusal_m) < 0:
            raise ValueError("per_region and minutes on site are at least 1, joined_min and recusal_m at least 0")


@dataclass(frozen=True)
class Targets:
    """What is visited and what is not.

    Attributes
    ----------
    table : GeoDataFrame
        See ``TARGETS``, by team and rank (the first is the most pressing).
    excluded : GeoDataFrame
        Leads and key sites that are no target: candidate_id, target_kind, name, division_code, risk, reason (a
        catalogue code), joined_to (the target that answers it), geometry. Those with ``plans.capacity`` are, in their
        order, the reserve list.
    """

    table: gpd.GeoDataFrame
    excluded: gpd.GeoDataFrame


def needs(
    leads: gpd.GeoDataFrame, enterprises: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, *, params: Params
) -> pd.DataFrame:
    """Return what each region asks of a team before it is known which team comes (``rounds.NEEDS``).

    Parameters
    ----------
    leads, enterprises, regions : GeoDataFrame
        See ``leads.SCHEMA``, ``gis.register.SCHEMA`` and ``gis.regions.SCHEMA``.
    params : Params

    Returns
    -------
    DataFrame
        One row a region: minutes on site of its targets and the kind of expertise most of them ask for.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    """
    leads, enterprises, regions = _checked(leads, enterprises, regions)
    rows = _filled(_joined(_candidates(leads, enterprises, regions, params), params), params)
    kept = rows[rows["reason"] == ""]
    minutes = kept.groupby("division_code")["service_min"].sum()
    codes = sorted(regions["division_code"])
    table = pd.DataFrame({"division_code": codes, "service_min": minutes.reindex(codes, fill_value=0).to_numpy()})
    kinds = {code: _commonest(group["expertise"]) for code, group in kept.groupby("division_code")}
    return schema.demand(table.assign(expertise=[kinds.get(code) for code in codes]), rounds.NEEDS, "needs")


def targets(
    leads: gpd.GeoDataFrame,
    enterprises: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    assignment: pd.DataFrame,
    *,
    params: Params,
) -> Targets:
    """Choose what each team of a round visits in the region it is sent to.

    Leads come first, by priority, once a person has read them as suspected: triage sends nobody to others either.
    Places left over go to key sites (permit category ``key`` or any key list), by risk and, within a risk, by SHA-256
    tickets of the public seed. A site on the positive list is not visited, with a lead or without:
    ``orders.as_listed`` takes those off that have a trigger on record. A stopped site is visited only if a lead
    triggers it, for a change at a site that should stand still is a reason to look. Several leads at one site make one
    visit. No team visits a site in which one of its officers has an interest.

    Parameters
    ----------
    leads, enterprises, regions : GeoDataFrame
        See ``leads.SCHEMA``, ``gis.register.SCHEMA`` and ``gis.regions.SCHEMA``. The order of rows does not matter.
        A site belongs to the region it declares, or to the one it lies in if that is none of them (a county, say).
    assignment : DataFrame
        See ``rounds.ASSIGNMENT``.
    params : Params

    Returns
    -------
    Targets
        Every lead and every key site is either a target or excluded with a reason.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    WorkbenchError
        ``rounds.no_document`` if the document number is blank, ``plans.no_seed`` if the seed is.
    """
    _demand_facts(params)
    leads, enterprises, regions = _checked(leads, enterprises, regions)
    assignment = schema.demand(assignment, rounds.ASSIGNMENT, "assignment")
    rows = _candidates(leads, enterprises, regions, params)
    rows["team_id"] = rows["division_code"].map(assignment.set_index("division_code")["team_id"])
    rows["reason"] = rows["reason"].mask(_recused(rows, leads, enterprises, assignment, params), "plans.recusal")
    rows["reason"] = rows["reason"].mask(rows["team_id"].isna(), "plans.no_team")
    rows = _filled(_joined(rows, params), params)
    return Targets(table=_table(rows[rows["reason"] == ""], params), excluded=_excluded(rows[rows["reason"] != ""]))


def _demand_facts(params: Params) -> None:
    if not params.document_no.strip():
        raise WorkbenchError(
            "rounds.no_document", "An out-of-area inspection needs the number of its authorising document"
        )
    if not params.seed.strip():
        raise WorkbenchError("plans.no_seed", "The draw among key sites needs a public seed")


def _checked(
    leads: gpd.GeoDataFrame, enterprises: gpd.GeoDataFrame, regions: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return (
        schema.demand(leads, leads_.SCHEMA, "leads"),
        schema.demand(enterprises, register.SCHEMA, "enterprises"),
        schema.demand(regions, gis_regions.SCHEMA, "regions"),
    )


def _candidates(
    leads: gpd.GeoDataFrame, enterprises: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, params: Params
) -> gpd.GeoDataFrame:
    """Return leads and key sites in the order in which they are taken, refused ones with their reason."""
    listed = set(enterprises.loc[enterprises["positive_list"], "site_id"])
    tables = [_lead_rows(leads, listed, params), _site_rows(enterprises, regions, params)]
    filled = [table for table in tables if len(table)] or tables[:1]
    rows = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=leads.crs)
    return rows.assign(joined_to=pd.Series(None, index=rows.index, dtype="str"))


_SENDS_NOBODY = dict.fromkeys(OVER, "plans.lead_settled") | {"excluded": "plans.lead_excluded"}
_SENDS_NOBODY |= dict.fromkeys(("new", "to_read", "doubtful"), "plans.lead_unread")
"""States in which a lead sends nobody to a site, with the reason that is told. What only a machine saw goes nowhere."""


def _lead_rows(leads: gpd.GeoDataFrame, listed: Collection[str], params: Params) -> gpd.GeoDataFrame:
    leads = leads.sort_values(["priority", "lead_id"], ascending=[False, True])
    middle, high = params.risk_cuts
    kind = leads["human_class"].fillna(leads["machine_class"])
    rows = pd.DataFrame(
        {
            "target_id": leads["lead_id"],
            "target_kind": "lead",
            "name": leads["site_name"].fillna(leads["lead_id"]),
            "division_code": leads["division_code"],
            "site_id": leads["site_id"],
            "risk": 1.0 + (leads["priority"] >= middle) + (leads["priority"] >= high),
            "service_min": float(params.lead_min),
            "trigger": leads["lead_id"],
            "expertise": kind.map(LEAD_EXPERTISE).astype("str"),
            "reason": leads["state"].map(_SENDS_NOBODY).fillna(""),
        }
    )
    at_listed = leads["site_id"].isin(listed) & (rows["reason"] == "")
    rows["reason"] = rows["reason"].mask(at_listed, "plans.positive_list")
    return gpd.GeoDataFrame(rows, geometry=leads.representative_point())


def _site_rows(enterprises: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, params: Params) -> gpd.GeoDataFrame:
    lists = enterprises["key_lists"].fillna("").str.split(";").map(lambda names: [name for name in names if name])
    grounds = lists.str.len() + (enterprises["permit_category"] == "key")
    sites = enterprises[grounds > 0]
    tickets = sites["site_id"].map(lambda site: sha256(f"{params.seed}:{site}".encode()).hexdigest())
    rows = pd.DataFrame(
        {
            "target_id": sites["site_id"],
            "target_kind": "site",
            "name": sites["name"],
            "division_code": answering(sites, regions),
            "site_id": sites["site_id"],
            "risk": grounds[grounds > 0].clip(upper=3).astype(float),
            "service_min": float(params.site_min),
            "trigger": pd.Series(None, index=sites.index, dtype="str"),
            "expertise": lists[sites.index]
            .map(lambda names: LIST_EXPERTISE.get(names[0]) if names else None)
            .astype("str"),
            "reason": "",
            "ticket": tickets,
        }
    )
    rows["reason"] = rows["reason"].mask(sites["operating"] == "stopped", "plans.stopped")
    rows["reason"] = rows["reason"].mask(sites["positive_list"], "plans.positive_list")
    rows = gpd.GeoDataFrame(rows, geometry=sites.geometry)
    return rows.sort_values(["risk", "ticket"], ascending=[False, True]).drop(columns="ticket")


def answering(sites: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return the region that answers for each site: the declared one, and by place where a county is declared.

    Parameters
    ----------
    sites, regions : GeoDataFrame
        See ``gis.register.SCHEMA`` and ``gis.regions.SCHEMA``.
    """
    declared = sites["division_code"]
    strange = ~declared.isin(regions["division_code"])
    if not strange.any():
        return declared
    return declared.mask(strange, gis_regions.division_of(sites.geometry, regions))


def _recused(
    rows: gpd.GeoDataFrame,
    leads: gpd.GeoDataFrame,
    enterprises: gpd.GeoDataFrame,
    assignment: pd.DataFrame,
    params: Params,
) -> pd.Series:
    """Return which candidates a team must not visit: its officers' interest sites, and leads near one of them."""
    interests = {
        division: officers.split(pd.Series([sites]))
        for division, sites in zip(assignment["division_code"], assignment["interest_sites"], strict=True)
    }
    own = [
        site in interests.get(division, ())
        for division, site in zip(rows["division_code"], rows["site_id"], strict=True)
    ]
    places = enterprises.set_index("site_id").to_crs(EQUAL_AREA).geometry
    shapes = leads.set_index("lead_id").to_crs(EQUAL_AREA)
    near: set[str] = set()
    for division, sites in interests.items():
        around = places[places.index.isin(sites)].buffer(params.recusal_m).union_all()
        there = shapes[shapes["division_code"] == division]
        near.update(there.index[there.intersects(around)])
    return pd.Series(own, index=rows.index, dtype=bool) | rows["target_id"].isin(near)


def _joined(rows: gpd.GeoDataFrame, params: Params) -> gpd.GeoDataFrame:
    """Return the candidates with all that lies at one site answered by its first lead."""
    rows = rows.copy()
    at_site = rows["site_id"].notna()
    asking = rows[at_site & (rows["target_kind"] == "lead") & (rows["reason"] == "")]
    first = asking.groupby("site_id")["target_id"].first()
    triggers = asking.groupby("site_id")["target_id"].agg(";".join)
    counts = asking.groupby("site_id").size()
    leading = rows["target_id"].isin(first)
    rows["trigger"] = rows["trigger"].mask(leading, rows["site_id"].map(triggers))
    more = counts.reindex(rows["site_id"]).to_numpy(np.float64) - 1
    rows["service_min"] += params.joined_min * np.where(leading, more, 0.0)
    # A stopped site is answered by its lead as well; a recused one never is.
    open_ = rows["reason"].isin(["", "plans.stopped"])
    follows = at_site & open_ & ~leading & rows["site_id"].isin(first.index)
    rows["reason"] = rows["reason"].mask(follows, "plans.same_site")
    rows["joined_to"] = rows["joined_to"].mask(follows, rows["site_id"].map(first))
    return rows


def _filled(rows: gpd.GeoDataFrame, params: Params) -> gpd.GeoDataFrame:
    """Return the candidates with those beyond a region's capacity refused."""
    place = rows[rows["reason"] == ""].groupby("division_code").cumcount()
    beyond = place.index[place >= params.per_region]
    reasons = rows["reason"].mask(rows.index.isin(beyond), "plans.capacity")
    # What was to be answered by a visit that does not take place waits with it.
    waiting = rows["joined_to"].isin(rows.loc[beyond, "target_id"])
    return rows.assign(reason=reasons.mask(waiting, "plans.capacity"))


def _commonest(kinds: pd.Series) -> str | None:
    counts = {kind: int((kinds == kind).sum()) for kind in officers.EXPERTISE}
    kind = max(counts, key=lambda name: counts[name])
    return kind if counts[kind] else None


def _table(rows: gpd.GeoDataFrame, params: Params) -> gpd.GeoDataFrame:
    table = rows.assign(
        check_kind=np.where(rows["trigger"].notna(), "case", "special"),
        document_no=params.document_no.strip(),
        opens=pd.Series(None, index=rows.index, dtype="str"),
        closes=pd.Series(None, index=rows.index, dtype="str"),
    ).sort_values("team_id", kind="stable")
    return schema.demand(table[list(TARGETS.columns)], TARGETS, "targets")


def _excluded(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = ["target_id", "target_kind", "name", "division_code", "risk", "reason", "joined_to", "geometry"]
    return rows[names].rename(columns={"target_id": "candidate_id"}).reset_index(drop=True)
