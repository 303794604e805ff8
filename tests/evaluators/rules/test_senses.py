"""Sense words beside a number, the way to a level, promises in other languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.contracts import Claim, Fact, Unit


def fact(id: str, name: str, value: float, unit: Unit) -> Fact:  # noqa: A002  as in the contract
    at = datetime(2018, 12, 24, 21, tzinfo=UTC)
    return Fact(id=id, name=name, value=value, unit=unit, timeframe="1d", as_of=at, source="test")


FACTS = (
    fact("F1", "rsi_14", 61.28, "points"),
    fact("F2", "rsi_14_change_5", 4.2, "points"),
    fact("F3", "close", 2351.1, "price"),
    fact("F4", "return_1", -2.7, "percent"),
    fact("F5", "adx_14", 15.0, "points"),
    fact("F6", "volatility_20", 24.4, "percent"),
)


@pytest.mark.parametrize(
    ("text", "cited", "outcome"),
    [
        ("RSI is firm at 61.3", "F1", "pass"),
        ("RSI is soft at 61.3", "F1", "fail"),
        ("RSI is not soft at 61.3", "F1", "pass"),
        ("ADX is strong at 15", "F5", "fail"),
        ("ADX looks weak at 15", "F5", "pass"),
        ("Volatility is firm at 24.4 %", "F6", "pass"),  # it has no centre: the word is an opinion
        ("RSI rose to 61.3", "F1 F2", "pass"),
        ("RSI fell to 61.3", "F1 F2", "fail"),
        ("RSI fell to 61.3", "F1", "pass"),  # nothing cited tells where it came from
        ("The close fell to 2,351.1", "F3 F4", "pass"),
        ("The close rose to 2,351.1", "F3 F4", "fail"),
        ("Price rose to 2,351.1", "F3 F4", "fail"),
    ],
)
def test_a_word_of_sense_is_judged_where_a_cited_fact_can_tell(text: str, cited: str, outcome: str) -> None:
    checks = check_claims([Claim(id="technical.1", text=text, fact_ids=tuple(cited.split()))], FACTS)
    assert outcome_of(checks) == outcome, checks


@pytest.mark.parametrize(
    "promise",
    [
        "garantierter Gewinn", "ohne Risiko", "gain garanti", "sans risque", "ganancias garantizadas", "sin riesgo",
        "lucro garantido", "guadagno garantito", "zonder risico", "bez ryzyka",
        "гарантированная прибыль", "保证收益", "元本保証",
    ],
)  # fmt: skip
def test_a_promise_is_refused_in_other_languages(promise: str) -> None:
    checks = check_claims([Claim(id="technical.1", text=f"RSI is 61.3, {promise}", fact_ids=("F1",))], FACTS)
    assert "language" in {check.rule for check in checks if check.outcome == "fail"}


@pytest.mark.parametrize("term", ["dem risikofreien Zins", "le taux sans risque", "la tasa libre de riesgo"])
def test_a_term_of_the_trade_is_no_promise(term: str) -> None:
    checks = check_claims([Claim(id="technical.1", text=f"RSI is 61.3, {term}", fact_ids=("F1",))], FACTS)
    assert "language" not in {check.rule for check in checks}
