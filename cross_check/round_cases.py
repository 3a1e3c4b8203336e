"""A round in whole numbers: what every prover and every explainer of rounds starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from cross_check import officers
from cross_check.travel import Ints, Travel
from gis import regions as gis_regions
from gis import schema
from gis.errors import WorkbenchError

Flags = npt.NDArray[np.bool_]

NEEDS = schema.table(
    {
        "division_code": schema.text(unique=True),
        "service_min": schema.number(0),
        "expertise": schema.text(nullable=True),
    }
)
"""One row a region to be visited: minutes on site and kinds of expertise, joined with ``;``, that it asks for."""

PAST = schema.table(
    {
        "round": schema.whole(),
        "home_division": schema.text(),
        "division_code": schema.text(),
    }
)
"""Who inspected whom; a later round has a higher number."""

RULES = ("own", "reciprocal", "past", "back")
"""Hard rules, numbered from 1 in the sentences of the catalogues: never its own region; no two that inspect each
other; no pair of a past round; a region just inspected does not inspect back."""


@dataclass(frozen=True)
class Params:
    """Prices of the soft wishes, all in kilometres of road, and limits of the search.

    Parameters
    ----------
    barred_rounds : int
        Past rounds whose pairs may not come again, counted from the latest.
    mismatch_km : float
        Price of a kind of expertise that a region asks for and its team lacks.
    balance_km : float
        Price of a minute of load of the officer who bears most.
    unvisited_km : float
        Price of a minute of need in a region that stays without a team; keeps the needy regions when teams are few.
    relaxed : mapping
        Rules that may be broken, and the price of each time; none by default. Its own region is barred in any case.
    travel : Travel
    seed : int
        Of the search; the same seed gives the same round.
    effort : float
        Limit of the search in the solver's deterministic time, about seconds; no wall clock is used.
    """

    barred_rounds: int = 3
    mismatch_km: float = 200.0
    balance_km: float = 1.0
    unvisited_km: float = 5.0
    relaxed: Mapping[str, float] = field(default_factory=dict)
    travel: Travel = field(default_factory=Travel)
    seed: int = 1
    effort: float = 30.0

    def __post_init__(self) -> None:
        """Refuse prices below zero, which would reward what they are to prevent."""
        if min(self.barred_rounds, self.mismatch_km, self.balance_km, self.unvisited_km) < 0 or self.effort <= 0:
            raise ValueError("prices and barred_rounds are at least 0, effort is positive")
        if not set(self.relaxed) <= set(RULES[1:]) or any(price <= 0 for price in self.relaxed.values()):
            raise ValueError(f"relaxed rules are among {RULES[1:]}, each at a price above 0")

    @property
    def hard(self) -> tuple[str, ...]:
        """The rules that nothing may break."""
        return tuple(rule for rule in RULES if rule not in self.relaxed)


@dataclass(frozen=True)
class Case:
    """A round in whole numbers.

    Attributes
    ----------
    homes, visited : list of str
        Divisions of the teams and of the regions to be visited.
    metres, missing, load : (teams, regions) int64
        Road length, kinds of expertise missed, minutes of load an officer.
    unvisited : (regions,) int64
        Price in metres of a region that stays without a team.
    barred : mapping
        For each rule about single pairs, (teams, regions) bool.
    """

    homes: list[str]
    visited: list[str]
    metres: Ints
    missing: Ints
    load: Ints
    unvisited: Ints
    barred: dict[str, Flags]

    def reverse(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return, for each (team, region), the pair in which the visited division's team comes back, where both are."""
        row = {code: number for number, code in enumerate(self.homes)}
        column = {code: number for number, code in enumerate(self.visited)}
        return {
            (team, region): (row[there], column[home])
            for team, home in enumerate(self.homes)
            for region, there in enumerate(self.visited)
            if there in row and home in column
        }


def checked(
    teams: pd.DataFrame, regions: gpd.GeoDataFrame, needs: pd.DataFrame, past: pd.DataFrame
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the four tables of a round checked and in their order.

    Raises
    ------
    TableFaults
        If a table is not of its schema.
    WorkbenchError
        ``rounds.no_teams`` without teams or regions, ``rounds.unknown_division`` for one that is none of the regions.
    """
    teams = schema.demand(teams, officers.TEAMS, "teams").sort_values("team_id", ignore_index=True)
    regions = schema.demand(regions, gis_regions.SCHEMA, "regions").sort_values("division_code", ignore_index=True)
    needs = schema.demand(needs, NEEDS, "needs").sort_values("division_code", ignore_index=True)
    past = schema.demand(past, PAST, "past")
    if teams.empty or needs.empty:
        raise WorkbenchError("rounds.no_teams", "A round needs at least one team and one region")
    strangers = (set(teams["home_division"]) | set(needs["division_code"])) - set(regions["division_code"])
    if strangers:
        raise WorkbenchError(
            "rounds.unknown_division", "Not among the regions: {divisions}", divisions=", ".join(sorted(strangers))
        )
    return teams, regions, needs, past


def build(
    teams: pd.DataFrame, regions: gpd.GeoDataFrame, needs: pd.DataFrame, past: pd.DataFrame, params: Params
) -> Case:
    """Return the round in whole numbers; the tables as ``checked`` returns them."""
    homes, visited = list(teams["home_division"]), list(needs["division_code"])
    seats = regions.set_index("division_code")[["seat_lon", "seat_lat"]].astype(np.float64)
    has = [set(kinds.split(";")) for kinds in teams["expertise"]]
    wants = [officers.split(pd.Series([kinds])) for kinds in needs["expertise"]]
    need = needs["service_min"].to_numpy()
    metres = params.travel.metres(seats.loc[homes].to_numpy(), seats.loc[visited].to_numpy())
    return Case(
        homes=homes,
        visited=visited,
        metres=np.rint(metres).astype(np.int64),
        missing=np.array([[len(want - kinds) for want in wants] for kinds in has], dtype=np.int64),
        load=np.rint(need[None, :] / teams["officers"].to_numpy()[:, None]).astype(np.int64),
        unvisited=np.rint(need * params.unvisited_km * 1000).astype(np.int64),
        barred=barred(homes, visited, past, params.barred_rounds),
    )


def cells(case: Case, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return what each pair of team and region would cost and which rule bars it.

    Parameters
    ----------
    case : Case
    chosen : DataFrame
        The pairs of a round: home_division, division_code; may be empty.

    Returns
    -------
    DataFrame
        home_division, division_code, travel_km, missing (kinds of expertise), load_min, barred (the first of ``RULES``
        that bars the pair, "" if none does) and chosen, by home and region.
    """
    goes = set(zip(chosen["home_division"], chosen["division_code"], strict=True))
    rows = [
        (
            home,
            there,
            case.metres[team, region] / 1000,
            int(case.missing[team, region]),
            float(case.load[team, region]),
            next((rule for rule in RULES if rule in case.barred and case.barred[rule][team, region]), ""),
            (home, there) in goes,
        )
        for team, home in enumerate(case.homes)
        for region, there in enumerate(case.visited)
    ]
    names = ["home_division", "division_code", "travel_km", "missing", "load_min", "barred", "chosen"]
    return pd.DataFrame(rows, columns=names)


def barred(homes: list[str], visited: list[str], past: pd.DataFrame, rounds: int) -> dict[str, Flags]:
    """Return for each rule about single pairs which (team, region) it bars."""
    closed = {rule: np.zeros((len(homes), len(visited)), bool) for rule in ("own", "past", "back")}
    row = {code: number for number, code in enumerate(homes)}
    column = {code: number for number, code in enumerate(visited)}
    for code in row.keys() & column.keys():
        closed["own"][row[code], column[code]] = True
    latest = sorted(set(past["round"]), reverse=True)
    for number, home, there in past[["round", "home_division", "division_code"]].itertuples(index=False):
        # Divisions that take no part this time bar nothing.
        if number in latest[:rounds] and home in row and there in column:
            closed["past"][row[home], column[there]] = True
        if number == latest[0] and there in row and home in column:
            closed["back"][row[there], column[home]] = True
    return closed
