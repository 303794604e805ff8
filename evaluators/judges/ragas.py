"""A second opinion by ragas (extra `ragas`) with the judge model: faithfulness decides, three more figures are shown.

Its prompts are not ours: nothing is planted in them and nothing is asked twice. So it may decide only after it was
measured (`[[validated]]` of the policy).

    faithfulness        share of what is said that the evidence bears out
    context precision   whether useful evidence comes first
    context recall      share of what is said that can be traced to the evidence; there is no better answer to trace
    answer relevancy    how near the question is to the one that the statements would answer
"""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from importlib.util import find_spec
from itertools import accumulate
from typing import Any

import prompts
from evaluators.judges import Judge, Means, Submission
from evaluators.judges._ragas_models import CountedChat, StaticEmbedding
from fks_agents.errors import ConfigError, ModelError
from fks_agents.judgements import Judgement

NEEDS = frozenset({"chat"})

DECIDES_ONCE_MEASURED = True

LONGEST = 2_000
"""Characters of statements, and of evidence, that are handed over; ragas' own examples come on top."""

BORNE_OUT = 0.5
"""Faithfulness from which it says pass; the policy's threshold comes on top."""

ROUNDING = 1e-6
"""A cosine may lie this far beyond 1."""

QUESTION = "What follows from the evidence?"

Metric = tuple[str, Callable[[], Coroutine[Any, Any, Any]]]


def require() -> None:
    """Raises ConfigError where ragas is not installed."""
    if find_spec("ragas") is None:
        raise ConfigError("the judge ragas needs ragas: pip install 'fks-agents[ragas]'")


def judge(submission: Submission, means: Means) -> Judgement:
    require()
    if not means.chats:
        return _unscored("rules", "no judge model is configured (model_judge)")
    if not submission.statements or not submission.evidence:
        return _unscored("rules", "there is nothing to judge, or nothing to judge it by")
    chat = CountedChat(means.chats[0], means.seed, means.temperature)
    figures: dict[str, float] = {}
    missing: dict[str, str] = {}
    # A thread of its own: whoever calls may have an event loop running.
    with ThreadPoolExecutor(1, thread_name_prefix="ragas") as pool:
        for name, metric in _metrics(submission, chat):
            try:
                value = pool.submit(copy_context().run, asyncio.run, metric()).result().value
            except ModelError as error:
                missing[name] = str(error)
            else:
                if -ROUNDING <= value <= 1 + ROUNDING:
                    figures[name] = min(1.0, max(0.0, value))
                else:
                    missing[name] = f"was {value:g}"
            if "faithfulness" not in figures:
                break
    return _judgement(submission, means.chats[0].name, figures, missing, chat.tokens)


def _metrics(submission: Submission, chat: CountedChat) -> Iterator[Metric]:
    _import_quietly()
    from ragas.metrics.collections import (
        AnswerRelevancy,
        ContextPrecisionWithoutReference,
        ContextRecall,
        Faithfulness,
    )

    said = prompts.neutral("\n".join(statement.text for statement in submission.statements))[:LONGEST]
    lengths = accumulate(len(item.text) for item in submission.evidence)
    kept = zip(submission.evidence, lengths, strict=True)
    contexts = [prompts.neutral(item.text) for item, so_far in kept if so_far <= LONGEST]
    asked = {"user_input": submission.question or QUESTION}
    llm: Any = chat.as_ragas()
    yield "faithfulness", lambda: Faithfulness(llm).ascore(**asked, response=said, retrieved_contexts=contexts)
    yield (
        "context recall",
        lambda: ContextRecall(llm).ascore(**asked, reference=said, retrieved_contexts=contexts),
    )
    yield (
        "answer relevancy",
        # Asked once: the same call again would be answered from the record.
        lambda: AnswerRelevancy(llm, StaticEmbedding.as_ragas(), strictness=1).ascore(**asked, response=said),
    )
    yield (
        "context precision",
        lambda: ContextPrecisionWithoutReference(llm).ascore(**asked, response=said, retrieved_contexts=contexts),
    )


def _import_quietly() -> None:
    # Read at import, and once: without it every metric is reported to its makers.
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ragas.metrics.collections  # noqa: F401


def _judgement(
    submission: Submission, model: str, figures: dict[str, float], missing: dict[str, str], tokens: int
) -> Judgement:
    if "faithfulness" not in figures:
        return _unscored(model, f"faithfulness: {missing['faithfulness']}", tokens)
    score = figures["faithfulness"]
    told = [f"{name} {value:.2f}" for name, value in figures.items()]
    told += [f"{name} not measured ({why})" for name, why in missing.items()]
    return Judgement(
        judge="ragas",
        model=model,
        outcome="pass" if score >= BORNE_OUT else "fail",
        score=round(score, 4),
        reason=", ".join(told),
        statements=tuple(statement.id for statement in submission.statements),
        tokens=tokens,
    )


def _unscored(model: str, reason: str, tokens: int = 0) -> Judgement:
    return Judgement(judge="ragas", model=model, outcome="unscored", reason=reason, tokens=tokens)


_: Judge = judge
