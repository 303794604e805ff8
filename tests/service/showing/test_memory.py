"""Memory as its page shows it: nothing learned after the moment asked for, each lesson with where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.clock import FixedClock
from fks_agents.contracts import Cycle, Lesson, Result
from fks_agents.errors import ConfigError, UsageError
from fks_agents.service.showing import memory
from fks_agents.service.showing.memory import Wanted
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import open_desk
from graphs.recorded import NoMemory
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, lesson, result, snapshot, stopped

__all__ = ["bars", "cycle", "lesson", "result", "snapshot", "stopped"]


def learned(number: int, agent: str, text: str, at: datetime) -> Lesson:
    return Lesson(
        id=f"l{number}", agent=agent, text=text, evidence=(f"{agent}.1",), learned_at=at, decision_id="00ff00ff00ff",
        symbol="SPX", regime="calm", was_right=None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, result: Result) -> Iterator[Desk]:
    """Three lessons of two agents; the last is learned a month after the others."""
    home: Path = tmp_path_factory.mktemp("memory")
    with open_desk(load(home=home), clock=FixedClock(AS_OF + timedelta(days=60))) as opened:
        opened.memory.learn(
            (
                learned(1, "risk", "volatility was high and the market rose", AS_OF),
                learned(2, "macro", "the credit spread fell", AS_OF),
                learned(3, "risk", "volatility was high and the market fell", AS_OF + timedelta(days=30)),
            )
        )
        yield opened


def test_a_lesson_that_comes_later_is_not_shown(desk: Desk) -> None:
    then = memory.told(desk, memory.wanted({"text": "volatility", "as_of": "2018-10-12"}))
    assert [(row.agent, row.learned_at) for row in then.rows] == [
        ("risk", "2018-10-12 20:00 UTC"), ("macro", "2018-10-12 20:00 UTC"),
    ]  # fmt: skip
    assert then.later == 1
    now = memory.told(desk, memory.wanted({"text": "volatility"}))
    # The naive control: without the moment the later lesson is there.
    assert ([row.agent for row in now.rows], now.later) == (["risk", "risk", "macro"], 0)


def test_a_moment_before_every_lesson_shows_none(desk: Desk) -> None:
    early = memory.told(desk, memory.wanted({"text": "volatility", "as_of": "2018-10-12T19:59:59Z"}))
    assert (early.rows, early.later) == ((), 3)
    assert [(one.agent, one.lessons, one.newest) for one in early.holdings] == [("macro", 0, "-"), ("risk", 0, "-")]


def test_who_holds_how_much_is_told(desk: Desk) -> None:
    told = memory.told(desk, Wanted())
    assert told.as_of == "2018-12-11 20:00 UTC"
    assert [tuple(one) for one in told.holdings] == [
        ("macro", 1, "2018-10-12 20:00 UTC"), ("risk", 2, "2018-11-11 20:00 UTC"),
    ]  # fmt: skip
    assert told.search.startswith("3 lessons; index: ")


def test_without_a_question_the_newest_lessons_are_shown(desk: Desk) -> None:
    told = memory.told(desk, Wanted())
    assert [(row.agent, row.learned_at[:10], row.score) for row in told.rows] == [
        ("risk", "2018-11-11", ""), ("risk", "2018-10-12", ""), ("macro", "2018-10-12", ""),
    ]  # fmt: skip
    assert [row.agent for row in memory.told(desk, Wanted(agent="macro")).rows] == ["macro"]
    assert memory.told(desk, Wanted(as_of="2018-10-11")).rows == ()
    assert len(memory.told(desk, Wanted(as_of="2018-10-12")).rows) == 2


def test_only_one_agent_is_asked_where_one_is_named(desk: Desk) -> None:
    told = memory.told(desk, memory.wanted({"text": "volatility", "agent": "macro"}))
    assert [row.agent for row in told.rows] == ["macro"]
    with pytest.raises(UsageError, match="agent: expected one of macro, risk, was 'nobody'"):
        memory.told(desk, memory.wanted({"text": "volatility", "agent": "nobody"}))


def test_a_row_says_where_the_lesson_comes_from(lesson: Lesson, result: Result) -> None:
    row = memory.row(lesson, "0.525", "0.500", result)
    assert row._asdict() == {
        "agent": "technical", "score": "0.525", "similarity": "0.500",
        "text": "SPX 1d, volatile: technical leaned +0.50; that was wrong", "evidence": (),
        "learned_at": "2018-09-12 20:00 UTC", "was_right": "wrong", "decision_id": "00ff", "market": "SPX, volatile",
        "outcome": "horizon -0.08 R; the market moved +0.09 %",
    }  # fmt: skip
    assert memory.row(lesson, "", "", None).outcome == "outcome not known"
    untraded = result.model_copy(update={"kind": "not_traded"})
    assert memory.row(lesson, "", "", untraded).outcome == "not traded; the market moved +0.09 %"


def test_memory_that_is_switched_off_says_so(desk: Desk, cycle: Cycle) -> None:
    from dataclasses import replace

    without = replace(desk, memory=NoMemory())
    assert memory.told(without, Wanted()).search == "memory is switched off"
    with pytest.raises(ConfigError, match="memory is switched off"):
        memory.nearest(without, "volatility", None, cycle.as_of, 3)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"most": "4"}, "most: expected one of 3, 10, 25, was '4'"),
        ({"as_of": "then"}, "as_of: expected a day"),
        ({"text": "x" * 201}, "text: expected at most 200 characters"),
        ({"agent": "ri\x07sk"}, "agent: expected text without control characters"),
    ],
)
def test_what_an_address_cannot_ask_for_is_told(query: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        memory.wanted(query)
    assert str(refused.value).startswith(said)


def test_words_are_needed(desk: Desk) -> None:
    with pytest.raises(UsageError, match="text: expected words to look for"):
        memory.nearest(desk, "  ", None, AS_OF, 3)
