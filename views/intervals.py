"""Accuracy as pictures: the confusion matrix as a table with weight, estimates as points with their intervals. Pure."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from cross_check import reviews
from gis.language import Catalogue
from views import wording

Estimate = Mapping[str, Any]

_GRID = "display:grid;grid-template-columns:max-content 1fr max-content;gap:4px 14px;align-items:center;color:#475569"
_RULES = "repeating-linear-gradient(90deg,#e5eaf0 0 1px,transparent 1px 25%)"
_TRACK = f"position:relative;height:20px;background:{_RULES};border-right:1px solid #e5eaf0"
_LINE = "position:absolute;top:8px;height:4px;border-radius:2px;background:#0f5c6e"
_TICK = "position:absolute;transform:translateX(-50%);white-space:nowrap"
_DOT = "position:absolute;top:5px;width:10px;height:10px;border-radius:50%;background:#d55e00"


def matrix(found: Mapping[str, Any], words: Catalogue) -> str:
    """Return the confusion matrix as HTML: a row a class of the map, a column a finding; the diagonal is right."""
    classes, counts = found["classes"], found["counts"]
    most = max((count for row in counts for count in row), default=1) or 1
    names = [reviews.said(each, words) for each in classes]
    head = "".join(
        f"<th>{escape(name)}</th>"
        for name in [words.say("accuracy_page.mapped"), *names, words.say("accuracy_page.sum")]
    )
    rows = []
    for at, (name, row) in enumerate(zip(names, counts, strict=True)):
        cells = "".join(_cell(count, most, right=at == column) for column, count in enumerate(row))
        rows.append(f"<tr><th>{escape(name)}</th>{cells}<td>{sum(row)}</td></tr>")
    table = f'<table class="hdq-sheet head"><tr>{head}</tr>{"".join(rows)}</table>'
    return f'<div class="hdq-wide">{table}</div>'


def shares(rows: Sequence[tuple[str, Estimate]], words: Catalogue) -> str:
    """Return shares with their intervals as HTML, a row each; one on fewer than five places says so instead."""
    drawn = "".join(
        f'<span>{escape(name)}</span><div style="{_TRACK}">{_marks(estimate)}</div>'
        f"<small>{escape(share(estimate, words))}</small>"
        for name, estimate in rows
    )
    ticks = "".join(f'<small style="{_TICK};left:{10 * tenth}%">{10 * tenth} %</small>' for tenth in (0, 5, 10))
    foot = f'<span></span><div style="position:relative;height:18px">{ticks}</div><span></span>'
    return f'<div style="{_GRID}">{drawn}{foot}</div>'


def share(estimate: Estimate, words: Catalogue) -> str:
    """Return a share with its interval as text."""
    if estimate["value"] is None:
        return words.say("accuracy.too_few", places=estimate["places"])
    return words.say("accuracy.share", **{name: estimate[name] for name in ("value", "low", "high")})


def area(estimate: Estimate, words: Catalogue) -> str:
    """Return an area with its interval as text."""
    if estimate["value"] is None:
        return words.say("accuracy.too_few", places=estimate["places"])
    value, low, high = (wording.hectares(estimate[name], words) for name in ("value", "low", "high"))
    return words.say("accuracy_page.between", value=value, low=low, high=high)


def _cell(count: int, most: int, *, right: bool) -> str:
    colour = "15,92,110" if right else "178,24,43"
    return f'<td style="background:rgba({colour},{0.45 * count / most:.2f})">{count or ""}</td>'


def _marks(estimate: Estimate) -> str:
    if estimate["value"] is None:
        return ""
    low, value, high = (100 * estimate[each] for each in ("low", "value", "high"))
    line = f'<i style="{_LINE};left:{low:.2f}%;width:{high - low:.2f}%"></i>'
    return f'{line}<i style="{_DOT};left:calc({value:.2f}% - 5px)"></i>'
