"""What holds for every judge there is, the next one too."""

from __future__ import annotations

import pytest

import prompts
from evaluators import judges
from evaluators.judges import Item, Means, Statement, Submission
from fks_agents.contracts import Judgement
from fks_agents.deps import Call
from fks_agents.errors import ModelError, UsageError
from fks_agents.judgements import Passage
from tests.evaluators.judges.conftest import AS_OF, SUBMISSION, chat, finds, shown, verdict

ASKED = [name for name in judges.names() if name != "ragas"]
"""Judges with a prompt of ours."""


class Shelf:
    """One passage that bears on everything."""

    def search(self, query: str, as_of: object, count: int) -> tuple[Passage, ...]:
        return (Passage(id="notes#1", text="RSI(14) was 24.1 that day.", published_at=AS_OF, source="notes"),)


def means(*replies: object, **given: object) -> Means:
    opened = tuple(chat(reply, f"test:{n}") for n, reply in enumerate(replies))  # type: ignore[arg-type]
    return Means(chats=opened, library=Shelf(), **given)  # type: ignore[arg-type]


def citing(call: Call) -> str:
    """Sees the planted fault and cites the first piece of evidence."""
    return finds()(call).replace('"evidence": []', '"evidence": ["E1"]')


@pytest.mark.parametrize("name", judges.names())
def test_a_judge_without_means_is_unscored_and_says_what_it_needs(name: str) -> None:
    said = judges.get(name)(SUBMISSION, Means())
    assert (said.judge, said.outcome, said.score) == (name, "unscored", None)
    assert said.reason


@pytest.mark.parametrize("name", judges.names())
def test_a_judge_says_what_it_needs_in_known_words(name: str) -> None:
    assert judges.needs(name)
    assert judges.needs(name) <= {"chat", "library"}


@pytest.mark.parametrize("name", ASKED)
def test_a_judge_has_a_prompt_and_a_planted_fault(name: str) -> None:
    assert f"{name}/v1" in prompts.shipped()
    assert judges.module(name).QUESTION.judge == name
    assert judges.module(name).QUESTION.planted.statement


@pytest.mark.parametrize("name", ASKED)
def test_a_judge_that_finds_only_what_was_planted_passes(name: str) -> None:
    said = judges.get(name)(SUBMISSION, means(citing))
    assert (said.outcome, said.score, said.agreement) == ("pass", 0.9, 1.0)
    assert said.statements == ("manager.plan", "technical.1")
    assert said.prompt is not None
    assert said.prompt.startswith(f"{name}/v1@")
    assert said.tokens > 0


@pytest.mark.parametrize("name", ASKED)
def test_a_judge_that_finds_a_fault_fails_and_names_it(name: str) -> None:
    def reply(call: Call) -> str:
        return finds(lambda text: "trend" in text)(call).replace('"evidence": []', '"evidence": ["E1"]')

    said = judges.get(name)(SUBMISSION, means(reply))
    # Both scores are 0.9, and 1 of 2 statements is sound: 0.9 x 1/2.
    assert (said.outcome, said.score) == ("fail", 0.45)
    assert said.reason.startswith("manager.plan: ")


@pytest.mark.parametrize("name", judges.names())
def test_a_model_that_fails_leaves_the_judge_unscored(name: str) -> None:
    def gone(call: Call) -> str:
        raise ModelError("the server is gone")

    said = judges.get(name)(SUBMISSION, means(gone))
    assert said.outcome == "unscored"
    assert "the server is gone" in said.reason


@pytest.mark.parametrize("name", judges.names())
@pytest.mark.parametrize("reply", ["pass", "{}", "[]", "\x00", '{"verdict": "pass"}', "I would say it is fine."])
def test_what_cannot_be_read_is_unscored(name: str, reply: str) -> None:
    assert judges.get(name)(SUBMISSION, means(reply)).outcome == "unscored"


@pytest.mark.parametrize("name", judges.names())
def test_nothing_to_judge_is_no_pass(name: str) -> None:
    nothing = Submission((), (), AS_OF)
    assert judges.get(name)(nothing, means(citing)).outcome == "unscored"


@pytest.mark.parametrize("name", ASKED)
def test_the_same_submission_asks_the_same_calls(name: str) -> None:
    first, second = chat(citing), chat(citing)
    said = [judges.get(name)(SUBMISSION, Means(chats=(one,), library=Shelf())) for one in (first, second)]
    assert first.asked == second.asked
    assert said[0] == said[1]


@pytest.mark.parametrize("name", ASKED)
def test_a_judge_is_asked_in_two_orders(name: str) -> None:
    model = chat(citing)
    judges.get(name)(SUBMISSION, Means(chats=(model,), library=Shelf()))
    first, second = model.asked
    assert list(shown(first).values()) == list(shown(second).values())[::-1]


def test_an_unknown_judge_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="unknown judge 'taste'; expected one of bias, coherence"):
        judges.get("taste")


def test_what_does_not_fit_is_left_out_and_told() -> None:
    many = tuple(Statement(f"bull.{n}", f"bull: reason number {n} is a good one", ("F1",)) for n in range(40))
    submission = Submission(many, (Item("F1", "close = 100 price"),), AS_OF)
    said = judges.get("bias")(submission, means(citing, most_tokens=700))
    assert said.outcome == "pass"
    assert 0 < len(said.statements) < 40
    assert said.statements == tuple(statement.id for statement in many[: len(said.statements)])
    assert f"({40 - len(said.statements)} of 40 statements did not fit and were not judged)" in said.reason


def test_a_prompt_stays_within_its_tokens() -> None:
    many = tuple(Statement(f"bull.{n}", "x" * 300, (f"F{n}",)) for n in range(40))
    submission = Submission(many, tuple(Item(f"F{n}", "y" * 200) for n in range(40)), AS_OF)
    model = chat(citing)
    judges.get("bias")(submission, Means(chats=(model,), most_tokens=800))
    assert model.asked
    # 160 tokens are kept for the reply; four characters are a token.
    assert all(sum(len(m.text) for m in call.messages) <= 4 * (800 - 160) for call in model.asked)


def test_where_nothing_fits_nobody_is_asked() -> None:
    model = chat(citing)
    said = judges.get("bias")(SUBMISSION, Means(chats=(model,), most_tokens=300))
    assert (said.outcome, model.asked, said.tokens) == ("unscored", [], 0)
    assert "nothing of it fits into 300 tokens" in said.reason


def judged(*replies: object, quorum: float = 0.6) -> Judgement:
    return judges.get("bias")(SUBMISSION, means(*replies, quorum=quorum))


def test_of_three_models_two_that_agree_decide() -> None:
    said = judged(citing, citing, finds(lambda text: "trend" in text))
    assert (said.outcome, said.agreement) == ("pass", 0.6667)
    assert said.model == "test:0 + test:1 + test:2"


def test_models_that_do_not_reach_the_quorum_are_unscored_with_what_each_said() -> None:
    said = judged(citing, citing, finds(lambda text: "trend" in text), quorum=0.9)
    assert said.outcome == "unscored"
    assert "the models do not agree" in said.reason
    assert "test:2: fail: manager.plan" in said.reason


def test_two_models_that_contradict_each_other_are_unscored() -> None:
    assert judged(citing, finds(lambda text: "trend" in text), quorum=0.5).outcome == "unscored"


def test_models_that_cannot_be_read_do_not_pass_by_majority() -> None:
    assert judged(citing, "x", "y").outcome == "unscored"


def test_a_verdict_with_a_label_that_was_not_shown_is_unscored() -> None:
    assert "not shown" in judged(verdict(["S9"])).reason
