"""A round in tables: the matrix of teams and regions, why each team goes where it goes, who stays away and why."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from cross_check.officers import Teams
from cross_check.rounds import Assignment
from gis.language import Catalogue
from views import frame, wording

Names = Mapping[str, str]
"""Names of divisions by code."""


def team(words: Catalogue, home: str, names: Names) -> str:
    """Return what people call the team of a division."""
    return words.say("plan_page.team", home=names.get(home, home))


def matrix(cells: pd.DataFrame, names: Names, words: Catalogue) -> str:
    """Return the matrix as HTML: a row a team, a column a region; kilometres or the rule that bars the pair.

    Parameters
    ----------
    cells : DataFrame
        See ``round_cases.cells``.
    names : mapping
    words : Catalogue
    """
    regions = sorted(set(cells["division_code"]))
    head = "".join(f"<th>{escape(_short(names.get(code, code)))}</th>" for code in regions)
    lines = []
    for home, row in cells.groupby("home_division", sort=True):
        name = escape(_short(names.get(str(home), str(home))))
        line = "".join(_cell(each, words) for each in row.sort_values("division_code").itertuples(index=False))
        lines.append(f"<tr><th>{name}</th>{line}</tr>")
    return f'<div class="hdq-matrix"><table><tr><th></th>{head}</tr>{"".join(lines)}</table></div>'


def _cell(pair: Any, words: Catalogue) -> str:  # noqa: ANN401 - a row of a table
    kilometres = f"{pair.travel_km:,.0f}" + ("*" if pair.missing else "")
    if pair.chosen:
        return f'<td class="chosen">{kilometres}</td>'
    if pair.barred:
        return f'<td class="barred">{escape(words.say(f"rounds_page.barred_{pair.barred}"))}</td>'
    return f'<td class="{"lacks" if pair.missing else ""}">{kilometres}</td>'


def _short(name: str) -> str:
    """Return a division's name without what all prefectures end with."""
    return name[:-1] if len(name) > 2 and ord(name[-1]) == _SHI else name  # noqa: PLR2004 - two characters are left


_SHI = 0x5E02  # the character that ends the name of a prefecture-level city


def pairs(sent: Assignment, names: Names, words: Catalogue) -> str:
    """Return, team by team, where it goes and why, as HTML."""
    heads = [words.say(f"plan_page.head_{name}") for name in ("team", "region", "officers", "travel", "expertise")]
    heads += [words.say("rounds_page.head_load"), words.say("plan_page.head_reason")]
    rows = [
        (
            f"{at} {team(words, row.home_division, names)}",
            names.get(row.division_code, row.division_code),
            str(row.officers),
            wording.distance(row.travel_km * 1000, words),
            words.say("map.yes" if row.expertise_met else "map.no"),
            words.say("rounds_page.hours", hours=f"{row.load_min / 60:.1f}"),
            words.say(row.reason),
        )
        for at, row in enumerate(sent.table.itertuples(index=False), start=1)
    ]
    return frame.sheet(heads, rows)


def left_out(sent: Assignment, formed: Teams, names: Names, words: Catalogue) -> list[tuple[str, str]]:
    """Return who stays away and why: divisions without a team, idle teams, unvisited regions, officers."""
    rows = [
        (names.get(row.division_code, row.division_code), words.say(row.reason))
        for row in formed.without_team.itertuples(index=False)
    ]
    rows += [
        (team(words, row.home_division, names), words.say(row.reason)) for row in sent.idle.itertuples(index=False)
    ]
    rows += [
        (names.get(row.division_code, row.division_code), words.say(row.reason))
        for row in sent.unvisited.itertuples(index=False)
    ]
    return rows + [
        (f"{row.name} ({names.get(row.home_division, row.home_division)})", words.say(row.reason))
        for row in formed.left_out.itertuples(index=False)
    ]


def broken(sent: Assignment, names: Names, words: Catalogue) -> list[tuple[str, str, str]]:
    """Return the relaxed rules that a round breaks: pair, rule, price."""
    return [
        (
            words.say(
                "rounds_page.pair",
                team=team(words, row.home_division, names),
                region=names.get(row.division_code, row.division_code),
            ),
            words.say(f"rounds_page.rule_{row.rule}"),
            words.say("rounds_page.price", km=f"{row.price_km:,.0f}"),
        )
        for row in sent.broken.itertuples(index=False)
    ]


def rotation(table: pd.DataFrame, names: Names, words: Catalogue) -> str:
    """Return several rounds as HTML: a row a team, a column a round.

    Parameters
    ----------
    table : DataFrame
        See ``joint_rounds.SCHEMA``.
    names : mapping
    words : Catalogue
    """
    rounds = sorted(set(table["round"]))
    heads = [words.say("plan_page.head_team"), *(words.say("rounds_page.round", number=each) for each in rounds)]
    heads.append(words.say("plan_page.head_travel"))
    rows = []
    for home, own in table.groupby("home_division", sort=True):
        there = dict(zip(own["round"], own["division_code"], strict=True))
        goes = [names.get(there.get(each, ""), "-") for each in rounds]
        rows.append((team(words, str(home), names), *goes, wording.distance(own["travel_km"].sum() * 1000, words)))
    return frame.sheet(heads, rows)
