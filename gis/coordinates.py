"""Coordinates as people bring them, brought to CGCS2000 degrees; where it is not clear how, a question.

Rows of one form (decimal, degrees with minutes, metres with and without zone number) and one declared system make a
group. Each group is decided as a whole, by the probability of its hypotheses (``gis.hypotheses``): a system is taken
without asking only if it is nearly certain and nothing speaks against what the file says of itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from gis import angles, data, entries, hypotheses, offsets, systems
from gis.crs import GEODESIC, STORAGE
from gis.errors import WorkbenchError
from gis.hypotheses import METRES, PACKED, ZONED, Evidence, Hypothesis, Weighed

RECORD = ("coord_raw", "coord_declared", "coord_detected", "coord_decided", "coord_by")
"""What is kept of each place: the raw text, the system that the file declared, the most probable one, the one that was
taken, and who or what decided: ``evidence``, ``declared`` or a person's name."""

QUESTIONS = (
    "group",
    "rows",
    "first_row",
    "reason",
    "name",
    "probability",
    "inside",
    "known",
    "known_m",
    "lon",
    "lat",
    "shift_m",
)
"""One row a hypothesis of a group that was not decided. ``lon`` and ``lat``: where its first row would lie;
``shift_m``: how far that is from the most probable place. ``inside``: share of rows in their stated division; ``known``
rows have a place on record, ``known_m`` away in the median."""

UNSURE, OTHERWISE = "coordinates.unsure", "coordinates.declared_otherwise"
MIXED, SHIFTED = "coordinates.mixed", "coordinates.shifted"
FEW = "coordinates.few_known"

_PLAIN = ":decimal"
_NORTH, _EAST = (3.0e6, 6.0e6), (5e4, 9.99e5)
_ZONE_M = 1e6
_MIXED_ROWS, _MIXED_SHARE = 2, 0.1
_FEW_ROWS = 8
"""Of a file put together from two systems, so many rows that are on record are all of one system once in 128 times."""
_CANDIDATE_ROWS = 200
_WORTH_ASKING = 0.2
_WORTH_SHOWING = 1e-4
_ALWAYS_SHOWN = 3
_COARSE = r"\d+(?:\.\d{0,2})?"


@dataclass(frozen=True)
class Raw:
    """Coordinates as they stand in a file.

    Attributes
    ----------
    x, y : Series of str
        By row, in the order of the file's columns: which is east is found out.
    declared : Series of str
        By row: what the file says of its system (see ``systems.named``), "" for nothing.
    headings : mapping
        The user's heading for ``lon`` and ``lat``, for faults.
    unfit : DataFrame
        Faults (row, column, code, value) of rows that have no single place at all, such as lines of a layer.
    """

    x: pd.Series
    y: pd.Series
    declared: pd.Series
    headings: Mapping[str, str] = field(default_factory=dict)
    unfit: pd.DataFrame = field(default_factory=lambda: entries.joined([]))


@dataclass(frozen=True)
class Answer:
    """What a person says of the system.

    Attributes
    ----------
    system : str
        For all groups: a name of ``gis.systems``, perhaps with ``:dms`` or ``:decimal`` behind it; ``auto`` leaves it
        to the evidence.
    groups : mapping of int to str
        For single groups, by the number in the questions; goes before ``system``.
    by : str
        Who answers.
    custom : str
        System of the sender's earlier files, "" if unknown: makes it likelier, never certain.
    """

    system: str = systems.AUTO
    groups: Mapping[int, str] = field(default_factory=dict)
    by: str = "answer"
    custom: str = ""


@dataclass(frozen=True)
class Located:
    """Where rows lie.

    Attributes
    ----------
    places : GeoSeries of points
        By row, EPSG:4490; missing where a row is faulty or its group was not decided.
    faults, notes : DataFrame
        row, column (``lon`` or ``lat``), code, value.
    record : DataFrame
        By row: ``RECORD``, and ``coord_probability`` of the detected system.
    questions : DataFrame
        See ``QUESTIONS``; empty if everything was decided.
    hypotheses : DataFrame
        The same of all groups, those decided among them; ``decided`` is the name that was taken, "" where a person is
        asked.
    candidates : GeoDataFrame
        For a map of the hypotheses: group, row, name, probability and the place (EPSG:4490), up to 200 rows a group.
    headings : mapping
        Those of ``Raw``.
    """

    places: gpd.GeoSeries
    faults: pd.DataFrame
    notes: pd.DataFrame
    record: pd.DataFrame
    questions: pd.DataFrame
    hypotheses: pd.DataFrame
    candidates: gpd.GeoDataFrame
    headings: Mapping[str, str]


class Undecided(WorkbenchError):
    """Coordinates whose system a person must name; ``questions`` holds the hypotheses (``QUESTIONS``)."""

    def __init__(self, source: str, questions: pd.DataFrame) -> None:
        super().__init__(
            "coordinates.undecided",
            "{source}: the coordinate system of {rows} rows is not certain; nothing was saved",
            source=source,
            rows=int(questions.drop_duplicates("group")["rows"].sum()),
        )
        self.questions = questions

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling together with the questions."""
        return Undecided, (self.params["source"], self.questions)


@dataclass(frozen=True)
class _Group:
    """Rows that are decided together."""

    number: int
    form: str
    zone: int
    declared: str
    x: pd.Series
    y: pd.Series


@dataclass(frozen=True)
class _Verdict:
    """The decision on a group: a name or "", by whom, and why a person is asked."""

    weighed: Weighed
    name: str
    by: str
    reason: str
    answered: bool = False


def locate(raw: Raw, evidence: Evidence, answer: Answer | None = None) -> Located:
    """Find out where rows lie, or what has to be asked.

    Parameters
    ----------
    raw : Raw
    evidence : Evidence
    answer : Answer, optional
        By default everything is left to the evidence.

    Returns
    -------
    Located

    Raises
    ------
    WorkbenchError
        ``coordinates.old_datum``, ``coordinates.two_systems`` or ``coordinates.unknown_system`` for what the file or
        the person names.
    """
    answer = answer or Answer()
    read = _read(raw, _free(answer))
    groups = _groups(read, evidence)
    verdicts = {group.number: _verdict(group, evidence, answer) for group in groups}
    lon, lat = pd.Series(np.nan, index=read.index), pd.Series(np.nan, index=read.index)
    record = pd.DataFrame("", index=read.index, columns=list(RECORD))
    record["coord_raw"] = raw.x.where(raw.x == raw.y, raw.x + " | " + raw.y)
    record["coord_probability"] = np.nan
    faults, notes = [_cell_faults(raw, read)], [*_notes(groups, read), _coarse(raw, read)]
    for group in groups:
        verdict = verdicts[group.number]
        _write_record(record, group, verdict)
        if verdict.name:
            stray = verdict.weighed.contradicted
            kept = group.x.index if verdict.answered else group.x.index.difference(stray)
            lon[kept], lat[kept] = hypotheses.read(_named(verdict.name), group.x[kept], group.y[kept])
            (notes if verdict.answered else faults).append(_contradictions(raw, stray))
    weighed = _weighed(groups, verdicts)
    return Located(
        places=gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=read.index, crs=STORAGE).where(lon.notna()),
        faults=entries.joined([*faults, _unplaced(raw, lon, record)]),
        notes=entries.joined(notes),
        record=record,
        questions=_open(weighed),
        hypotheses=weighed,
        candidates=_candidates(groups, verdicts),
        headings=raw.headings,
    )


def _read(raw: Raw, free: str) -> pd.DataFrame:
    """Return numbers, east first, with their form, zone, declared system and fault, by row."""
    x, y = angles.read(raw.x), angles.read(raw.y)
    read = pd.DataFrame({"x": x["degrees"], "y": y["degrees"], "zone": 0, "swapped": False})
    read["x_code"], read["y_code"] = x["code"], y["code"]
    dms = (x["form"] == angles.DMS) | (y["form"] == angles.DMS)
    for column, texts in (("x_code", raw.x), ("y_code", raw.y)):
        read[column] = read[column].mask(texts == "", "table.empty_value")
    good = (read["x_code"] == "") & (read["y_code"] == "")
    kinds = pd.DataFrame({"x": _kind(read["x"]), "y": _kind(read["y"])})
    read["swapped"] = good & kinds["x"].isin(["lat", "north"]) & kinds["y"].isin(["lon", "east", ZONED]) & (not free)
    for column, other in (("x", "y"), ("y", "x")):
        read[f"_{column}"] = read[column].where(~read["swapped"], read[other])
        kinds[f"_{column}"] = kinds[column].where(~read["swapped"], kinds[other])
    read["x"], read["y"] = read["_x"], read["_y"]
    sides = pd.DataFrame(
        {"x": x["side"].where(~read["swapped"], y["side"]), "y": y["side"].where(~read["swapped"], x["side"])}
    )
    fits = _fits(kinds["_x"], kinds["_y"]) & ~sides["x"].isin(["N", "S"]) & ~sides["y"].isin(["E", "W"])
    read["x_code"] = read["x_code"].mask(good & ~fits & (not free), "coordinates.no_place")
    degrees = kinds["_x"] == "lon"
    read["form"] = np.where(degrees, np.where(dms, angles.DMS, angles.DECIMAL), kinds["_x"].replace("east", METRES))
    if free:
        read["form"] = free
    read["zone"] = np.where(read["form"] == ZONED, read["x"] // _ZONE_M, 0).astype("int64")
    known = {text: systems.named(text) if text else "" for text in raw.declared.unique()}
    return read.assign(declared=raw.declared.map(known)).drop(columns=["_x", "_y"])


def _kind(values: pd.Series) -> pd.Series:
    """Return what numbers of this country's size are: lon, lat, north, east, zoned or "" (nothing)."""
    west, south, east, north = offsets.COUNTRY
    zone = values // _ZONE_M
    rest = values - zone * _ZONE_M
    zoned = zone.isin([*systems.ZONES_3, *systems.ZONES_6]) & rest.between(*_EAST)
    kinds = [values.between(west, east), values.between(south, north), values.between(*_NORTH), values.between(*_EAST)]
    return pd.Series(np.select([*kinds, zoned], ["lon", "lat", "north", "east", ZONED], ""), index=values.index)


def _fits(x: pd.Series, y: pd.Series) -> pd.Series:
    return ((x == "lon") & (y == "lat")) | (x.isin(["east", ZONED]) & (y == "north"))


def _groups(read: pd.DataFrame, evidence: Evidence) -> list[_Group]:
    """Return groups in the order of their first rows; metres without zone number are told apart by stated division."""
    good = read[(read["x_code"] == "") & (read["y_code"] == "")]
    stated = evidence.stated.reindex(good.index).fillna("").where(good["form"] == METRES, "")
    keys = [good["form"], good["zone"], good["declared"], stated.rename("stated")]
    return [
        _Group(number, key[0], int(key[1]), key[2], rows["x"], rows["y"])
        for number, (key, rows) in enumerate(good.groupby(keys, sort=False), start=1)
    ]


def _verdict(group: _Group, evidence: Evidence, answer: Answer) -> _Verdict:
    """Weigh the hypotheses of a group and decide, or tell why not."""
    belief = data.words("systems")["belief"]
    told = answer.groups.get(group.number, answer.system)
    if told != systems.AUTO:
        return _answered(group, evidence, told, answer.by)
    believed = belief["declared"] if group.declared else belief["remembered"]
    weighed = hypotheses.weigh(
        group.x, group.y, _hypotheses(group, group.declared or answer.custom, believed), evidence
    )
    best = weighed.table.iloc[0]
    declared = _in_form(group.declared, group)
    otherwise = bool(declared) and best["system"] != declared
    strays, unknown = len(weighed.contradicted), len(group.x) - best["known"]
    mixed = strays > 0 and (unknown > 0 or strays >= max(_MIXED_ROWS, _MIXED_SHARE * best["known"]))
    reasons = {
        OTHERWISE: otherwise,
        MIXED: mixed,
        SHIFTED: weighed.shift_m > 0,
        FEW: _few(group, weighed, told_by_custom=best["system"] == answer.custom),
        UNSURE: best["probability"] < belief["decide"],
    }
    reason = next((code for code, holds in reasons.items() if holds), "")
    return _Verdict(weighed, "" if reason else best["name"], "declared" if group.declared else "evidence", reason)


def _few(group: _Group, weighed: Weighed, *, told_by_custom: bool) -> bool:
    """Tell whether too few sites on record speak for all rows of degrees that nothing else vouches for."""
    known = int(weighed.table.iloc[0]["known"])
    vouched = known - len(weighed.contradicted)
    alone = not group.declared and not told_by_custom and group.form in {angles.DECIMAL, angles.DMS}
    return alone and 0 < vouched < _FEW_ROWS and known < len(group.x)


def _answered(group: _Group, evidence: Evidence, told: str, by: str) -> _Verdict:
    """Take a person's answer; what it leaves open (whether decimals are minutes and seconds) is asked if in doubt."""
    plain = told.removesuffix(PACKED).removesuffix(_PLAIN)
    system = _in_form(systems.known(plain), group)
    fitting = [one for one in _hypotheses(group, system, 1.0) if one.system == system]
    if told.endswith(PACKED):
        fitting = [one for one in fitting if one.packed]
    elif told.endswith(_PLAIN):
        fitting = [one for one in fitting if not one.packed]
    if not fitting:
        weighed = hypotheses.weigh(group.x, group.y, _hypotheses(group, "", 1.0), evidence)
        return _Verdict(weighed, "", by, OTHERWISE)
    weighed = hypotheses.weigh(group.x, group.y, fitting, evidence)
    plain_ones = weighed.table[~weighed.table["packed"]]
    doubtful = len(fitting) > 1 and float(plain_ones["probability"].sum()) < 1 - _WORTH_ASKING
    name = "" if doubtful else system if len(fitting) > 1 else fitting[0].name
    against = hypotheses.weigh(group.x, group.y, _hypotheses(group, "", 1.0), evidence, name).contradicted
    return _Verdict(Weighed(weighed.table, against, 0.0), name, by, UNSURE if doubtful else "", answered=True)


def _hypotheses(group: _Group, told: str, belief: float) -> list[Hypothesis]:
    told = _in_form(told, group) if told else ""
    if group.form in {angles.DECIMAL, angles.DMS}:
        return hypotheses.of_degrees(group.form, told=told, belief=belief)
    if group.form == ZONED:
        return [Hypothesis(systems.numbered_zone(group.zone), packed=False, prior=1.0)]
    if group.form == METRES:
        return hypotheses.of_metres(told=told if told.startswith("EPSG:") else "", belief=belief)
    return [Hypothesis(group.form, packed=False, prior=1.0)]


def _in_form(system: str, group: _Group) -> str:
    """Return the system that means the same for a group's form: a zone may be declared with or without its number."""
    meridian = systems.meridian_of(system)
    gauss_krueger = system.startswith("EPSG:4") and not np.isnan(meridian)
    if gauss_krueger and group.form == METRES:
        return systems.meridian_zone(int(meridian))
    if group.form == METRES and systems.place_of(system) == systems.CGCS2000:
        return ""
    numbered = systems.numbered_zone(group.zone) if group.form == ZONED else ""
    same = bool(numbered) and (
        systems.place_of(system) == systems.CGCS2000 or meridian == systems.meridian_of(numbered)
    )
    return numbered if same else systems.place_of(system)


def _free(answer: Answer) -> str:
    """Return a system that a person names and whose numbers follow no rule of size known here, such as EPSG:3857."""
    system = answer.system.removesuffix(_PLAIN)
    if not system.upper().startswith("EPSG:"):
        return ""
    known = systems.known(system)
    ours = {systems.meridian_zone(3 * zone) for zone in systems.ZONES_3}
    ours |= {systems.numbered_zone(zone) for zone in (*systems.ZONES_3, *systems.ZONES_6)}
    utm = known.startswith("EPSG:326")
    return "" if not known.startswith("EPSG:") or known in ours or utm else known


def _named(name: str) -> Hypothesis:
    return Hypothesis(name.removesuffix(PACKED), packed=name.endswith(PACKED), prior=1.0)


def _write_record(record: pd.DataFrame, group: _Group, verdict: _Verdict) -> None:
    best = verdict.weighed.table.iloc[0]
    by = verdict.by if verdict.name else ""
    record.loc[group.x.index, list(RECORD[1:])] = [group.declared, best["name"], verdict.name, by]
    record.loc[group.x.index, "coord_probability"] = float(best["probability"])


def _cell_faults(raw: Raw, read: pd.DataFrame) -> pd.DataFrame:
    faults = [raw.unfit]
    for axis, column, texts in (("x", "lon", raw.x), ("y", "lat", raw.y)):
        codes = read.loc[~read.index.isin(raw.unfit["row"]), f"{axis}_code"]
        wrong = codes[codes != ""]
        told = {"row": wrong.index, "column": column, "code": wrong.to_numpy(), "value": texts[wrong.index].to_numpy()}
        faults.append(pd.DataFrame(told))
    return entries.joined(faults)


def _contradictions(raw: Raw, rows: pd.Index) -> pd.DataFrame:
    """Return a fault for each row whose place on record fits another system; for a person's own choice it is a note."""
    values = (raw.x[rows] + " | " + raw.y[rows]).to_numpy()
    return pd.DataFrame({"row": rows, "column": "lon", "code": "coordinates.known_elsewhere", "value": values})


def _unplaced(raw: Raw, lon: pd.Series, record: pd.DataFrame) -> pd.DataFrame:
    lost = lon.isna() & (record["coord_decided"] != "")
    return entries.faults_where(lost, "lon", "coordinates.no_place", raw.x)


def _notes(groups: list[_Group], read: pd.DataFrame) -> list[pd.DataFrame]:
    """Return a note at the first row of each group that was swapped, or whose metres may be of an older datum."""
    notes = []
    for group in groups:
        swapped = read.loc[group.x.index, "swapped"]
        old = group.form in {METRES, ZONED} and not group.declared
        for code, rows in (
            ("coordinates.swapped", swapped[swapped].index),
            ("coordinates.perhaps_old", group.x.index[:old]),
        ):
            if len(rows):
                value = str(len(group.x) if code.endswith("old") else len(rows))
                notes.append(
                    pd.DataFrame(
                        {
                            "row": rows[:1],
                            "column": "lat" if code.endswith("old") else "lon",
                            "code": code,
                            "value": value,
                        }
                    )
                )
    return notes


def _coarse(raw: Raw, read: pd.DataFrame) -> pd.DataFrame:
    """Return a note for each place in degrees of two decimals: it may lie half a kilometre off."""
    good = (read["x_code"] == "") & (read["y_code"] == "") & (read["form"] == angles.DECIMAL)
    coarse = good & raw.x.str.fullmatch(_COARSE) & raw.y.str.fullmatch(_COARSE)
    return entries.faults_where(coarse, "lat", "coordinates.coarse", raw.x + " | " + raw.y)


def _weighed(groups: list[_Group], verdicts: Mapping[int, _Verdict]) -> pd.DataFrame:
    """Return the hypotheses of all groups that are worth showing (``QUESTIONS`` and what was decided)."""
    columns = [*QUESTIONS, "decided"]
    tables = []
    for group in groups:
        verdict = verdicts[group.number]
        table = verdict.weighed.table
        table = table[(table["probability"] > _WORTH_SHOWING) | (table.index < _ALWAYS_SHOWN)]
        first = [hypotheses.read(_named(name), group.x[:1], group.y[:1]) for name in table["name"]]
        lon, lat = (np.array([place[axis][0] for place in first]) for axis in (0, 1))
        away = GEODESIC.inv(np.full(len(lon), lon[0]), np.full(len(lat), lat[0]), lon, lat)[2]
        facts = {"group": group.number, "rows": len(group.x), "first_row": group.x.index[0], "reason": verdict.reason}
        told = table.assign(**facts, lon=lon, lat=lat, shift_m=away, decided=verdict.name)
        tables.append(told[columns])
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _open(weighed: pd.DataFrame) -> pd.DataFrame:
    """Return the hypotheses of undecided groups that are worth a question."""
    likely = (weighed["probability"] > _WORTH_SHOWING) | ~weighed["group"].duplicated()
    return weighed.loc[(weighed["decided"] == "") & likely, list(QUESTIONS)].reset_index(drop=True)


def _candidates(groups: list[_Group], verdicts: Mapping[int, _Verdict]) -> gpd.GeoDataFrame:
    tables = [gpd.GeoDataFrame({"group": [], "row": [], "name": [], "probability": []}, geometry=[], crs=STORAGE)]
    for group in groups:
        table = verdicts[group.number].weighed.table
        step = max(1, len(group.x) // _CANDIDATE_ROWS)
        x, y = group.x[::step], group.y[::step]
        for place, (name, probability) in enumerate(zip(table["name"], table["probability"], strict=True)):
            if probability > _WORTH_SHOWING or place < _ALWAYS_SHOWN:
                points = gpd.points_from_xy(*hypotheses.read(_named(name), x, y))
                facts = {"group": group.number, "row": x.index, "name": name, "probability": probability}
                tables.append(gpd.GeoDataFrame(facts, geometry=points, crs=STORAGE))
    filled = [table for table in tables if len(table)]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=STORAGE) if filled else tables[0]
