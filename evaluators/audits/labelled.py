"""People's labels: what waits for one, how far people, gate and judges agree, and labels as examples for a judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count

from evaluators.audits.claims import Stated, author, stated
from evaluators.meta.examples import Example, Label as Truth
from evaluators.statistics import UndefinedError, confusion, kappa
from fks_agents.contracts import Contract, Fraction, Outcome
from fks_agents.errors import UsageError
from memory.labels import VERDICT, Label, Word
from memory.ledger import Ledger

_TRUTHS: dict[Word, Truth] = {"supported": "supported", "refuted": "refuted", "unclear": "not_enough"}
_OF_GATE: dict[Outcome, Truth] = {"pass": "supported", "fail": "refuted", "unscored": "not_enough"}
_WORDS: tuple[Truth, ...] = ("supported", "refuted", "not_enough")
GATE = "gate"


class Month(Contract):
    """How far a person agreed with the gate, a judge or another person on what they labelled in one month."""

    month: str
    """`2026-11`; `all` for all of them."""
    person: str
    rater: str
    """`gate`, a judge, or another person."""
    labels: int
    same: Fraction
    """Share of labels on which both say the same; `unclear` is the judge's `not_enough`."""
    kappa: float | None
    """None where both say one word throughout."""


def waiting(ledger: Ledger, person: str, *, symbol: str | None = None, agent: str | None = None) -> Iterator[Stated]:
    """Claims this person has not labelled: one of each decision, then a second one of each, and so on, decisions and
    claims drawn by their hash. Whoever stops early has labelled a sample, not the newest or the worst."""
    done = {(label.decision_id, label.subject) for label in ledger.labels.standing(person)}
    entries = sorted(ledger.decisions.history(symbol, limit=1_000_000), key=lambda entry: _lot(entry.id))
    for turn in count():
        is_over = True
        for entry in entries:
            claims = [
                each for each in _claims(ledger, entry.id) if each.key not in done and agent in (None, each.agent)
            ]
            if turn < len(claims):
                is_over = False
                yield sorted(claims, key=lambda each: _lot(each.case.id))[turn]
        if is_over:
            return


def _lot(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def _claims(ledger: Ledger, decision_id: str) -> tuple[Stated, ...]:
    tick = ledger.decisions.admission(decision_id).settings.get("tick", 0.0)
    return tuple(stated(ledger.decisions.cycle(decision_id), float(str(tick))))


def find(ledger: Ledger, decision_id: str, subject: str) -> Stated:
    """The claim; raises UsageError listing those of its decision."""
    claims = {claim.claim.id: claim for claim in _claims(ledger, decision_id)}
    if subject not in claims:
        raise UsageError(f"decision {decision_id} has no claim {subject!r}; it has {', '.join(claims) or 'none'}")
    return claims[subject]


def agreement(ledger: Ledger, person: str | None = None) -> tuple[Month, ...]:
    """By month of the label and over all, of each person with gate, judges and other people."""
    labels = ledger.labels.standing(person)
    said = _said(ledger, [label.decision_id for label in labels])
    pairs: dict[tuple[str, str, str], list[tuple[Truth, Truth]]] = {}
    for label in labels:
        raters = said.get((label.decision_id, label.subject), {})
        for rater, word in raters.items():
            if rater != label.person:
                for month in (f"{label.labelled_at:%Y-%m}", "all"):
                    pairs.setdefault((label.person, rater, month), []).append((_TRUTHS[label.word], word))
    return tuple(_month(*key, words) for key, words in sorted(pairs.items()))


def _said(ledger: Ledger, decisions: Sequence[str]) -> dict[tuple[str, str], dict[str, Truth]]:
    """What gate, judges and people say of each claim of these decisions."""
    said: dict[tuple[str, str], dict[str, Truth]] = {}
    for decision_id in sorted(set(decisions)):
        cycle = ledger.decisions.cycle(decision_id)
        asked = {f"{each.judge}+{each.model}": _OF_GATE[each.outcome] for each in cycle.verdict.judgements}
        said[decision_id, VERDICT] = {GATE: _OF_GATE[cycle.verdict.outcome], **asked}
        for claim in stated(cycle, 0.0):
            said[claim.key] = {GATE: _OF_GATE[claim.gate]}
    for judged in ledger.judgements.by(decisions=decisions):
        said.setdefault((judged.decision_id, judged.subject), {})[judged.judge] = judged.answer
    for label in ledger.labels.standing():
        if label.decision_id in set(decisions):
            said.setdefault((label.decision_id, label.subject), {})[label.person] = _TRUTHS[label.word]
    return said


def _month(person: str, rater: str, month: str, words: list[tuple[Truth, Truth]]) -> Month:
    try:
        beyond_chance: float | None = kappa(confusion([word for _, word in words], [word for word, _ in words], _WORDS))
    except UndefinedError:
        beyond_chance = None
    same = sum(own == other for own, other in words) / len(words)
    return Month(month=month, person=person, rater=rater, labels=len(words), same=same, kappa=beyond_chance)


def examples(ledger: Ledger) -> Iterator[Example]:
    """Every labelled claim with the facts it cites, in the format of docs/judge-data.md; without a majority, none."""
    by_claim: dict[tuple[str, str], list[Label]] = {}
    for label in ledger.labels.standing():
        if label.subject != VERDICT:
            by_claim.setdefault((label.decision_id, label.subject), []).append(label)
    for (decision_id, subject), labels in sorted(by_claim.items()):
        (word, most), *others = Counter(label.word for label in labels).most_common()
        if not (others and others[0][1] == most):
            claim = find(ledger, decision_id, subject)
            yield _example(claim, _TRUTHS[word], sorted({label.person for label in labels if label.word == word}))


def _example(claim: Stated, truth: Truth, people: Sequence[str]) -> Example:
    case = claim.case
    needed = {*case.fact_ids, *re.findall(r"F[1-9][0-9]*", case.formula or "")}
    kept = tuple(fact for fact in case.facts if fact.id in needed)
    return Example(
        **{**dict(case), "facts": kept},
        label=truth,
        kind="as_stated" if truth == "refuted" else "",
        context=claim.decision_id,
        source=f"labelled by {', '.join(people)}",
    )


def parts(claim_id: str) -> tuple[str, str]:
    """`DECISION/CLAIM` as its two parts; a decision alone means its verdict. Raises UsageError for anything else."""
    decision_id, separator, subject = claim_id.partition("/")
    if not decision_id or (separator and not (subject and author(subject))):
        raise UsageError(f"expected DECISION/CLAIM like 4f1c0a/technical.1, or a decision, was {claim_id!r}")
    return decision_id, subject or VERDICT
