"""Files on the desk: columns told, places found, senders remembered."""

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Transformer
from shapely.geometry import Point

from cross_check import arrivals
from cross_check.arrivals import Letter
from cross_check.files import Project
from gis import files, history, offsets
from gis.coordinates import Answer, Undecided
from gis.crs import STORAGE
from gis.errors import WorkbenchError

HEADINGS = ["厂子", "统一社会信用代码", "经度", "纬度"]
CODES = ["91130200699229617X", "911302307808371268"]
PLACES = [(125.1, 46.59), (125.2, 46.5)]


@pytest.fixture
def desk(tmp_path):
    """A project, the shipped prefectures and an empty register."""
    nobody = gpd.GeoDataFrame({"permit_no": [], "credit_code": [], "name": []}, geometry=[], crs=STORAGE)
    return Project(tmp_path / "p"), files.read_sketch(), nobody


def sheet(path, places=PLACES, headings=HEADINGS):
    """Two rows in a csv."""
    rows = [["甲", code, f"{lon:.6f}", f"{lat:.6f}"] for code, (lon, lat) in zip(CODES, places, strict=True)]
    pd.DataFrame(rows, columns=headings).to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_open_questions_stop_an_import_not_a_look(desk, tmp_path):
    """The page gets the arrival with its map of hypotheses; who wants to save is refused."""
    source = sheet(tmp_path / "a.csv")
    arrival = arrivals.receive(source, *desk)
    assert len(arrival.located.candidates) == 6
    with pytest.raises(Undecided) as caught:
        arrivals.settled(arrival, source)
    assert caught.value.params == {"source": "a.csv", "rows": 2}


def test_an_answer_settles(desk, tmp_path):
    """And the columns told by a person go before all guesses."""
    places = [offsets.to_gcj02(*place) for place in PLACES]
    letter = Letter(Answer("gcj02"), columns={"name": "厂子"})
    arrival = arrivals.settled(arrivals.receive(sheet(tmp_path / "a.csv", places), *desk, letter), tmp_path)
    assert arrival.columns == {"name": "厂子", "credit_code": "统一社会信用代码", "lon": "经度", "lat": "纬度"}
    assert arrival.located.places.iloc[0].distance(Point(PLACES[0])) < 1e-5


def test_senders_are_remembered(desk, tmp_path):
    """Their heading is known next time, their system comes first among the hypotheses, and is still asked."""
    letter = Letter(Answer("gcj02"), columns={"name": "厂子"}, sender="suihua")
    first = arrivals.receive(sheet(tmp_path / "a.csv"), *desk, letter)
    arrivals.remember(first, desk[0], "suihua")
    again = arrivals.receive(sheet(tmp_path / "b.csv"), *desk, Letter(sender="suihua"))
    assert again.columns["name"] == "厂子"
    assert again.located.questions["name"].iloc[0] == "gcj02"


def test_nobody_is_remembered_without_a_name(desk, tmp_path):
    """No sender, no file."""
    arrivals.remember(arrivals.receive(sheet(tmp_path / "a.csv"), *desk), desk[0], "")
    assert not desk[0].senders.exists()


def test_a_file_without_a_place_is_not_located(desk, tmp_path):
    """The check of the register says which columns are missing."""
    arrival = arrivals.receive(sheet(tmp_path / "a.csv", headings=["厂子", "统一社会信用代码", "a", "b"]), *desk)
    assert arrival.located is None
    assert arrivals.settled(arrival, tmp_path) is arrival


def file_of(tmp_path):
    """Two sites whose system the file names."""
    rows = [["甲厂", CODES[0], "125.1", "46.59", "CGCS2000"], ["乙厂", CODES[1], "125.2", "46.5", "CGCS2000"]]
    path = tmp_path / "a.csv"
    pd.DataFrame(rows, columns=[*HEADINGS, "坐标系"]).to_csv(path, index=False)
    return path


def test_corrections_and_rows_left_out_are_told_and_the_file_stays(desk, tmp_path):
    """A cell is put right before anything is read from it; what it was is kept."""
    path = file_of(tmp_path)
    before = path.read_bytes()
    letter = Letter(fixes={(2, "经度"): " 125.3 "}, skipped=frozenset({3}))
    arrival = arrivals.receive(path, *desk, letter)
    assert arrival.rows["经度"].tolist() == ["125.3"]
    assert arrival.fixed.to_numpy().tolist() == [[2, "经度", "125.1", "125.3"]]
    assert arrival.left_out[["row", "code"]].to_numpy().tolist() == [[3, "rows.skipped"]]
    assert path.read_bytes() == before


def test_what_is_corrected_must_be_there(desk, tmp_path):
    """A row or heading that the file lacks is named, and so is a heading given for a column."""
    path = file_of(tmp_path)
    for letter, code in (
        (Letter(fixes={(9, "经度"): "1"}), "arrivals.no_cell"),
        (Letter(fixes={(2, "没有"): "1"}), "arrivals.no_cell"),
        (Letter(columns={"name": "没有"}), "arrivals.no_heading"),
    ):
        with pytest.raises(WorkbenchError) as caught:
            arrivals.receive(path, *desk, letter)
        assert caught.value.code == code


def test_a_heading_that_a_person_takes_is_lost_to_others(desk, tmp_path):
    """And a column that the file shall not have has none."""
    arrival = arrivals.receive(file_of(tmp_path), *desk, Letter(columns={"permit_no": "统一社会信用代码", "lat": ""}))
    assert arrival.columns["credit_code"] == ""
    assert arrival.columns["permit_no"] == "统一社会信用代码"
    assert arrival.located is None


def test_senders_are_listed_and_forgotten(desk, tmp_path):
    """One who is not known cannot be forgotten."""
    project = desk[0]
    letter = Letter(answer=Answer(system="gcj02"), columns={"name": "厂子"}, sender="绥化局")
    arrivals.remember(arrivals.receive(file_of(tmp_path), *desk, letter), project, "绥化局")
    assert arrivals.senders(project)["绥化局"].columns["name"] == "厂子"
    arrivals.forget(project, "绥化局")
    assert arrivals.senders(project) == {}
    with pytest.raises(WorkbenchError):
        arrivals.forget(project, "绥化局")


def test_a_stated_county_is_asked_not_its_prefecture(tmp_path):
    """Metres without a zone number that fit two zones of one prefecture: the county settles which, and says so."""
    counties = files.read_county_sketch()
    harbin = counties[counties["division_code"].str.startswith("2301")]
    far = harbin.loc[harbin.geometry.representative_point().x.idxmax()]
    place = far.geometry.representative_point()
    x, y = Transformer.from_crs(4490, 4552, always_xy=True).transform(place.x, place.y)
    rows = [{"单位名称": f"厂{n}", "X": f"{y + n * 50:.2f}", "Y": f"{x + n * 50:.2f}"} for n in range(6)]
    shares = {}
    for told in ("", far["name_zh"]):
        path = tmp_path / f"a{bool(told)}.csv"
        sheet = pd.DataFrame(rows).assign(所在市="哈尔滨市", **({"所在县": told} if told else {}))
        sheet.to_csv(path, index=False, encoding="utf-8-sig")
        arrival = arrivals.receive(path, Project(tmp_path / "p"), files.read_sketch(), history.empty())
        best = arrival.located.hypotheses.iloc[0]
        shares[bool(told)] = (best["name"], best["probability"])
    assert shares[True][0] == "EPSG:4552"
    assert shares[True][1] >= shares[False][1]
