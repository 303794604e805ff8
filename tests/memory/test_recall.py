"""What comes back, in which order, and never what was learned later. The index is away here; see test_index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from fks_agents.contracts import Lesson, Regime
from fks_agents.settings import Settings
from memory.decisions import Admission
from memory.ledger import Ledger
from memory.recall import Recall, Recalled, open_recall
from tests.memory.conftest import EMBEDDER, NOON, lesson_of


@pytest.fixture
def recall(ledger: Ledger) -> Recall:
    return Recall(ledger, None, EMBEDDER, Settings())


def ids(lessons: tuple[Lesson, ...]) -> list[str]:
    return [lesson.id for lesson in lessons]


def test_the_nearest_lesson_comes_first(recall: Recall, decision_id: str) -> None:
    recall.learn(
        (
            lesson_of(1, text="oil fell after the inventory report"),
            lesson_of(2, text="the breakout failed because volume was thin"),
            lesson_of(3, text="rates rose and growth shares fell"),
        )
    )
    found = recall.recall(decision_id, "technical", "a breakout on thin volume", NOON, "calm")
    assert ids(found)[0] == "L00002"
    assert len(found) == 3


def test_no_more_are_shown_than_the_setting_says(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    for most in (0, 1, 5):
        recall = Recall(ledger, None, EMBEDDER, Settings(memory_lessons=most))
        recall.learn([lesson_of(number) for number in range(10)])
        assert len(recall.recall(admit().id, "technical", "a lesson", NOON, "calm")) == most


def test_agents_do_not_read_each_others_lessons(recall: Recall, admit: Callable[..., Admission]) -> None:
    recall.learn((lesson_of(1), lesson_of(2, agent="macro")))
    assert ids(recall.recall(admit().id, "technical", "a lesson", NOON, "calm")) == ["L00001"]
    assert recall.recall(admit().id, "sentiment", "a lesson", NOON, "calm") == ()


def test_of_equal_texts_the_same_regime_then_the_newer_then_the_smaller_id_wins(recall: Recall) -> None:
    old = NOON - timedelta(days=180)
    recall.learn(
        (
            lesson_of(4, text="same", regime="volatile"),
            lesson_of(3, text="same", learned_at=old),
            lesson_of(2, text="same"),
            lesson_of(1, text="same"),
        )
    )
    found = recall.query("technical", "same", NOON, 9, "calm")
    assert ids(tuple(one.lesson for one in found)) == ["L00001", "L00002", "L00003", "L00004"]
    # 1 + 0.1 + 0.05; half the recency after 180 days; no regime bonus
    assert [one.score for one in found] == [1.15, 1.15, 1.125, 1.05]


def test_asking_again_gives_what_was_shown_even_when_more_is_known(recall: Recall, decision_id: str) -> None:
    recall.learn((lesson_of(1, text="nothing near"),))
    first = recall.recall(decision_id, "technical", "a thin breakout", NOON, "calm")
    recall.learn((lesson_of(2, text="a thin breakout"),))
    assert recall.recall(decision_id, "technical", "a thin breakout", NOON, "calm") == first
    assert recall.recall(decision_id, "technical", "another question", NOON, "volatile") == first


def test_that_nothing_was_known_is_remembered_too(recall: Recall, admit: Callable[..., Admission]) -> None:
    a, b = admit().id, admit().id
    assert recall.recall(a, "technical", "anything", NOON, "calm") == ()
    recall.learn((lesson_of(1),))
    assert recall.recall(a, "technical", "anything", NOON, "calm") == ()
    assert ids(recall.recall(b, "technical", "anything", NOON, "calm")) == ["L00001"]


def test_another_process_with_the_same_ledger_recalls_the_same(recall: Recall, path: Path, decision_id: str) -> None:
    recall.learn([lesson_of(number, text=f"lesson on subject {number % 7}") for number in range(50)])
    first = recall.recall(decision_id, "technical", "subject 3", NOON, "calm")
    with Ledger.open(path) as ledger:
        again = Recall(ledger, None, EMBEDDER, Settings())
        assert again.recall(decision_id, "technical", "subject 3", NOON, "calm") == first
        assert tuple(one.lesson for one in again.query("technical", "subject 3", NOON, 3, "calm")) == first


def test_an_empty_memory_starts_no_child_and_loads_no_vectors(ledger: Ledger, path: Path, decision_id: str) -> None:
    recall = open_recall(ledger, path.parent, Settings())
    assert recall.recall(decision_id, "technical", "anything", NOON, "calm") == ()
    assert recall.status == "0 lessons; index: not started"
    assert not (path.parent / "index").exists()
    recall.close()


# --- nothing from later ---

MOMENTS = st.integers(-5_000_000, 5_000_000).map(lambda n: NOON + timedelta(microseconds=n))


def _leaks(ledger: Ledger, moments: list[datetime], as_of: datetime, memory: type[Recall] = Recall) -> list[Lesson]:
    recall = memory(ledger, None, EMBEDDER, Settings(memory_lessons=20))
    offset = ledger.lessons.count()
    recall.learn([lesson_of(offset + n, learned_at=moment) for n, moment in enumerate(moments)])
    admission = ledger.decisions.admit("SPX", "1d", as_of, Settings())
    shown = recall.recall(admission.id, "technical", "a lesson", as_of, "calm")
    shown += tuple(found.lesson for found in recall.query("technical", "a lesson", as_of, 20))
    eligible = [lesson for lesson in ledger.lessons.learned("technical") if lesson.learned_at <= as_of]
    assert len(shown) == 2 * min(20, len(eligible)) or any(one.learned_at > as_of for one in shown)
    return [lesson for lesson in shown if lesson.learned_at > as_of]


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(MOMENTS, max_size=8), as_of=MOMENTS)
def test_nothing_learned_later_ever_comes_back(ledger: Ledger, moments: list[datetime], as_of: datetime) -> None:
    assert _leaks(ledger, moments, as_of) == []


def test_a_lesson_learned_at_the_very_moment_is_known_and_a_microsecond_later_it_is_not(ledger: Ledger) -> None:
    recall = Recall(ledger, None, EMBEDDER, Settings())
    recall.learn((lesson_of(1, learned_at=NOON),))
    assert len(recall.query("technical", "a lesson", NOON, 3)) == 1
    assert recall.query("technical", "a lesson", NOON - timedelta(microseconds=1), 3) == ()


def test_a_recall_on_record_is_held_to_the_bound_as_well(recall: Recall, ledger: Ledger, decision_id: str) -> None:
    late = lesson_of(1, learned_at=NOON + timedelta(days=1))
    recall.learn((late,))
    ledger.lessons.record_recall(decision_id, "technical", (late.id,))
    assert recall.recall(decision_id, "technical", "a lesson", NOON, "calm") == ()


class Unbounded(Recall):
    def _search(self, agent: str, query: str, as_of: datetime, count: int, regime: Regime | None) -> list[Recalled]:
        return super()._search(agent, query, datetime.max.replace(tzinfo=as_of.tzinfo), count, regime)


def test_without_the_bound_in_time_the_same_check_finds_a_leak(ledger: Ledger) -> None:
    """Naive control."""
    late = NOON + timedelta(seconds=1)
    assert _leaks(ledger, [NOON, late], NOON) == []
    assert [lesson.learned_at for lesson in _leaks(ledger, [late], NOON, Unbounded)] == [late, late]
