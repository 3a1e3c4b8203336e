"""Accuracy: a blind sample drawn and reviewed, the confusion matrix, and what it makes of accuracies and areas."""

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cross_check import assessments, reviews
from cross_check.files import Project
from gis.errors import TableFaults, WorkbenchError
from gis.files import read_json, read_table
from gis.language import Catalogue
from satellite import reliability, samples
from views import cases, frame, intervals, queue, state, wording

PAGE = "accuracy"


def page() -> None:
    """Draw the page."""
    words = frame.words_now()
    frame.title(words, "accuracy_page.title", words.say("accuracy_page.hint"))
    project = state.project()
    if not project.recipe.is_file():
        st.info(words.say("accuracy_page.no_detection"), icon=":material/inbox:")
        st.code(frame.command("recipe", state.stamp_of(project)), language=None)
        st.page_link("views/change.py", label=words.say("change_page.title"), icon=":material/difference:")
        return
    if not project.accuracy_sample.is_file():
        st.info(words.say("accuracy_page.no_audit"), icon=":material/inbox:")
        _draw(words, opened=True)
        queue.panel(words, "accuracy")
        _reliability(words)
        return
    if not assessments.stands(project):
        st.warning(words.say("accuracy.other_map"), icon=":material/update:")
    _forms(words, project)
    if project.accuracy_report.is_file():
        _report(words, read_json(project.accuracy_report))
    _draw(words, opened=False)
    queue.panel(words, "accuracy")
    _reliability(words)


def _draw(words: Catalogue, *, opened: bool) -> None:
    """Ask for a seed and draw by the queue; a new sample forgets the reviews, which is said before."""
    with st.expander(words.say("accuracy_page.draw"), icon=":material/casino:", expanded=opened):
        st.caption(words.say("accuracy_page.about_draw"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            seed = st.text_input(words.say("accuracy_page.seed"), key=f"{PAGE}-seed", width=280)
            fewest = st.number_input(words.say("accuracy_page.fewest"), 5, 500, 25, key=f"{PAGE}-fewest", width=180)
            argv = ["accuracy", "draw", "--seed", seed, "--fewest", str(int(fewest))]
            label = words.say("accuracy_page.go" if opened else "accuracy_page.again")
            queue.button(words, label, argv, key=f"{PAGE}-draw", disabled=not seed)


def _forms(words: Catalogue, project: Project) -> None:
    """Hand the forms out and take filled ones in."""
    facts = read_json(project.accuracy / "sample.json")
    drawn = len(_strata(facts))
    reviewed = len(read_table(project.accuracy_reviews)) if project.accuracy_reviews.is_file() else 0
    st.caption(words.say("accuracy_page.facts", seed=facts["seed"], strata=drawn, reviewed=reviewed))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, kind in (("form.csv", "text/csv"), ("form.gpkg", "application/geopackage+sqlite3")):
            content = (project.accuracy / name).read_bytes()
            label = words.say("accuracy_page.form", ending=name.rpartition(".")[2])
            st.download_button(label, content, name, kind, key=f"{PAGE}-{name}", icon=":material/download:")
    filled = frame.upload(words, words.say("accuracy_page.upload"), ["csv", "xlsx", "gpkg"], key=f"{PAGE}-filled")
    if filled is not None and st.button(words.say("accuracy_page.take"), key=f"{PAGE}-take", type="primary"):
        _take(words, project, filled)


def _take(words: Catalogue, project: Project, filled: UploadedFile) -> None:
    with frame.put_down(filled) as path:
        try:
            assessments.take(path, project)
            assessments.report(project)
        except TableFaults as refusal:
            cases.refused(words, refusal)
        except WorkbenchError as fault:
            st.warning(words.explain(fault), icon=":material/rule:")
        else:
            st.rerun()


def _report(words: Catalogue, found: dict[str, Any]) -> None:
    overall = found["overall"]
    told = words.say("accuracy_page.overall", share=intervals.share(overall, words))
    frame.reason(told, "few" if overall["value"] is None else "none")
    st.caption(words.say("accuracy_page.places", **{name: found[name] for name in ("drawn", "reviewed", "unsure")}))
    st.subheader(words.say("accuracy_page.matrix"))
    st.html(intervals.matrix(found["matrix"], words))
    st.caption(words.say("accuracy_page.about_matrix"))
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(words.say("accuracy_page.areas"))
        st.html(_areas(words, found))
        st.caption(words.say("accuracy_page.about_areas"))
    with right:
        for name in ("users", "producers"):
            st.subheader(words.say(f"accuracy_page.{name}"))
            rows = [(reviews.said(each["class"], words), each[name]) for each in found["classes"]]
            st.html(intervals.shares(rows, words))
        st.subheader(words.say("accuracy_page.months"))
        rows = [(_stratum(each, words), each["right"]) for each in found["months"]]
        st.html(intervals.shares(rows, words))


def _reliability(words: Catalogue) -> None:
    """Show how often came true what is said with a probability, on synthetic worlds."""
    found = reliability.standard()
    with st.expander(words.say("reliability.title"), icon=":material/percent:"):
        figures = {"brier": f"{found.brier:.3f}", "base": f"{found.base_brier:.3f}", "error": f"{found.error:.3f}"}
        st.caption(words.say("reliability.about", count=found.count, worlds=found.worlds, **figures))
        rows = []
        for each in found.bins.to_dict("records"):
            told = {"value": each["true"], "low": each["true_low"], "high": each["true_high"], "places": each["count"]}
            told["value"] = None if pd.isna(told["low"]) else told["value"]
            rows.append((words.say("reliability.row", said=f"{each['said']:.0%}", count=each["count"]), told))
        st.html(intervals.shares(rows, words))


def _areas(words: Catalogue, found: dict[str, Any]) -> str:
    heads = [words.say(f"accuracy_page.head_{name}") for name in ("class", "mapped", "estimated")]
    rows = [
        [
            reviews.said(each["class"], words),
            wording.hectares(each["mapped_m2"], words),
            intervals.area(each["area_m2"], words),
        ]
        for each in found["classes"]
    ]
    return frame.sheet(heads, rows)


def _stratum(row: dict[str, Any], words: Catalogue) -> str:
    name = reviews.said(row["class"], words)
    return name if row["month"] == samples.NO_MONTH else f"{name} {row['month']}"


def _strata(facts: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in facts["strata"] if each["pixels"]]


if __name__ == "__main__":
    page()
