"""The dossier as a PDF: Chinese that can be searched, its map and images, as many pages as it takes, no complainant."""

import io

import numpy as np
import pandas as pd
import pypdfium2
import pytest
from PIL import Image

from cross_check import casebook, surroundings
from cross_check.files import Project
from cross_check.reports import dossier_pdf, dossier_sheet
from cross_check.reports.dossier_parts import Picture
from gis import files
from gis.language import catalogue
from tests.cross_check import cases
from tests.cross_check.reports import dossier_made
from tests.views import small

PERSON = {"举报人": "金丝雀某", "联系电话": "13900000000", "住址": "某小区3栋", "身份证号": "230602199001010000"}


def png(colour):
    """A picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", (200, 100), colour).save(made, "PNG")
    return made.getvalue()


PICTURES = [Picture(png("#FF00FF"), "前期 2025-06-01"), Picture(png("#00FFFF"), "后期 2026-06-01")]


@pytest.fixture(scope="module")
def dossier():
    """A site with a hostile name, a neighbour, a lead and a zone."""
    return dossier_made.dossier()


def pages_of(path):
    """Text and picture of each page."""
    with pypdfium2.PdfDocument(path) as book:
        return [(page.get_textpage().get_text_range(), np.asarray(page.render(scale=2).to_pil())) for page in book]


def share_of(picture, colour):
    """Which part of a page has a colour."""
    return float((np.abs(picture[..., :3].astype(int) - colour).max(axis=-1) < 12).mean())


def test_the_sheet_is_a4_with_map_and_both_images(dossier, tmp_path):
    """Text is text; the pictures are of their colours; the hostile name stands as it is written."""
    path = tmp_path / "a.pdf"
    count = dossier_pdf.write(dossier, catalogue("zh"), path, PICTURES)
    pages = pages_of(path)
    assert len(pages) == count
    text = "".join(text for text, _ in pages)
    for said in (
        dossier_made.HOSTILE,
        "L1",
        "湿地",
        "邻厂",
        "前期 2025-06-01",
        "影像线索未经复核不作为证据",
        "没有变更记录",
    ):
        assert said in text
    assert sum(share_of(picture, (255, 0, 255)) for _, picture in pages) > 0.03
    assert sum(share_of(picture, (0, 255, 255)) for _, picture in pages) > 0.03
    assert sum(share_of(picture, (0xD5, 0x5E, 0x00)) for _, picture in pages) > 0.00001
    with pypdfium2.PdfDocument(path) as book:
        assert book[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)


def test_the_same_dossier_gives_the_same_bytes(dossier, tmp_path):
    """No clock in it."""
    for name in ("a", "b"):
        dossier_pdf.write(dossier, catalogue("en"), tmp_path / f"{name}.pdf", PICTURES)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_long_history_goes_on_over_pages_without_losing_a_row(dossier, tmp_path):
    """Every row is there once, heads are repeated, nothing runs over the foot."""
    at = pd.Timestamp("2026-01-01", tz="Asia/Shanghai")
    rows = [
        {"event": number, "kind": "import", "at": at, "by": "李", "why": "", "source": f"file{number:03d}.xlsx",
         "column": "name", "before": f"旧{number}", "after": f"新{number}"}
        for number in range(150)
    ]  # fmt: skip
    long = dossier.__class__(**dossier.__dict__ | {"past": pd.DataFrame(rows)})
    path = tmp_path / "a.pdf"
    assert dossier_pdf.write(long, catalogue("zh"), path) >= 4
    texts = [text for text, _ in pages_of(path)]
    whole = "".join(texts)
    assert all(whole.count(f"file{number:03d}.xlsx") == 1 for number in range(150))
    assert all(f"第 {number} 页，共 {len(texts)} 页" in text for number, text in enumerate(texts, 1))


def test_who_complained_stands_in_no_form_of_a_dossier(tmp_path):
    """A complaint about the site is a lead with a number; name, phone, home and identity card are nowhere."""
    project = small.write(Project(tmp_path / "small").folder)
    site = files.read_layer(project.enterprises).iloc[0]
    row = {
        "信访编号": "X77",
        "受理日期": "2026-05-04",
        "经度": site.geometry.x,
        "纬度": site.geometry.y,
        "内容摘要": "冒烟",
    } | PERSON
    pd.DataFrame([row]).to_csv(tmp_path / "letters.csv", index=False, encoding="utf-8-sig")
    casebook.import_file(project, cases.act(), tmp_path / "letters.csv", "complaint")
    found = surroundings.dossier(project, site["site_id"], on=dossier_made.dossier().on)
    words, path = catalogue("zh"), tmp_path / "a.pdf"
    dossier_pdf.write(found, words, path)
    forms = [dossier_sheet.document(found, words), "".join(text for text, _ in pages_of(path))]
    for form in forms:
        assert len(found.leads) >= 1
        assert [said for said in PERSON.values() if said in form] == []
