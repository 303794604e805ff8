from __future__ import annotations

from pathlib import Path

from fks_agents import _wording as say
from fks_agents.contracts import Cycle, Fact
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, refused, snapshot, stopped

__all__ = ["bars", "cycle", "refused", "snapshot", "stopped"]


def test_the_whole_story_is_told_in_order(cycle: Cycle) -> None:
    text = cycle.explain()
    places = [
        text.index(f"\n{title}\n") for title in ("SEEN", "SAID", "ARGUED", "PLANNED", "ALLOWED", "CHECKED", "DONE")
    ]
    assert places == sorted(places)
    assert text.startswith("SPX 1d, 2018-10-12 20:00 UTC: sell (working)\n")
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
