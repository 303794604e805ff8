"""Judge past decisions in bulk: resumable, budgeted, side by side.

An audit and each of its judgements are rows of the ledger. A judge judges a claim once, ever: what a killed or
interrupted audit has judged is not judged again, nor is what another audit has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from evaluators.audits.claims import Stated, author, spoken_in, stated
from evaluators.meta.asking import timed
from evaluators.meta.judging import Judge, Opinion
from fks_agents.deps import Clock
from memory.judgements import Audit, Judged, Scope
from memory.ledger import Ledger

EVERY = 1_000_000
"""Decisions: as many as there are."""

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
    """Every claim in scope, by decision and in the order it was made; None where it is not judged yet."""
    judged: int
    """Now, by this run."""
    known: int
    """Before."""
    failed: int
    """Calls that failed; asked again by the next run."""
    tokens: int
    stopped: str
    """Why claims are left; empty where the audit is done, or only failed calls are left."""

    @property
    def left(self) -> int:
        return sum(judged is None for _, judged in self.rows)


@dataclass
class _Run:
    """Counts of a run, and where its judgements go."""

    ledger: Ledger
    audit_id: str
    judge: Judge
    clock: Clock
    budget: Budget
    judged: int = 0
    failed: int = 0
    tokens: int = 0
    dearest: int = 0
    """Tokens of the dearest judgement so far: what each that is under way is taken to cost."""
    stopped: str = ""
    under_way: dict[Future[Opinion], Stated] = field(default_factory=dict)

    def may_ask(self) -> bool:
        """Whether the budget has room for one more beside those under way."""
        waiting = len(self.under_way)
        if self.budget.judgements is not None and self.judged + self.failed + waiting >= self.budget.judgements:
            self.stopped = f"budget: {self.budget.judgements} judgements"
        elif self.budget.tokens is not None and (
            self.tokens >= self.budget.tokens or self.tokens + (waiting + 1) * self.dearest > self.budget.tokens
        ):
            self.stopped = f"budget: {self.budget.tokens} tokens"
        return not self.stopped

    def keep(self, claim: Stated, opinion: Opinion) -> None:
        """Commit the judgement; a call that failed is counted, and is no judgement."""
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
        self.judged += self.ledger.judgements.record(judgement)


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

    `on_done` is told how many of how many claims are done. Ctrl-C waits for the judgements under way and keeps them; a
    second one raises at once, with what was committed kept.
    """
    wanted = claims_in(ledger, scope)
    digest = sha256("\n".join(f"{decision_id}/{subject}" for decision_id, subject in wanted).encode()).hexdigest()
    asked = Audit(judge=judge.name, scope=scope, claims=len(wanted), digest=digest)
    run = _Run(ledger, ledger.judgements.begin(asked), judge, clock, budget or Budget())
    known = known_by(ledger, judge.name, wanted)
    todo = _cases(ledger, [key for key in wanted if key not in known])

    def told() -> None:
        if on_done is not None:
            on_done(len(known) + run.judged + run.failed, len(wanted))

    told()
    try:
        if executor is None:
            _one_by_one(run, todo, told)
        else:
            _side_by_side(run, todo, executor, at_once, told)
    except KeyboardInterrupt:
        run.stopped = "interrupted"
        _finish(run)
    except BaseException:
        _finish(run)
        raise
    judgements = known_by(ledger, judge.name, wanted)
    rows = tuple((claim, judgements.get(claim.key)) for claim in _cases(ledger, wanted))
    return Audited(run.audit_id, asked, rows, run.judged, len(known), run.failed, run.tokens, run.stopped)


def claims_in(ledger: Ledger, scope: Scope) -> tuple[Key, ...]:
    """The claims an audit is about, oldest decision first; a sample is drawn by the hash of seed and claim, so that a
    longer history changes it little."""
    entries = ledger.decisions.history(scope.symbol, since=scope.since, limit=EVERY)
    found: list[Key] = []
    for entry in reversed(entries):
        if scope.until is not None and entry.as_of > scope.until:
            continue
        claims = (claim.id for said in spoken_in(ledger.decisions.cycle(entry.id)) for claim in said.claims)
        found += [(entry.id, name) for name in dict.fromkeys(claims) if scope.agent in (None, author(name))]
    if scope.sample is None or scope.sample >= len(found):
        return tuple(found)
    drawn = sorted(found, key=lambda key: sha256(f"{scope.seed}|{key[0]}|{key[1]}".encode()).hexdigest())
    kept = frozenset(drawn[: scope.sample])
    return tuple(key for key in found if key in kept)


def known_by(ledger: Ledger, judge: str, wanted: Sequence[Key]) -> Mapping[Key, Judged]:
    """What this judge has said of these claims in any audit."""
    keys = frozenset(wanted)
    found = ledger.judgements.by(judge, {decision_id for decision_id, _ in wanted})
    return {key: each for each in found if (key := (each.decision_id, each.subject)) in keys}


def _cases(ledger: Ledger, keys: Sequence[Key]) -> Iterator[Stated]:
    """The claims with their evidence; each decision is read once, when its turn comes."""
    wanted: dict[str, set[str]] = {}
    for decision_id, subject in keys:
        wanted.setdefault(decision_id, set()).add(subject)
    for decision_id, subjects in wanted.items():
        tick = ledger.decisions.admission(decision_id).settings.get("tick", 0.0)
        cycle = ledger.decisions.cycle(decision_id)
        yield from (claim for claim in stated(cycle, float(str(tick))) if claim.claim.id in subjects)


def _one_by_one(run: _Run, todo: Iterator[Stated], told: Callable[[], None]) -> None:
    for claim in todo:
        if not run.may_ask():
            return
        run.keep(claim, timed(run.judge, claim.case))
        told()


def _side_by_side(
    run: _Run, todo: Iterator[Stated], executor: Executor, at_once: int, told: Callable[[], None]
) -> None:
    """Each judgement is committed when it comes, whatever is still under way."""
    for claim in todo:
        while run.under_way and (len(run.under_way) >= at_once or (not run.dearest and _is_priced(run))):
            _take(run, told)
        while not run.may_ask() and run.under_way:
            # Those under way were counted with the dearest price; once they are here there may be room again.
            run.stopped = ""
            _take(run, told)
        if not run.may_ask():
            return
        run.under_way[executor.submit(timed, run.judge, claim.case)] = claim
    while run.under_way:
        _take(run, told)


def _is_priced(run: _Run) -> bool:
    """Whether tokens count: then nobody knows what several cost before the first one is here."""
    return run.budget.tokens is not None and not run.judge.is_local


def _take(run: _Run, told: Callable[[], None]) -> None:
    done, _ = wait(run.under_way, return_when=FIRST_COMPLETED)
    for future in done:
        run.keep(run.under_way[future], future.result())
        del run.under_way[future]
    told()


def _finish(run: _Run) -> None:
    """After Ctrl-C or an error: what has not begun is given up, what is under way is waited for and kept."""
    for future in [future for future in run.under_way if future.cancel()]:
        del run.under_way[future]
    for future in wait(run.under_way).done:
        if future.exception() is None:
            run.keep(run.under_way[future], future.result())
    run.under_way.clear()
