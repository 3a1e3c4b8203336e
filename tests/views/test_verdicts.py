"""Reading on the bench lands in the ledger."""

import pytest

from cross_check import casebook
from gis import files
from gis.language import catalogue
from tests.cross_check import cases
from tests.views import opened, small
from views import verdicts


@pytest.fixture
def project(tmp_path):
    """Return the small project, its leads in the ledger."""
    made = small.write(tmp_path / "own")
    casebook.take_results(made, cases.act(), "patch")
    return made


def _bench(monkeypatch, project, role="analyst"):
    return opened.signed(monkeypatch, project, "bench", role)


def _lead(project):
    return casebook.opened(project).record(("lead", "L1"))


def test_a_reading_is_the_same_event_as_that_of_the_command(monkeypatch, project, tmp_path):
    """Kind, states and changes are those of casebook.read, under the name and role of the side bar."""
    file = files.sha256(project.leads)
    test = _bench(monkeypatch, project)
    test.selectbox(key="bench-class-L1-1").select("burn").run()
    test.button(key="verdict-suspected").click().run()
    assert not test.exception
    made = casebook.opened(project).events(("lead", "L1"))
    twin = small.write(tmp_path / "twin")
    casebook.take_results(twin, cases.act(), "patch")
    casebook.read(casebook.opened(twin), cases.act(), "L1", "suspected", "burn", 1)
    wanted = casebook.opened(twin).events(("lead", "L1"))
    told = [[(e.kind, e.from_state, e.to_state, e.changes) for e in each] for each in (made, wanted)]
    assert told[0] == told[1]
    assert [(e.who, e.role) for e in made[1:]] == [("甲", "analyst")] * 2
    assert files.sha256(project.leads) == file


def test_both_classes_and_the_state_stand_on_the_bench(monkeypatch, project):
    """The machine's class stays beside the human one, in the ledger and on the page."""
    casebook.read(casebook.opened(project), cases.act(), "L1", "suspected", "burn")
    drawn = opened.html(_bench(monkeypatch, project))
    words = catalogue("zh")
    kinds = {name: words.say(f"class.{kind}") for name, kind in (("machine", "excavation"), ("human", "burn"))}
    assert words.say("casework.classes", **kinds) in drawn
    fields = _lead(project).fields
    assert (fields["machine_class"], fields["human_class"]) == ("excavation", "burn")
    assert "疑似" in drawn


def test_a_reading_is_taken_back(monkeypatch, project):
    """Undo needs a reason, and brings the lead to where it was."""
    test = _bench(monkeypatch, project)
    test.button(key="verdict-doubtful").click().run()
    assert _lead(project).state == "doubtful"
    number = casebook.opened(project).events(("lead", "L1"))[-1].number
    test.button(key=f"undo-{number}").click().run()
    assert _lead(project).state == "doubtful"
    test.text_input(key=f"undo-why-{number}").input("看错").run()
    test.button(key=f"undo-{number}").click().run()
    assert not test.exception
    assert (_lead(project).state, _lead(project).fields.get("human_class")) == ("new", None)
    assert casebook.opened(project).verify().whole


def test_an_exclusion_asks_for_a_reason(monkeypatch, project):
    """Without one nothing is recorded; with one it is."""
    test = _bench(monkeypatch, project)
    test.button(key="verdict-excluded").click().run()
    assert any("理由" in said for said in opened.told(test))
    assert _lead(project).state == "new"
    test.text_input(key="bench-why-L1-1").input("农田翻耕").run()
    test.button(key="verdict-excluded").click().run()
    assert _lead(project).state == "excluded"
    assert casebook.opened(project).events(("lead", "L1"))[-1].why == "农田翻耕"


def test_a_third_party_reads_nothing(monkeypatch, project):
    """The ledger refuses, and the page says by which document."""
    test = _bench(monkeypatch, project, "contractor")
    test.button(key="verdict-suspected").click().run()
    assert any("国办发" in said for said in opened.told(test))
    assert _lead(project).state == "new"


def test_leads_are_taken_in_from_the_bench(monkeypatch, tmp_path):
    """Without a ledger nothing is made by looking; one button takes the leads in, then they are read."""
    project = small.write(tmp_path / "own")
    test = _bench(monkeypatch, project)
    assert not casebook.begun(project)
    test.button(key="take").click().run()
    assert not test.exception
    assert _lead(project).state == "new"
    test.button(key="verdict-suspected").click().run()
    assert _lead(project).state == "suspected"


def test_without_a_name_there_is_no_verdict(monkeypatch, project):
    """The page asks for it instead."""
    test = opened.page(monkeypatch, project, "bench")
    assert any("姓名" in said.value for said in test.caption)
    assert not [one for one in test.button if str(one.key).startswith("verdict-")]


def test_the_keys_of_verdicts_and_steps_differ():
    """One, two and three; J and K walk."""
    assert list(verdicts.KEYS.values()) == ["1", "2", "3"]
