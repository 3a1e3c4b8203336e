"""Coordinates located or asked for: groups, declarations, answers, faults and the record."""

import pickle

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from gis import coordinates, offsets
from gis.coordinates import Answer, Raw
from gis.crs import EQUAL_AREA, STORAGE
from gis.errors import WorkbenchError
from gis.hypotheses import Evidence

N = 6
LON = np.linspace(125.03, 125.97, N)
LAT = np.linspace(45.05, 46.95, N)


def raw(x, y, declared=""):
    """Coordinates with the row numbers of a file."""
    index = pd.RangeIndex(2, 2 + len(x))
    texts = [pd.Series([str(value) for value in values], index, dtype=str) for values in (x, y)]
    return Raw(*texts, pd.Series(declared, index, dtype=str), {"lon": "经度", "lat": "纬度"})


def evidence(known=None, stated="", count=N):
    """One area, 125 to 127 E and 45 to 47 N; the first sites are on record if wanted."""
    index = pd.RangeIndex(2, 2 + count)
    outlines = gpd.GeoSeries([box(125, 45, 127, 47)], index=["a"], crs=STORAGE).to_crs(EQUAL_AREA)
    points = [Point(lon, lat) for lon, lat in zip(LON, LAT, strict=True)]
    places = gpd.GeoSeries([points[k] if known and k < known else None for k in range(count)], index, crs=STORAGE)
    return Evidence(outlines, pd.Series(stated, index, dtype=str), places)


def off_deg(located):
    """How far the places are off."""
    return np.abs(located.places.get_coordinates().to_numpy() - np.column_stack([LON, LAT])).max()


def test_undeclared_degrees_are_asked():
    """Nothing tells WGS84 from a web map: three hypotheses with their shifts, and nothing is placed."""
    located = coordinates.locate(raw(LON, LAT), evidence())
    assert located.questions["name"].tolist() == ["cgcs2000", "gcj02", "bd09"]
    assert located.questions["reason"].unique().tolist() == ["coordinates.unsure"]
    shifts = located.questions["shift_m"].tolist()
    assert shifts[0] == 0
    assert 400 < shifts[1] < 800 < shifts[2] < 1600
    assert located.places.isna().all()
    assert located.candidates.groupby("name").size().tolist() == [N, N, N]


def test_declared_degrees_are_taken():
    """The record holds raw text, declared, detected, decided and by whom."""
    located = coordinates.locate(raw(LON.round(5), LAT.round(5), "CGCS2000"), evidence())
    assert off_deg(located) < 1e-5
    assert located.record.iloc[0].tolist()[:5] == ["125.03 | 45.05", "cgcs2000", "cgcs2000", "cgcs2000", "declared"]
    assert located.questions.empty


def test_web_maps_are_told_by_sites_on_record():
    """Six rows on record settle what nothing declares."""
    located = coordinates.locate(raw(*offsets.to_bd09(LON, LAT)), evidence(known=N))
    assert off_deg(located) < 1e-9
    assert set(located.record["coord_decided"]) == {"bd09"}
    assert set(located.record["coord_by"]) == {"evidence"}


def test_a_wrong_declaration_is_asked():
    """The file says WGS84, its known sites say GCJ-02: a person decides."""
    located = coordinates.locate(raw(*offsets.to_gcj02(LON, LAT), "WGS84"), evidence(known=N))
    assert located.questions["reason"].unique().tolist() == ["coordinates.declared_otherwise"]
    assert located.questions["name"].iloc[0] == "gcj02"


def test_a_person_decides():
    """The answer is carried out and recorded under the person's name, for all groups or for one."""
    rows = raw(*offsets.to_gcj02(LON, LAT))
    for answer in (Answer("gcj02", by="li"), Answer(groups={1: "gcj02"}, by="li")):
        located = coordinates.locate(rows, evidence(), answer)
        assert off_deg(located) < 1e-9
        assert located.record["coord_by"].unique().tolist() == ["li"]
    assert len(coordinates.locate(rows, evidence(), Answer(groups={2: "gcj02"})).questions)


def test_an_answer_that_does_not_fit_is_asked_again():
    """Degrees cannot be metres of a zone."""
    located = coordinates.locate(raw(LON, LAT), evidence(), Answer("EPSG:4551"))
    assert located.questions["reason"].unique().tolist() == ["coordinates.declared_otherwise"]


def test_old_datums_are_refused():
    """Declared or answered."""
    for rows, answer in ((raw(LON, LAT, "西安80"), Answer()), (raw(LON, LAT), Answer("EPSG:4610"))):
        with pytest.raises(WorkbenchError) as caught:
            coordinates.locate(rows, evidence(), answer)
        assert caught.value.code == "coordinates.old_datum"


def test_swapped_columns_are_told_by_size():
    """Latitude first: read rightly and noted once with the number of rows."""
    located = coordinates.locate(
        raw([f"{lat:.3f}" for lat in LAT], [f"{lon:.3f}" for lon in LON], "CGCS2000"), evidence()
    )
    assert off_deg(located) < 1e-3
    assert located.notes.to_numpy().tolist() == [[2, "lon", "coordinates.swapped", str(N)]]


@pytest.mark.parametrize(("epsg", "turned"), [(4530, False), (4530, True), (4551, False), (4551, True), (4499, True)])
def test_gauss_krueger_in_either_order(epsg, turned):
    """With and without zone number, three and six degrees, north or east first; without number the division tells."""
    metres = gpd.GeoSeries(gpd.points_from_xy(LON, LAT), crs=STORAGE).to_crs(epsg)
    x, y = metres.x.round(3), metres.y.round(3)
    located = coordinates.locate(raw(y, x) if turned else raw(x, y), evidence(stated="a"))
    assert off_deg(located) < 1e-7
    assert set(located.record["coord_decided"]) == {f"EPSG:{epsg}"}
    assert "coordinates.perhaps_old" in set(located.notes["code"])


def test_a_zone_may_be_declared_with_or_without_its_number():
    """EPSG:4530 and 4551 are one grid; a declaration of CGCS2000 says nothing of the zone."""
    metres = gpd.GeoSeries(gpd.points_from_xy(LON, LAT), crs=STORAGE).to_crs(4551)
    for declared in ("EPSG:4530", "EPSG:4551", "CGCS2000", "CGCS2000 中央经线126"):
        located = coordinates.locate(raw(metres.x, metres.y, declared), evidence(stated="a"))
        assert located.questions.empty, declared
        assert off_deg(located) < 1e-8


def test_metres_without_number_and_division_are_asked():
    """Six central meridians are as good as each other."""
    inner = gpd.GeoSeries(gpd.points_from_xy([125.9, 126.1], [46, 46.1]), crs=STORAGE).to_crs(4551)
    located = coordinates.locate(raw(inner.x, inner.y), evidence(count=2))
    outside = located.questions[located.questions["name"] != "EPSG:4551"]
    assert located.questions.empty or len(outside)


def test_systems_of_other_sizes_need_an_answer():
    """Web Mercator is refused as no place until somebody names it."""
    metres = gpd.GeoSeries(gpd.points_from_xy(LON, LAT), crs=STORAGE).to_crs(3857)
    rows = raw(metres.x, metres.y)
    assert set(coordinates.locate(rows, evidence()).faults["code"]) == {"coordinates.no_place"}
    assert off_deg(coordinates.locate(rows, evidence(), Answer("EPSG:3857"))) < 1e-8


def test_packed_minutes_are_asked_unless_named():
    """126.3148 that means minutes and seconds: detected, and taken if a person says so."""
    packed = [[f"{int(v)}.{int(v * 60 % 60):02d}{int(v * 3600 % 60):02d}" for v in values] for values in (LON, LAT)]
    asked = coordinates.locate(raw(*packed), evidence(), Answer("cgcs2000"))
    assert asked.questions["name"].iloc[0] == "cgcs2000:dms"
    assert off_deg(coordinates.locate(raw(*packed), evidence(), Answer("cgcs2000:dms"))) < 1 / 3600
    plain = coordinates.locate(raw(*packed), evidence(), Answer("cgcs2000:decimal"))
    assert plain.record["coord_decided"].unique().tolist() == ["cgcs2000"]


def test_rows_of_two_forms_are_two_groups():
    """Degrees with minutes and decimals in one column are asked apart, each with its first row."""
    x = [*LON[:3], "125°30′00″", "125°31′00″", "125°32′00″"]
    y = [*LAT[:3], "45°30′00″", "45°31′00″", "45°32′00″"]
    questions = coordinates.locate(raw(x, y), evidence()).questions
    assert questions.groupby("group")[["rows", "first_row"]].first().to_numpy().tolist() == [[3, 2], [3, 5]]


def test_mixed_rows_are_asked_and_a_stray_row_is_a_fault():
    """Half the rows on another system stop the group; one of many is told by itself and nothing else is held up."""
    gcj = offsets.to_gcj02(LON, LAT)
    half = [np.where(np.arange(N) % 2 == 0, shifted, true) for shifted, true in zip(gcj, (LON, LAT), strict=True)]
    assert coordinates.MIXED in set(coordinates.locate(raw(*half), evidence(known=N)).questions["reason"])
    one = [np.where(np.arange(N) == 3, shifted, true) for shifted, true in zip(gcj, (LON, LAT), strict=True)]
    located = coordinates.locate(raw(*one, "CGCS2000"), evidence(known=N))
    assert located.faults[["row", "column", "code"]].to_numpy().tolist() == [[5, "lon", "coordinates.known_elsewhere"]]
    assert located.places.notna().sum() == N - 1


def test_a_person_is_believed_against_the_record():
    """Rows that fit their place on record otherwise are placed as the person says, and noted."""
    located = coordinates.locate(raw(LON, LAT), evidence(known=2), Answer("bd09"))
    assert located.places.notna().all()
    assert located.faults.empty
    told = located.notes[located.notes["code"] == "coordinates.known_elsewhere"]
    assert told["row"].tolist() == [2, 3]


def test_one_stray_row_stops_rows_that_nothing_vouches_for():
    """Where some are on another system, those without a place on record may be too."""
    gcj = offsets.to_gcj02(LON, LAT)
    one = [np.where(np.arange(N) == 1, shifted, true) for shifted, true in zip(gcj, (LON, LAT), strict=True)]
    located = coordinates.locate(raw(*one, "CGCS2000"), evidence(known=N - 1))
    assert located.questions["reason"].unique().tolist() == [coordinates.MIXED]


def test_a_common_shift_is_asked():
    """Ninety metres to the east of everything on record: perhaps Beijing 1954."""
    located = coordinates.locate(raw(LON + 90 / 76_000, LAT, "CGCS2000"), evidence(known=N))
    assert located.questions["reason"].unique().tolist() == ["coordinates.shifted"]


def test_faults_name_their_cell():
    """Sixty minutes, words, nothing, another country; the good row is placed."""
    x = ["126°75′", "不详", "", "2.35", "125.5", "N125.5"]
    y = ["45.8", "45.8", "45.8", "48.86", "45.5", "E45.5"]
    located = coordinates.locate(raw(x, y, "CGCS2000"), evidence())
    assert located.faults.to_numpy().tolist() == [
        [2, "lon", "coordinates.sixty", "126°75′"],
        [3, "lon", "coordinates.not_read", "不详"],
        [4, "lon", "table.empty_value", ""],
        [5, "lon", "coordinates.no_place", "2.35"],
        [7, "lon", "coordinates.no_place", "N125.5"],
    ]
    assert located.places.notna().tolist() == [False, False, False, False, True, False]


def test_coarse_places_are_noted():
    """Two decimals are half a kilometre."""
    located = coordinates.locate(raw(["125.53"], ["45.8"], "CGCS2000"), evidence(count=1))
    assert located.notes["code"].tolist() == ["coordinates.coarse"]


def test_senders_custom_makes_likelier_never_certain():
    """What came before is no proof."""
    located = coordinates.locate(raw(LON, LAT), evidence(), Answer(custom="gcj02"))
    assert located.questions["name"].iloc[0] == "gcj02"
    assert located.places.isna().all()


def test_open_questions_survive_pickling():
    """An error raised in a worker process arrives whole."""
    questions = coordinates.locate(raw(LON, LAT), evidence()).questions
    refusal = pickle.loads(pickle.dumps(coordinates.Undecided("a.xlsx", questions)))  # noqa: S301 - its own bytes
    assert refusal.questions.equals(questions)
    assert refusal.params == {"source": "a.xlsx", "rows": N}
