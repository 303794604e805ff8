"""The checker's own accuracy, and that the measurement can tell a good checker from one that looks at nothing."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from evaluators.rules import check_claims, outcome_of
from evaluators.seeded_faults import KINDS, PROSE_KINDS, faults, measure
from fks_agents.contracts import Check, Claim, Fact
from fks_agents.errors import DataError


def naive(claims: Sequence[Claim], facts: Sequence[Fact]) -> tuple[Check, ...]:
    """Looks at nothing."""
    return tuple(Check(rule="naive", subject=claim.id, outcome="pass", reason="looks fine") for claim in claims)


def refuses_all(claims: Sequence[Claim], facts: Sequence[Fact]) -> tuple[Check, ...]:
    return tuple(Check(rule="naive", subject=claim.id, outcome="fail", reason="no") for claim in claims)


@pytest.mark.parametrize("held_out", [False, True])
def test_wrong_numbers_are_caught_and_true_ones_are_not_refused(facts: tuple[Fact, ...], held_out: bool) -> None:
    measured = measure(facts, 500, seed=7, held_out=held_out)
    assert measured.caught_all.hits >= 495, [(each.kind, each.claim) for each in measured.missed]
    assert measured.refused.hits <= 5, measured.wronged
    assert {rate.kind for rate in measured.caught} == set(KINDS)
    assert all(rate.total >= 50 for rate in measured.caught)


@pytest.mark.parametrize("held_out", [False, True])
def test_paragraphs_that_quote_several_facts_are_judged_as_well(facts: tuple[Fact, ...], held_out: bool) -> None:
    measured = measure(facts, 300, seed=7, held_out=held_out, prose=True)
    assert measured.caught_all.hits >= 297, [(each.kind, each.claim) for each in measured.missed]
    assert measured.refused.hits <= 3, measured.wronged
    assert [(rate.kind, rate.total) for rate in measured.caught] == [(kind, 30) for kind in PROSE_KINDS]


def test_a_paragraph_cites_each_fact_it_quotes(facts: tuple[Fact, ...]) -> None:
    for fault in faults(facts, 30, Random(5), prose=True):
        assert len(set(fault.truth.fact_ids)) == len(fault.truth.fact_ids) >= 2


def test_a_checker_that_looks_at_nothing_catches_nothing(facts: tuple[Fact, ...]) -> None:
    for prose in (False, True):
        measured = measure(facts, 100, seed=7, check=naive, prose=prose)
        assert (measured.caught_all.hits, measured.refused.hits) == (0, 0)


def test_a_checker_that_refuses_all_is_seen_to_refuse_the_truth(facts: tuple[Fact, ...]) -> None:
    measured = measure(facts, 100, seed=7, check=refuses_all)
    assert (measured.caught_all.hits, measured.refused.hits) == (100, 100)


def test_the_same_seed_gives_the_same_claims(facts: tuple[Fact, ...]) -> None:
    assert measure(facts, 60, seed=3) == measure(facts, 60, seed=3)
    assert list(faults(facts, 30, Random(3))) != list(faults(facts, 30, Random(4)))


def test_each_fault_differs_from_its_truth_in_one_place_and_the_truth_passes(facts: tuple[Fact, ...]) -> None:
    for fault in faults(facts, 90, Random(5)):
        assert (fault.claim.text, fault.claim.value) != (fault.truth.text, fault.truth.value)
        assert fault.claim.fact_ids == fault.truth.fact_ids
        assert outcome_of(check_claims([fault.truth], facts)) == "pass", fault.truth


def test_the_interval_is_wilsons(facts: tuple[Fact, ...]) -> None:
    # 100 of 100: (1 + 0.019207 - 0.019207) / 1.038414... -> 0.9630 to 1
    rate = measure(facts, 100, seed=7, check=refuses_all).caught_all
    assert (round(rate.low, 4), rate.high) == (0.963, 1.0)


def test_too_few_facts_are_refused(facts: tuple[Fact, ...]) -> None:
    with pytest.raises(DataError, match="at least 10 facts"):
        measure(facts[:5], 10, 1)
