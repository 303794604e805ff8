"""ragas as a second opinion: its calls are ours, it reports to nobody, and it decides only once it was measured."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec

import pytest

from evaluators import judges
from evaluators.deciding import check_names
from evaluators.judges import Means
from fks_agents.deps import Call
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm import ScriptedChat
from fks_agents.policy import Policy
from tests.evaluators.judges.conftest import SUBMISSION

pytestmark = pytest.mark.skipif(find_spec("ragas") is None, reason="needs the extra ragas")


def scripted(*, verdicts: list[int]) -> ScriptedChat:
    """Answers each of ragas' questions by the title of its schema."""

    def reply(call: Call) -> str:
        title = str(call.answer_schema["title"])
        answers = {
            "StatementGeneratorOutput": {"statements": [f"statement {n}" for n, _ in enumerate(verdicts)]},
            "NLIStatementOutput": {
                "statements": [
                    {"statement": f"statement {n}", "reason": "-", "verdict": v} for n, v in enumerate(verdicts)
                ]
            },
            "ContextRecallOutput": {"classifications": [{"statement": "s", "reason": "-", "attributed": 1}]},
            "AnswerRelevanceOutput": {"question": "What follows from the evidence?", "noncommittal": 0},
            "ContextPrecisionOutput": {"reason": "-", "verdict": 1},
        }
        return json.dumps(answers[title])

    return ScriptedChat(reply, name="test:judge")


def test_faithfulness_is_the_share_that_the_evidence_bears_out() -> None:
    chat = scripted(verdicts=[1, 1, 0, 1])
    said = judges.get("ragas")(SUBMISSION, Means(chats=(chat,)))
    # 3 of 4 statements; recall 1 of 1; both contexts are useful, so the precision is 1.
    assert (said.outcome, said.score) == ("pass", 0.75)
    for told in ("faithfulness 0.75", "context recall 1.00", "context precision 1.00", "answer relevancy"):
        assert told in said.reason
    assert said.tokens > 0
    assert {call.role for call in chat.asked} == {"ragas_judge"}


def test_what_the_evidence_does_not_bear_out_fails() -> None:
    said = judges.get("ragas")(SUBMISSION, Means(chats=(scripted(verdicts=[0, 0, 1]),)))
    assert (said.outcome, said.score) == ("fail", 0.3333)


def test_a_reply_of_another_shape_is_unscored() -> None:
    said = judges.get("ragas")(SUBMISSION, Means(chats=(ScriptedChat("{}", name="test:judge"),)))
    assert (said.outcome, said.score) == ("unscored", None)
    assert "does not fit StatementGeneratorOutput" in said.reason


def test_a_figure_that_the_budget_does_not_reach_is_told_and_the_rest_stands() -> None:
    inner = scripted(verdicts=[1])

    def reply(call: Call) -> str:
        if call.answer_schema["title"] == "ContextRecallOutput":
            raise ModelError("judges' budget: 7900 tokens spent")
        return inner.ask(call).text

    said = judges.get("ragas")(SUBMISSION, Means(chats=(ScriptedChat(reply, name="test:judge"),)))
    assert said.outcome == "pass"
    assert "context recall not measured (judges' budget: 7900 tokens spent)" in said.reason


def test_nothing_is_reported_to_its_makers() -> None:
    judges.get("ragas")(SUBMISSION, Means(chats=(scripted(verdicts=[1]),)))
    from ragas._analytics import do_not_track

    assert os.environ["RAGAS_DO_NOT_TRACK"] == "true"
    assert do_not_track() is True


TERMS = {"judges": ["ragas"], "demand": "always"}
RECORD = {"judge": "ragas", "model": "ollama:a", "sets": ["tatqa_dev"], "cases": 400, "balanced_accuracy": 0.81,
          "measured_at": "2026-01-01T00:00:00Z"}  # fmt: skip


def test_it_may_not_decide_before_it_was_measured() -> None:
    with pytest.raises(ConfigError, match=r"paper\.judges: ragas may decide only .* was none; name it in `opinions`"):
        check_names(Policy.model_validate({"name": "own", "paper": TERMS}), ["ollama:a"])
    check_names(Policy.model_validate({"name": "own", "paper": {"opinions": ["ragas"]}}), ["ollama:a"])


def test_a_record_opens_it_for_the_model_it_was_measured_with() -> None:
    own = Policy.model_validate({"name": "own", "paper": TERMS, "validated": [RECORD]})
    check_names(own, ["ollama:a"])
    with pytest.raises(ConfigError, match="was none"):
        check_names(own, ["ollama:b"])


def test_a_poor_record_does_not() -> None:
    poor = {**RECORD, "balanced_accuracy": 0.55}
    with pytest.raises(ConfigError, match=r"the best record says 0\.550"):
        check_names(Policy.model_validate({"name": "own", "paper": TERMS, "validated": [poor]}), ["ollama:a"])
