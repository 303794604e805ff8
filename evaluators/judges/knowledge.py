"""Knowledge: what do dated documents, and lessons of earlier decisions, say about it? Nothing newer than the decision.

With a judge model the retrieved passages are read by it; without one, numbers are recomputed from them. Where neither
settles anything it has no opinion. It names every passage it used.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.evidence import Paragraph
from evaluators.judges import Item, Judge, Means, Statement, Submission
from evaluators.judges._hearing import Question, hear
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

SURE = 0.5
"""Confidence below which a recomputed contradiction is none: a passage may speak of another time."""


def judge(submission: Submission, means: Means) -> Judgement:
    if means.library is None:
        return _silent("no documents are at hand (knowledge)")
    passages, statements = _retrieved(submission, means.library)
    if not passages:
        return _silent("no document bears on what was said")
    if not means.chats:
        return _recomputed(statements, passages)
    evidence = tuple(Item(passage.id, f"({passage.published_at:%Y-%m-%d}) {passage.text}") for passage in passages)
    heard = hear(QUESTION, submission._replace(statements=statements, evidence=evidence), means, passages)
    if heard.outcome != "unscored" and not heard.evidence:
        return heard.model_copy(update={"outcome": "unscored", "score": None, "reason": "it cites no document"})
    return heard


def _retrieved(submission: Submission, library: Library) -> tuple[tuple[Passage, ...], tuple[Statement, ...]]:
    """The passages, and the statements they were found for, which now cite them."""
    passages: dict[str, Passage] = {}
    statements = []
    for statement in submission.statements:
        found = library.search(statement.text, submission.as_of, FOR_EACH)
        new = [passage for passage in found if passage.id not in passages]
        passages.update({passage.id: passage for passage in new[: MOST_PASSAGES - len(passages)]})
        if cites := tuple(passage.id for passage in found if passage.id in passages):
            statements.append(statement._replace(cites=cites))
    return tuple(passages.values()), tuple(statements)


def _recomputed(statements: Sequence[Statement], passages: Sequence[Passage]) -> Judgement:
    by_id = {passage.id: passage for passage in passages}
    borne_out: dict[str, str] = {}
    for statement in statements:
        for cited in statement.cites:
            found = verify(statement.text, paragraphs=[Paragraph(by_id[cited].text)])
            if found.outcome == "refuted" and found.confidence >= SURE:
                return _told("fail", 0.0, f"{statement.id}: {found.reason}", statements, passages, (cited,))
            if found.outcome == "supported":
                borne_out.setdefault(statement.id, cited)
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
