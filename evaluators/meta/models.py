"""Judges that ask a language model, as judges that can be measured: one claim is put before them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version

from evaluators import judges
from evaluators.judges import Item, Means, Statement, Submission
from evaluators.judges._hearing import Question, hear
from evaluators.meta.examples import Case
from evaluators.meta.judging import Answer, Judge, Opinion
from fks_agents.contracts import Outcome

_ANSWERS: dict[Outcome, Answer] = {"pass": "supported", "fail": "refuted", "unscored": "not_enough"}
LONGEST_NAME = 128
"""Characters a ledger keeps of a judge's name; a model may be named by a long path."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ModelJudge:
    """A judge of `evaluators.judges` with the models it asks."""

    kind: str
    means: Means
    is_local: bool = False

    @cached_property
    def name(self) -> str:
        """`factual_consistency/v1@<digest of the prompts>+<models>`."""
        question = getattr(judges.module(self.kind), "QUESTION", None)
        if isinstance(question, Question):
            asked = hear(question, Submission((), (), _LONG_AGO), Means()).prompt  # without models nobody is asked
        else:
            asked = f"{self.kind}@{version('fks-agents')}"
        whole = "+".join([str(asked), *(chat.name for chat in self.means.chats)])
        if len(whole) <= LONGEST_NAME:
            return whole
        return f"{whole[: LONGEST_NAME - 17]}~{sha256(whole.encode()).hexdigest()[:16]}"

    def judge(self, case: Case) -> Opinion:
        found = judges.get(self.kind)(submission(case), self.means)
        # Where nothing was paid nothing was read: the model could not be asked, unless there was nothing to show it.
        had_matter = bool(found.passages) or "library" not in judges.needs(self.kind)
        is_failed = found.outcome == "unscored" and not found.tokens and had_matter and bool(self.means.chats)
        return Opinion(
            answer="failed" if is_failed else _ANSWERS[found.outcome],
            reason=found.reason,
            evidence=found.evidence,
            score=found.score,
            tokens=found.tokens,
        )


def submission(case: Case) -> Submission:
    """The claim as one statement, or a whole decision's; cited facts first, then the others, tables row by row."""
    cited = sorted(case.facts, key=lambda fact: fact.id not in case.fact_ids)
    evidence = [Item(fact.id, _told(fact.name, fact.value, fact.unit, fact.timeframe)) for fact in cited]
    for number, table in enumerate(case.tables, 1):
        evidence += [Item(f"T{number}R{at}", " | ".join(row)) for at, row in enumerate(table.rows, 1) if any(row)]
        evidence += [Item(f"T{number}", table.title)] if table.title else []
    evidence += [Item(f"P{number}", text) for number, text in enumerate(case.paragraphs, 1)]
    evidence += [Item(f"Q{number}", f"{turn.question} {turn.answer}") for number, turn in enumerate(case.history, 1)]
    text = f"{case.question} {case.claim}" if case.question else case.claim
    statements = tuple(Statement(each.id, each.text, each.fact_ids) for each in case.statements)
    as_of = max((fact.as_of for fact in case.facts), default=_LONG_AGO)
    return Submission(statements or (Statement(case.id, text, case.fact_ids),), tuple(evidence), as_of, case.question)


def _told(name: str, value: float | str, unit: str, timeframe: str | None) -> str:
    return f"{name} = {value} {unit}{f' ({timeframe})' if timeframe else ''}"


_: type[Judge] = ModelJudge
