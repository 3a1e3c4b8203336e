"""The order on paper."""

from cross_check import casebook, orders
from gis.language import catalogue
from tests.cross_check import cases
from views import order_form


def test_the_sheet_names_lead_rule_document_and_the_limits_of_a_lead(tmp_path):
    """Both languages; a hostile name is no markup."""
    project = cases.project(tmp_path / "p")
    lead = cases.lead("1", site_id=cases.SITES[1], site_name="<script>厂", lon=126.6)
    (name,) = cases.suspected(project, lead)
    orders.draft(project, cases.act(), [name])
    ledger = casebook.opened(project)
    (order,) = ledger.records("order")
    for language, notice in (("zh", "不作为处罚依据"), ("en", "no ground for a penalty")):
        drawn = order_form.sheet(order, ledger.record(("lead", name)), "哈尔滨市", catalogue(language))
        assert notice in drawn
        assert name in drawn
        assert "环办执法〔2021〕10号" in drawn
        assert "&lt;script&gt;" in drawn
        assert "<script>" not in drawn
    orders.decide(project, cases.act("approver"), [orders.Decision(name, "onsite_now", "accident")])
    (order,) = ledger.records("order")
    drawn = order_form.sheet(order, ledger.record(("lead", name)), "哈尔滨市", catalogue("zh"))
    assert "突发事件" in drawn
    assert "已批准" in drawn
    assert "A4" in drawn
