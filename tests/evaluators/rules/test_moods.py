"""Words of motion, mood and chance are held against what the cited facts can show. Facts: ../conftest.py."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from evaluators.rules import check_claims, check_statement, outcome_of
from evaluators.rules._claims import RULES
from fks_agents.contracts import Claim, Fact, Unit
from tests.evaluators.conftest import AS_OF

UP = (
    "The price is soaring", "The price is surging", "It skyrocketed", "Prices jumped", "The index rocketed",
    "The price leapt", "Shares popped", "Prices spiked", "The price bounced", "The market rebounded",
    "The index is recovering", "A strong rebound", "The price is heading higher", "The price is going north",
    "It went north", "It moved sharply higher", "Prices tick up", "The price is ticking up", "Prices rise",
    "Momentum has turned bullish", "The tape is turning bullish", "It flipped back to bullish",
    "Buyers are in control", "Bulls are firmly in control", "The bulls dominate", "Buyers have taken control",
    "The market is dominated by buyers", "Control has passed to the bulls", "Strong momentum", "Bullish momentum",
    "Momentum remains strong", "Momentum is strongly bullish", "It shifted to the upside",
    "Strong upward momentum", "A bullish trend", "No crash is under way",
)  # fmt: skip
DOWN = (
    "The price is plunging", "The price tumbled", "The market crashed", "The index slumped", "It is sinking",
    "Prices slide", "The price dived", "The index is tanking", "The price collapsed", "The price is heading lower",
    "The price is going south", "It is drifting lower", "Prices tick down", "Prices fall", "A sell-off",
    "Momentum has turned bearish", "It turned sharply bearish", "Sellers are in control", "The bears dominate",
    "Selling pressure prevails", "Weak momentum", "Strong bearish momentum", "Momentum is weak",
    "Buyers are not in control", "Bulls have lost the lead", "There is no recovery", "The price has not bounced",
)  # fmt: skip


def fact(name: str, value: float | str, unit: Unit) -> Fact:
    return Fact(id="F1", name=name, value=value, unit=unit, timeframe="1d", as_of=AS_OF, source="test")


def outcome(text: str, *facts: Fact) -> str:
    return outcome_of(check_claims([Claim(id="t.1", text=text, fact_ids=tuple(f.id for f in facts))], facts))


@pytest.mark.parametrize(("text", "points"), [*((text, 1) for text in UP), *((text, -1) for text in DOWN)])
def test_a_direction_in_plain_words_has_the_sign_of_the_cited_change(text: str, points: int) -> None:
    assert outcome(text, fact("roc_10", 2.5 * points, "percent")) == "pass"
    assert outcome(text, fact("roc_10", -2.5 * points, "percent")) == "fail"


@pytest.mark.parametrize("text", [*UP, *DOWN])
def test_a_direction_that_the_cited_fact_cannot_show_is_unscored(text: str) -> None:
    assert outcome(text, fact("atr_14", 25.3, "price")) == "unscored"
    assert outcome(f"{text}; ATR(14) is 25.3", fact("atr_14", 25.3, "price")) == "unscored"


@pytest.mark.parametrize(
    ("text", "name", "value", "unit", "expected"),
    [
        # an oscillator leans from its centre
        ("Strong momentum", "rsi_14", 61.28, "points", "pass"),
        ("Weak momentum", "rsi_14", 61.28, "points", "fail"),
        ("Buyers are in control", "mfi_14", 40.0, "points", "fail"),
        ("Sellers are in control", "williams_r_14", -80.0, "points", "pass"),
        ("Sellers are in control", "cmf_20", -0.2, "ratio", "pass"),
        ("Buyers are in control", "up_volume_20", 0.45, "fraction", "unscored"),
        # volume against its usual
        ("Strong volume", "volume_ratio_20", 1.37, "ratio", "pass"),
        ("Strong volume", "volume_ratio_20", 0.8, "ratio", "fail"),
        ("Volume is weak", "volume_z_20", -1.0, "sigma", "pass"),
        ("Heavy volume", "volume", 4_512_345.0, "volume", "unscored"),
        ("Strong volume", "roc_10", 2.5, "percent", "unscored"),
        ("Volume surged", "volume_ratio_20", 1.37, "ratio", "pass"),
        ("Volume surged", "volume_ratio_20", 0.8, "ratio", "fail"),
        # the ADX: strong from 25, weak up to 20
        ("A strong trend", "adx_14", 27.0, "points", "pass"),
        ("A strong trend", "adx_14", 17.5, "points", "fail"),
        ("A weak trend", "adx_14", 22.0, "points", "fail"),
        # words
        ("The market turned bullish", "last_break_direction", "bullish", "label", "pass"),
        ("Sellers are in control", "markov_state", "bull", "label", "fail"),
        # what moves on its own says nothing of the price
        ("The price is soaring", "volume_trend", 30.0, "percent", "unscored"),
        ("Prices are rising", "vix_change_20", 4.0, "points", "unscored"),
        ("The index jumped", "days_to_event", 3.0, "days", "unscored"),
        # beside a number the word is its sign
        ("The 20-day return is plunging 3.5 %", "return_20", -3.456, "percent", "pass"),
        ("Soaring 3.5 % in 20 days", "return_20", 3.456, "percent", "pass"),
        ("Soaring 3.5 % in 20 days", "return_20", -3.456, "percent", "fail"),
        # other uses of the words
        ("RSI(14) is 61.3, a deep dive into it shows", "rsi_14", 61.28, "points", "pass"),
        ("RSI(14) is 61.3 in a leap year", "rsi_14", 61.28, "points", "pass"),
    ],
)  # fmt: skip
def test_a_mood_is_decided_by_the_centre_of_the_cited_fact(
    text: str, name: str, value: float | str, unit: Unit, expected: str
) -> None:
    assert outcome(text, fact(name, value, unit)) == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [("ROC is -2.5 %: buyers are in control", "moods"), ("ROC is -2.5 %, prices are surging", "directions"),
     ("ROC is -2.5 % by good odds", "chances")],
)  # fmt: skip
def test_without_its_rule_each_of_them_would_pass(text: str, rule: str) -> None:
    cited = fact("roc_10", -2.5, "percent")
    claim = Claim(id="t.1", text=text, fact_ids=("F1",))
    others = [(name, check) for name, check in RULES if name != rule]
    assert outcome_of(tuple(check_statement(claim, {"F1": cited}, rules=others))) == "pass"
    assert outcome(text, cited) in ("fail", "unscored")


def test_facts_that_disagree_decide_nothing() -> None:
    other = fact("roc_10", -2.5, "percent").model_copy(update={"id": "F2"})
    assert outcome("Buyers are in control", fact("cmf_20", 0.2, "ratio"), other) == "unscored"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("The probability of a rise is 61.3 %", "volatility_percentile", "unscored"),
        ("The odds are 61.3 %", "volatility_percentile", "unscored"),
        ("The chance of a gain is 61.3 %", "volatility_percentile", "unscored"),
        ("The likelihood is 61.3 %", "volatility_percentile", "unscored"),
        ("The win rate is 61.3 %", "volatility_percentile", "unscored"),
        ("The win rate is 61.3 %", "account_win_rate", "pass"),
        ("The expected return is 61.3 %", "return_20", "unscored"),
        ("The expected return is 61.3 %", "expected_return_20", "pass"),
        ("The probability is 61.3 %", "rise_probability", "pass"),
        ("Fair value is 61.3 % away", "close_to_sma_20", "unscored"),
        ("The fair value gap is 61.3 % away", "close_to_gap", "pass"),
        ("No better than chance: 61.3 %", "volatility_percentile", "pass"),
    ],
)
def test_a_chance_is_shown_only_by_a_fact_of_that_name(text: str, name: str, expected: str) -> None:
    assert outcome(text, fact(name, 61.28, "percent")) == expected


def test_a_number_beside_a_chance_fails_on_its_own(facts: Sequence[Fact]) -> None:
    claim = Claim(id="t.1", text="The probability of a rise is 85 %", fact_ids=("F5",))
    assert outcome_of(check_claims([claim], facts)) == "fail"
