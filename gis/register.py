"""The register of pollution sources: one row an enterprise site, and the check of rows that people bring."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gis import codes, entries, harm, particulars, schema
from gis.coordinates import RECORD, Located
from gis.crs import STORAGE

PERMIT_CATEGORIES = ("key", "simplified", "registration")
OPERATING = ("running", "stopped")
KEY_LISTS = ("water", "groundwater", "air", "noise", "soil", "risk")

SCHEMA = schema.table(
    {
        "site_id": schema.text(unique=True),
        "name": schema.text(),
        "credit_code": schema.text(schema.rule(codes.credit_codes_valid, "register.bad_credit_code")),
        "permit_no": schema.text(schema.rule(codes.permit_nos_valid, "register.bad_permit_no"), nullable=True),
        "industry_code": schema.text(),
        "permit_category": schema.text(schema.one_of(*PERMIT_CATEGORIES)),
        "key_lists": schema.text(nullable=True),
        "positive_list": schema.flag(),
        "operating": schema.text(schema.one_of(*OPERATING)),
        "division_code": schema.text(),
        "geometry": schema.shape("Point"),
    }
)
"""``site_id`` is the 22-character permit number where there is one (the inspected object is the site, not the firm),
else a number derived from credit code and place. ``key_lists`` joins codes of ``KEY_LISTS`` with ``;``."""

REQUIRED = ("name", "credit_code", "industry_code", "permit_category", "lon", "lat")
"""Columns that an imported table must have and fill; a layer of points needs no lon and lat."""

COLUMNS = (*REQUIRED, "permit_no", "key_lists", "positive_list", "operating", "division")
"""All columns that an imported table may have; gis/data/headings.toml says how people call them."""

REPEATED = "register.repeated_site"
OUTSIDE = ("register.outside_box", "register.outside_province")

BORDER_M = 5000.0
"""How far the borders of the shipped sketch may be off."""

_PLACE = ("lon", "lat")


@dataclass(frozen=True)
class Receipt:
    """What became of an imported table, in rows.

    Attributes
    ----------
    rows : int
        All rows of the file that are not blank.
    good, faulty : int
        Rows without and with faults; they sum to ``rows``.
    duplicates : int
        Faulty rows that repeat the site of a row above.
    outside : int
        Faulty rows whose place lies outside the province.
    new, changed, unchanged : int
        Good rows against the existing register; they sum to ``good``.
    """

    rows: int
    good: int
    faulty: int
    duplicates: int
    outside: int
    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Checked:
    """The good rows of an imported table, its faults and its receipt.

    Attributes
    ----------
    enterprises : GeoDataFrame
        The rows without a fault, in the order of the file, see ``SCHEMA``; beyond it those columns of
        ``particulars.SCHEMA`` that the file has, as ``particulars.read`` returns them.
    faults : DataFrame
        row (as the user sees it), column (the user's own heading), code, value; by row.
    notes : DataFrame
        Of the same form: what is odd but no fault.
    receipt : Receipt
    """

    enterprises: gpd.GeoDataFrame
    faults: pd.DataFrame
    notes: pd.DataFrame
    receipt: Receipt


def read_headings(headings: Iterable[str]) -> dict[str, str]:
    """Return the user's heading for each column of the register that can be told, Chinese or English.

    The known headings stand in gis/data/headings.toml; where several may mean one column, the first named there wins.
    """
    return entries.headings(headings)


def check(
    rows: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    existing: gpd.GeoDataFrame | None = None,
    *,
    border_m: float = BORDER_M,
    located: Located | None = None,
    told: Mapping[str, str] | None = None,
) -> Checked:
    """Sort imported rows into good ones and faults.

    Parameters
    ----------
    rows : DataFrame of str, or GeoDataFrame with points in EPSG:4490
        Raw, with the user's headings; the index holds the row numbers the user sees. Empty cells are "". Without
        geometry, longitude and latitude are taken as decimal degrees of WGS84/CGCS2000.
    regions : GeoDataFrame
        See ``gis.regions.SCHEMA``.
    existing : GeoDataFrame, optional
        The register so far (``SCHEMA``), for the receipt.
    border_m : float
        How far the regions' borders may be off. So near a border the declared division is believed, and a place so
        little outside the province counts as inside.
    located : Located, optional
        Where the rows lie, as ``gis.coordinates.locate`` found out, without open questions; goes before all else.
    told : mapping, optional
        Headings of columns that were found out otherwise; "" for a column that the table shall not have.

    Returns
    -------
    Checked
        Nothing is repaired: a mistyped code, swapped coordinates or a wrong division is a fault, and its value says
        what was meant or found. An empty positive list means no, an empty operating state running, an empty division
        the one in which the place lies.
    """
    ours = {column: heading for column, heading in (told or {}).items() if column in COLUMNS}
    headings = {column: heading for column, heading in {**read_headings(rows.columns), **ours}.items() if heading}
    layer = located is not None or isinstance(rows, gpd.GeoDataFrame)
    required = [column for column in REQUIRED if not (layer and column in _PLACE)]
    missing = [column for column in required if column not in headings]
    if missing:
        heading_row = int(rows.index.min()) - 1 if len(rows) else 1
        faults = pd.DataFrame({"row": heading_row, "column": missing, "code": "table.no_column", "value": ""})
        return Checked(_nobody(), faults, entries.joined([]), _receipt(len(rows), _nobody(), faults, existing))
    texts = _texts(rows, headings)
    values, faults_by_column = _values(rows if located is None else located, texts, regions, border_m)
    faults_by_column += entries.empty(texts, required)
    said, said_faults, said_headings = particulars.read(rows, values["division_code"], values["key_lists"], told)
    # Harm comes first: of several faults of one cell the first is told.
    faults_by_column = [*_harm(texts, rows, said_headings), *faults_by_column, *said_faults]
    values = values.join(said) if located is None else values.join(said).join(located.record[list(RECORD)])
    headings |= dict(located.headings) if located is not None else {}
    good = values[~values.index.isin(entries.joined(faults_by_column)["row"])]
    good.insert(0, "site_id", site_ids(good["credit_code"], good["permit_no"], good.geometry))
    repeated = good["site_id"].duplicated()
    faults_by_column.append(entries.faults_where(repeated, "credit_code", REPEATED, good["site_id"]))
    enterprises = schema.demand(good[~repeated], SCHEMA, "register")
    faults = _renamed(entries.joined(faults_by_column), headings | said_headings)
    odd = [*entries.trial_permits(texts["permit_no"]), *([located.notes] if located is not None else [])]
    notes = _renamed(entries.joined(odd), headings)
    return Checked(enterprises, faults, notes, _receipt(len(rows), enterprises, faults, existing))


def in_chinese(enterprises: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the register as bureaus write it: Chinese headings and words, longitude and latitude as numbers.

    ``check`` reads the result back to the same rows: site ids are derived again, places keep all their digits.
    """
    enterprises = schema.demand(enterprises, SCHEMA, "register")
    plain = enterprises.assign(
        division=enterprises["division_code"].map(codes.prefectures()),
        permit_category=entries.spelled(enterprises["permit_category"], "permit_category"),
        operating=entries.spelled(enterprises["operating"], "operating"),
        positive_list=entries.spelled(enterprises["positive_list"].map({True: "yes", False: "no"}), "positive_list"),
        key_lists=entries.spelled_lists(enterprises["key_lists"]),
        lon=enterprises.geometry.x,
        lat=enterprises.geometry.y,
    )
    whole = pd.DataFrame(plain)[list(entries.columns())].astype(object)
    return whole.where(whole.notna(), None).rename(columns=entries.columns())


def site_ids(credit_codes: pd.Series, permit_nos: pd.Series, places: gpd.GeoSeries) -> pd.Series:
    """Return the id of each site: its permit number, or U and 12 digits that follow from credit code and place.

    Places count to four decimals (about 10 m), so that a later import of the same row gets the same id.
    """
    derived = [
        "U" + hashlib.sha256(f"{code}|{lon:.4f}|{lat:.4f}".encode()).hexdigest()[:12]
        for code, lon, lat in zip(credit_codes, places.x, places.y, strict=True)
    ]
    return permit_nos.where(permit_nos.notna(), pd.Series(derived, index=permit_nos.index, dtype=str))


def _texts(rows: pd.DataFrame, headings: dict[str, str]) -> pd.DataFrame:
    """Return the cells of the known columns under the register's names, stripped; "" in columns the file lacks."""
    columns = {column: rows[heading].str.strip() for column, heading in headings.items()}
    absent = [column for column in COLUMNS if column not in columns]
    return pd.DataFrame({**columns, **dict.fromkeys(absent, "")}, index=rows.index, dtype=str)


def _harm(texts: pd.DataFrame, rows: pd.DataFrame, said: Mapping[str, str]) -> entries.Faults:
    """Return the harm (``gis.harm``) in all cells that would be saved."""
    more = pd.DataFrame(rows)[list(said.values())].set_axis(list(said), axis=1)
    return harm.faults(texts.join(more.astype(str)))


def _values(
    rows: pd.DataFrame | Located, texts: pd.DataFrame, regions: gpd.GeoDataFrame, border_m: float
) -> tuple[gpd.GeoDataFrame, entries.Faults]:
    """Return the register's columns but the id, unread cells missing, and the faults of single cells."""
    if isinstance(rows, Located):
        places, place_faults = rows.places, [rows.faults]
    elif isinstance(rows, gpd.GeoDataFrame):
        places, place_faults = entries.points(rows.geometry)
    else:
        places, place_faults = entries.degrees(texts["lon"], texts["lat"])
    where = "geometry" if isinstance(rows, gpd.GeoDataFrame) else "lon"
    position_faults = entries.positions(places, regions, where)
    placed = places.mask(places.index.isin(entries.joined(position_faults)["row"]))
    industry, industry_faults = entries.industries(texts["industry_code"])
    category, category_faults = entries.words(texts["permit_category"], "permit_category")
    lists, list_faults = entries.key_lists(texts["key_lists"])
    positive, positive_faults = entries.words(texts["positive_list"], "positive_list", "no")
    operating, operating_faults = entries.words(texts["operating"], "operating", "running")
    division, division_faults = entries.divisions(texts["division"], placed, regions, border_m, where)
    values = {
        "name": texts["name"],
        "credit_code": texts["credit_code"],
        "permit_no": texts["permit_no"].mask(texts["permit_no"] == ""),
        "industry_code": industry,
        "permit_category": category,
        "key_lists": lists,
        "positive_list": positive == "yes",
        "operating": operating,
        "division_code": division,
    }
    faults = [
        *entries.credit_codes(texts["credit_code"]),
        *entries.permit_nos(texts["permit_no"], texts["credit_code"]),
    ]
    faults += industry_faults + category_faults + list_faults + positive_faults + operating_faults
    faults += place_faults + position_faults + division_faults
    return gpd.GeoDataFrame(values, geometry=placed, crs=STORAGE), faults


def _renamed(faults: pd.DataFrame, headings: dict[str, str]) -> pd.DataFrame:
    """Put the user's own headings in place of the register's columns."""
    return faults.assign(column=faults["column"].replace(headings))


def _nobody() -> gpd.GeoDataFrame:
    columns = {column: pd.Series(dtype=str) for column in SCHEMA.columns if column != "geometry"}
    return schema.demand(gpd.GeoDataFrame(columns, geometry=[], crs=STORAGE), SCHEMA, "register")


def _receipt(
    rows: int, enterprises: gpd.GeoDataFrame, faults: pd.DataFrame, existing: gpd.GeoDataFrame | None
) -> Receipt:
    new, changed = _against(enterprises, _nobody() if existing is None else existing)
    good = len(enterprises)
    return Receipt(
        rows=rows,
        good=good,
        faulty=rows - good,
        duplicates=int((faults["code"] == REPEATED).sum()),
        outside=int(faults["code"].isin(OUTSIDE).sum()),
        new=new,
        changed=changed,
        unchanged=good - new - changed,
    )


def _against(enterprises: gpd.GeoDataFrame, existing: gpd.GeoDataFrame) -> tuple[int, int]:
    """Return how many sites are new to the register and how many of the others differ from it in any column."""
    ours = _comparable(enterprises)
    theirs = _comparable(existing).reindex(ours.index)
    known = ours.index.isin(existing["site_id"])
    differs = (ours != theirs).any(axis=1).to_numpy()
    return int((~known).sum()), int((known & differs).sum())


def _comparable(table: gpd.GeoDataFrame) -> pd.DataFrame:
    columns = [column for column in SCHEMA.columns if column not in {"site_id", "geometry"}]
    plain = pd.DataFrame(table[columns]).astype(object)
    plain = plain.where(plain.notna(), "").assign(place=table.geometry.to_wkb(hex=True))
    return plain.set_index(pd.Index(table["site_id"]))
