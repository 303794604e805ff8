"""A negation is read with the word it turns round, or the claim does not pass: it may deny a number that is true."""

from __future__ import annotations

import pytest

from evaluators.rules import check_statement, denials, outcome_of
from evaluators.rules._claims import RULES, check_claims
from fks_agents.contracts import Claim, Fact
from tests.evaluators.rules.test_senses import FACTS, fact

KNOWN = (*FACTS, fact("F7", "sma_50", 2300.0, "price"))
DENIED = (
    "not RSI(14) is 61.3", "It is not RSI(14) that is 61.3", "Not the RSI is 61.3", "Never was RSI at 61.3",
    "It is not the case that RSI is 61.3", "Nor is RSI 61.3", "Neither side sees RSI at 61.3", "non RSI is 61.3",
    "RSI is by no means 61.3", "RSI is anything but 61.3", "RSI was nowhere near 61.3", "RSI does not read 61.3",
    "RSI doesn't read 61.3", "RSI doesn’t read 61.3", "RSI fails to be 61.3", "RSI ≠ 61.3", "RSI != 61.3",
    "RSI is no longer 61.3", "I doubt that RSI is 61.3", "There is no evidence that RSI is 61.3",
    "RSI is 61.3, not", "RSI is 61.3: not!", "RSI is 61.3 is a lie", "not RSI(14) is above 60",
)  # fmt: skip
STATED = (
    "RSI is not above 70", "RSI at 61.3 is not overbought", "RSI is not extreme at 61.3", "RSI is not soft at 61.3",
    "RSI has not risen above 70", "RSI is no less than 61.2", "RSI is no more and no less than 61.3",
    "There is no doubt that RSI is 61.3", "RSI at 61.3 leaves little doubt", "Do not overlook RSI at 61.3",
    "RSI reads 61.3, neither here nor there", "Not only is RSI 61.3, it is above 60",
    "RSI is 61.3 [F1], hence no hurry",
)  # fmt: skip


def checked(text: str, cited: str = "F1") -> Claim:
    return Claim(id="technical.1", text=text, fact_ids=tuple(cited.split()))


@pytest.mark.parametrize("text", DENIED)
def test_a_true_number_that_is_denied_does_not_pass(text: str) -> None:
    assert outcome_of(check_claims([checked(text)], KNOWN)) == "unscored"


@pytest.mark.parametrize("text", STATED)
def test_a_negation_that_is_read_or_turns_nothing_round_passes(text: str) -> None:
    checks = check_claims([checked(text)], KNOWN)
    assert outcome_of(checks) == "pass", checks


@pytest.mark.parametrize(
    "text", ["It is not the case that the market lost 2.7 %", "The return is not falling by 2.7 %",
             "The return isn't falling by 2.7 %", "The price didn't fall 2.7 %"],
)  # fmt: skip
def test_a_change_that_is_denied_does_not_pass(text: str) -> None:
    assert outcome_of(check_claims([checked(text, "F4")], KNOWN)) != "pass"


def test_a_comparison_of_two_facts_that_is_denied_from_afar_does_not_pass() -> None:
    assert outcome_of(check_claims([checked("The close is above the 50-day SMA", "F3 F7")], KNOWN)) == "pass"
    denied = checked("It is not the case that the close is above the 50-day SMA", "F3 F7")
    assert outcome_of(check_claims([denied], KNOWN)) == "unscored"


def test_without_the_rule_most_of_them_would_pass() -> None:
    known: dict[str, Fact] = {each.id: each for each in KNOWN}
    others = [rule for rule in RULES if rule[0] != denials.RULE]
    passed = [
        text for text in DENIED if outcome_of(tuple(check_statement(checked(text), known, rules=others))) == "pass"
    ]
    assert len(passed) >= 20, set(DENIED) - set(passed)
