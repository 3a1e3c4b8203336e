"""Some 350 hostile or broken files: each refused by one clear sentence, and nothing is changed."""

import datetime as dt
import hashlib
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cross_check import arrivals, desk
from cross_check.arrivals import Letter
from cross_check.files import Project
from gis import files as gis_files
from gis import readers, register
from gis.coordinates import Answer
from gis.errors import TableFaults, WorkbenchError
from gis.history import Act
from gis.language import LANGUAGES, catalogue
from tests.gis import hostile
from tests.gis import hostile_parts as parts

ACT = Act(by="李", at=dt.datetime(2026, 6, 1, 2, tzinfo=dt.UTC), why="核对")
SAID = Letter(answer=Answer(system="cgcs2000:decimal"))
LEFT_TO_EVIDENCE = ("coordinates.old_datum", "coordinates.two_systems", "coordinates.undecided")
LONGEST_SENTENCE = 420

GOOD = {
    ".csv": parts.csv(parts.FIRST, parts.SECOND),
    ".xlsx": parts.xlsx(parts.FIRST, parts.SECOND),
    ".xls": parts.OLD_WORKBOOK.read_bytes(),
    ".kml": f"<kml>{parts.PLACEMARK.format(name='厂', place='125.1,46.5')}</kml>".encode(),
    ".kmz": parts.packed({"doc.kml": f"<kml>{parts.PLACEMARK.format(name='厂', place='125.1,46.5')}</kml>"}),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose register holds two sites, brought as the good form of what is damaged below."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good.csv").write_bytes(parts.csv(parts.FIRST, parts.SECOND))
    project = Project(folder / "project")
    desk.import_enterprises(folder / "good.csv", project, ACT, SAID)
    return project


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The collection, made once."""
    return hostile.collection(tmp_path_factory.mktemp("made"))


def digest(folder):
    """One hash of every file of a folder, with its name."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(str(path).encode() + path.read_bytes())
    return whole.hexdigest()


def refusal(verb):
    """What a verb raises, None if it goes through."""
    try:
        verb()
    except WorkbenchError as error:
        return error
    return None


def at_the_door(path, project, state, letter):
    """Read, locate and check as an import does, without working out what it would change."""
    sketch = gis_files.read_sketch()
    arrival = arrivals.settled(arrivals.receive(path, project, sketch, state, letter), path)
    checked = register.check(arrival.rows, sketch, located=arrival.located, told=arrival.columns)
    if len(checked.faults):
        raise TableFaults(path.name, checked.faults)


def letter_for(case):
    """What is said of the file: its system, unless the harm is what the file says of it itself."""
    return Letter() if case.codes & set(LEFT_TO_EVIDENCE) else SAID


def told(error):
    """All that a person reads of a refusal, by language."""
    rows = error.faults if isinstance(error, TableFaults) else None
    for language in LANGUAGES:
        words = catalogue(language)
        yield words.explain(error)
        yield from [] if rows is None else (words.say(code) for code in rows["code"])


def complaints(case, error):
    """What is wrong with a refusal: another reason, no row, no heading, no clear sentence."""
    if error is None:
        return [f"{case.name}: let in"]
    faults = error.faults if isinstance(error, TableFaults) else None
    codes = {error.code} if faults is None else set(faults["code"])
    found = [] if codes & case.codes else [f"{case.name}: {sorted(codes)} instead of {sorted(case.codes)}"]
    if case.row and faults is not None and case.row not in set(faults["row"]):
        found.append(f"{case.name}: row {case.row} is not named")
    if case.row and faults is None and error.params.get("row") != case.row:
        found.append(f"{case.name}: {error.params} names another row than {case.row}")
    if case.column and case.column not in set(faults["column"]):
        found.append(f"{case.name}: column {case.column} is not named")
    unclear = [text for text in told(error) if not text or "\n" in text or len(text) > LONGEST_SENTENCE]
    return found + [f"{case.name}: no clear sentence: {text[:200]!r}" for text in unclear]


def test_the_collection_is_large(files):
    """At least 300 files, no two of one name."""
    assert len(files) >= 300
    assert len({case.name for case in files}) == len(files)


def test_each_file_is_refused_by_a_sentence_and_changes_nothing(files, project, tmp_path):
    """By a reason that fits, naming row and heading where the harm has them; the project stays byte by byte.

    The first of each kind goes the whole way of an import; the others come as far as the check of their rows.
    """
    before, state = digest(project.folder), gis_files.read_layer(project.enterprises)
    found, seen = [], set()
    for case in files:
        path, letter = tmp_path / case.name, letter_for(case)
        path.write_bytes(case.content)
        if case.codes in seen:
            error = refusal(partial(at_the_door, path, project, state, letter))
        else:
            error = refusal(partial(desk.import_enterprises, path, project, ACT, letter))
        seen.add(case.codes)
        found += complaints(case, error)
        path.unlink()
        assert digest(project.folder) == before, case.name
    assert found == []


def test_a_file_of_more_than_a_gigabyte_is_not_even_opened(project, tmp_path):
    """By its size alone."""
    for ending in (".csv", ".xlsx", ".zip"):
        with (tmp_path / f"a{ending}").open("wb") as stream:
            stream.truncate((1 << 30) + 1)
        verb = partial(desk.import_enterprises, tmp_path / f"a{ending}", project, ACT, SAID)
        assert refusal(verb).code == "rows.too_large"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_at_random_is_told_by_a_sentence_or_read(data, tmp_path):
    """Any bytes of a good file changed, cut out or added: a sentence or texts, never anything else."""
    ending = data.draw(st.sampled_from(sorted(GOOD)))
    content = bytearray(GOOD[ending])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(max_size=8))
        content[place : place + data.draw(st.integers(0, 8))] = piece
    path = tmp_path / f"a{ending}"
    path.write_bytes(bytes(content))
    error = refusal(partial(readers.read, path))
    if error is None:
        assert all(isinstance(cell, str) for cell in readers.read(path).rows.to_numpy().ravel())
    else:
        assert all(told(error))
