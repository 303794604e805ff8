"""Knowledge: what do dated documents, and lessons of earlier decisions, say about it? Nothing newer than the decision.

With a judge model the retrieved passages are read by it; without one, numbers are recomputed from them. Where neither
settles anything it has no opinion. It names every passage it used.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evaluators.evidence import Paragraph
from evaluators.judges import Item, Judge, Means, Statement, Submission
from evaluators.judges._hearing import Question, fitted, hear
from evaluators.judges._shown import Planted
from evaluators.programs import verify
from fks_agents.contracts import Outcome
from fks_agents.deps import Library
from fks_agents.judgements import Judgement, Passage

NEEDS = frozenset({"library"})

QUESTION = Question(
    "knowledge", Planted("The harbour log counts 40 ships that day.", "The harbour log of that day counts 12 ships.")
)

MOST_PASSAGES = 5
FOR_EACH = 2
"""Passages looked up for one statement."""
MOST_STATEMENTS = 20

SURE = 0.5
"""Confidence below which a recomputed contradiction is none: a passage may speak of another time."""


def judge(submission: Submission, means: Means) -> Judgement:
    if means.library is None:
        return _silent("no documents are at hand (knowledge)")
    statements = submission.statements[:MOST_STATEMENTS]
    passages = _retrieved(statements, submission.as_of, means.library)
    if not passages:
        return _silent("no document bears on what was said")
    if not means.chats:
        return _recomputed(statements, passages)
    heard = hear(QUESTION, _shown(submission, statements, passages, means), means, passages)
    if heard.outcome != "unscored" and not heard.evidence:
        return heard.model_copy(update={"outcome": "unscored", "score": None, "reason": "it cites no document"})
    return heard


def _retrieved(statements: Sequence[Statement], as_of: datetime, library: Library) -> tuple[Passage, ...]:
    """The first few that bear on any statement, most important statement first."""
    found: dict[str, Passage] = {}
    for statement in statements:
        for passage in library.search(statement.text, as_of, FOR_EACH):
            if passage.published_at <= as_of:
                found.setdefault(passage.id, passage)
    return tuple(found.values())[:MOST_PASSAGES]


def _shown(
    submission: Submission, statements: Sequence[Statement], passages: Sequence[Passage], means: Means
) -> Submission:
    """As many passages as leave room for a statement; each statement is judged by all of them."""
    shown = submission
    for count in range(len(passages), 0, -1):
        evidence = tuple(Item(one.id, f"({one.published_at:%Y-%m-%d}) {one.text}") for one in passages[:count])
        cites = tuple(item.id for item in evidence)
        shown = submission._replace(
            statements=tuple(one._replace(cites=cites) for one in statements), evidence=evidence
        )
        if fitted(QUESTION, shown, means.most_tokens).statements:
            break
    return shown


def _recomputed(statements: Sequence[Statement], passages: Sequence[Passage]) -> Judgement:
    borne_out: dict[str, str] = {}
    for statement in statements:
        for passage in passages:
            found = verify(statement.text, paragraphs=[Paragraph(passage.text)])
            if found.outcome == "refuted" and found.confidence >= SURE:
                return _told("fail", 0.0, f"{statement.id}: {found.reason}", statements, passages, (passage.id,))
            if found.outcome == "supported":
                borne_out.setdefault(statement.id, passage.id)
    if not borne_out:
        return _told("unscored", None, "no number in it could be recomputed from a document", statements, passages)
    used = tuple(dict.fromkeys(borne_out.values()))
    told = f"{len(borne_out)} of {len(statements)} statements are borne out by a document, none is contradicted"
    return _told("pass", round(len(borne_out) / len(statements), 4), told, statements, passages, used)


def _told(
    outcome: Outcome,
    score: float | None,
    reason: str,
    statements: Sequence[Statement],
    passages: Sequence[Passage],
    used: tuple[str, ...] = (),
) -> Judgement:
    return Judgement(
        judge="knowledge",
        model="rules",
        outcome=outcome,
        score=score,
        reason=reason,
        statements=tuple(statement.id for statement in statements),
        evidence=used,
        passages=tuple(passages),
    )


def _silent(reason: str) -> Judgement:
    return Judgement(judge="knowledge", model="rules", outcome="unscored", reason=reason)


_: Judge = judge
