"""The figures beside a briefing map: leads, hot cells and visits counted by prefecture, class and team."""

import geopandas as gpd
import pandas as pd

from cross_check.reports.contents import Contents
from gis.crs import EQUAL_AREA, STORAGE
from gis.language import Catalogue
from gis.marginalia import Figures
from gis.regions import division_of
from satellite.targets import CLASSES

M2_PER_MU = 10_000 / 15
_M2_PER_HA = 10_000.0
_NONE = "-"
_CONFIRMED = ("confirmed", "problem")


def headline(contents: Contents, words: Catalogue) -> str:
    """Return one line of the province's figures, of the tables that are there."""
    counts = {
        "leads": None if contents.leads is None else len(contents.leads),
        "confirmed": None if contents.leads is None else int(contents.leads["state"].isin(_CONFIRMED).sum()),
        "hot": None if contents.hotspots is None else int((contents.hotspots["bin"] > 0).sum()),
        "teams": None if contents.legs is None else contents.legs["team_id"].nunique(),
        "visits": None if contents.visits is None else len(contents.visits),
    }
    said = [words.say(f"brief.count_{name}", count=count) for name, count in counts.items() if count]
    return words.say("brief.joint").join(said)


def area_headline(here: gpd.GeoDataFrame, words: Catalogue) -> str:
    """Return one line of an area's figures."""
    if here.empty:
        return words.say("brief.no_leads")
    return words.say("brief.area_count", count=len(here), mu=f"{here['area_m2'].sum() / M2_PER_MU:,.1f}")


def dates_of(leads: gpd.GeoDataFrame, words: Catalogue) -> tuple[str, ...]:
    """Return the line of acquisition dates of the leads' images, or nothing if none is known."""
    if leads.empty or leads[["before_on", "after_on"]].isna().all(axis=None):
        return ()
    before, after = (_span(leads[column], words) for column in ("before_on", "after_on"))
    return (words.say("brief.image_dates", before=before, after=after),)


def of_province(contents: Contents, words: Catalogue, language: str) -> tuple[Figures, ...]:
    """Return the tables of the province plate: by prefecture, by class, by team."""
    tables = [_by_region(contents, words, language)]
    if contents.leads is not None and len(contents.leads):
        tables.append(_by_class(contents.leads, words))
    if contents.legs is not None and len(contents.legs):
        tables.append(_by_team(contents.legs, contents, words, language))
    return tuple(tables)


def of_area(here: gpd.GeoDataFrame, words: Catalogue) -> tuple[Figures, ...]:
    """Return the numbered list of an area's leads, in the order of ``here``, and their figures by class."""
    if here.empty:
        return ()
    rows = tuple(
        (
            lead.number,
            words.say(f"class.{lead.shown_class}"),
            f"{lead.area_m2 / M2_PER_MU:,.1f}",
            _NONE if pd.isna(lead.site_name) else lead.site_name,
            _NONE if pd.isna(lead.distance_m) else f"{lead.distance_m:,.0f}",
        )
        for lead in here.itertuples()
    )
    heads = ("number", "class", "mu", "site", "distance_m")
    return Figures(words.say("brief.list"), _heads(words, *heads), rows), _by_class(here, words)


def _by_region(contents: Contents, words: Catalogue, language: str) -> Figures:
    regions = contents.regions.set_index("division_code")
    columns: dict[str, pd.Series] = {}
    if contents.enterprises is not None:
        columns["enterprises"] = contents.enterprises["division_code"].value_counts()
    if contents.leads is not None:
        columns["leads"] = contents.leads["division_code"].value_counts()
    if contents.hotspots is not None:
        hot = contents.hotspots[contents.hotspots["bin"] > 0]
        columns["hot"] = _places(hot, contents.regions)
    if contents.visits is not None:
        columns["visits"] = _places(contents.visits, contents.regions)
    counts = pd.DataFrame(columns, index=regions.index).fillna(0).astype(int)
    rows = [
        (str(regions.loc[code, f"name_{language}"]), *(f"{value:,}" if value else _NONE for value in counts.loc[code]))
        for code in counts.index
    ]
    total = (words.say("brief.total"), *(f"{value:,}" for value in counts.sum()))
    return Figures(words.say("brief.by_region"), _heads(words, "region", *columns), (*rows, total), total=True)


def _places(table: gpd.GeoDataFrame, regions: gpd.GeoDataFrame) -> pd.Series:
    if table.empty:
        return pd.Series(dtype=int)
    return division_of(table.geometry.to_crs(EQUAL_AREA).centroid.to_crs(STORAGE), regions).value_counts()


def _by_class(leads: gpd.GeoDataFrame, words: Catalogue) -> Figures:
    areas = leads.groupby("shown_class")["area_m2"]
    counts, sums = areas.size(), areas.sum()
    rows = tuple(
        (
            words.say(f"class.{name}"),
            str(counts[name]),
            f"{sums[name] / M2_PER_MU:,.1f}",
            f"{sums[name] / _M2_PER_HA:,.2f}",
        )
        for name in CLASSES
        if name in counts
    )
    return Figures(words.say("brief.by_class"), _heads(words, "class", "leads", "mu", "ha"), rows)


def _by_team(table: gpd.GeoDataFrame, contents: Contents, words: Catalogue, language: str) -> Figures:
    legs = table.groupby("team_id").agg(days=("day", "nunique"), visits=("visits", "sum"), m=("length_m", "sum"))
    names = contents.regions.set_index("division_code")[f"name_{language}"]
    ways = (
        {}
        if contents.assignment is None
        else {
            team.team_id: (
                names.get(team.home_division, team.home_division),
                names.get(team.division_code, team.division_code),
            )
            for team in contents.assignment.itertuples()
        }
    )
    rows = tuple(
        (team.Index, *ways.get(team.Index, (_NONE, _NONE)), str(team.days), str(team.visits), f"{team.m / 1000:,.0f}")
        for team in legs.itertuples()
    )
    heads = ("team", "from", "to", "days", "visits", "km")
    return Figures(words.say("brief.by_team"), _heads(words, *heads), rows)


def _heads(words: Catalogue, *names: str) -> tuple[str, ...]:
    return tuple(words.say(f"brief.head_{name}") for name in names)


def _span(days: pd.Series, words: Catalogue) -> str:
    known = days.dropna()
    if known.empty:
        return _NONE
    first, last = (f"{day:%Y-%m-%d}" for day in (known.min(), known.max()))
    return first if first == last else words.say("brief.span", first=first, last=last)
