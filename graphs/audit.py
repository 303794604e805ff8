"""Judge past decisions in bulk: resumable, budgeted, side by side.

An audit and each of its judgements are rows of the ledger. A judge judges a claim once, ever: what a killed or
interrupted audit has judged is not judged again, nor is what another audit has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from evaluators.audits.claims import Stated, stated, whole
from evaluators.meta.asking import timed
from evaluators.meta.judging import Judge, Opinion
from fks_agents.deps import Clock
from fks_agents.errors import UsageError
from memory.decisions import Entry
from memory.judgements import Audit, Judged, Scope
from memory.ledger import Ledger

EVERY = 1_000_000
"""Decisions: as many as there are."""
BATCH = 50
"""Judgements of a judge that computes here are committed together: to compute one again costs less than a commit."""

Key = tuple[str, str]
"""Decision and claim."""


class Budget(NamedTuple):
    """What one run may use; None is without end."""

    judgements: int | None = None
    tokens: int | None = None


class Audited(NamedTuple):
    """What became of one run."""

    id: str
    audit: Audit
    rows: tuple[tuple[Stated, Judged | None], ...]
    """Every claim in scope, by decision and in the order it was made; None where it is not judged yet. Their cases hold
    no facts any more."""
    judged: int
    """Now, by this run."""
    known: int
    """Before."""
    failed: int
    """Calls that failed; asked again by the next run."""
    tokens: int
    stopped: str
    """Why claims are left; empty where the audit is done, or only failed calls are left."""
    unread: int
    """Decisions that an interrupted run did not come to the end of."""

    @property
    def left(self) -> int:
        """Claims without a judgement, of the decisions that were read."""
        return sum(judged is None for _, judged in self.rows)


@dataclass
class _Run:
    """What is under way, what it used, and where its judgements go."""

    ledger: Ledger
    audit_id: str
    judge: Judge
    clock: Clock
    budget: Budget
    executor: Executor | None
    at_once: int
    judged: int = 0
    failed: int = 0
    tokens: int = 0
    dearest: int = 0
    """Tokens of the dearest judgement so far: what each that is under way is taken to cost."""
    stopped: str = ""
    under_way: dict[Future[Opinion], Stated] = field(default_factory=dict)
    unwritten: list[Judged] = field(default_factory=list)

    def ask(self, claim: Stated) -> None:
        """Have the claim judged, here or in the pool; nothing where the budget is spent."""
        if self.stopped:
            return
        if self.executor is None:
            self.stopped = self._refusal()
            if not self.stopped:
                self._keep(claim, timed(self.judge, claim.case))
            return
        while self.under_way and (len(self.under_way) >= self.at_once or self._is_unpriced() or self._refusal()):
            self._take()  # then there may be room again: those under way were counted at the dearest price
        self.stopped = self._refusal()
        if not self.stopped:
            self.under_way[self.executor.submit(timed, self.judge, claim.case)] = claim

    def finish(self) -> None:
        """Wait for what is under way, and commit all."""
        while self.under_way:
            self._take()
        self._write()

    def give_up(self) -> None:
        """After Ctrl-C or an error: what has not begun is dropped, what is under way is waited for and kept."""
        for future in [future for future in self.under_way if future.cancel()]:
            del self.under_way[future]
        for future in wait(self.under_way).done:
            if future.exception() is None:
                self._keep(self.under_way[future], future.result())
        self.under_way.clear()
        self._write()

    def _refusal(self) -> str:
        """Why the budget has no room for one more beside those under way; empty where it has."""
        waiting, most = len(self.under_way), self.budget
        made = self.judged + len(self.unwritten) + self.failed
        if most.judgements is not None and made + waiting >= most.judgements:
            return f"budget: {most.judgements} judgements"
        spent = self.tokens + (waiting + 1) * self.dearest
        if most.tokens is not None and (self.tokens >= most.tokens or spent > most.tokens):
            return f"budget: {most.tokens} tokens"
        return ""

    def _is_unpriced(self) -> bool:
        """Whether tokens count and nobody knows yet what one costs."""
        return self.budget.tokens is not None and not self.judge.is_local and not self.dearest

    def _take(self) -> None:
        """Keep what is here, whatever is still under way."""
        done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
        for future in done:
            self._keep(self.under_way[future], future.result())
            del self.under_way[future]

    def _keep(self, claim: Stated, opinion: Opinion) -> None:
        """A call that failed is counted, and is no judgement."""
        self.tokens += opinion.tokens
        self.dearest = max(self.dearest, opinion.tokens)
        if opinion.answer == "failed":
            self.failed += 1
            return
        decision_id, subject = claim.key
        judgement = Judged(
            audit_id=self.audit_id,
            decision_id=decision_id,
            subject=subject,
            judge=self.judge.name,
            answer=opinion.answer,
            judged_at=self.clock.now(),
            **opinion.model_dump(include={"reason", "stated", "computed", "evidence", "score", "tokens", "seconds"}),
        )
        self.unwritten.append(judgement)
        if not self.judge.is_local or len(self.unwritten) >= BATCH:
            self._write()

    def _write(self) -> None:
        written, self.unwritten = self.unwritten, []
        self.judged += self.ledger.judgements.record(*written)


def audit(
    ledger: Ledger,
    scope: Scope,
    judge: Judge,
    clock: Clock,
    *,
    budget: Budget | None = None,
    executor: Executor | None = None,
    at_once: int = 1,
    on_done: Callable[[int, int], None] | None = None,
) -> Audited:
    """Judge what is in scope and not judged yet, `at_once` claims at a time in the executor (None: here, one by one).

    `on_done` is told how many of how many decisions are done. Ctrl-C waits for the judgements under way and keeps them;
    a second one raises at once, with what was committed kept. Raises UsageError where the judge computes claim by claim
    and the scope wants whole decisions.
    """
    if scope.whole and judge.is_local:
        raise UsageError(f"{judge.name} judges claims; whole decisions need a judge with a model")
    entries = decisions_in(ledger, scope)
    digest = sha256("\n".join(entry.id for entry in entries).encode()).hexdigest()
    asked = Audit(judge=judge.name, scope=scope, decisions=len(entries), digest=digest)
    audit_id = ledger.judgements.begin(asked)
    run = _Run(ledger, audit_id, judge, clock, budget or Budget(), executor, at_once)
    ids = [entry.id for entry in entries]
    known = {(each.decision_id, each.subject) for each in ledger.judgements.by(judge.name, ids)}
    rows: list[Stated] = []
    read = 0
    try:
        for claims in _claims(ledger, entries, scope):
            for claim in claims:
                rows.append(claim._replace(case=claim.case.model_copy(update={"facts": ()})))
                if claim.key not in known:
                    run.ask(claim)
            read += 1
            if on_done is not None:
                on_done(read, len(entries))
        run.finish()
    except KeyboardInterrupt:
        run.stopped = "interrupted"
        run.give_up()
    except BaseException:
        run.give_up()
        raise
    said = {(each.decision_id, each.subject): each for each in ledger.judgements.by(judge.name, ids)}
    judged = tuple((claim, said.get(claim.key)) for claim in rows)
    before = sum(claim.key in known for claim in rows)
    return Audited(
        audit_id, asked, judged, run.judged, before, run.failed, run.tokens, run.stopped, len(entries) - read
    )


def decisions_in(ledger: Ledger, scope: Scope) -> tuple[Entry, ...]:
    """Finished decisions an audit is about, oldest first."""
    found = ledger.decisions.history(scope.symbol, since=scope.since, limit=EVERY)
    return tuple(entry for entry in reversed(found) if scope.until is None or entry.as_of <= scope.until)


def _claims(ledger: Ledger, entries: Sequence[Entry], scope: Scope) -> Iterator[tuple[Stated, ...]]:
    """The claims of each decision with their evidence; a decision is read when its turn comes."""
    sample = None if scope.sample is None else _sample(ledger, entries, scope, scope.sample)
    for entry in entries:
        if sample is not None and entry.id not in {decision_id for decision_id, _ in sample}:
            yield ()
            continue
        claims = _said(ledger, entry.id, is_whole=scope.whole)
        yield tuple(
            claim for claim in claims if scope.agent in (None, claim.agent) and (sample is None or claim.key in sample)
        )


def _said(ledger: Ledger, decision_id: str, *, is_whole: bool) -> Iterator[Stated]:
    cycle = ledger.decisions.cycle(decision_id)
    if is_whole:
        one = whole(cycle)
        yield from () if one is None else (one,)
    else:
        tick = ledger.decisions.admission(decision_id).settings.get("tick", 0.0)
        yield from stated(cycle, float(str(tick)))


def _sample(ledger: Ledger, entries: Sequence[Entry], scope: Scope, count: int) -> frozenset[Key]:
    """So many claims, drawn by the hash of seed and claim: a longer history changes the draw little."""
    found = {
        claim.key
        for entry in entries
        for claim in _said(ledger, entry.id, is_whole=scope.whole)
        if scope.agent in (None, claim.agent)
    }
    drawn = sorted(found, key=lambda key: sha256(f"{scope.seed}|{key[0]}|{key[1]}".encode()).hexdigest())
    return frozenset(drawn[:count])
