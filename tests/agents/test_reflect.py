"""Lessons: at once for what came to nothing, later for what the market answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fks_agents.agents.levels import planned
from fks_agents.agents.manager import DRAFT
from fks_agents.agents.reflect import lessons_from, reflect
from fks_agents.contracts import Action, Check, Choice, Cycle, LimitEvent, Plan, Report, Result, Sized, Verdict
from fks_agents.settings import Settings
from tests.agents.conftest import AS_OF, RISING, Desk, Opened, claim, report, run, snapshot_of

SNAPSHOT = snapshot_of(RISING)
SIZED = Sized(quantity=250.0, notional=24_875.0, risk=0.01, method="fixed_fractional")
PASS = Verdict(outcome="pass", reason="all hold")
REPORTS = [
    report(
        "technical",
        0.6,
        0.8,
        claim("technical.1", "The close is 1 % below its average").model_copy(update={"direction": "bearish"}),
        claim("technical.2", "RSI(14) is 60, above 50").model_copy(update={"direction": "bullish"}),
    ),
    report("macro", -0.3, 0.4, claim("macro.1")),
    report("structure", 0.0, 0.0),
    Report(analyst="sentiment", abstained="no headlines", model="rules"),
]


def plan(action: Action = "buy") -> Plan:
    return planned("manager", action, 0.8, "because", DRAFT, SNAPSHOT, Settings())


def chosen(action: Action = "buy") -> Choice:
    return Choice(persona="moderate", reason="calm", plan=plan(action))


def cycle(draft: Plan) -> Cycle:
    return Cycle(
        id="d1", symbol="SPX", timeframe="1d", as_of=AS_OF, action=draft.action, status="working", reason="", models={},
        settings_digest="x", snapshot=SNAPSHOT, reports=tuple(REPORTS), draft=draft, verdict=PASS,
    )  # fmt: skip


def result(moved: float) -> Result:
    later = AS_OF + timedelta(days=14)
    return Result(decision_id="d1", symbol="SPX", ended_at=later, kind="horizon", market_return=moved)


def test_each_stance_is_held_against_the_market() -> None:
    lessons = {lesson.agent: lesson for lesson in lessons_from(cycle(plan()), result(0.032))}
    assert {agent: lesson.was_right for agent, lesson in lessons.items()} == {
        "technical": True,
        "macro": False,
        "manager": True,
    }
    assert lessons["technical"].text == (
        "SPX 1d, calm, 2018-12-24: technical leaned +0.60 with conviction 0.80, above all because: "
        "RSI(14) is 60, above 50; the market moved +3.2 % until 2019-01-07; that was right"
    )
    assert ", which ended at the horizon; the market moved" in lessons["manager"].text
    assert lessons["technical"].evidence == ("technical.1", "technical.2")
    assert {lesson.learned_at for lesson in lessons.values()} == {AS_OF + timedelta(days=14)}


def test_an_event_teaches_each_agent_once() -> None:
    again = cycle(plan()).model_copy(update={"id": "d2"})
    first = {lesson.id for lesson in lessons_from(cycle(plan()), result(0.032))}
    assert {lesson.id for lesson in lessons_from(again, result(0.032))} == first
    later = again.model_copy(update={"as_of": AS_OF + timedelta(days=1)})
    assert first.isdisjoint(lesson.id for lesson in lessons_from(later, result(0.032)))
    other = again.model_copy(update={"reports": tuple(one.model_copy(update={"model": "m"}) for one in REPORTS)})
    assert len(first & {lesson.id for lesson in lessons_from(other, result(0.032))}) == 1  # the manager's


def test_a_falling_market_turns_the_judgement() -> None:
    judged = {lesson.agent: lesson.was_right for lesson in lessons_from(cycle(plan("sell")), result(-0.01))}
    assert judged == {"technical": False, "macro": True, "manager": True}


def test_an_unmoved_market_proves_nobody_right() -> None:
    assert {lesson.was_right for lesson in lessons_from(cycle(plan()), result(0.0))} == {False}


@pytest.mark.parametrize("action", ["hold", "no_decision"])
def test_a_manager_without_direction_is_neither_right_nor_wrong(action: Action) -> None:
    (mine,) = [lesson for lesson in lessons_from(cycle(plan(action)), result(0.1)) if lesson.agent == "manager"]
    assert mine.was_right is None


def test_ids_are_the_decision_s_and_the_agent_s() -> None:
    once, again = (lessons_from(cycle(plan()), result(0.032)) for _ in range(2))
    assert once == again
    assert len({lesson.id for lesson in once}) == 3
    assert all(len(lesson.id) == 12 for lesson in once)


def test_a_refusal_teaches_at_once(opened: Opened, desk: Desk) -> None:
    bad = Check(rule="values", subject="macro.1", outcome="fail", reason="says 3 %; F9 is 0.3 %")
    verdict = Verdict(outcome="fail", reason="1 of 9 checks failed", checks=(bad,))
    lessons = run(reflect, opened(), SNAPSHOT, reports=REPORTS, choice=chosen(), sized=SIZED, verdict=verdict)[
        "lessons"
    ]
    assert [(lesson.agent, lesson.learned_at, lesson.was_right) for lesson in lessons] == [
        ("manager", AS_OF, None),
        ("macro", AS_OF, None),
    ]
    assert "macro stated what the facts do not say: says 3 %; F9 is 0.3 %" in lessons[1].text
    assert desk.journal == [("learn", tuple(lessons))]


def test_a_limit_teaches_at_once(opened: Opened) -> None:
    cut = LimitEvent(limit="drawdown", before=250.0, after=0.0, reason="drawdown 0.2, stops at 0.15")
    none = SIZED.model_copy(update={"quantity": 0.0, "limits": (cut,)})
    (only,) = run(reflect, opened(), SNAPSHOT, reports=REPORTS, choice=chosen(), sized=none, verdict=PASS)["lessons"]
    assert "manager planned to buy; a limit forbade it: drawdown: drawdown 0.2, stops at 0.15" in only.text
    assert only.evidence == ("drawdown",)


def test_an_abstention_teaches_at_once(opened: Opened) -> None:
    failed = Report(analyst="technical", abstained="no readable answer", model="ollama:x")
    known = {"reports": [failed, *REPORTS[1:]], "choice": chosen("no_decision"), "verdict": PASS}
    lessons = run(reflect, opened(), SNAPSHOT, **known)["lessons"]
    assert [lesson.agent for lesson in lessons] == ["technical", "manager"]


def test_a_cycle_that_stopped_early_teaches_too(opened: Opened) -> None:
    (only,) = run(reflect, opened(), SNAPSHOT, stopped="data quality 40 of 100")["lessons"]
    assert only.text == "SPX 1d, calm, 2018-12-24: manager was not asked: data quality 40 of 100"


def test_a_trade_waits_for_its_result(opened: Opened, desk: Desk) -> None:
    learned = run(reflect, opened(), SNAPSHOT, reports=REPORTS, choice=chosen(), sized=SIZED, verdict=PASS)
    assert (learned, desk.journal) == ({"lessons": []}, [])


def test_what_is_learned_at_once_does_not_hide_what_is_learned_later(opened: Opened) -> None:
    """Both have their own id: a memory that knows one still takes the other."""
    known = {"reports": REPORTS, "choice": chosen("no_decision"), "verdict": PASS}
    at_once = run(reflect, opened(), SNAPSHOT, **known)["lessons"]
    later = lessons_from(cycle(plan("no_decision")), result(0.1))
    assert not {lesson.id for lesson in at_once} & {lesson.id for lesson in later}


def test_without_memory_nothing_is_written(opened: Opened, desk: Desk) -> None:
    assert run(reflect, opened(memory=False), SNAPSHOT, stopped="no data")["lessons"]
    assert desk.journal == []
