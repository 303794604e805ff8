"""A word that two kinds of labels share is read with the words of both."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.contracts import Claim, Fact

SIDEWAYS = Fact(
    id="F1", name="markov_state", value="sideways", unit="label", as_of=datetime(2024, 5, 1, tzinfo=UTC), source="test"
)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The Markov state is sideways", "pass"),
        ("The Markov state is bull", "fail"),
        ("The Markov state is up", "fail"),
    ],
)
def test_a_shared_word_is_held_against_each_of_its_families(text: str, outcome: str) -> None:
    assert outcome_of(check_claims([Claim(id="a.1", text=text, fact_ids=("F1",))], [SIDEWAYS])) == outcome
