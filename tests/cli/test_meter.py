"""The meter counts where somebody looks, and nowhere else."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from fks_agents.cli._meter import Meter
from fks_agents.contracts import Bite, Cycle, Spent, Usage
from tests.test_contracts import CYCLE

USAGE = Usage(
    spent=(
        Spent(role="bull", calls=2, cached=1, input_tokens=1_000, output_tokens=234, seconds=2.5, money=0.0125),
        Spent(role="macro", calls=1, failures=1, input_tokens=10, seconds=0.5),
    ),
    bites=(Bite(phase="budget", role="bear", effect="rules", reason="token budget of the decision: 9 spent"),),
)
SPENT = "3 calls (1 from the record, 1 failed), 1,244 tokens, 3.0 s of model time, 0.0125 US dollars"


def shown(*, is_terminal: bool) -> str:
    out = io.StringIO()
    with Meter(Console(file=out, force_terminal=is_terminal, width=120)) as meter:
        meter("snapshot", {})
        meter("meter", {"usage": USAGE})
    return out.getvalue()


def test_a_terminal_shows_what_was_spent_so_far() -> None:
    assert SPENT in shown(is_terminal=True)


def test_a_file_is_not_written_into() -> None:
    assert shown(is_terminal=False) == ""


@pytest.mark.parametrize("usage", [USAGE, USAGE.model_copy(update={"spent": ()})], ids=["spent", "bites only"])
def test_the_decision_in_words_says_what_it_cost_and_what_gave_way(usage: Usage) -> None:
    cycle: Cycle = CYCLE.model_copy(update={"usage": usage})
    told = " ".join(cycle.explain().split())
    assert (SPENT in told) is bool(usage.spent)
    assert "bear: budget, rules speak instead: token budget of the decision: 9 spent" in told


def test_what_was_spent_survives_the_file_of_a_cycle() -> None:
    cycle = CYCLE.model_copy(update={"usage": USAGE})
    assert Cycle.from_json(cycle.as_json()) == cycle
    assert cycle.model_copy(update={"usage": Usage(bites=USAGE.bites)}).digest == cycle.digest
