"""Audits: nothing is judged twice, nothing is lost, and the budget holds."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from evaluators.meta.checker import Checker
from evaluators.meta.examples import Case
from evaluators.meta.judging import Answer, Judge, Opinion
from fks_agents.clock import FixedClock
from graphs.audit import Audited, Budget, audit
from memory.judgements import Judged, Judgements, Scope
from memory.ledger import Ledger
from tests.evaluators.audits.recorded import BEGIN, decide
from tests.graphs.killing import lines

ROOT = Path(__file__).resolve().parents[2]
CLOCK = FixedClock(BEGIN + timedelta(days=400))


@dataclass
class Counting:
    """The checker, with a price and failures; counts what it is asked."""

    name: str = "counting@1"
    is_local: bool = False
    tokens: int = 100
    fails: set[str] = field(default_factory=set)
    stops_at: int | None = None
    asked: list[str] = field(default_factory=list)

    def judge(self, case: Case) -> Opinion:
        self.asked.append(case.id)
        if self.stops_at is not None and len(self.asked) == self.stops_at:
            raise KeyboardInterrupt
        answer: Answer = "failed" if case.id.rpartition("/")[2] in self.fails else Checker().judge(case).answer
        return Opinion(answer=answer, tokens=0 if answer == "failed" else self.tokens)


_: Judge = Counting()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Four decisions of three claims each; the second and the last have a wrong one."""
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        for day in range(4):
            decide(opened, day, wrong=day % 2 == 1, symbol="SPX" if day < 3 else "NDX")
        yield opened


def answers(done: Audited) -> Counter[str | None]:
    return Counter(None if judged is None else judged.answer for _, judged in done.rows)


def test_every_claim_is_judged_once_and_wrong_ones_are_found(ledger: Ledger) -> None:
    done = audit(ledger, Scope(), Checker(), CLOCK)
    assert answers(done) == {"supported": 10, "refuted": 2}
    assert [claim.claim.id for claim, judged in done.rows if judged and judged.answer == "refuted"] == ["macro.1"] * 2
    assert (done.judged, done.known, done.left, done.stopped) == (12, 0, 0, "")
    assert ledger.judgements.verify() == 12


def test_the_same_audit_again_asks_nobody(ledger: Ledger) -> None:
    judge = Counting()
    first, second = (audit(ledger, Scope(), judge, CLOCK) for _ in range(2))
    assert len(judge.asked) == 12
    assert (second.judged, second.known, second.rows, second.id) == (0, 12, first.rows, first.id)


def test_a_new_decision_is_all_that_is_judged_later(ledger: Ledger) -> None:
    judge = Counting()
    first = audit(ledger, Scope(), judge, CLOCK)
    decide(ledger, 9)
    later = audit(ledger, Scope(), judge, CLOCK)
    assert (later.judged, later.known, len(judge.asked)) == (3, 12, 15)
    assert later.id != first.id


def test_without_the_key_the_same_audit_judges_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Naive control: an audit that does not look at what was judged asks about every claim again."""
    judge = Counting()
    audit(ledger, Scope(), judge, CLOCK)
    monkeypatch.setattr(Judgements, "by", lambda *_: ())
    audit(ledger, Scope(), judge, CLOCK)
    assert len(judge.asked) == 24
    monkeypatch.undo()
    assert len(ledger.judgements.by()) == 12  # the ledger itself keeps the first word


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(symbol="NDX"), 3),
        (Scope(agent="macro"), 4),
        (Scope(since=BEGIN + timedelta(days=2)), 6),
        (Scope(until=BEGIN), 3),
        (Scope(since=BEGIN + timedelta(days=1), until=BEGIN + timedelta(days=2), agent="technical"), 4),
        (Scope(symbol="none"), 0),
    ],
)
def test_the_scope_says_which_claims(ledger: Ledger, scope: Scope, count: int) -> None:
    assert len(audit(ledger, scope, Checker(), CLOCK).rows) == count


def test_a_sample_is_drawn_by_the_seed_and_grows_within_itself(ledger: Ledger) -> None:
    few, again, more, other = (
        {claim.key for claim, _ in audit(ledger, Scope(sample=n, seed=seed), Checker(), CLOCK).rows}
        for n, seed in ((4, 7), (4, 7), (8, 7), (4, 8))
    )
    assert few == again
    assert len(few) == 4
    assert few < more
    assert few != other


def test_a_failed_call_is_no_judgement_and_is_asked_again(ledger: Ledger) -> None:
    judge = Counting(fails={"macro.1"})
    first = audit(ledger, Scope(), judge, CLOCK)
    assert (first.judged, first.failed, first.left, first.stopped) == (8, 4, 4, "")
    judge.fails.clear()
    second = audit(ledger, Scope(), judge, CLOCK)
    assert (second.judged, second.known, second.failed, second.left) == (4, 8, 0, 0)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_budget_of_judgements_stops_and_the_next_run_goes_on(ledger: Ledger, workers: int) -> None:
    judge = Counting()
    with ThreadPoolExecutor(workers) as pool:
        executor = None if workers == 1 else pool
        first = audit(ledger, Scope(), judge, CLOCK, budget=Budget(5), executor=executor, at_once=workers)
        assert (first.judged, first.left, first.stopped) == (5, 7, "budget: 5 judgements")
        second = audit(ledger, Scope(), judge, CLOCK, budget=Budget(7), executor=executor, at_once=workers)
    assert (second.judged, second.known, second.left) == (7, 5, 0)
    assert len(judge.asked) == 12


@pytest.mark.parametrize("workers", [1, 4])
def test_a_budget_of_tokens_is_not_overrun(ledger: Ledger, workers: int) -> None:
    """100 tokens each: 550 buy five. The first price is waited for before others are asked."""
    judge = Counting()
    with ThreadPoolExecutor(workers) as pool:
        done = audit(ledger, Scope(), judge, CLOCK, budget=Budget(tokens=550), executor=pool, at_once=workers)
    assert (done.judged, done.tokens, done.stopped) == (5, 500, "budget: 550 tokens")


def test_ctrl_c_keeps_what_is_done(ledger: Ledger) -> None:
    done = audit(ledger, Scope(), Counting(stops_at=6), CLOCK)
    # The sixth is the last claim of the second decision of four.
    assert (done.judged, done.left, done.unread, done.stopped) == (5, 1, 3, "interrupted")
    assert audit(ledger, Scope(), Counting(), CLOCK).known == 5


def test_ctrl_c_waits_for_those_under_way(ledger: Ledger) -> None:
    """Three are under way when the interruption comes to the one who waits; all three are kept, nothing more begins."""
    together = Barrier(3)
    asked: list[str] = []

    @dataclass(frozen=True)
    class Slow:
        name: str = "slow@1"
        is_local: bool = True

        def judge(self, case: Case) -> Opinion:
            asked.append(case.id)
            together.wait(timeout=10)
            return Opinion(answer="supported")

    class Interrupting(ThreadPoolExecutor):
        """Ctrl-C as the fourth claim would be handed over."""

        def submit(self, *given: object, **named: object):  # type: ignore[no-untyped-def]
            if len(asked) + self._work_queue.qsize() >= 3:
                raise KeyboardInterrupt
            return super().submit(*given, **named)  # type: ignore[arg-type]

    with Interrupting(3) as pool:
        done = audit(ledger, Scope(), Slow(), CLOCK, executor=pool, at_once=4)
    assert (done.judged, done.stopped, len(asked)) == (3, "interrupted", 3)


def test_a_pool_finds_what_one_finds(tmp_path: Path) -> None:
    found = []
    for name, workers in (("one", 1), ("many", 4)):
        with Ledger.open(tmp_path / name) as ledger, ThreadPoolExecutor(workers) as pool:
            for day in range(6):
                decide(ledger, day, wrong=day % 2 == 1)
            done = audit(ledger, Scope(), Checker(), CLOCK, executor=pool if workers > 1 else None, at_once=workers)
            found.append(
                [(claim.key, judged and judged.model_dump(exclude={"seconds"})) for claim, judged in done.rows]
            )
    assert found[0] == found[1]


def test_an_error_of_the_judge_loses_nothing_that_is_done(ledger: Ledger) -> None:
    class Broken(Counting):
        def judge(self, case: Case) -> Opinion:
            if len(self.asked) == 4:
                raise ZeroDivisionError
            return super().judge(case)

    with ThreadPoolExecutor(1) as pool, pytest.raises(ZeroDivisionError):
        audit(ledger, Scope(), Broken(), CLOCK, executor=pool, at_once=2)
    assert len(ledger.judgements.by("counting@1")) == 4


def test_what_was_judged_says_by_whom_when_and_in_which_audit(ledger: Ledger) -> None:
    done = audit(ledger, Scope(agent="macro"), Checker(), CLOCK)
    judgement = next(judged for _, judged in done.rows if judged is not None and judged.answer == "refuted")
    assert isinstance(judgement, Judged)
    assert (judgement.audit_id, judgement.judge, judgement.judged_at) == (done.id, Checker().name, CLOCK.now())
    assert ledger.judgements.audit(done.id) == done.audit
    assert "52" in judgement.reason


@pytest.mark.real
def test_a_kill_in_the_middle_repeats_nothing_and_loses_nothing(tmp_path: Path) -> None:
    path, calls = tmp_path / "ledger.sqlite", tmp_path / "calls"
    with Ledger.open(path) as ledger:
        for day in range(4):
            decide(ledger, day)

    def run(dies_after: int) -> int:
        command = [sys.executable, "-m", "tests.graphs.auditing", str(path), str(calls), str(dies_after)]
        return subprocess.run(command, cwd=ROOT, check=False, timeout=120).returncode

    again: set[str] = set()
    for dies_after in (3, 7, 10):
        assert run(dies_after) == -9
        with Ledger.open(path) as ledger:
            kept = {f"{each.decision_id}/{each.subject}" for each in ledger.judgements.by()}
        # What was under way, or here and not written yet, may be asked about once more; nothing else.
        again |= set(lines(calls)) - kept
        assert len(set(lines(calls)) - kept) <= 2
    assert run(1_000) == 0
    made = Counter(lines(calls))
    assert len(made) == 12
    assert {case for case, times in made.items() if times > 1} <= again
    with Ledger.open(path) as ledger:
        assert len(ledger.judgements.by("mortal@1")) == ledger.judgements.verify() == 12
