"""Plates: the nine elements, a legend of what is shown, a scale that holds on the printed page."""

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pypdfium2
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from gis import plates
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.pictures import Picture
from gis.plates import Layer, Plate
from gis.symbols import Symbol

AREA = (126.50, 45.70, 126.70, 45.84)
PROVINCE = gpd.GeoDataFrame(
    geometry=[shapely.box(121.2, 43.4, 128.0, 53.5), shapely.box(128.0, 43.4, 135.0, 50)], crs=4490
)
LOOKS = tuple(
    Symbol(label, value=value, fill=fill, hatch=hatch)
    for label, value, fill, hatch in (
        ("甲类", "a", "#d55e00", "//"),
        ("乙类", "b", "#0072b2", "--"),
        ("丙类", "c", "#eee", ""),
    )
)
PATCHES = gpd.GeoDataFrame(
    {"kind": ["a", "b", "b", "c"], "name": ["一", "二", "三", "四"]},
    geometry=[
        shapely.box(x, y, x + 0.01, y + 0.01) for x, y in ((126.55, 45.75), (126.6, 45.8), (126.65, 45.72), (130, 47))
    ],
    crs=STORAGE,
)
POINTS = PATCHES.set_geometry(gpd.points_from_xy([126.55, 126.6, 126.65, 130], [45.75, 45.8, 45.72, 47], crs=STORAGE))
NINE = ("title", "legend", "scale_bar", "ratio", "north_arrow", "graticule_label", "inset", "sources", "crs")
IMPRINT = ("maker", "date", "classification", "approval", "page", "borders")

PLATE = Plate(
    title="哈尔滨市变化线索专题图",
    subtitle="副标题",
    extent=AREA,
    province=PROVINCE,
    layers=(
        Layer(kind="polygons", table=PATCHES, name="线索", symbols=LOOKS, by="kind", counted=True),
        Layer(kind="labels", table=POINTS, symbols=(Symbol("", size_mm=3.0),), text="name"),
    ),
    sources=("合成影像,2021-09-05",),
    maker="某某生态环境局",
    made_on=dt.date(2021, 9, 10),
)


@pytest.fixture(scope="module")
def figure():
    """Return the area plate, drawn."""
    return plates.draw(PLATE)


def by_gid(figure, gid):
    """Return the artists of a figure that carry a gid."""
    return [artist for artist in figure.findobj() if artist.get_gid() == gid]


def words(figure, gid):
    """Return the texts of a figure that carry a gid."""
    return [text.get_text() for text in by_gid(figure, gid)]


def map_axes(figure):
    """Return the axes of the map: the largest but the paper's own."""
    return sorted(figure.axes, key=lambda axes: axes.get_position().width)[-2]


def test_all_elements_of_a_printed_map_are_there(figure):
    """Title, legend, scale bar, ratio, north, graticule, inset, sources, CRS, and the imprint."""
    assert [gid for gid in NINE + IMPRINT if not by_gid(figure, gid)] == []


def test_the_page_is_a3_and_a4(figure):
    """420 x 297 mm and its half, upright too."""
    assert tuple(figure.get_size_inches() * 25.4) == pytest.approx((420, 297))
    small = plates.draw(replace(PLATE, size="A4", orientation="portrait"))
    assert tuple(small.get_size_inches() * 25.4) == pytest.approx((210, 297))


def test_the_legend_names_only_what_lies_in_the_frame(figure):
    """The class far away has no entry; the others come with their numbers in the frame."""
    assert words(figure, "legend_entry") == ["甲类 (1)", "乙类 (2)"]
    assert words(figure, "legend_group") == ["线索"]


@pytest.mark.parametrize("extent", [AREA, (121.3, 43.5, 135.0, 53.5)])
def test_the_scale_bar_is_as_long_as_it_says(extent):
    """Drawn millimetres, carried to the ground at the frame's middle, against the geodesic: within half a percent."""
    figure = plates.draw(replace(PLATE, extent=extent))
    parts = by_gid(figure, "scale_bar")
    on_paper_mm = sum(part.get_width() for part in parts)
    numbers = [float(number) for number in words(figure, "scale_number")]
    claim_m = max(numbers) * 1000
    ratio = int(words(figure, "ratio")[0].split(":")[1].replace(" ", ""))
    axes = map_axes(figure)
    box = axes.get_position()
    mm_per_m = box.width * 420 / (axes.get_xlim()[1] - axes.get_xlim()[0])
    assert 1000 / mm_per_m == pytest.approx(ratio, rel=1e-9)
    system = plates.scale.metric_crs(extent)
    x, y = np.mean(axes.get_xlim()), np.mean(axes.get_ylim())
    half = on_paper_mm / mm_per_m / 2
    lon, lat = Transformer.from_crs(system, STORAGE, always_xy=True).transform([x - half, x + half], [y, y])
    _, _, ground_m = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])
    assert ground_m == pytest.approx(claim_m, rel=0.005)


def test_the_frame_shows_all_of_a_table_that_is_fitted():
    """Its outline lies within the axes' limits."""
    figure = plates.draw(replace(PLATE, extent=PATCHES[:3]))
    west, south, east, north = PATCHES[:3].to_crs(4551).total_bounds
    axes = map_axes(figure)
    assert axes.get_xlim()[0] <= west
    assert axes.get_xlim()[1] >= east
    assert axes.get_ylim()[0] <= south
    assert axes.get_ylim()[1] >= north


def test_what_lies_outside_the_frame_is_not_in_the_file():
    """A polygon reaching far beyond is cut at the frame: nobody can dig it out of the PDF."""
    wide = gpd.GeoDataFrame({"kind": ["a"]}, geometry=[shapely.box(120, 40, 135, 50)], crs=STORAGE)
    figure = plates.draw(replace(PLATE, layers=(Layer(kind="polygons", table=wide, symbols=LOOKS, by="kind"),)))
    axes = map_axes(figure)
    reach = axes.get_xlim()[1] - axes.get_xlim()[0]
    vertices = np.concatenate([path.vertices for one in axes.collections for path in one.get_paths()])
    assert vertices[:, 0].max() - vertices[:, 0].min() < 1.02 * reach


def test_labels_without_room_are_counted_on_the_plate():
    """Sixty labels on one spot: the plate says how many it left out."""
    crowd = gpd.GeoDataFrame({"name": ["某某水泥厂"] * 60}, geometry=[shapely.Point(126.6, 45.77)] * 60, crs=STORAGE)
    figure = plates.draw(replace(PLATE, layers=(Layer(kind="labels", table=crowd, symbols=LOOKS, text="name"),)))
    shown = len(by_gid(figure, "label"))
    assert 1 <= shown <= 8
    assert str(60 - shown) in words(figure, "borders")[0]


def test_a_picture_lies_under_the_layers():
    """Its pixels are drawn in their place, below the polygons."""
    picture = Picture(np.full((50, 60, 3), 80, np.uint8), AREA, CRS.from_epsg(4490))
    figure = plates.draw(replace(PLATE, layers=(Layer(kind="image", picture=picture), *PLATE.layers)))
    (image,) = map_axes(figure).images
    assert image.get_zorder() < min(one.get_zorder() for one in map_axes(figure).collections)
    assert 0.5 < (np.asarray(image.get_array())[..., 3] == 255).mean() < 1


@pytest.mark.parametrize("choice", [{"classification": "public"}, {"map_note": "approved"}])
def test_a_public_map_without_its_number_is_refused(choice):
    """No approval number, no map; and words are no number."""
    with pytest.raises(WorkbenchError) as caught:
        plates.draw(replace(PLATE, **choice))
    assert caught.value.code == "plate.no_approval_number"
    with pytest.raises(WorkbenchError) as caught:
        plates.draw(replace(PLATE, **choice, approval_no="待定"))
    assert caught.value.code == "plate.bad_approval_number"


def test_the_note_follows_the_choice():
    """Number, internal or sketch; what is public bears its number whatever the choice was."""
    number = "GS(2024)0650号"
    public = plates.draw(replace(PLATE, classification="public", approval_no=number))
    assert number in words(public, "approval")[0]
    internal, sketch = (plates.draw(replace(PLATE, map_note=note)) for note in ("internal", "sketch"))
    assert words(internal, "approval") != words(sketch, "approval")
    assert number not in words(internal, "approval")[0]


def test_leads_and_synthetic_data_are_marked():
    """The notice and the mark stand there if and only if the plate says so."""
    marked = plates.draw(replace(PLATE, shows_leads=True, synthetic=True))
    assert "不作为处罚依据" in words(marked, "notice")[0]
    assert "合成数据" in words(marked, "alarm")[0]
    plain = plates.draw(PLATE)
    assert not by_gid(plain, "notice")
    assert not by_gid(plain, "alarm")


def test_the_pdf_is_searchable_and_the_same_every_time(tmp_path):
    """Title and labels can be found, the page is A3, the fonts are inside, two runs give the same bytes."""
    facts = {"CreationDate": dt.datetime(2021, 9, 10, tzinfo=dt.UTC)}
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        with mpl.rc_context({"pdf.fonttype": 42}):
            plates.draw(PLATE).savefig(file, metadata=facts)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"FontFile2" in files[0].read_bytes()
    with pypdfium2.PdfDocument(files[0]) as document:
        page = document[0]
        assert tuple(side / 72 * 25.4 for side in page.get_size()) == pytest.approx((420, 297), abs=0.1)
        text = page.get_textpage().get_text_range()
    for piece in (PLATE.title, "乙类 (2)", "2021年9月10日", "某某生态环境局"):
        assert piece in text


def test_nothing_to_fit_is_told():
    """An empty table has no place to draw."""
    with pytest.raises(WorkbenchError) as caught:
        plates.draw(replace(PLATE, extent=PATCHES[:0]))
    assert caught.value.code == "plate.empty"


@pytest.mark.parametrize(
    "choice", [{"classification": "secret"}, {"map_note": "none"}, {"layers": (Layer(kind="smoke"),)}]
)
def test_unknown_choices_are_a_programmers_mistake(choice):
    """A plate refuses what it does not know when it is made."""
    with pytest.raises(ValueError, match="no such plate"):
        replace(PLATE, **choice)


def test_both_languages_fill_the_same_places(figure):
    """The English plate has the same elements."""
    english = plates.draw(replace(PLATE, language="en"))
    gids = {artist.get_gid() for artist in figure.findobj()} - {None, ""}
    assert gids == {artist.get_gid() for artist in english.findobj()} - {None, ""}
