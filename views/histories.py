"""Pictures of a series: the states on a map, one pixel's life as a drawing. Pure; pages cache what they make."""

import io
from collections.abc import Sequence
from datetime import date
from html import escape

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from PIL import Image

from gis.language import Catalogue
from satellite import series
from satellite.traces import Trace
from views import chips, colours
from views.layers import Bounds

# Okabe and Ito: quiet while nothing happened, warm as it is confirmed; what was not seen is hatched grey, not white.
COLOURS = {
    "stable": "#D5E8DF",
    "first": "#F0E442",
    "provisional": "#E69F00",
    "confirmed": "#B2182B",
    "no_baseline": "#94A3B8",
    "unseen": "#475569",
}
_WIDTH, _HEIGHT = 900, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 40
_HISTORY = "#64748B"


def picture(states: xr.DataArray) -> tuple[bytes, Bounds]:
    """Return a map of states as PNG and its extent; pixels outside the series are transparent.

    Parameters
    ----------
    states : DataArray of uint8, dims (y, x)
        See ``satellite.windows.classes`` and ``series.STATES``.
    """
    table = np.zeros((256, 4), np.uint8)
    for number, name in series.STATES.items():
        table[number] = (*_rgb(COLOURS[name]), 205)
    stream = io.BytesIO()
    Image.fromarray(table[states.to_numpy()], "RGBA").save(stream, "PNG", optimize=True)
    return stream.getvalue(), chips.bounds(states)


def legend(words: Catalogue) -> dict[str, object]:
    """Return the legend of the states."""
    items = [
        {**colours.sample("box", "#94A3B8", colour), "text": words.say(f"watch.{name}")}
        for name, colour in COLOURS.items()
    ]
    return {"title": words.say("watch.states"), "items": items}


def bars(shares: dict[str, float], words: Catalogue) -> str:
    """Return the share of every state as bars in HTML."""
    rows = [
        f"<span>{escape(words.say(f'watch.{name}'))}</span>"
        f'<i style="width:{100 * share:.2f}%;background:{COLOURS[name]}"></i><b>{share:.2%}</b>'
        for name, share in shares.items()
    ]
    return f'<div class="hdq-bars">{"".join(rows)}</div>'


def drawing(trace: Trace, words: Catalogue) -> str:
    """Return one pixel's life as SVG: what the season promised, what was seen, the limit of each day, the state.

    Empty where the pixel was never observed.
    """
    days = [*trace.history["day"], *trace.looks["day"], *trace.curve["day"]]
    values = np.array([*trace.history["value"], *trace.looks["value"], *trace.curve["expected"]], float)
    if not np.isfinite(values).any():
        return ""
    axes = _Axes.around(days, values)
    parts = [
        axes.grid(),
        axes.line(trace.curve["day"], trace.curve["expected"].to_numpy(float)),
        *_limits(trace, axes),
        *_dots(trace, axes, words),
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}">'
    paper = f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#fff" stroke="#D5DDE6"/>'
    return f"{head}{paper}{''.join(parts)}</svg>"


def key(words: Catalogue) -> str:
    """Return what the marks of the drawing mean, as HTML."""
    marks = [
        ("background:#0F5C6E", "key_curve"),
        (f"background:{_HISTORY}", "key_history"),
        ("background:#B2182B;height:2px", "key_limit"),
        ("background:#CBD5E1", "key_unseen"),
    ]
    return (
        '<div class="hdq-chips">'
        + "".join(f'<span><i style="{style}"></i>{escape(words.say(f"watch.{code}"))}</span>' for style, code in marks)
        + "</div>"
    )


class _Axes:
    """Turns days and values into places in the drawing."""

    def __init__(self, first: date, last: date, low: float, high: float) -> None:
        self.first, self.last, self.low, self.high = first, last, low, high

    @classmethod
    def around(cls, days: Sequence[date], values: NDArray[np.float64]) -> "_Axes":
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        margin = max(0.05, 0.08 * (high - low))
        return cls(min(days), max(days), low - margin, high + margin)

    def x(self, day: date) -> float:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def grid(self) -> str:
        """Draw lines of round values with their figures, and the years."""
        step = next(each for each in (0.05, 0.1, 0.2, 0.5, 1.0) if (self.high - self.low) / each <= 8)  # noqa: PLR2004
        lines = []
        for number in range(int(np.ceil(self.low / step)), int(self.high / step) + 1):
            y = self.y(number * step)
            lines.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#E5EAF0"/>')
            lines.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" {_TEXT} text-anchor="end">{number * step:.2f}</text>')
        for year in range(self.first.year, self.last.year + 1):
            x = self.x(max(date(year, 1, 1), self.first))
            lines.append(f'<path d="M{x:.1f} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#CBD5E1" stroke-dasharray="3 3"/>')
            lines.append(f'<text x="{x + 4:.1f}" y="{_HEIGHT - 8}" {_TEXT}>{year}</text>')
        return "".join(lines)

    def line(self, days: pd.Series, values: NDArray[np.float64]) -> str:
        """Draw the baseline, broken where it promises nothing."""
        pieces, pen = [], "M"
        for day, value in zip(days, values, strict=True):
            if np.isnan(value):
                pen = "M"
                continue
            pieces.append(f"{pen}{self.x(day):.1f} {self.y(value):.1f}")
            pen = "L"
        return f'<path d="{"".join(pieces)}" fill="none" stroke="#0F5C6E" stroke-width="1.6"/>'


_TEXT = 'font-size="12" fill="#64748B" font-family="sans-serif"'


def _limits(trace: Trace, axes: _Axes) -> list[str]:
    """Draw how far each look might have departed: both ways, about what the surroundings did that day."""
    lines = []
    for look in trace.looks.dropna(subset=["limit"]).itertuples():
        middle, x = look.expected + look.common, axes.x(look.day)
        for end in (middle - look.limit, middle + look.limit):
            y = axes.y(min(max(end, axes.low), axes.high))
            lines.append(f'<path d="M{x - 5:.1f} {y:.1f}h10" stroke="#B2182B" stroke-width="1.4"/>')
    return lines


def _dots(trace: Trace, axes: _Axes, words: Catalogue) -> list[str]:
    """Draw what was seen, and a tick at the foot for what was not."""
    rows = [(each.day, each.value, _HISTORY, words.say("watch.key_history")) for each in trace.history.itertuples()]
    for look in trace.looks.itertuples():
        name = look.state if isinstance(look.state, str) else "unseen"
        rows.append((look.day, look.value, COLOURS[name], words.say(f"watch.{name}")))
    drawn = []
    for day, value, colour, what in rows:
        x = axes.x(day)
        if np.isnan(value):
            title = f"{day}: {words.say('watch.key_unseen')}"
            drawn.append(
                f'<path d="M{x:.1f} {_HEIGHT - _BOTTOM}v7" stroke="#94A3B8" stroke-width="2">'
                f"<title>{escape(title)}</title></path>"
            )
            continue
        edge = "#1E293B" if colour != _HISTORY else "none"
        title = f"{day}: {value:.3f}, {what}"
        drawn.append(
            f'<circle cx="{x:.1f}" cy="{axes.y(value):.1f}" r="{4.6 if edge != "none" else 3}" fill="{colour}" '
            f'stroke="{edge}"><title>{escape(title)}</title></circle>'
        )
    return drawn


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
