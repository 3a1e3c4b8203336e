"""Plan board: the year by month and city with what officers can do, campaigns, caps, overlaps, changes and filing."""

import datetime as dt
from html import escape
from pathlib import Path

import pandas as pd
import streamlit as st

from cross_check import calendars, planning
from cross_check.planning import Version
from cross_check.reports import filing
from gis import files
from gis.language import Catalogue, catalogue
from views import board, choosing, frame, layers, plan_calendar, plan_map, queue, reminders, scenes, state, wording

PAGE = "plan_board"
_TABLES = ("campaigns", "drawn", "upper", "capacity", "visits")
_A_VISIT = 1.0
_MOST = 400
_MAP_PX = 560


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "board_page.title", words.say("board_page.hint"))
    project = state.project()
    years = planning.years(project)
    this = state.now().year
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        choices = sorted({*years, this, this + 1}, reverse=True)
        first = choices.index(years[-1] if years else this)
        year = st.selectbox(words.say("planning.year"), choices, index=first, key=f"{PAGE}-year", width=140)
        held = planning.versions(project, int(year))
        version = None
        if held:
            numbers = [each.number for each in held][::-1]
            number = st.selectbox(
                words.say("planning.version"), numbers, key=f"{PAGE}-version-{year}-{len(held)}", width=120
            )
            version = next(each for each in held if each.number == number)
    _alarm(words, int(year))
    if version is None:
        st.info(words.say("board_page.empty", year=year), icon=":material/inbox:")
    else:
        _figures(words, version)
        _tabs(words, version, int(year))
    with st.expander(words.say("board_page.build"), icon=":material/edit_calendar:", expanded=version is None):
        _build(words, int(year))
    queue.panel(words, "plan")


def _alarm(words: Catalogue, year: int) -> None:
    alarm, said = reminders.filing(words, year)
    if alarm == "filed":
        st.success(said, icon=":material/task_alt:")
    elif alarm == "early":
        st.caption(said)
    else:
        draw = st.error if alarm == "overdue" else st.warning
        draw(said, icon=":material/alarm:")
    if not calendars.of_year(year).announced:
        st.caption(words.say("planning.no_calendar", year=year))
    with st.expander(words.say("plan_calendar.title"), icon=":material/event:"):
        days = calendars.of_year(year)
        st.html(plan_calendar.sheet(words, days))
        st.caption(words.say("plan_calendar.document", document=days.document, days=int(days.days.sum())))


def _figures(words: Catalogue, version: Version) -> None:
    told = version.facts["figures"]
    by_hand, bound = told["covered_by_hand"], told["bound"]
    shown = {
        "visits": f"{told['visits']:,}",
        "left": f"{told['left']:,}",
        "covered": f"{told['covered']:,.0f}",
        "ratio": f"{told['covered'] / by_hand:.2f}" if by_hand else "-",
        "share": f"{told['covered'] / bound:.1%}" if bound else "-",
    }
    for column, (name, value) in zip(st.columns(len(shown)), shown.items(), strict=True):
        column.metric(words.say(f"board_page.{name}"), value, help=words.say(f"board_page.{name}_help"))


def _tabs(words: Catalogue, version: Version, year: int) -> None:
    plan = _table(version, "plan")
    overlaps, changes = _table(version, "overlaps"), _table(version, "changes")
    left = _table(version, "left")
    named = {
        "grid": len(plan),
        "campaigns": int(plan["campaign_id"].notna().sum()),
        "overlaps": len(overlaps),
        "left": len(left),
        "changes": len(changes),
        "file": 0,
    }
    heads = [words.say(f"board_page.tab_{name}") + (f" {count:,}" if count else "") for name, count in named.items()]
    grid, campaigns, both, out, changed, packed = st.tabs(heads)
    names = _cities(words)
    with grid:
        st.html(_grid(words, plan, _table(version, "capacity"), names))
        st.caption(words.say("board_page.grid_hint"))
        _objects(words, version, plan, names)
    with campaigns:
        _campaigns(words, version, plan)
    with both:
        _listed(words, overlaps, names, ("quarter", "month", "city", "name", "level"), "board_page.no_overlaps")
    with out:
        told = left.assign(reason=[words.say(each) for each in left["reason"]])
        ordered = told.sort_values("worth", ascending=False)
        _listed(words, ordered, names, ("city", "name", "risk", "reason"), "board_page.none_left")
    with changed:
        _changes(words, version, changes, names, year)
    with packed:
        _package(words, version, year)


def _table(version: Version, name: str) -> pd.DataFrame:
    """Return a table of a version, empty if it has none; a version never changes, so it is read once."""
    return _read(str(version.folder / f"{name}.parquet")) if version.has(name) else pd.DataFrame()


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(path: str) -> pd.DataFrame:
    return files.read_table(Path(path))


def _cities(words: Catalogue) -> dict[str, str]:
    shown = state.tables(state.stamp_of(state.project()))
    return wording.region_names(shown["regions"], words.language)


def _grid(words: Catalogue, plan: pd.DataFrame, capacity: pd.DataFrame, names: dict[str, str]) -> str:
    """Return the year as a table of months and cities: visits, and a bar of the officer-days taken."""
    keys = ["division_code", "month"]
    used = plan.groupby(keys).agg(visits=("site_id", "size"), days=("officer_days", "sum"))
    there = capacity.groupby(keys)["officer_days"].sum()
    months = range(1, calendars.MONTHS + 1)
    heads = "".join(f"<th>{escape(words.say('board_page.month', month=month))}</th>" for month in months)
    lines = []
    for city in sorted(capacity["division_code"].unique()):
        cells = []
        for month in months:
            visits, days = used.loc[(city, month)] if (city, month) in used.index else (0, 0.0)
            room = float(there.get((city, month), 0.0))
            share = min(1.0, days / room) if room else 0.0
            told = words.say("board_page.cell", visits=int(visits), days=f"{days:.0f}", room=f"{room:.0f}")
            full = " full" if room and room - days < _A_VISIT else ""
            cells.append(
                f'<td title="{escape(told)}"><b>{int(visits)}</b><i class="hdq-bar{full}">'
                f'<u style="width:{share:.0%}"></u></i></td>'
            )
        total = int(plan["division_code"].eq(city).sum())
        lines.append(f"<tr><th>{escape(names.get(city, city))}</th>{''.join(cells)}<td><b>{total:,}</b></td></tr>")
    sums = "".join(f"<td><b>{int(plan['month'].eq(month).sum()):,}</b></td>" for month in months)
    lines.append(f"<tr><th>{escape(words.say('board_page.all'))}</th>{sums}<td><b>{len(plan):,}</b></td></tr>")
    whole = escape(words.say("board_page.year"))
    return f'<table class="hdq-year"><tr><th></th>{heads}<th>{whole}</th></tr>{"".join(lines)}</table>'


def _objects(words: Catalogue, version: Version, plan: pd.DataFrame, names: dict[str, str]) -> None:
    """Draw the objects of one city and month, or of all, on the map and as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="objects"):
        city = st.selectbox(
            words.say("planning.head_city"),
            ["", *sorted(plan["division_code"].unique())],
            format_func=lambda each: names.get(each, each) if each else words.say("map.all_regions"),
            width=200,
        )
        month = st.selectbox(
            words.say("planning.head_month"),
            range(calendars.MONTHS + 1),
            format_func=lambda each: words.say("board_page.month", month=each) if each else words.say("plan_map.year"),
            width=140,
        )
        by = st.segmented_control(
            words.say("plan_map.colours"),
            plan_map.BY,
            format_func=lambda each: words.say(f"plan_map.by_{each}"),
            default=plan_map.BY[0],
            required=True,
        )
    left, right = st.columns([1, 1], gap="small")
    with left:
        stamp = state.stamp_of(state.project())
        scene = _scene(stamp, words.language, str(version.folder), str(city), int(month), str(by))
        board.draw(scene, words, f"{PAGE}-map", height=_MAP_PX, on_pick=choosing.from_map(PAGE))
        st.caption(words.say("map.sketch"))
    with right:
        rows = plan_map.chosen(plan, str(city), int(month)).sort_values(["risk", "month"], ascending=[False, True])
        kinds = [words.say(f"planning.kind_{kind}") for kind in rows["kind"]]
        rows = rows.assign(kind=kinds, campaign=rows["campaign_id"])
        columns = ("city", "month", "name", "kind", "campaign", "risk", "officer_days", "joint_with")
        _listed(words, rows, names, columns, "board_page.none")


@st.cache_resource(max_entries=32, show_spinner=False)
def _scene(stamp: state.Stamp, language: str, folder: str, city: str, month: int, by: str) -> board.Scene:
    words, path = catalogue(language), Path(folder)
    version = Version(int(path.name[1:]), path, {})
    regions = state.tables(stamp)["regions"]
    table = plan_map.objects(version, city=city, month=month)
    ground = regions[regions["division_code"] == city] if city else regions
    return board.Scene(
        layers=[*scenes.regions(regions, words), plan_map.layer(table, by, words)],
        bounds=layers.bounds_of(ground),
        legend=[plan_map.legend(table, by, words)],
    )


def _listed(words: Catalogue, rows: pd.DataFrame, names: dict[str, str], columns: tuple[str, ...], empty: str) -> None:
    if rows.empty:
        st.info(words.say(empty), icon=":material/check_circle:")
        return
    if "city" in columns:
        rows = rows.assign(city=rows["division_code"].map(names).fillna(rows["division_code"]))
    shown = rows[list(columns)].head(_MOST).fillna("")
    st.dataframe(shown.rename(columns=lambda name: words.say(f"board_page.head_{name}")), hide_index=True)
    if len(rows) > _MOST:
        st.caption(words.say("board_page.more", shown=_MOST, count=f"{len(rows):,}"))


def _campaigns(words: Catalogue, version: Version, plan: pd.DataFrame) -> None:
    """Draw every campaign with its objects by month, and how near firms are to their cap."""
    special = plan[plan["campaign_id"].notna()]
    if special.empty:
        st.info(words.say("board_page.no_campaigns"), icon=":material/campaign:")
    else:
        rows = [
            (
                str(name),
                str(len(part)),
                ", ".join(
                    words.say("board_page.in_month", month=month, count=count)
                    for month, count in part["month"].value_counts().sort_index().items()
                ),
            )
            for name, part in special.groupby("campaign_id")
        ]
        st.html(frame.sheet([words.say(f"board_page.campaign_{name}") for name in ("name", "count", "months")], rows))
    st.caption(_capped(words, version, plan))


def _capped(words: Catalogue, version: Version, plan: pd.DataFrame) -> str:
    """Return how often a firm may be visited, and how many firms have come to that."""
    params, counts = version.facts["params"], plan["site_id"].value_counts()
    own = version.table("caps").set_index("site_id")["total"] if version.has("caps") else pd.Series(dtype=float)
    most = pd.Series(counts.index.map(own), counts.index, dtype=float).fillna(params["cap"])
    none = words.say("board_page.no_cap")
    sorts = {
        kind: none if params.get(f"cap_{kind}") is None else params[f"cap_{kind}"] for kind in ("routine", "special")
    }
    figures = {"full": int((counts >= most).sum()), "firms": f"{len(counts):,}", "own": f"{len(own):,}"}
    return words.say("board_page.caps", cap=params["cap"], **sorts, **figures)


def _changes(words: Catalogue, version: Version, changes: pd.DataFrame, names: dict[str, str], year: int) -> None:
    """Draw the change sheet of this version, and the form of the next one."""
    if "change" in version.facts:
        why = version.facts["change"]
        refiled = planning.refiled_on(state.project(), version)
        facts = {name: why[name] for name in ("reason", "approver", "on")}
        again = refiled.isoformat() if refiled else words.say("board_page.not_yet")
        st.markdown(words.say("board_page.change_of", **facts, version=why["of_version"], again=again))
        told = changes.assign(change=[words.say(f"planning.change_{each}") for each in changes["change"]])
        columns = ("city", "name", "change", "old_month", "new_month")
        _listed(words, told, names, columns, "board_page.no_changes")
    else:
        st.info(words.say("board_page.first_version"), icon=":material/history:")
    with st.container(horizontal=True, vertical_alignment="bottom", key="change-form"):
        reason = st.text_input(words.say("planning.reason"), width=280)
        approver = st.text_input(words.say("planning.approver"), width=140)
        on = st.date_input(words.say("planning.on"), state.today(), format="YYYY-MM-DD", width=150)
        brought = frame.upload(words, words.say("planning.table_campaigns"), ["csv", "xlsx"], key="change-campaigns")
        argv = ["plan", "change", "--year", str(year), "--reason", reason, "--approver", approver, "--on", str(on)]
        if brought is not None:
            argv += ["--campaigns", str(_kept(brought.name, brought.getvalue()))]
        ready = bool(reason.strip() and approver.strip())
        queue.button(words, words.say("board_page.change"), argv, key="plan-change", disabled=not ready)


def _package(words: Catalogue, version: Version, year: int) -> None:
    """Draw the package to file: make it, take it away, note the day of filing."""
    path = filing.package_of(version)
    st.caption(words.say("board_page.package_hint"))
    maker = st.text_input(words.say("board_page.filer"), words.say("board_page.maker"), width=320)
    today = state.today()
    argv = ["plan", "file", "--year", str(year), "--maker", maker, "--made-on", today.isoformat()]
    with st.container(horizontal=True, vertical_alignment="bottom", key="package"):
        queue.button(words, words.say("board_page.pack"), argv, key="plan-file", disabled=not maker.strip())
        if path.is_file():
            st.download_button(
                words.say("board_page.take"),
                data=path.read_bytes(),
                file_name=f"{year}-{path.name}",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
            )
            on = st.date_input(words.say("planning.filed_day"), today, format="YYYY-MM-DD", width=180)
            if isinstance(on, dt.date) and st.button(words.say("board_page.mark"), icon=":material/task_alt:"):
                planning.mark_filed(state.project(), year, on)
                st.rerun()


def _build(words: Catalogue, year: int) -> None:
    """Draw the form that plans the year through the queue."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="build-form"):
        cap = st.number_input(words.say("planning.cap"), 1, 12, 4, width=220)
        sorts = {
            kind: st.number_input(words.say(f"planning.cap_{kind}"), 0, 12, None, width=330)
            for kind in ("routine", "special")
        }
        share = st.number_input(words.say("planning.share"), 0.01, 0.99, 0.3, 0.05, width=220)
    argv = ["plan", "build", "--year", str(year), "--cap", str(cap), "--share", f"{share:.2f}"]
    for kind, most in sorts.items():
        argv += [] if most is None else [f"--cap-{kind}", str(most)]
    for column, name in zip(st.columns(len(_TABLES), vertical_alignment="bottom"), _TABLES, strict=True):
        with column:
            brought = frame.upload(words, words.say(f"planning.table_{name}"), ["csv", "xlsx"], key=f"build-{name}")
        if brought is not None:
            argv += [f"--{name}", str(_kept(brought.name, brought.getvalue()))]
    filed = planning.filed_on(state.project(), year) is not None
    queue.button(words, words.say("board_page.plan"), argv, key="plan-build", disabled=filed)


def _kept(name: str, content: bytes) -> Path:
    """Keep a brought file in the project, where the queue's command finds it."""
    path = state.project().yearplans / "brought" / Path(name).name
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.written_aside(path) as aside:
        aside.write_bytes(content)
    return path


if __name__ == "__main__":
    page()
