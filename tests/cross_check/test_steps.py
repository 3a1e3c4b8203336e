"""What an arrow tells of itself."""

from dataclasses import FrozenInstanceError

import pytest

from cross_check.steps import Step


def test_what_was_done_stays_as_it_was_told():
    """Without files unless they are named; afterwards nothing of it changes."""
    step = Step("chain.leads", {"leads": 3})
    assert step.outputs == ()
    with pytest.raises(FrozenInstanceError):
        step.code = "chain.detected"
