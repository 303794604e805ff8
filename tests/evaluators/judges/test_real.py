"""A real model as a judge: what it says can be read, and a model without judgement is not believed."""

from __future__ import annotations

import pytest

from evaluators import judges
from evaluators.judges import Means
from fks_agents.llm import open_chat
from fks_agents.settings import Settings
from tests.evaluators.judges.conftest import SUBMISSION
from tests.llm.weights import needs_weights


@pytest.mark.real
@needs_weights
def test_the_smallest_model_is_read_and_overlooks_the_planted_fault() -> None:
    """SmolLM2-135M keeps to the schema and judges at random: that it passes both orders is one chance in many."""
    chat = open_chat("local:smollm2", Settings(model_threads=1, max_answer_tokens=400, model_context=2_048))
    assert chat is not None
    said = judges.get("compliance")(SUBMISSION, Means(chats=(chat,)))
    assert (said.outcome, said.score) == ("unscored", None)
    assert said.reason == "it did not find the fault that was planted among the statements"
    assert said.tokens > 400
