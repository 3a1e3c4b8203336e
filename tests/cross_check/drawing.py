"""A small bureau that draws: sites, officers and an order, for tests of draws."""

from datetime import date

import pandas as pd

from cross_check.draws import Order

RULE = {
    "name": "test",
    "document": "测试办法（2026）",
    "period": "quarter",
    "strata": [{"name": "key", "share_percent": 25}, {"name": "ordinary", "share_percent": 5}],
}
ORDER = Order("2026年第四季度", RULE, date(2026, 12, 1), witnesses=("驻厅纪检组",))
BEACONS = {"双色球 2026138": date(2026, 11, 29)}
AT = "2026-11-26T01:00:00Z"


def candidates(number=60):
    """Return sites U00 on, every third a key one, weights 1 to 5; U05 is on the positive list."""
    ids = [f"U{at:02d}" for at in range(number)]
    table = pd.DataFrame(
        {
            "unit_id": ids,
            "name": [f"企业{at}" for at in range(number)],
            "credit_code": [f"C{at:02d}" for at in range(number)],
            "stratum": ["key" if at % 3 == 0 else "ordinary" for at in range(number)],
            "weight": [1 + at % 5 for at in range(number)],
            "why": None,
            "pool": ["230100" if at % 2 else "230200" for at in range(number)],
            "needs": ["water" if at % 4 == 0 else None for at in range(number)],
            "excluded": None,
            "excluded_why": None,
        }
    )
    table.loc[5, ["excluded", "excluded_why"]] = ["barring.positive", "黑环函〔2026〕5号"]
    return table


def officers():
    """Return eight officers: O6 on leave, O7 without certificate, O1 with an interest in U00, O2 once with firm C03."""
    ids = [f"O{at}" for at in range(8)]
    return pd.DataFrame(
        {
            "officer_id": ids,
            "name": [f"人员{at}" for at in range(8)],
            "certificate_no": [f"23{at:06d}" for at in range(7)] + [None],
            "certificate_until": pd.Timestamp("2028-01-01"),
            "expertise": ["water", "air"] * 4,
            "home_division": ["230100", "230100", "230200", "230200"] * 2,
            "interest_sites": [None, "U00", *[None] * 6],
            "former_employers": [None, None, "C03", *[None] * 5],
            "leave": [*[None] * 6, "2026-11-20/2026-12-05", None],
        }
    )
