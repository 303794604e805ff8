"""What a record does to a conviction, by hand."""

from __future__ import annotations

import pytest

from fks_agents.agents.recollection import shrunk
from fks_agents.contracts import Lesson
from tests.agents.conftest import AS_OF, RISING, snapshot_of

SNAPSHOT = snapshot_of(RISING)


def lesson(n: int, was_right: bool | None, **others: str) -> Lesson:
    said = {"symbol": SNAPSHOT.symbol, "regime": SNAPSHOT.regime} | others
    return Lesson.model_validate(
        {"id": str(n), "agent": "technical", "text": "x", "evidence": (), "learned_at": AS_OF, "decision_id": "d"}
        | {"was_right": was_right}
        | said
    )


def test_three_wrong_lessons_halve_trust_toward_zero() -> None:
    # p = (0 + 2) / (3 + 4) = 2/7; 0.7 x 4/7 = 0.4
    after, before = shrunk(0.7, [lesson(n, False) for n in range(3)], SNAPSHOT)
    assert after == pytest.approx(0.4)
    assert before == 0.7


def test_a_good_record_changes_nothing() -> None:
    assert shrunk(0.7, [lesson(n, True) for n in range(3)], SNAPSHOT) == (0.7, None)
    assert shrunk(0.7, [lesson(1, None)], SNAPSHOT) == (0.7, None)
    assert shrunk(0.7, [], SNAPSHOT) == (0.7, None)


@pytest.mark.parametrize("elsewhere", [{"symbol": "OTHER"}, {"regime": "volatile"}])
def test_lessons_of_another_market_or_regime_do_not_count(elsewhere: dict[str, str]) -> None:
    assert SNAPSHOT.regime != "volatile"
    assert shrunk(0.7, [lesson(n, False, **elsewhere) for n in range(3)], SNAPSHOT) == (0.7, None)
