"""What the story says of each stage, also when things do not go well."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from fks_agents.cli import _aftermath
from fks_agents.cli._story import Story
from fks_agents.contracts import (
    Approval,
    Check,
    Choice,
    Claim,
    Cycle,
    Fill,
    Lesson,
    Plan,
    Report,
    Result,
    Snapshot,
    Timeframe,
    Turn,
    Verdict,
)
from graphs.following import Advanced
from tests.evaluators.reports.conftest import bars, snapshot

__all__ = ["bars", "snapshot"]

AT = datetime(2018, 10, 12, 20, tzinfo=UTC)
WRONG = Check(rule="numbers", subject="macro.1", outcome="fail", reason="F2 is 12.6", stated="21.6", computed="12.6")


STOP: tuple[str, dict[str, Any]] = ("gate", {"verdict": Verdict(outcome="pass", reason="")})
"""The next stage: before it, everyone who is waiting is told."""


@pytest.fixture
def told() -> Callable[..., str]:
    """What is printed for updates of nodes, at 80 columns."""

    def tell(*updates: tuple[str, dict[str, Any]]) -> str:
        console = Console(width=80, highlight=False, markup=False)
        with console.capture() as printed:
            story = Story(console)
            for node, learned in updates:
                story(node, learned)
        return printed.get()

    return tell


def test_a_title_is_printed_once_for_its_stage(told: Callable[..., str]) -> None:
    reports = [Report(analyst=name, stance=0.5, conviction=0.5, model="rules") for name in ("macro", "risk")]
    text = told(*((f"{report.analyst}_analyst", {"reports": [report]}) for report in reports), STOP)
    assert text.count("Analysts") == 1
    assert text.index("macro") < text.index("risk")


def test_an_analyst_is_shown_with_its_strongest_claim_on_its_side(told: Callable[..., str]) -> None:
    claims = (
        Claim(id="macro.1", text="VIX fell 3 points", fact_ids=("F1",), direction="bullish"),
        Claim(id="macro.2", text="VIX rose 12.6 points", fact_ids=("F2",), direction="bearish"),
    )
    text = told(
        ("macro", {"reports": [Report(analyst="macro", stance=-0.4, conviction=0.8, claims=claims, model="m")]}),
        STOP,
    )
    assert "bearish -0.40, conviction 0.80" in text
    assert "VIX rose 12.6 points [F2]" in text
    assert "VIX fell" not in text


def test_what_a_model_was_asked_to_correct_is_told(told: Callable[..., str]) -> None:
    report = Report(analyst="macro", stance=-0.4, conviction=0.8, model="ollama:x", caught=(WRONG,))
    assert "caught: macro.1: F2 is 12.6\n" in told(("macro", {"reports": [report]}), STOP)
    twice = report.model_copy(update={"caught": report.caught * 2})
    assert "caught: macro.1: F2 is 12.6; and 1 more\n" in told(("macro", {"reports": [twice]}), STOP)


def test_analysts_are_told_in_one_order_however_they_finish(snapshot: Snapshot) -> None:
    """Of six, macro finishes before forecast: it waits for it; technical waits for all; the stage told before them."""
    console = Console(width=80, highlight=False, markup=False, file=io.StringIO())
    printed = console.file
    assert isinstance(printed, io.StringIO)
    story = Story(console)
    story("snapshot", {"snapshot": snapshot})

    def finish(name: str) -> list[str]:
        story(f"{name}_analyst", {"reports": [Report(analyst=name, stance=0.5, conviction=0.5, model="rules")]})
        return re.findall(r"^  (\w+) +bullish", printed.getvalue(), re.MULTILINE)

    assert finish("macro") == []
    assert finish("forecast") == ["forecast", "macro"]
    assert finish("technical") == ["forecast", "macro"]
    assert finish("risk") == ["forecast", "macro", "risk"]
    story("bull", {"debate": [Turn(speaker="bull", round=1, model="rules")]})
    text = printed.getvalue()
    assert text.index("technical") < text.index("Debate")


def test_personas_are_told_from_the_most_cautious_on(snapshot: Snapshot, told: Callable[..., str]) -> None:
    plans = [Plan(author=name, action="hold", reason="r", model="rules") for name in ("moderate", "conservative")]
    draft = Plan(author="manager", action="hold", reason="r", model="rules")
    choice = Choice(persona="moderate", reason="r", plan=plans[0])
    text = told(
        ("snapshot", {"snapshot": snapshot}),
        ("manager", {"draft": draft}),
        *((f"{plan.author}_persona", {"proposals": [plan]}) for plan in plans),
        ("selector", {"choice": choice}),
    )
    assert text.index("  conservative") < text.index("  moderate") < text.index("  chosen")


def test_lessons_recalled_are_told_with_what_they_did(told: Callable[..., str]) -> None:
    report = Report(
        analyst="macro", stance=0.5, conviction=0.8, conviction_before=1.0, recalled=("a", "b", "c"), model="rules"
    )
    assert "3 lessons recalled: conviction 1.00 -> 0.80" in told(("macro", {"reports": [report]}), STOP)


def test_the_hour_is_told_where_bars_are_shorter_than_a_day() -> None:
    fill = Fill(client_order_id="c", decision_id="aa", leg="stop", symbol="SPX", side="buy", quantity=9.0,
                price=2681.68, fee=25.01, at=AT)  # fmt: skip
    hourly = after(Advanced("aa", "aa", "SPX", (fill,), 1.0, None, ()), timeframe="1h")
    assert re.search(r"^  2018-10-12    stop filled: .*\n  20:00 *", hourly, re.MULTILINE)
    assert "20:00" not in after(Advanced("aa", "aa", "SPX", (fill,), 1.0, None, ()))


def test_abstentions_are_told_with_their_reason(told: Callable[..., str]) -> None:
    turn = Turn(speaker="bull", round=1, abstained="the model did not answer", model="m")
    plan = Plan(author="manager", action="no_decision", abstained="nobody spoke", model="m")
    text = told(("bull", {"debate": [turn]}), ("manager", {"draft": plan}))
    assert "round 1: the model did not answer" in text
    assert "no decision: nobody spoke" in text


def test_a_failing_gate_shows_what_was_stated_and_what_the_facts_give(told: Callable[..., str]) -> None:
    checks = (WRONG, *(WRONG.model_copy(update={"outcome": "pass"}) for _ in range(3)))
    text = told(("gate", {"verdict": Verdict(outcome="fail", reason="1 check failed", checks=checks)}))
    assert "✗ fail: 4 checks: 3 pass, 1 fail; 4 numbers recomputed" in text
    assert "macro.1: F2 is 12.6 (stated 21.6, computed 12.6)" in text


def test_a_cycle_stopped_by_its_data_says_so(told: Callable[..., str]) -> None:
    assert "data quality 41 is below 60" in told(("snapshot", {"stopped": "data quality 41 is below 60"}))


def test_an_approval_is_told_only_where_one_is_needed(told: Callable[..., str]) -> None:
    free = Approval(status="not_needed", by="paper", at=AT, reason="paper account")
    asked = Approval(status="pending", by="you", at=AT, reason="above the limit")
    assert told(("approval", {"approval": free})) == ""
    assert "pending by you: above the limit" in told(("approval", {"approval": asked}))


def after(*advanced: Advanced, timeframe: Timeframe = "1d") -> str:
    console = Console(width=80, highlight=False, markup=False)
    cycle = Cycle(
        id="aa", symbol="SPX", timeframe=timeframe, as_of=AT, action="sell", status="working", reason="", models={},
        settings_digest="", verdict=Verdict(outcome="pass", reason=""),
    )  # fmt: skip
    with console.capture() as printed:
        _aftermath.tell(console, cycle, advanced)
    return printed.get()


def test_the_outcome_is_told_in_r_and_money() -> None:
    fill = Fill(client_order_id="c", decision_id="aa", leg="horizon", symbol="SPX", side="buy", quantity=9.0,
                price=2681.68, fee=25.01, at=AT)  # fmt: skip
    lesson = Lesson(id="l", agent="manager", text="sold too early", evidence=(), learned_at=AT, decision_id="aa",
                    symbol="SPX", regime="calm")  # fmt: skip
    result = Result(decision_id="aa", symbol="SPX", ended_at=AT, kind="horizon", profit=-62.33, r_multiple=-0.08,
                    market_return=0.0009, lessons=(lesson,))  # fmt: skip
    text = " ".join(after(Advanced("aa", "aa", "SPX", (fill,), 1.0, result, (lesson,))).split())
    assert "closed at the horizon: buy 9 at 2,681.68, fee 25.01" in text
    assert "its time was over: -0.08 R, profit -62.33 after costs; the market moved +0.09 % meanwhile" in text
    assert "lesson sold too early One decision" in text


def test_a_decision_that_is_still_open_says_how_to_go_on() -> None:
    assert "still open; `fks paper advance`" in after(Advanced("aa", "aa", "SPX", (), 1.0, None, ()))
    assert "no later bars are known" in after()


def test_the_clock_runs_until_the_trade_must_have_ended() -> None:
    """Entry expires on 10-17; ten daily bars take at most 20 days with a week to spare."""
    plan = Plan(author="m", action="sell", entry=10.0, stop=11.0, targets=(8.0,), horizon=10, model="rules",
                expires_at=datetime(2018, 10, 17, 20, tzinfo=UTC))  # fmt: skip
    cycle = Cycle(
        id="aa", symbol="SPX", timeframe="1d", as_of=AT, action="sell", status="working", reason="", models={},
        settings_digest="", draft=plan, verdict=Verdict(outcome="pass", reason=""),
    )  # fmt: skip
    assert _aftermath.horizon_end(cycle, 5) == datetime(2018, 11, 13, 20, tzinfo=UTC)
