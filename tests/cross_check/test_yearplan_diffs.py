"""Year plan diffs: added, dropped and moved, and nothing else."""

from cross_check import yearplan_diffs, yearplans
from tests.cross_check import year_made as made

PLAN = yearplans.build(made.wishes(1), made.PARAMS).visits


def test_a_plan_differs_from_itself_in_nothing():
    """No row, whatever the order."""
    assert yearplan_diffs.of(PLAN, PLAN.sample(frac=1, random_state=1)).empty


def test_each_kind_of_change_is_told():
    """One visit moved, one dropped, one added: three rows with their months; seen backwards, the opposite."""
    single = PLAN[~PLAN["site_id"].duplicated(keep=False)].reset_index(drop=True)
    new = single.iloc[1:].copy()
    new.loc[1, "month"] = single.loc[1, "month"] % 12 + 1
    old = single.drop(index=2)
    told = yearplan_diffs.of(old, new).set_index("site_id")
    assert told["change"].to_dict() == {
        single.loc[0, "site_id"]: "dropped",
        single.loc[1, "site_id"]: "moved",
        single.loc[2, "site_id"]: "added",
    }
    moved = told.loc[single.loc[1, "site_id"]]
    assert (moved["old_month"], moved["new_month"]) == (single.loc[1, "month"], new.loc[1, "month"])
    back = yearplan_diffs.of(new, old).set_index("site_id")["change"].to_dict()
    assert back[single.loc[0, "site_id"]] == "added"
    assert back[single.loc[2, "site_id"]] == "dropped"
