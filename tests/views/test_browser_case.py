"""From a lead to a closed case by hand, in a real browser, each in the role whose turn it is."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as Late

from cross_check import casebook, handovers, orders
from gis.errors import WorkbenchError
from tests.cross_check import cases
from tests.cross_check.test_rectification import detection
from tools import screenshots
from views import assets

CHROMIUM = screenshots.chromium()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not assets.ready(), reason="browser assets are not set up"),
]


@pytest.fixture
def project(tmp_path):
    """Return the small province with one new lead, and a later detection that sees nothing at its place."""
    made = cases.project(tmp_path / "p")
    casebook.take_in(casebook.opened(made), cases.act(), cases.leads(cases.lead("1")))
    detection(made.detect, before="2025-06-18", after="2026-09-01")
    return made


class Desk:
    """What a person does on the pages; whatever it touches, it waits for."""

    def __init__(self, page):
        self.page, self.main = page, page.locator("[data-testid=stMain]")
        page.set_default_timeout(30_000)

    def still(self):
        """Wait until the page has run."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_function("!document.querySelector('[data-test-script-state=running]')")

    def sign(self, name, role):
        """Say who works, on top of the side bar."""
        field = self.page.locator(".st-key-person input")
        field.fill(name)
        field.press("Enter")
        self.still()
        self.page.locator(".st-key-role button").click()
        self.page.get_by_role("option", name=role, exact=True).click()
        self.still()

    def go(self, path):
        """Open a page by its link."""
        self.page.locator(f"[data-testid=stSidebarNav] a[href$='/{path}']").click()
        self.still()

    def row(self):
        """Choose the first row of the page's list."""
        self.main.locator("[data-testid=stDataFrame] canvas").first.wait_for()
        self.still()
        grid = self.main.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
        self.page.mouse.click(grid["x"] + 16, grid["y"] + 52)

    def at(self, state):
        """Go to the tab of a state, choose its only problem, and see it there."""
        tab = self.main.get_by_role("radio", name=re.compile(f"^{re.escape(state)} 1$"))
        tab.click()
        self.still()
        chosen = self.main.get_by_role("heading", name=re.compile(f"· {re.escape(state)}$"))
        for _ in range(3):
            if chosen.count():
                break
            self.row()
            with suppress(Late):
                chosen.wait_for(timeout=3000)
        self.stands(state)

    def stands(self, state):
        """See the chosen record in a state."""
        self.main.get_by_role("heading", name=re.compile(f"· {re.escape(state)}$")).wait_for()
        self.still()

    def fill(self, **fields):
        """Fill fields in by what stands above them."""
        for label, text in fields.items():
            field = self.main.locator("[data-testid=stTextInput]", has_text=label).locator("input:visible").first
            field.fill(text)

    def press(self, label):
        """Press a button."""
        self.main.get_by_role("button", name=re.compile(label)).locator("visible=true").first.click()
        self.still()

    def part(self, name):
        """Open a part of a problem."""
        self.page.get_by_role("tab", name=name).click()
        self.still()

    def says(self, text):
        """See a text on the page."""
        self.main.get_by_text(text).locator("visible=true").first.wait_for()


def _to_problem(desk, project):
    """Read, propose, decide, issue, inspect, find, confirm: the chosen lead stays chosen all the way."""
    desk.go("casework")
    desk.sign("甲", "省局分析员")
    desk.row()
    desk.stands("新线索")
    desk.press("登记判读")
    desk.stands("疑似")
    desk.says("下一步：待下发（由负责人办理）")
    desk.main.get_by_role("link", name=re.compile("去启动单")).click()
    desk.row()
    desk.press("起草 1 份待审批")
    desk.says("省局分析员可以起草，审批由负责人办理")
    desk.sign("乙", "负责人")
    desk.press("批准可行的 1 条")
    desk.says("没有待启动的疑似线索")
    desk.go("casework")
    desk.sign("甲", "省局分析员")
    desk.row()
    desk.stands("待下发")
    desk.fill(交办文号="示函〔2026〕1号")
    desk.press("变更 1 条")
    desk.stands("待核查")
    _never_a_contractor(desk, project)
    desk.sign("丁", "组长")
    desk.main.locator("[data-testid=stMultiSelect]", has_text="执法人员").locator("button").last.click()
    for name in ("人员0", "人员1"):
        desk.page.get_by_role("option", name=re.compile(f"^{name}")).click()
    desk.page.keyboard.press("Escape")
    desk.press("开始现场检查")
    desk.stands("核查中")
    desk.fill(核查情况="露天堆存约 300 立方米")
    desk.press("变更 1 条")
    desk.stands("待审核")
    desk.sign("甲", "省局分析员")
    desk.press("变更 1 条")
    desk.stands("属实")
    desk.press("转为问题")


def _never_a_contractor(desk, project):
    """A third party is offered no inspection, and the door is shut behind the page too."""
    desk.sign("戊", "第三方")
    desk.stands("待核查")
    assert desk.main.get_by_role("button", name="开始现场检查").count() == 0
    assert desk.main.get_by_role("button", name=re.compile("^变更")).count() == 0
    (lead,) = casebook.opened(project).records("lead")
    with pytest.raises(WorkbenchError) as refusal:
        orders.inspect(project, cases.act("contractor"), lead.key[1], ["O0", "O1"], on=cases.NOW.date())
    assert refusal.value.code == "ledger.contractor"


def _to_verifying(desk, photo):
    """Hand over, sign, extend by two people, keep evidence, ask for closing."""
    desk.go("problems")
    desk.at("待汇总")
    desk.press("变更 1 条")
    desk.at("待移交")
    desk.fill(交办文号="示函〔2026〕2号")
    desk.press("变更 1 条")
    desk.sign("丙", "属地")
    desk.at("已移交（待签收）")
    desk.fill(签收人="丙")
    desk.press("变更 1 条")
    desk.at("整改中")
    desk.part("期限")
    desk.fill(理由="冬季冻土，清运困难")
    desk.press("申请延期")
    desk.says("申请延期至")
    desk.sign("乙", "负责人")
    desk.press("批准延期")
    desk.says("已延期 1 次")
    desk.sign("丙", "属地")
    desk.part("佐证")
    desk.page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(photo)
    desk.press("^存入$")
    desk.says("SHA-256")
    desk.part("办理")
    desk.fill(整改措施="清运并覆绿")
    desk.press("变更 1 条")
    desk.sign("甲", "省局分析员")
    desk.at("申请销号")
    desk.press("变更 1 条")
    desk.at("核验中")


def _to_closed(desk):
    """Look back from space, accept, announce, close with the four proofs."""
    desk.part("回看")
    desk.press("用当前检测结果回看")
    desk.says("2026-09-01")
    desk.part("办理")
    desk.fill(验收结果="合格")
    desk.press("变更 1 条")
    desk.sign("乙", "负责人")
    desk.at("公示中")
    desk.fill(清理凭证="清1", 溯源凭证="溯1", 处罚凭证="罚1", 公开凭证="公1")
    desk.press("变更 1 条")
    desk.at("已销号")


def _is_seen_closed(desk):
    """The funnel of the overview counts the case, and the dossier of its site tells it."""
    desk.page.locator("[data-testid=stSidebarNav] a").first.click()
    desk.main.get_by_role("heading", name="从预警到销号").wait_for()
    desk.still()
    row = desk.main.locator(".hdq-sheet tr", has_text="已销号")
    assert re.findall(r"\S+", row.inner_text())[:2] == ["已销号", "1"]
    desk.go("dossier")
    search = desk.page.locator(".st-key-dossier-search input")
    search.fill("示例一厂")
    search.press("Enter")
    desk.says("已销号")


def test_a_lead_is_brought_to_a_closed_case_by_hand(page, project, tmp_path):
    """Every act is on a page, every page says whose turn it is, the record is whole and the funnel counts the case."""
    photo = tmp_path / "after.jpg"
    photo.write_bytes(b"\xff\xd8 picture")
    with screenshots.running(project.folder, "zh") as address:
        desk = Desk(screenshots.open_page(page, address))
        _to_problem(desk, project)
        _to_verifying(desk, photo)
        _to_closed(desk)
        desk.part("案卷")
        desk.press("生成案卷")
        with page.expect_download() as taken:
            desk.press("下载案卷")
        taken.value.save_as(tmp_path / "case.zip")
        _is_seen_closed(desk)
    ledger = casebook.opened(project)
    assert not handovers.verify(tmp_path / "case.zip", ledger).fault
    assert ledger.verify().whole
    (problem,) = ledger.records("problem")
    assert (problem.state, problem.fields["look_back"]["verdict"], problem.fields["extensions"]) == (
        "closed",
        "gone",
        1,
    )
    assert {event.who for event in ledger.events()} == {"甲", "乙", "丙", "丁"}
