"""Units that answer for sites beside the divisions: zones of Daxing'anling, farms, forestry bureaus.

They stand in gis/data/units.csv, with the prefecture that their affairs go to and the dates of their existence.
Who answers for a place there must be declared; its position cannot say. Every division is a unit under its own code.
"""

import datetime as dt

import pandas as pd

from gis import codes, data, regions

KINDS = ("zone", "farm", "forestry")


def table() -> pd.DataFrame:
    """Return all units: unit_id, name_zh, name_en, kind (``KINDS``), parent (a prefecture), valid_from, valid_to."""
    units = pd.DataFrame(data.rows("units"))
    return units.assign(
        valid_from=pd.to_datetime(units["valid_from"].replace("", None)),
        valid_to=pd.to_datetime(units["valid_to"].replace("", None)),
    )


def declared(texts: pd.Series, prefectures: pd.Series, on: dt.date | None = None) -> pd.Series:
    """Return the unit's id for what people write as the responsible unit, missing where it cannot be told.

    Parameters
    ----------
    texts : Series of str
        A unit's id or name, whole or its beginning (without its last word), a division's code or name; "" is missing.
    prefectures : Series of str
        The prefecture's code of each row, which tells the two counties called Xiangyang apart; index as ``texts``.
    on : date, optional
        Units that did not exist on this day count for nothing.
    """
    units = table()
    if on is not None:
        day = pd.Timestamp(on)
        units = units[~(units["valid_from"] > day) & ~(units["valid_to"] < day)]
    known = _names(units)
    divisions = regions.declared(texts)
    pairs = pd.DataFrame({"text": texts, "prefecture": prefectures, "division": divisions}).astype(object)
    told = {key: _told(key, known) for key in pairs.drop_duplicates().itertuples(index=False, name=None)}
    found = [told[key] for key in pairs.itertuples(index=False, name=None)]
    return pd.Series(found, index=texts.index, dtype=str)


def _names(units: pd.DataFrame) -> dict[str, str]:
    """Return ids by every id and name, and by other spellings of a name that mean one unit only."""
    whole = dict(zip(units["name_zh"], units["unit_id"], strict=True)) | {one: one for one in units["unit_id"]}
    owners: dict[str, set[str]] = {}
    for name, unit in zip(units["name_zh"], units["unit_id"], strict=True):
        spelt = {name}
        for part, others in data.words("units")["instead"].items():
            spelt |= {one.replace(part, other) for one in spelt for other in others}
        for one in spelt:
            owners.setdefault(one, set()).add(unit)
    return {name: next(iter(few)) for name, few in owners.items() if len(few) == 1} | whole


def _told(row: tuple[object, ...], known: dict[str, str]) -> str | None:
    text, prefecture, division = row
    plain = "".join(str(text).split())
    if not plain:
        return None
    if plain in known:
        return known[plain]
    county = codes.county_named(plain, str(prefecture))
    return county or (None if pd.isna(division) else str(division))
