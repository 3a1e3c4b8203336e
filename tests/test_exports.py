"""Every way out of the workbench: no text starts a formula in a spreadsheet, none becomes markup where it is shown."""

import csv
import html
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

import cli
from cross_check.reports import dossier_sheet
from gis import files, harm
from gis.crs import STORAGE
from gis.language import catalogue
from tests.cross_check.reports import dossier_made
from tests.gis.hostile_rows import FORMULAS, SCRIPTS
from tests.views import small
from views import board, frame, handout, layers, scenes, wording

ROOT = Path(__file__).parents[1]
DOORS = {"gis/files.py", "views/handout.py"}
"""The only modules that may write tables for other programs."""
WRITERS = re.compile(
    r"\.to_(?:csv|excel|file|html|json)\(|Workbook\(|DictWriter|csv\.writer|xlsxwriter|simplekml|Document\("
)
HARM = [*FORMULAS, *SCRIPTS]
WORDS = catalogue("zh")


@pytest.fixture(scope="module")
def table():
    """A layer whose every text, heading and line on top would do harm."""
    rows = {"site_id": [f"S{number}" for number in range(len(HARM))], "name": HARM, "=1+1": HARM}
    points = [Point(126 + number / 100, 46) for number in range(len(HARM))]
    return gpd.GeoDataFrame(rows, geometry=points, crs=STORAGE)


def assert_no_formula_in_csv(content):
    """No cell of any row starts one."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) > len(HARM)
    assert [cell for row in rows for cell in row if harm.starts_formula(cell)] == []


def assert_no_formula_in_workbook(content):
    """No sheet has a formula, a link or a macro; every text is a text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        sheets = [
            book.read(name).decode() for name in names if name.startswith("xl/worksheets/") and name.endswith("xml")
        ]
    assert sheets
    assert not any("<f>" in sheet or "<f " in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert not any("vba" in name or "externalLink" in name for name in names)


class Elements(HTMLParser):
    """Names and attributes of all elements of a document."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        """Keep an element."""
        self.found.append((tag, dict(attributes)))


def assert_no_script(document):
    """No script, no handler, no address of a script, whatever was written into it."""
    parser = Elements()
    parser.feed(document)
    assert parser.found
    for tag, attributes in parser.found:
        assert tag not in {"script", "iframe", "object", "embed"}
        assert not any(name.startswith("on") for name in attributes)
        assert not any(str(value).lower().startswith("javascript:") for value in attributes.values())


def test_only_the_doors_write_tables():
    """Any other module that writes a table for other programs would pass the tests below by."""
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("gis", "satellite", "cross_check", "views", "commands")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if WRITERS.search(path.read_text(encoding="utf-8"))
    ]
    assert set(found) == DOORS


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg"])
def test_tables_written_by_commands_start_no_formula(table, tmp_path, ending):
    """Of every format that a command writes; layers come back with their texts as they are."""
    path = tmp_path / f"a.{ending}"
    files.write_table(table, path)
    if ending == "csv":
        assert_no_formula_in_csv(path.read_bytes())
    elif ending == "xlsx":
        assert_no_formula_in_workbook(path.read_bytes())
    else:
        assert gpd.read_file(path)["name"].tolist() == HARM


@pytest.mark.parametrize("ending", ["csv", "xlsx", "gpkg"])
def test_downloads_of_pages_start_no_formula(table, ending):
    """The lines on top and the headings as well."""
    content = handout.packed(table, ending, [("=1+1", "=1+1"), ("@a", "-b")])
    if ending == "csv":
        assert_no_formula_in_csv(content)
    elif ending == "xlsx":
        assert_no_formula_in_workbook(content)
    else:
        assert len(content) > 1000
    assert_no_formula_in_workbook(handout.sheet(pd.DataFrame(table.drop(columns="geometry"))))


def test_the_register_as_bureaus_keep_it_starts_no_formula(tmp_path):
    """A name that was in a register from before the desk."""
    sites = small._sites().head(len(HARM)).assign(name=HARM)
    path = tmp_path / "a.xlsx"
    files.write_register_sheet(sites, path)
    assert_no_formula_in_workbook(path.read_bytes())


def test_layers_of_the_map_carry_texts_and_the_state_ends_no_script(table):
    """What the house script shows it writes as text; inside a script no name can end it."""
    values = [HARM, HARM]
    content = json.loads(layers.places(table, list(table["site_id"]), ["a"] * len(table), values))
    assert content["v"] == values
    made = scenes.sites(small._sites().head(len(HARM)).assign(name=HARM), WORDS, {})
    said = board.script_json(json.loads(made.content))
    assert "<" not in said
    assert json.loads(said)["v"][0] == HARM
    script = (ROOT / "views" / "browser" / "map.js").read_text(encoding="utf-8")
    assert "innerHTML" not in script
    assert "insertAdjacentHTML" not in script


def test_html_that_pages_draw_is_text():
    """Tables of pages, reasons, and sentences with Markdown in them."""
    assert_no_script(frame.sheet(HARM, [HARM]))
    assert html.unescape(frame.sheet([], [HARM])).count("<script>") == sum("<script>" in text for text in HARM)
    assert all("[" not in wording.unmarked(text) or "\\[" in wording.unmarked(text) for text in ["[a](javascript:b)"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_dossier_runs_nothing(language):
    """As a document of its own, with a policy that forbids what slipped through."""
    whole = dossier_sheet.document(dossier_made.dossier(), catalogue(language))
    assert_no_script(whole)
    assert "default-src 'none'" in whole


def test_commands_write_by_the_same_door(tmp_path, capsys):
    """A list that a command writes to a file starts no formula either."""
    project = small.write(tmp_path / "small")
    sites = files.read_layer(project.enterprises)
    sites.loc[: len(HARM) - 1, "name"] = HARM
    files.write_table(sites, project.enterprises)
    out = tmp_path / "quality.csv"
    assert cli.main(["enterprises", "quality", "--project", str(project.folder), "--out", str(out)]) == 0
    assert capsys.readouterr().out
    assert_no_formula_in_csv(out.read_bytes())
