from __future__ import annotations

import math
from datetime import timedelta

from fks_agents.contracts import Approval, Cycle, Spent, Usage
from fks_agents.service.showing.learned import Learned, learn, learn_all, of_cycle
from fks_agents.service.showing.outcome import Line, headline, lines, meter
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, refused, snapshot, stopped
from tests.service.showing.told import all_told, told

__all__ = ["bars", "cycle", "refused", "snapshot", "stopped"]

LAST = 2802.0 + 25 * math.sin(149 / 6)


def test_a_decision_is_told_in_plain_words(cycle: Cycle) -> None:
    # Sold at 5 above the close, stop 62.5 further, target 125 below: 125 / 62.5 = 2 R.
    assert lines(of_cycle(cycle), "1d") == (
        Line("Persona", "moderate was chosen: volatile regime: the middle plan"),
        Line(
            "Plan",
            f"sell at {LAST + 5:,.2f}, stop {LAST + 67.5:,.2f}, target {LAST - 120:,.2f} (2.00 R), 10 bars, "
            "withdrawn after 2018-10-16",
        ),
        Line("Risk: max position", "16 became 9.03: 25 % of equity", "warn"),
        Line(
            "Size",
            f"9.03 worth {9.03 * (LAST + 5):,.2f}; 0.56 % of the equity is lost if the stop is hit, before costs",
        ),
        Line("Gate", "pass: all numbers recompute", "good"),
        Line("Approval", "no person was asked: paper account"),
        Line("Order: entry", f"sell limit 9.03 at {LAST + 5:,.2f}: working"),
    )


def test_what_failed_is_said_with_both_numbers(refused: Cycle) -> None:
    told = lines(of_cycle(refused), "1d")
    assert Line("Gate", "fail: 1 check failed", "bad") in told
    assert Line(
        "Failed: number", "technical.1: stated 80.00, facts give 8.00 (stated -80.00, computed -8.00)", "bad"
    ) in told  # fmt: skip


def test_a_decision_without_a_trade_says_why(stopped: Cycle) -> None:
    known = of_cycle(stopped)
    assert headline(known) == Line("no decision", "data quality 41 is below 60", "warn")
    first, *_ = lines(known, "1d")
    assert first == Line("Nobody was asked", "data quality 41 is below 60", "warn")


def test_the_headline_follows_the_decision(cycle: Cycle) -> None:
    events = all_told(cycle)
    assert headline(Learned()) == Line("waits for its turn", "")
    assert headline(learn_all(events[:2])) == Line("is being made", "")
    failed = learn(learn_all(events[:2]), told("failed", {"reason": "no answer"}))
    assert headline(failed) == Line("broke off", "no answer; it is tried again", "bad")
    assert headline(learn_all(events)) == Line("sell, working", cycle.reason, "good")


def test_what_a_person_made_of_it_is_said(cycle: Cycle) -> None:
    answer = Approval(status="approved", by="ana", at=AS_OF, reason="agreed", quantity=5.0)
    known = of_cycle(cycle.model_copy(update={"approval": answer}))
    said = "approved by ana, 2018-10-12 20:00 UTC, at most 5: agreed"
    assert Line("Approval", said, "good") in lines(known, "1d")


def test_limits_that_kept_everything_are_said_too(cycle: Cycle) -> None:
    assert cycle.sized is not None
    free = cycle.model_copy(update={"sized": cycle.sized.model_copy(update={"limits": ()})})
    assert Line("Risk", "changed nothing: every limit was kept") in lines(of_cycle(free), "1d")


def test_time_runs_until_the_decision_is_on_record(cycle: Cycle) -> None:
    running = learn_all(all_told(cycle)[:3])
    assert dict(meter(running, AS_OF, AS_OF + timedelta(seconds=7.4)))["Time"] == "7 s so far"
    assert dict(meter(running, None, AS_OF))["Time"] == "not measured"
    assert dict(meter(of_cycle(cycle), AS_OF, AS_OF + timedelta(days=1)))["Time"] == "0.4 s"
    waits = learn(running, told("waits", {"action": "sell", "status": "needs_approval", "reason": ""}))
    assert dict(meter(waits, AS_OF, AS_OF))["Time"] == "waits for a person"


def test_the_meter_adds_up_the_roles(cycle: Cycle) -> None:
    spent = (
        Spent(role="bear", calls=2, cached=1, input_tokens=1_000, output_tokens=200, seconds=1.5, money=0.01),
        Spent(role="bull", calls=1, input_tokens=30, output_tokens=4, seconds=0.25, money=0.002),
    )
    known = of_cycle(cycle.model_copy(update={"usage": Usage(spent=spent)}))
    assert meter(known, None, AS_OF) == (
        ("Tokens", "1,234"), ("Time", "0.4 s"), ("Cost", "0.0120 US dollars"), ("Model calls", "3"),
        ("From the record", "1"), ("Model time", "1.8 s"),
    )  # fmt: skip
    live = learn(Learned(), told("meter", {"usage": Usage(spent=spent)}))
    assert dict(meter(live, None, AS_OF))["Tokens"] == "1,234"
    assert live.nodes == ()
