"""What an audit found: who errs and when, the worst claims, and where another version of the judge says otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from evaluators.audits.claims import Stated
from evaluators.statistics import UndefinedError, confusion, kappa, sign_p
from execution_core.intervals import wilson
from fks_agents.contracts import Contract, Fact, Fraction, Outcome, Utc
from memory.judgements import Judged

Word = Literal["supported", "refuted", "not_enough"]
WORDS: tuple[Word, ...] = ("supported", "refuted", "not_enough")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
WORST = 20
"""Claims shown."""


class Tally(Contract):
    """Claims of one agent in one month, or in all."""

    agent: str
    month: str
    """`2018-12` of the moment decided about; empty for all months."""
    claims: int
    supported: int
    refuted: int
    not_enough: int
    refuted_share: Fraction
    low: Fraction
    high: Fraction
    """95 % Wilson interval of that share."""


class Claimed(Contract):
    """One claim with what was said of it."""

    decision_id: str
    claim_id: str
    symbol: str
    as_of: Utc
    agent: str
    model: str
    text: str
    answer: Word
    reason: str
    stated: str
    computed: str
    score: Fraction | None
    gate: Outcome
    facts: tuple[Fact, ...]
    """Those the claim cites."""
    evidence: tuple[str, ...]
    """What the judge says decided it."""


class Drift(Contract):
    """The same claims judged by another judge, or another version of this one."""

    judge: str
    claims: int
    """Judged by both."""
    agreement: Fraction
    kappa: float | None
    """None where both say one word throughout."""
    newly_refuted: int
    no_longer_refuted: int
    p: float
    """Exact sign test that refutations come and go alike."""
    changed: tuple[str, ...]
    """`decision/claim: was -> is`, at most twenty."""


class Figures(Contract):
    claims: int
    judged: int
    refuted: int
    agents: tuple[Tally, ...]
    """Over all months, most refuted first."""
    trend: tuple[Tally, ...]
    """By agent and month."""
    worst: tuple[Claimed, ...]
    missed_by_gate: int
    """Claims that passed the gate and are refuted here."""
    wronged_by_gate: int
    """Claims the gate failed that are supported here."""
    drift: tuple[Drift, ...]


def figures(rows: Sequence[tuple[Stated, Judged | None]], others: Sequence[Judged]) -> Figures:
    """Of one judge's rows; `others` is what other judges said, of whatever claims."""
    judged = [(claim, found) for claim, found in rows if found is not None]
    pairs = [(claim.gate, found.answer) for claim, found in judged]
    return Figures(
        claims=len(rows),
        judged=len(judged),
        refuted=sum(found.answer == "refuted" for _, found in judged),
        agents=tuple(sorted(_tallies(judged, by_month=False), key=lambda each: (-each.refuted_share, each.agent))),
        trend=tuple(_tallies(judged, by_month=True)),
        worst=_worst(judged),
        missed_by_gate=pairs.count(("pass", "refuted")),
        wronged_by_gate=pairs.count(("fail", "supported")),
        drift=tuple(_drift([found for _, found in judged], others)),
    )


def _tallies(judged: Sequence[tuple[Stated, Judged]], *, by_month: bool) -> Iterable[Tally]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for claim, found in judged:
        month = f"{claim.as_of:%Y-%m}" if by_month else ""
        counts.setdefault((claim.agent, month), Counter())[found.answer] += 1
    for (agent, month), words in sorted(counts.items()):
        total = words.total()
        low, high = wilson(words["refuted"] / total, total)
        yield Tally(
            agent=agent, month=month, claims=total, refuted_share=words["refuted"] / total, low=low, high=high,
            **{word: words[word] for word in WORDS},
        )  # fmt: skip


def _worst(judged: Sequence[tuple[Stated, Judged]]) -> tuple[Claimed, ...]:
    """Refuted ones: farthest off first, then by the judge's score, then in order."""
    refuted = [(claim, found) for claim, found in judged if found.answer == "refuted"]
    refuted.sort(key=lambda pair: (-off(pair[1]), pair[1].score if pair[1].score is not None else 1.0, pair[0].key))
    return tuple(
        Claimed(
            decision_id=claim.decision_id,
            claim_id=claim.claim.id,
            symbol=claim.symbol,
            as_of=claim.as_of,
            agent=claim.agent,
            model=claim.model,
            text=claim.claim.text,
            gate=claim.gate,
            facts=claim.cited,
            **found.model_dump(include={"answer", "reason", "stated", "computed", "score", "evidence"}),
        )
        for claim, found in refuted[:WORST]
    )


def off(judged: Judged) -> float:
    """How far the last number of what was stated is from the last of what was computed, as a share of the larger; 0
    where either has none."""
    numbers = [_NUMBER.findall(text.replace(",", "").replace("−", "-")) for text in (judged.stated, judged.computed)]
    if not all(numbers):
        return 0.0
    stated, computed = (float(found[-1]) for found in numbers)
    largest = max(abs(stated), abs(computed))
    return abs(stated - computed) / largest if largest > 0.0 else 0.0


def _drift(judged: Sequence[Judged], others: Sequence[Judged]) -> Iterable[Drift]:
    now = {(each.decision_id, each.subject): each for each in judged}
    by_judge: dict[str, list[Judged]] = {}
    for other in others:
        if (other.decision_id, other.subject) in now:
            by_judge.setdefault(other.judge, []).append(other)
    for judge, before in sorted(by_judge.items()):
        pairs = [(was, now[was.decision_id, was.subject]) for was in before]
        if judge == pairs[0][1].judge:
            continue
        words = [(was.answer, found.answer) for was, found in pairs]
        came = sum(was != "refuted" and found == "refuted" for was, found in words)
        went = sum(was == "refuted" and found != "refuted" for was, found in words)
        yield Drift(
            judge=judge,
            claims=len(pairs),
            agreement=sum(was == found for was, found in words) / len(words),
            kappa=_kappa(words),
            newly_refuted=came,
            no_longer_refuted=went,
            p=sign_p(came, went),
            changed=tuple(
                f"{was.decision_id}/{was.subject}: {was.answer} -> {found.answer}"
                for was, found in pairs
                if was.answer != found.answer
            )[:WORST],
        )


def _kappa(words: Sequence[tuple[str, str]]) -> float | None:
    try:
        return kappa(confusion([found for _, found in words], [was for was, _ in words], WORDS))
    except UndefinedError:
        return None
