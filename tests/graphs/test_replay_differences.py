from __future__ import annotations

from fks_agents.contracts import Cycle
from graphs.replay import Replayed, differences


def test_the_same_cycle_has_no_differences(working: Cycle) -> None:
    assert differences(working, working) == ()
    assert Replayed(working, working, ()).is_identical


def test_a_changed_value_is_told_by_its_path(working: Cycle) -> None:
    changed = working.model_copy(update={"reason": "another"})
    assert differences(working, changed) == ('cycle.reason: was "", is "another"',)
    assert not Replayed(changed, working, differences(working, changed)).is_identical


def test_a_list_of_another_length_is_one_difference(working: Cycle) -> None:
    assert working.draft is not None
    changed = working.model_copy(update={"draft": working.draft.model_copy(update={"targets": (110.0, 120.0)})})
    assert differences(working, changed) == ("cycle.draft.targets: was [110.0], is [110.0, 120.0]",)
