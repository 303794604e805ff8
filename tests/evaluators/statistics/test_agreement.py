from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from evaluators.statistics import agreement
from fks_agents.errors import DataError


def spelled(table: list[list[int]]) -> tuple[list[str], list[str]]:
    pairs = [(f"d{i}", f"o{j}") for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def test_large_tables_give_what_scipy_gives() -> None:
    table = [[30, 10, 12], [9, 25, 14]]
    found, expected = agreement(*spelled(table), seed=1), chi2_contingency(table, correction=False)
    assert (found.method, found.degrees) == ("chi-square", expected.dof)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.table == ((30, 10, 12), (9, 25, 14))
    assert found.strength == pytest.approx(np.sqrt(expected.statistic / 100))


def test_small_tables_are_permuted() -> None:
    # Two-sided Fisher orders tables by chance, this by chi-square; for these margins both count the same tables.
    table = [[5, 1], [1, 5]]
    found = agreement(*spelled(table), seed=1, draws=20_000)
    assert found.method == "permutation"
    assert found.p == pytest.approx(fisher_exact(table).pvalue, abs=0.01)


def test_decisions_without_skill_are_rejected_about_as_often_as_the_level_says() -> None:
    rejected = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        decisions = random.choice(["buy", "hold", "sell"], 120).tolist()
        rejected += agreement(decisions, random.choice(["down", "up"], 120).tolist(), seed=seed).p <= 0.05
    assert abs(rejected - 20) < 4 * np.sqrt(400 * 0.05 * 0.95)


def test_decisions_with_skill_are_found() -> None:
    random = np.random.default_rng(1)
    outcomes = random.choice(["down", "up"], 200)
    right = random.random(200) < 0.65
    decisions = np.where(right == (outcomes == "up"), "buy", "sell")
    assert agreement(decisions.tolist(), outcomes.tolist(), seed=1).p < 0.001


@pytest.mark.parametrize(
    ("decisions", "outcomes", "says"),
    [
        (["buy"], ["up", "down"], "outcomes: expected 1 as of decisions, was 2"),
        (["buy", "buy"], ["up", "down"], "decisions: expected at least two different words, was buy"),
        ([], [], "decisions: expected at least two different words, was none"),
    ],
)
def test_what_cannot_be_tested_is_refused(decisions: list[str], outcomes: list[str], says: str) -> None:
    with pytest.raises(DataError, match=says):
        agreement(decisions, outcomes, seed=1)
