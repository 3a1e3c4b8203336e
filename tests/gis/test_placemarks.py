"""KML, Ovital's KML and GPX, and files that attack."""

import pytest
from shapely.geometry import GeometryCollection, LineString, Point

from gis import placemarks
from gis.errors import WorkbenchError

KML = 'xmlns="http://www.opengis.net/kml/2.2"'
POINT = "<Point><coordinates>126.53,45.80,0</coordinates></Point>"


def kml(*marks, space=KML):
    """A document of some placemarks."""
    body = "".join(f"<Placemark>{mark}</Placemark>" for mark in marks)
    return f"<kml {space}><Document><Folder><name>f</name>{body}</Folder></Document></kml>".encode()


def code_of(content, read=placemarks.from_kml):
    """The code with which a file is refused."""
    with pytest.raises(WorkbenchError) as caught:
        read(content, "a.kml")
    return caught.value.code


def test_standard_kml_is_wgs84():
    """Name, folder, data in both dresses and the point."""
    schema = '<SchemaData><SimpleData name="市">y</SimpleData></SchemaData>'
    data = f'<ExtendedData><Data name="许可证"><value>x</value></Data>{schema}</ExtendedData>'
    found = placemarks.from_kml(kml("<name>甲</name>" + data + POINT), "a.kml")
    assert found.texts.iloc[0].to_dict() == {"name": "甲", "许可证": "x", "市": "y", "folder": "f"}
    assert (found.shapes, found.said) == ([Point(126.53, 45.80)], ["WGS84"])


def test_each_placemark_of_ovital_has_its_system():
    """With and without namespace; one that says nothing declares nothing, for a Web map it may be."""
    marks = [f"<OvCoordType>{kind}</OvCoordType>{POINT}" for kind in ("CGCS2000", "GCJ-02")] + [POINT]
    for space in (KML, ""):
        assert placemarks.from_kml(kml(*marks, space=space), "a.ovkml").said == ["CGCS2000", "GCJ-02", ""]


def test_shapes_other_than_points_are_read():
    """A line, a polygon with a hole, several in one, none; spaces behind commas do no harm."""
    ring = "<LinearRing><coordinates>0,0 0,9 9,9 0,0</coordinates></LinearRing>"
    hole = "<LinearRing><coordinates>1,2 1,5 3,5 1,2</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs><innerBoundaryIs>{hole}</innerBoundaryIs></Polygon>"
    line = "<LineString><coordinates> 0, 0 1, 1 </coordinates></LineString>"
    found = placemarks.from_kml(
        kml(line, polygon, f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", ""), "a.kml"
    ).shapes
    assert found[0] == LineString([(0, 0), (1, 1)])
    assert len(found[1].interiors) == 1
    assert isinstance(found[2], GeometryCollection)
    assert found[3] is None


def test_gpx_holds_waypoints_and_tracks():
    """WGS84 by its standard."""
    track = b'<trk><trkseg><trkpt lat="46" lon="127"/></trkseg></trk>'
    text = b'<gpx><wpt lat="45.8" lon="126.5"><name>a</name></wpt>' + track + b"</gpx>"
    found = placemarks.from_gpx(text, "a.gpx")
    assert found.shapes == [Point(126.5, 45.8), Point(127, 46)]
    assert found.said == ["WGS84", "WGS84"]
    assert found.texts["name"].tolist() == ["a", ""]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "secrets.txt">]>',
        '<!DOCTYPE a SYSTEM "http://example.org/a.dtd">',
    ],
)
def test_entities_are_refused(declaration):
    """Bombs, files from elsewhere, definitions from elsewhere."""
    assert code_of(declaration.encode() + kml(POINT)) == "rows.entities"


@pytest.mark.parametrize("content", [b"", b"<kml>", b"PK", kml(POINT)[:-9], b"\xff\xfe\xff"])
def test_damaged_files_are_refused(content):
    """Cut or something else."""
    assert code_of(content) == "rows.unreadable"


@pytest.mark.parametrize("text", ["", "126", "a,b", "126.5;45.8"])
def test_positions_that_are_none_name_their_feature(text):
    """The sentence names the second feature."""
    bad = f"<Point><coordinates>{text}</coordinates></Point>"
    with pytest.raises(WorkbenchError, match="feature 2") as caught:
        placemarks.from_kml(kml(POINT, bad), "a.kml")
    assert caught.value.code == "rows.bad_position"
    assert code_of(b'<gpx><wpt lat="x" lon="1"/></gpx>', placemarks.from_gpx) == "rows.bad_position"
