"""Change: two images are chosen, checked and compared in the queue; the result knows when it is stale."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from cross_check import comparisons, pair_dates, patch_notes
from cross_check.comparisons import Check
from gis import files
from gis.errors import WorkbenchError
from gis.language import Catalogue, catalogue
from satellite import differences, presets, scores, seasons, windows
from satellite import files as images
from satellite.files import PairFiles
from satellite.presets import Preset
from views import bench, board, choosing, colours, frame, layers, queue, scenes, state, wording
from views.layers import Layer
from views.state import Stamp

PAGE = "change"
VIEWS = ("patches", "swipe", "before", "after")
"""What the map shows; before and after by turns let the eye catch what flickers."""
_LIST_PX = 300
_HECTARE = 1e4
_UNSEEN = "#64748B"


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "change_page.title")
    project = state.project()
    taken = comparisons.listing(project)
    if len(taken) < 2:  # noqa: PLR2004 - a pair
        st.info(words.say("change_page.no_images"), icon=":material/inbox:")
        st.code(f"hdq scenes add FILE.tif --project {project.folder.name}", language=None)
        st.page_link("views/finding.py", label=words.say("finding.title"), icon=":material/satellite_alt:")
        st.stop()
    asked = _order(words, taken)
    queue.panel(words, "detect")
    stamp = state.stamp_of(project)
    if not stamp.has("recipe") or not stamp.has("patches"):
        st.info(words.say("change_page.none"), icon=":material/inbox:")
        st.stop()
    _result(words, stamp, asked)


def _order(words: Catalogue, taken: list[Path]) -> dict[str, object]:
    """Draw what is asked for, the check of the pair and the button; return what is asked."""
    names, had = {path.name: path for path in taken}, _had()
    listed, known = list(names), presets.standard()
    first_at, last_at = (
        listed.index(str(had[name])) if had.get(name) in names else default
        for name, default in (("before", 0), ("after", len(listed) - 1))
    )
    first, second, third, fourth = st.columns([3, 3, 2, 3], gap="small")
    before = first.selectbox(words.say("change_page.before"), listed, index=first_at, key=f"{PAGE}-before")
    after = second.selectbox(words.say("change_page.after"), listed, index=last_at, key=f"{PAGE}-after")
    chosen = third.selectbox(
        words.say("change_page.preset"),
        list(known),
        index=list(known).index(str(had["preset"])) if had.get("preset") in known else 0,
        format_func=lambda each: _preset(each, words),
        key="preset",
    )
    methods = list(scores.METHODS)
    method = fourth.selectbox(
        words.say("change_page.method"),
        methods,
        index=methods.index(str(had["method"])) if had.get("method") in methods else 0,
        format_func=str.upper,
    )
    first, second, third, fourth = st.columns([3, 3, 2, 3], gap="small", vertical_alignment="bottom")
    leads = first.number_input(
        words.say("change_page.false_leads"), 0.1, 1000.0, known[chosen].false_leads, key=f"{PAGE}-leads-{chosen}"
    )
    smallest = second.number_input(
        words.say("cli.smallest"), 100.0, 1e6, known[chosen].smallest_m2, step=100.0, key=f"{PAGE}-m2-{chosen}"
    )
    pair = PairFiles(names[before], names[after], comparisons.masks(names[before], names[after]))
    asked: dict[str, object] = {"before": before, "after": after, "method": method, "preset": chosen}
    asked |= {"false_leads": leads, "smallest_m2": smallest}
    asked |= _conditions(words, known[chosen], [name for name in names if name not in (before, after)])
    asked["null_pair"] = [str(names[name]) for name in asked["null_pair"]]  # type: ignore[attr-defined]
    with third:
        queue.button(words, words.say("change_page.run"), _argv(pair, asked), key="run", disabled=before == after)
    if fourth.toggle(words.say("change_page.check"), key=f"{PAGE}-check") and before != after:
        _checked(words, pair, _preset_asked(known[chosen], asked))
    return asked


def _had() -> dict[str, object]:
    """Return what the present result was made from, so that the page opens on it and not on a stale sign."""
    stamp = state.stamp_of(state.project())
    if not stamp.has("recipe"):
        return {}
    recipe = state.facts(stamp, "recipe")
    pair = comparisons.images_of(recipe)
    ends = {name: Path(str(side["path"])).name for name, side in zip(("before", "after"), pair, strict=False)}
    return {**ends, "preset": recipe.get("preset", "all"), "method": recipe.get("method")}


def _conditions(words: Catalogue, preset: Preset, images: list[str]) -> dict[str, object]:
    """Draw what the preset asks for beside: season, field work, merging, pairs of earlier years; return it."""
    with st.expander(words.say("change_page.conditions"), icon=":material/tune:"):
        first, second, third, fourth = st.columns([2, 2, 2, 2], gap="small", vertical_alignment="bottom")
        key = f"{PAGE}-{preset.name}"
        days = first.number_input(
            words.say("change_page.season_days"), 0, 182, preset.season_days, step=5, key=f"{key}-days"
        )
        rule = second.selectbox(
            words.say("change_page.season_rule"),
            seasons.RULES,
            index=seasons.RULES.index(preset.season_rule),
            format_func=lambda each: words.say(f"change_page.rule_{each}"),
            key=f"{key}-rule",
        )
        metres = third.number_input(
            words.say("change_page.merge_m"), 0.0, 500.0, preset.merge_m, step=10.0, key=f"{key}-merge"
        )
        work = fourth.toggle(words.say("change_page.field_work"), preset.field_work, key=f"{key}-work")
        null = st.multiselect(
            words.say("change_page.null_pair"), images, max_selections=2, key=f"{PAGE}-null", placeholder=""
        )
    return {"season_days": days, "season_rule": rule, "merge_m": metres, "field_work": work, "null_pair": sorted(null)}


def _argv(pair: PairFiles, asked: dict[str, object]) -> list[str]:
    argv = ["detect", str(pair.before), str(pair.after), "--preset", str(asked["preset"])]
    argv += ["--method", str(asked["method"]), "--false-leads", f"{asked['false_leads']:g}"]
    argv += ["--smallest-m2", f"{asked['smallest_m2']:g}", "--season-days", str(asked["season_days"])]
    argv += ["--season-rule", str(asked["season_rule"]), "--merge-m", f"{asked['merge_m']:g}"]
    argv += [] if asked["field_work"] else ["--keep-field-work"]
    null = asked["null_pair"]
    argv += ["--null-pair", *null] if isinstance(null, list) and len(null) == 2 else []  # noqa: PLR2004 - a pair
    return [*argv, "--clear", *map(str, pair.clear)] if pair.clear else argv


def _preset_asked(preset: Preset, asked: dict[str, object]) -> Preset:
    """Return a preset with the season that is asked for instead."""
    return replace(preset, season_days=int(str(asked["season_days"])), season_rule=str(asked["season_rule"]))


def _checked(words: Catalogue, pair: PairFiles, preset: Preset) -> None:
    """Draw how the two images lie to each other, whether their season fits, and what a run will cost."""
    marks = tuple(path.stat().st_mtime_ns for path in (pair.before, pair.after, *pair.clear))
    try:
        found = _check(pair, marks)
    except WorkbenchError as error:
        st.error(words.explain(error), icon=":material/error:")
        return
    aligned = found.alignment
    known = aligned.found.known
    figures = {
        "shift": f"{aligned.found.length_px:.2f} px" if known else "?",
        "residual": f"{aligned.residual.length_px:.2f} px" if known else "?",
        "area": f"{found.area_km2:,.0f} km²",
        "season": _gap(words, pair),
        "time": f"{found.seconds:,.0f} s, {found.gigabytes:.1f} GB",
    }
    for column, (name, said) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(words.say(f"change_page.{name}"), said)
    if not aligned.residual.known:
        st.warning(words.say("change_page.unchecked"), icon=":material/straighten:")
    told = pair_dates.foretold(pair, (None, None), preset, state.project())
    for sentence in pair_dates.sentences(told.codes, told.figures, words):
        st.warning(sentence, icon=":material/calendar_month:")


def _gap(words: Catalogue, pair: PairFiles) -> str:
    """Return how far the two dates lie apart within the year."""
    days = [images.seen_on(path) for path in (pair.before, pair.after)]
    return words.say("change_page.days", days=seasons.apart_days(*days)) if all(days) else "?"  # type: ignore[arg-type]


@st.cache_data(max_entries=16, show_spinner=False)
def _check(pair: PairFiles, marks: tuple[int, ...]) -> Check:  # noqa: ARG001 - cached by the files' times
    return comparisons.check(pair)


def _result(words: Catalogue, stamp: Stamp, asked: dict[str, object]) -> None:
    recipe, found = state.facts(stamp, "recipe"), state.tables(stamp)["patches"]
    said = comparisons.stale(recipe, stamp.project.detect, asked) if "preset" in recipe else []
    for code in said:
        st.warning(words.say(code), icon=":material/history:")
    for sentence in pair_dates.sentences(recipe.get("warnings", []), recipe.get("judging", {}), words):
        st.warning(sentence, icon=":material/calendar_month:")
    if constant := recipe["figures"].get("constant_bands"):
        said_bands = words.say("detect.constant_left_out", bands=", ".join(constant))
        st.warning(said_bands, icon=":material/texture:")
    if comparisons.noise(recipe) is None or "holds_to" not in found:
        st.info(words.say("change_page.no_scores"), icon=":material/info:")
        st.stop()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.caption(words.say("change_page.observed", share=recipe["figures"]["observed_share"]))
        threshold = _threshold(words, recipe, found)
        kept = found[found["holds_to"] >= threshold].reset_index(drop=True)
        _suppressed(words, recipe, len(found) - len(kept))
    with right:
        _patches(words, stamp, kept, threshold)


def _threshold(words: Catalogue, recipe: dict[str, Any], found: gpd.GeoDataFrame) -> float:
    """Draw the histogram and the slider with what it would leave; return the threshold."""
    figures = recipe["figures"]
    counts, per_unit = np.array(figures["histogram"]["counts"]), figures["histogram"]["per_unit"]
    least = round(float(figures["noise"]["lead_threshold"]), 2)
    most = float(max(np.ceil(found["holds_to"].max()) if len(found) else 0, least + 1))
    key = f"{PAGE}-{figures['threshold']:.4f}-{figures['patches']}"  # another result has other limits
    threshold = st.slider(words.say("change_page.threshold"), least, most, least, 0.05, key=key)
    first, second = st.columns(2)
    left = found[found["holds_to"] >= threshold]
    first.metric(words.say("change_page.left"), f"{len(left):,}")
    second.metric(words.say("change_page.expected"), f"{comparisons.expected(recipe, threshold):.2g}")
    step = per_unit // 4
    last = min(int(most * per_unit) // step + 1, len(counts) // step)
    bars = counts[: last * step].reshape(last, step).sum(axis=1)
    edges = np.arange(last) * step / per_unit
    kept = edges >= threshold
    heights = np.log10(np.maximum(bars, 1))
    shown = pd.DataFrame({"<": np.where(kept, 0, heights), "≥": np.where(kept, heights, 0)}, index=edges)
    st.bar_chart(shown, y_label=words.say("change_page.log"), height=190)
    return float(threshold)


def _suppressed(words: Catalogue, recipe: dict[str, Any], raised: int) -> None:
    """Draw how many candidates were left out, by reason."""
    counts = dict(recipe["figures"]["suppressed"])
    rows = [(words.say(f"suppressed.{name}"), f"{count:,}") for name, count in counts.items()]
    rows.append((words.say("change_page.raised"), f"{raised:,}"))
    st.html(frame.sheet([words.say("change_page.suppressed"), words.say("change_page.left")], rows))


def _patches(words: Catalogue, stamp: Stamp, kept: gpd.GeoDataFrame, threshold: float) -> None:
    if kept.empty:
        st.info(words.say("change_page.raised"), icon=":material/check_circle:")
        return
    ranked = kept.sort_values(["probability", "patch_id"], ascending=[False, True], ignore_index=True)
    scene = _scene(words, stamp, ranked, threshold)
    board.draw(scene, words, f"{PAGE}-map", height=380, on_pick=choosing.from_map(PAGE))
    columns = {
        "target": [patch_notes.target(each, words) for each in ranked["target"]],
        "probability": [f"{each:.0%}" for each in ranked["probability"]],
        "size": _areas(ranked, words),
        "changed": differences.sentences(ranked, words),
        "looks": [str(each) for each in ranked["looks"]],
        "gates": [patch_notes.gates(each, words) for each in ranked["gates"]],
        "cloud": [wording.distance(each, words) for each in ranked["unseen_m"]],
    }
    headed = pd.DataFrame({words.say(f"change_page.head_{name}"): values for name, values in columns.items()})
    choosing.table(PAGE, "patches", headed, list(ranked["patch_id"]), {}, _LIST_PX)


def _scene(words: Catalogue, stamp: Stamp, ranked: gpd.GeoDataFrame, threshold: float) -> board.Scene:
    """Ask what the map shows, and return it: all patches, or the pictures around the chosen one."""
    view = st.segmented_control(
        words.say("change_page.view"),
        VIEWS,
        default=VIEWS[0],
        required=True,
        format_func=lambda each: words.say(f"change_page.view_{each}"),
        key=f"{PAGE}-view",
        label_visibility="collapsed",
    )
    scene = board.Scene(
        layers=_layers(stamp, threshold, words.language),
        bounds=layers.bounds_of(ranked),
        legend=[scenes.class_legend(words)],
        chosen=choosing.chosen(PAGE) or ("patches", str(ranked["patch_id"].iloc[0])),
        flight=choosing.flight(PAGE),
    )
    if view == VIEWS[0]:
        return scene
    now = ranked[ranked["patch_id"] == (scene.chosen or ("", ""))[1]]
    lon, lat = (now if len(now) else ranked).geometry.iloc[0].representative_point().coords[0]
    box = windows.around(lon, lat, bench.WIDTH_M, bench.HEIGHT_M)
    try:
        shown = bench.pictures(stamp, box, "natural", words.language)
    except WorkbenchError as error:
        st.warning(words.say("bench.no_images", reason=words.explain(error)), icon=":material/image_not_supported:")
        return scene
    lines = [replace(each, styles=bench.unfilled(each.styles), name="") for each in scene.layers]
    scene = replace(scene, layers=lines, bounds=shown.bounds, cover=True, flight=0)
    if view == "swipe":
        return replace(scene, swipe=shown)
    picture, said = (shown.before, shown.before_text) if view == "before" else (shown.after, shown.after_text)
    return replace(scene, under=(board.Under(picture, shown.bounds, said),))


def _preset(name: str, words: Catalogue) -> str:
    """Return what people call a preset: the targets that it keeps."""
    kept = presets.standard()[name].targets
    return words.say("map.listed_all") if name == "all" else ", ".join(patch_notes.target(each, words) for each in kept)


def _areas(table: gpd.GeoDataFrame, words: Catalogue) -> list[str]:
    pairs = zip(table["area_m2"], table["area_error_m2"], strict=True)
    said = ((f"{area / _HECTARE:.2f}", f"{error / _HECTARE:.2f}") for area, error in pairs)
    return [words.say("change_page.hectares", ha=area, error=error) for area, error in said]


@st.cache_resource(max_entries=16, show_spinner=False)
def _layers(stamp: Stamp, threshold: float, language: str) -> list[Layer]:
    words, found = catalogue(language), state.tables(stamp)["patches"]
    kept = found[found["holds_to"] >= threshold].reset_index(drop=True)
    kinds = list(kept["machine_class"])
    values = [wording.labels(kinds, words), [f"{each:.0%}" for each in kept["probability"]], _areas(kept, words)]
    content = layers.shapes(kept, list(kept["patch_id"]), kinds, values)
    styles = {kind: colours.area(colour) for kind, colour in colours.CLASSES.items()}
    fields = [words.say(f"change_page.head_{name}") for name in ("target", "probability", "size")]
    sample = colours.sample("box", "#D55E00", "#D55E0099")
    shown = Layer("patches", "areas", content, styles, fields, words.say("change_page.left"), sample)
    return [*_unseen(stamp, words), shown]


def _unseen(stamp: Stamp, words: Catalogue) -> list[Layer]:
    """Return the layer of what was not observed, none where all was."""
    path = stamp.project.detect / "unseen.gpkg"
    if not path.is_file():
        return []
    hidden = files.read_layer(path)
    name = words.say("change_page.unseen")
    content = layers.shapes(
        hidden, [str(at) for at in range(len(hidden))], ["unseen"] * len(hidden), [[name] * len(hidden)]
    )
    style = {"unseen": colours.area(_UNSEEN, fill=0.35, weight=0.8, dashes="3 3")}
    sample = colours.sample("box", _UNSEEN, f"{_UNSEEN}59")
    return [Layer("unseen", "areas", content, style, [], name, sample, pick=False, pane="zones")]


if __name__ == "__main__":
    page()
