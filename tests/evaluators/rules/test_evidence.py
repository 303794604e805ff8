"""check_claims over tables: who cites cells, or no fact where there is evidence, is held against the cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evaluators.evidence import Evidence
from evaluators.rules import check_claims, outcome_of
from fks_agents.contracts import Claim, Fact
from tests.evaluators.programs.conftest import SALES, TEXT

EVIDENCE = Evidence((SALES,), (TEXT,))


def judged(text: str, *, facts: Sequence[Fact] = (), **fields: Any) -> str:
    claim = Claim.model_validate({"id": "macro.1", "text": text, **fields})
    return outcome_of(check_claims([claim], facts, EVIDENCE))


def test_a_claim_may_carry_cells_and_a_formula() -> None:
    carried: dict[str, Any] = {"value": -12.6, "unit": "currency", "formula": "T1R4C2 - T1R4C3"}
    assert judged("Other sales fell by 12.6 million to 44.1 million", **carried) == "pass"
    assert judged("Other sales fell by 13.6 million to 44.1 million", **carried) == "fail"
    assert judged("Other sales fell by 12.6 million", **{**carried, "value": -21.6}) == "fail"
    assert judged("Other sales fell by 12.6 million", **{**carried, "formula": "T1R9C2 - T1R4C3"}) == "unscored"


def test_a_claim_may_carry_nothing() -> None:
    assert judged("Total sales were $1,496.5 million in 2019") == "pass"
    assert judged("Total sales were $1,469.5 million in 2019") == "fail"
    assert judged("The year was a good one") == "unscored"


def test_the_check_names_the_cell_and_the_recomputed_value() -> None:
    (check,) = check_claims([Claim(id="macro.1", text="Total sales were $1,496.5 million in 2019")], [], EVIDENCE)
    assert (check.rule, check.computed) == ("evidence", "1.4965e+09")
    assert "T1R5C2 (Total sales" in check.reason


def test_a_promise_is_refused_whatever_the_numbers_say() -> None:
    assert judged("Total sales were $1,496.5 million in 2019, a guaranteed profit") == "fail"


def test_who_cites_facts_is_held_against_facts(facts: Sequence[Fact]) -> None:
    assert judged("RSI(14) is 61.3", facts=facts, fact_ids=("F2",)) == "pass"
    assert judged("RSI(14) is 71.3", facts=facts, fact_ids=("F2",)) == "fail"


def test_without_evidence_a_number_without_a_fact_fails_as_before(facts: Sequence[Fact]) -> None:
    claim = Claim(id="macro.1", text="Total sales were $1,496.5 million in 2019")
    assert outcome_of(check_claims([claim], facts)) == "fail"


@pytest.mark.parametrize("formula", ["T1R1C1", "1/0", "T9R9C9", "__import__('os')", "9" * 500])
def test_a_formula_that_cannot_be_worked_out_is_no_pass(formula: str) -> None:
    assert judged("Total sales were $1,496.5 million in 2019", formula=formula) != "pass"
