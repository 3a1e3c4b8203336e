"""Entries: what people wrote into the cells of a register, read into values or told as faults. Nothing is repaired.

Texts are stripped strings by row number, "" where a cell is empty. Faults are rows (row, column, code, value) that name
the register's own column; ``register.check`` puts the user's heading there.
"""

import re
import unicodedata
from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from gis import codes, data, regions
from gis.crs import STORAGE
from gis.errors import FAULT_COLUMNS

Faults = list[pd.DataFrame]

_BOX_MARGIN_DEG = 0.1
_SEPARATORS = r"[;,/|\u3001\uff0c\uff1b\s]+"
_BRACKETED = r"\(.*?\)|\[.*?\]"
_BRACKETS = r"[()\[\]]"
_INDUSTRY = r"^[A-T]?(\d{2,4})(?:\D.*)?$"


def headings(found: Iterable[str]) -> dict[str, str]:
    """Return the user's heading for each column of the register that gis/data/headings.toml knows.

    Where several headings may mean one column, the one that the data file names first wins.
    """
    by_plain = {plain(heading): heading for heading in reversed(list(found))}
    told = {}
    for column, spellings in data.words("headings")["columns"].items():
        known = [plain(spelling) for spelling in spellings if plain(spelling) in by_plain]
        if known:
            told[column] = by_plain[known[0]]
    return told


def plain(text: str, *, keep_brackets: bool = False) -> str:
    """Return a heading or word in half width and small letters, without spaces, underscores and brackets.

    With ``keep_brackets`` only the brackets go and what stands within them stays.
    """
    half = re.sub(_BRACKETS if keep_brackets else _BRACKETED, "", unicodedata.normalize("NFKC", text))
    return "".join(half.casefold().replace("_", " ").split())


def columns() -> dict[str, str]:
    """Return the usual Chinese heading of each column, in the order in which a sheet has them."""
    return {column: spellings[0] for column, spellings in data.words("headings")["columns"].items()}


def spelled(values: pd.Series, column: str) -> pd.Series:
    """Return the usual Chinese words for category codes."""
    return values.map({code: spellings[0] for code, spellings in data.words("headings")[column].items()})


def spelled_lists(values: pd.Series) -> pd.Series:
    """Return the usual Chinese words for key lists joined with ``;``, joined likewise."""
    known = {code: spellings[0] for code, spellings in data.words("headings")["key_lists"].items()}
    return values.map(lambda lists: ";".join(known[code] for code in lists.split(";")), na_action="ignore")


def faults_where(wrong: pd.Series, column: str, code: str, values: pd.Series) -> pd.DataFrame:
    """Return a fault for each row in which ``wrong`` holds."""
    rows = wrong.index[wrong.to_numpy(dtype=bool)]
    return pd.DataFrame({"row": rows, "column": column, "code": code, "value": values.loc[rows].to_numpy()})


def joined(faults: Faults) -> pd.DataFrame:
    """Return fault tables as one, by row; of several faults of one cell the first stays."""
    whole = pd.concat([pd.DataFrame(columns=list(FAULT_COLUMNS), dtype=object), *(one for one in faults if len(one))])
    whole["row"] = whole["row"].astype("int64")
    return whole.drop_duplicates(["row", "column"]).sort_values("row", kind="stable", ignore_index=True)


def empty(texts: pd.DataFrame, columns: Iterable[str]) -> Faults:
    """Return a fault for each empty cell of the columns."""
    return [faults_where(texts[column] == "", column, "table.empty_value", texts[column]) for column in columns]


def credit_codes(texts: pd.Series) -> Faults:
    """Return the faults of credit codes: cut by a spreadsheet, mistyped (the value proposes another), or just wrong."""
    wrong = (texts != "") & ~codes.credit_codes_valid(texts)
    cut = wrong & codes.rounded_by_spreadsheet(texts)
    meant = codes.suggestions(texts)
    mistyped = wrong & ~cut & codes.credit_codes_valid(meant)
    return [
        faults_where(cut, "credit_code", "register.cut_credit_code", texts),
        faults_where(mistyped, "credit_code", "register.mistyped_credit_code", meant),
        faults_where(wrong & ~cut & ~mistyped, "credit_code", "register.bad_credit_code", texts),
    ]


def permit_nos(texts: pd.Series, owners: pd.Series) -> Faults:
    """Return the faults of permit numbers: cut by a spreadsheet, mistyped, wrong, or of another credit code."""
    wrong = (texts != "") & ~codes.permit_nos_valid(texts)
    cut = wrong & codes.rounded_by_spreadsheet(texts)
    meant = codes.suggestions(texts)
    mistyped = wrong & ~cut & codes.permit_nos_valid(meant)
    ours = (texts != "") & ~wrong & ~codes.permit_nos_of_trial(texts)
    foreign = ours & codes.credit_codes_valid(owners) & (texts.str[: codes.CREDIT_CODE_LENGTH] != owners)
    return [
        faults_where(cut, "permit_no", "register.cut_permit_no", texts),
        faults_where(mistyped, "permit_no", "register.mistyped_permit_no", meant),
        faults_where(wrong & ~cut & ~mistyped, "permit_no", "register.bad_permit_no", texts),
        faults_where(foreign, "permit_no", "register.foreign_permit_no", texts),
    ]


def words(texts: pd.Series, column: str, default: str | None = None) -> tuple[pd.Series, Faults]:
    """Return category codes for the words of a column; an empty cell is the default."""
    known = _spellings(column)
    values = texts.map({text: known.get(plain(text)) for text in texts.unique()}).mask(texts == "", default)
    return values, [faults_where((texts != "") & values.isna(), column, "table.unknown_value", texts)]


def key_lists(texts: pd.Series) -> tuple[pd.Series, Faults]:
    """Return key lists joined with ``;`` in their fixed order, missing where a site is on none."""
    known = _spellings("key_lists")
    nothing = {plain for plain, code in _spellings("positive_list").items() if code == "no"}
    order = list(data.words("headings")["key_lists"])
    read: dict[str, str | None] = {}
    unknown = set()
    for text in texts.unique():
        parts = [plain(part) for part in re.split(_SEPARATORS, text) if part]
        named = [part for part in parts if part not in nothing]
        if any(part not in known for part in named):
            unknown.add(text)
        read[text] = ";".join(sorted({known[part] for part in named if part in known}, key=order.index)) or None
    return texts.map(read), [faults_where(texts.isin(unknown), "key_lists", "table.unknown_value", texts)]


def industries(texts: pd.Series) -> tuple[pd.Series, Faults]:
    """Return industry codes of two to four digits, from codes with or without their letter or from shipped names."""
    by_name = {name: code for code, name in codes.industries().items()}
    values = texts.str.extract(_INDUSTRY, expand=False).fillna(texts.map(by_name))
    return values, [faults_where((texts != "") & values.isna(), "industry_code", "register.bad_industry_code", texts)]


def degrees(lon: pd.Series, lat: pd.Series) -> tuple[gpd.GeoSeries, Faults]:
    """Return points (EPSG:4490) of decimal degrees, missing where one of the two is no number."""
    faults, numbers = [], []
    for column, texts in (("lon", lon), ("lat", lat)):
        numbers.append(pd.to_numeric(texts, errors="coerce"))
        faults.append(faults_where((texts != "") & numbers[-1].isna(), column, "register.not_a_number", texts))
    points = gpd.GeoSeries(gpd.points_from_xy(*numbers), index=lon.index, crs=STORAGE)
    return points.where(numbers[0].notna() & numbers[1].notna()), faults


def points(places: gpd.GeoSeries) -> tuple[gpd.GeoSeries, Faults]:
    """Return the points of a layer (EPSG:4490); anything else is a fault and goes missing."""
    missing = places.isna() | places.is_empty
    other = ~missing & (places.geom_type != "Point")
    kinds = places.geom_type.fillna("").astype(str)
    faults = [
        faults_where(missing, "geometry", "table.empty_value", kinds),
        faults_where(other, "geometry", "table.wrong_geometry", kinds),
    ]
    return places.where(~missing & ~other), faults


def positions(places: gpd.GeoSeries, province: gpd.GeoDataFrame, column: str) -> Faults:
    """Return the faults of places that lie outside the box of the province, those with swapped coordinates apart."""
    west, south, east, north = province.total_bounds
    margin = _BOX_MARGIN_DEG
    x, y = places.x, places.y

    def within(lon: pd.Series, lat: pd.Series) -> pd.Series:
        return lon.between(west - margin, east + margin) & lat.between(south - margin, north + margin)

    outside = places.notna() & ~within(x, y)
    swapped = outside & within(y, x)
    shown = x.astype(str) + ", " + y.astype(str)
    return [
        faults_where(swapped, column, "register.swapped_coordinates", shown),
        faults_where(outside & ~swapped, column, "register.outside_box", shown),
    ]


def divisions(
    texts: pd.Series, places: gpd.GeoSeries, province: gpd.GeoDataFrame, border_m: float, column: str
) -> tuple[pd.Series, Faults]:
    """Return the division that answers for each place, told by position and, near a border, by declaration.

    A place farther than ``border_m`` outside all regions is a fault, and so is a declared division that the place
    misses by more. Where a division administers land beyond its outline, the declaration is believed.
    """
    found = regions.division_of(places, province)
    told = regions.declared(texts.mask(texts == ""))
    away_m = regions.distances_m(places, found, province)
    missed_m = regions.distances_m(places, told, province)
    beyond = (away_m > 0) & regions.beyond_outline(places, told)
    outside = (away_m > border_m) & ~beyond
    unknown = (texts != "") & told.isna()
    other = told.notna() & (told != found) & (missed_m > border_m) & ~beyond & ~outside
    shown = places.x.astype(str) + ", " + places.y.astype(str)
    faults = [
        faults_where(outside, column, "register.outside_province", shown),
        faults_where(unknown, "division", "register.unknown_division", texts),
        faults_where(other, "division", "register.other_division", texts + " / " + found),
    ]
    return told.where(told.notna() & ((missed_m <= border_m) | beyond), found), faults


def trial_permits(texts: pd.Series) -> Faults:
    """Return a note for each valid permit number of the trial rules of 2016."""
    trial = (texts != "") & codes.permit_nos_valid(texts) & codes.permit_nos_of_trial(texts)
    return [faults_where(trial, "permit_no", "register.trial_permit_no", texts)]


def _spellings(column: str) -> dict[str, str]:
    return {plain(word): code for code, spellings in data.words("headings")[column].items() for word in spellings}
