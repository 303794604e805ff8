from __future__ import annotations

from pathlib import Path

from fks_agents import _explain, _wording as say
from fks_agents.contracts import Claim, Cycle, Fact, Fill, Lesson, Result
from tests.evaluators.reports.conftest import (
    AS_OF,
    bars,
    cycle,
    fills,
    lesson,
    recalling,
    refused,
    result,
    snapshot,
    stopped,
)

__all__ = ["bars", "cycle", "fills", "lesson", "recalling", "refused", "result", "snapshot", "stopped"]


def test_the_whole_story_is_told_in_order(cycle: Cycle) -> None:
    text = cycle.explain()
    places = [
        text.index(f"\n{title}\n") for title in ("SEEN", "SAID", "ARGUED", "PLANNED", "ALLOWED", "CHECKED", "DONE")
    ]
    assert places == sorted(places)
    assert text.startswith("SPX 1d, 2018-10-12 20:00 UTC: sell, working\n")
    # target 120 + 5 below entry, stop 62.5 above it: 125 / 62.5
    assert "(2.00 R)" in text
    assert "bear, round 1, answers bull.1.1" in text
    assert "sentiment (rules): abstains: no headlines file was given" in text
    assert text.endswith(cycle.digest)


def test_no_line_is_longer_than_a_hundred_characters(cycle: Cycle) -> None:
    wordy = cycle.model_copy(update={"reason": "because " * 60})
    assert max(len(line) for line in wordy.explain().splitlines()) <= 100


def test_a_failing_check_is_shown_with_what_was_stated_and_computed(refused: Cycle) -> None:
    text = " ".join(refused.explain().split())
    assert "fail number on technical.1: stated 80.00, facts give 8.00 (stated -80.00, computed -8.00)" in text


def test_a_decision_that_ended_early_says_only_why(stopped: Cycle) -> None:
    assert "data quality 41 is below 60" in stopped.explain()
    assert "SEEN" not in stopped.explain()


def test_a_decision_that_has_ended_does_not_stay_working(cycle: Cycle, result: Result, fills: tuple[Fill, ...]) -> None:
    ended = "sell, working when decided; ended 2018-10-26 at the horizon, -0.08 R"
    text = _explain.explain(cycle, result=result, fills=fills)
    assert text.startswith(f"SPX 1d, 2018-10-12 20:00 UTC: {ended}\n")
    after = text.partition("\nAFTER\n")[2]
    assert "2018-10-15  entry: sell 9.03 at 2,799.63, fee 25.28" in after
    assert "ended 2018-10-26 at the horizon, -0.08 R, profit -62.33 after costs; the market moved +0.09 %" in after
    assert "AFTER" not in cycle.explain()


def test_a_refusal_that_has_ended_stays_a_refusal(refused: Cycle, result: Result) -> None:
    idle = result.model_copy(update={"kind": "not_traded", "profit": 0.0, "r_multiple": 0.0})
    told = _explain.explain(refused, result=idle).partition("\n")[0]
    assert told.endswith("sell, refused; ended 2018-10-26 without a trade")


def test_lessons_that_were_recalled_are_told_with_what_they_did(recalling: Cycle, lesson: Lesson) -> None:
    text = _explain.explain(recalling, recalled=(lesson,))
    assert "    1 lesson recalled: conviction 0.90 -> 0.70 [ab12]" in text
    assert "\nRECALLED\n  ab12: SPX 1d, volatile: technical leaned" in text
    unmoved = recalling.reports[0].model_copy(update={"conviction_before": None})
    assert say.recalled(unmoved) == "1 lesson recalled"
    assert say.recalled(recalling.reports[1]) == ""


def test_checks_that_all_came_to_the_same_are_counted_once(cycle: Cycle, refused: Cycle) -> None:
    assert say.tally(cycle.verdict.checks) == "5 checks"
    assert say.tally(refused.verdict.checks) == "5 checks: 4 pass, 1 fail"
    assert "5 pass" not in cycle.explain()


def test_hours_are_shown_where_bars_are_shorter_than_a_day() -> None:
    assert say.when(AS_OF, "1d") == "2018-10-12"
    assert say.when(AS_OF, "1h") == "2018-10-12 20:00"


def test_it_survives_a_file(cycle: Cycle, tmp_path: Path) -> None:
    assert Cycle.load(cycle.save(tmp_path / "cycle.json")).explain() == cycle.explain()


def test_values_are_written_with_their_unit() -> None:
    def fact(value: float | str, unit: str) -> str:
        return say.value(Fact.model_validate({"id": "F1", "name": "x", "value": value, "unit": unit, "as_of": AS_OF, "source": "s"}))  # fmt: skip  # noqa: E501

    assert fact(2485.7412, "price") == "2,485.74"
    assert fact(1.08437, "price") == "1.0844"
    assert fact(3.2, "percent") == "3.2 %"
    assert fact(-2.5, "sigma") == "-2.5 σ"
    assert fact(14, "bars") == "14 bars"
    assert fact("volatile", "label") == "volatile"
    assert fact(0.0, "fraction") == "0"
    assert fact(3_482_780_000.0, "volume") == "3,482,780,000"
    assert fact(0.00001234, "ratio") == "1.234e-05"


def test_ids_that_an_author_wrote_itself_are_told_once() -> None:
    claim = Claim(id="bull.1", text="The RSI is 61.3 [F2] [F2]", fact_ids=("F2",))
    assert say.claimed(claim) == "The RSI is 61.3 [F2]"
    assert say.claimed(claim.model_copy(update={"text": "The RSI is 61.3"})) == "The RSI is 61.3 [F2]"
    assert say.claimed(claim.model_copy(update={"fact_ids": ()})).endswith("[F2] [no fact cited]")


def test_what_a_check_caught_is_not_said_to_be_corrected(cycle: Cycle, refused: Cycle) -> None:
    failing = tuple(check for check in refused.verdict.checks if check.outcome == "fail")[:1]
    first = cycle.reports[0].model_copy(update={"caught": failing})
    text = _explain.explain(cycle.model_copy(update={"reports": (first, *cycle.reports[1:])}))
    assert f"- caught: {failing[0].reason[:20]}" in text
