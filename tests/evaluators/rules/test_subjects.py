"""A number is that of what the claim names: a true value of one measure shows nothing of another."""

from __future__ import annotations

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.contracts import Claim
from tests.evaluators.rules.test_senses import FACTS


@pytest.mark.parametrize(
    "text",
    ["61.3 is the ADX", "MFI is 61.3", "The money flow index reads 61.3", "The P/E is 61.3",
     "Earnings per share are 61.3", "The stochastic stands at 61.3", "The Sharpe ratio is 61.3"],
)  # fmt: skip
def test_a_value_of_one_measure_is_none_of_another(text: str) -> None:
    checks = check_claims([Claim(id="technical.1", text=text, fact_ids=("F1",))], FACTS)
    assert outcome_of(checks) == "unscored"
    assert [check.rule for check in checks if check.outcome != "pass"] == ["subjects"]  # no other rule sees it


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("RSI is 61.3", "F1"),
        ("The relative strength index is 61.3", "F1"),
        ("ADX is 15", "F5"),
        ("RSI is 61.3 and ADX is 15", "F1 F5"),
        ("I looked at ADX; RSI is 61.3", "F1"),  # states nothing of it
    ],
)
def test_a_measure_that_is_cited_may_be_named(text: str, cited: str) -> None:
    checks = check_claims([Claim(id="technical.1", text=text, fact_ids=tuple(cited.split()))], FACTS)
    assert outcome_of(checks) == "pass", checks
