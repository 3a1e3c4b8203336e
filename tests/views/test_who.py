"""Who works: name and role in the side bar."""

from tests.cross_check import cases
from tests.views import opened
from views import who


def test_the_side_bar_asks_for_name_and_role(monkeypatch, tmp_path):
    """Both are kept while one walks through the pages; the first role is the analyst."""
    project = cases.project(tmp_path / "p")
    test = opened.page(monkeypatch, project, "casework")
    assert test.selectbox(key=who.ROLE).value == "analyst"
    test.text_input(key=who.NAME).input("甲").run()
    test.selectbox(key=who.ROLE).select("approver").run()
    test.switch_page("views/orders.py").run()
    assert (test.session_state[who.NAME], test.session_state[who.ROLE]) == ("甲", "approver")


def test_roles_stand_in_words(monkeypatch, tmp_path):
    """The seven roles of the trade."""
    test = opened.page(monkeypatch, cases.project(tmp_path / "p"), "casework")
    assert test.selectbox(key=who.ROLE).options == [
        "省局分析员",
        "组长",
        "第三方",
        "简报",
        "属地",
        "只读领导",
        "负责人",
    ]
