"""How a language model judges: the same question twice, statements and evidence the other way round the second time.

A judge that changes its mind with the order, overlooks a planted fault or cannot be read is `unscored`; so are several
models that do not agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import NamedTuple

import prompts
from evaluators.judges import Means, Submission
from evaluators.judges._reply import Answered, answer, schema
from evaluators.judges._shown import Page, Planted, pages, unordered
from fks_agents.contracts import Outcome
from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.judgements import Judgement, Passage
from fks_agents.llm.budget import estimate

SYSTEM = "judging/v1"

ANSWER = 160
"""Tokens kept free for the reply."""


@dataclass(frozen=True, slots=True)
class Question:
    judge: str
    """Name of the judge, and of its prompt."""
    planted: Planted


class Heard(NamedTuple):
    """What one model said in both orders."""

    outcome: Outcome
    score: float | None
    reason: str
    evidence: tuple[str, ...] = ()
    agreement: float | None = None


class Asked(NamedTuple):
    """One question to one model: what it says, and what it cost."""

    said: Answered | ModelError
    tokens: int


_prompt = cache(prompts.load)


def hear(question: Question, submission: Submission, means: Means, passages: Sequence[Passage] = ()) -> Judgement:
    """The judgement of the means' models; `passages` are what was retrieved for it and stand in the evidence."""
    prompt, system = _prompt(f"{question.judge}/v1"), _prompt(SYSTEM)
    asked = "\n".join((system.text, prompt.text, *question.planted))
    digest = sha256(asked.encode()).hexdigest()[:16]
    kept = fitted(question, submission, means.most_tokens)
    heard, tokens = [], 0
    for chat in means.chats if kept.statements else ():
        one, cost = _twice(question, kept, chat, means)
        heard.append(one)
        tokens += cost
    if not means.chats:
        joint = Heard("unscored", None, "no judge model is configured (model_judge)")
    elif not kept.statements:
        joint = Heard("unscored", None, f"nothing of it fits into {means.most_tokens} tokens")
    else:
        joint = _together(heard, means)
    left_out = len(submission.statements) - len(kept.statements)
    note = f" ({left_out} of {len(submission.statements)} statements did not fit and were not judged)"
    return Judgement(
        judge=question.judge,
        prompt=f"{prompt.name}@{digest}",
        model=" + ".join(chat.name for chat in means.chats) or "rules",
        outcome=joint.outcome,
        score=joint.score,
        reason=joint.reason + (note if heard and left_out else ""),
        statements=tuple(statement.id for statement in kept.statements),
        evidence=joint.evidence,
        passages=tuple(passages),
        agreement=joint.agreement,
        tokens=tokens,
    )


def fitted(question: Question, submission: Submission, most: int) -> Submission:
    """As many statements, from the first, as fit with the evidence they cite; then as much other evidence as fits."""

    def cut(count: int, more: int = 0) -> Submission:
        statements = submission.statements[:count]
        cited = {one for statement in statements for one in statement.cites}
        first = [item for item in submission.evidence if item.id in cited]
        rest = [item for item in submission.evidence if item.id not in cited]
        return submission._replace(statements=statements, evidence=(*first, *rest[:more]))

    count = _most(len(submission.statements), lambda tried: _size(question, cut(tried)) <= most)
    if not count:
        return submission._replace(statements=(), evidence=())
    return cut(count, _most(len(submission.evidence), lambda tried: _size(question, cut(count, tried)) <= most))


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `limit` that fits; 0 is never tried."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _size(question: Question, submission: Submission) -> int:
    page = unordered(submission, question.planted)
    text = _prompt(f"{question.judge}/v1").render(statements=page.statements, evidence=page.evidence)
    return estimate(_prompt(SYSTEM).text) + estimate(text) + ANSWER


def _twice(question: Question, submission: Submission, chat: ChatModel, means: Means) -> tuple[Heard, int]:
    """Both orders; the second is not paid for where the first cannot be read."""
    forward, backward = pages(submission, question.planted)
    first = _ask(question, forward, chat, means)
    if isinstance(first.said, ModelError):
        return Heard("unscored", None, str(first.said)), first.tokens
    second = _ask(question, backward, chat, means)
    tokens = first.tokens + second.tokens
    if isinstance(second.said, ModelError):
        return Heard("unscored", None, str(second.said)), tokens
    return _compared(first.said, second.said, len(submission.statements)), tokens


def _ask(question: Question, page: Page, chat: ChatModel, means: Means) -> Asked:
    prompt = _prompt(f"{question.judge}/v1").render(statements=page.statements, evidence=page.evidence)
    call = Call(
        model=chat.name,
        role=f"{question.judge}_judge",
        messages=(Message(role="system", text=_prompt(SYSTEM).text), Message(role="user", text=prompt)),
        answer_schema=schema(tuple(page.statement_ids), tuple(page.evidence_ids)),
        parameters={"temperature": means.temperature, "seed": means.seed},
    )
    try:
        reply = chat.ask(call)
    except ModelError as error:
        return Asked(error, 0)
    asked = reply.input_tokens or sum(estimate(message.text) for message in call.messages)
    # Another decision paid for what came from its record.
    tokens = 0 if reply.cached else asked + (reply.output_tokens or estimate(reply.text))
    try:
        return Asked(answer(reply.text, page.statement_ids, page.evidence_ids, page.planted), tokens)
    except ModelError as error:
        return Asked(error, tokens)


def _compared(first: Answered, second: Answered, count: int) -> Heard:
    both, either = first.faulty & second.faulty, first.faulty | second.faulty
    if bool(first.faulty) != bool(second.faulty) or (either and not both):
        told = " then ".join(_told(one) for one in (first, second))
        return Heard("unscored", None, f"its answer changed with the order of what it was shown: {told}", agreement=0.0)
    evidence = tuple(dict.fromkeys((*first.evidence, *second.evidence)))
    score = (first.score + second.score) / 2 * (count - len(both)) / count
    if both:
        named = f"{', '.join(sorted(both))}: {first.reason}"
        return Heard("fail", round(score, 4), named, evidence, round(len(both) / len(either), 4))
    agreement = 1 - abs(first.score - second.score)
    return Heard("pass", round(score, 4), first.reason, evidence, round(agreement, 4))


def _told(said: Answered) -> str:
    return f"{', '.join(sorted(said.faulty))} faulty" if said.faulty else "nothing faulty"


def _together(heard: Sequence[Heard], means: Means) -> Heard:
    if len(heard) == 1:
        return heard[0]
    counts: dict[Outcome, int] = {}
    for one in heard:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    outcome = max(counts, key=lambda each: counts[each])
    share = counts[outcome] / len(heard)
    orders = [one.agreement for one in heard if one.agreement is not None]
    agreement = round(min([share, *orders]), 4) if orders else None
    if outcome == "unscored" or share < means.quorum or list(counts.values()).count(counts[outcome]) > 1:
        told = "; ".join(
            f"{chat.name}: {one.outcome}: {one.reason}" for chat, one in zip(means.chats, heard, strict=True)
        )
        return Heard("unscored", None, f"the models do not agree: {told}", agreement=agreement)
    agreed = [one for one in heard if one.outcome == outcome]
    scores = [one.score for one in agreed if one.score is not None]
    evidence = tuple(dict.fromkeys(one_id for one in agreed for one_id in one.evidence))
    return Heard(outcome, round(sum(scores) / len(scores), 4), agreed[0].reason, evidence, agreement)
