"""What is due is scanned once, whatever happens to the process; what is missed is on record with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import given, settings as how, strategies as st

from fks_agents.errors import DataError, LedgerError, RefusedError, UsageError
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from fks_agents.service.scanner import Scanner
from memory.decisions import Admission
from memory.halts import Halt
from memory.requests import Asked
from tests.service.scanning import NOON, Floor, Straight, floor, kinds

ANA = Person("ana", "trader")


@pytest.fixture
def desk_floor(tmp_path: Path) -> Iterator[Floor]:
    with floor(tmp_path) as opened:
        opened.keep()
        yield opened


def value(scanner: Scanner, name: str, **labels: str) -> float:
    for family in (scanner.metrics.missed, scanner.metrics.overruns, scanner.metrics.waits):
        for metric in family.collect():
            for sample in metric.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
    return 0.0


def at(hour: int) -> datetime:
    return NOON + timedelta(hours=hour)


def test_a_bar_is_scanned_once_its_delay_is_over(desk_floor: Floor) -> None:
    scanner, clock = desk_floor.scanner(), desk_floor.clock
    scanner.scan_due()
    assert desk_floor.runs()[-1].due_at == at(-1)  # noon's bar is expected from 12:00:10 on
    clock.go(seconds=9)
    scanner.scan_due()
    assert scanner.next_scan() == NOON + timedelta(seconds=10)
    clock.go(seconds=1)
    scanner.scan_due()
    scanner.scan_due()
    assert [run.due_at for run in desk_floor.runs()] == [at(-1), at(0)]
    # At 12:00 the bar that closed then was there already: whoever looked for the one before found it newer.
    assert desk_floor.decided() == [("A", "1h", NOON), ("B", "1h", NOON)]
    assert kinds(desk_floor.runs()[1]) == {"A": "nothing_new", "B": "nothing_new"}


def test_two_lists_with_one_symbol_make_one_decision(desk_floor: Floor) -> None:
    desk_floor.keep("other", "BC")
    desk_floor.scanner().scan_due()
    assert [symbol for symbol, *_ in desk_floor.decided()] == ["A", "B", "C"]


def test_of_missed_closes_the_newest_is_scanned_and_the_others_are_told(desk_floor: Floor) -> None:
    desk_floor.scanner().scan_due()
    desk_floor.clock.go(hours=5, minutes=30)  # last run: 11:00; now 17:30: 12:00 to 16:00 are missed, 17:00 is due
    again = desk_floor.scanner()
    again.scan_due()
    _, missed, newest = desk_floor.runs()
    assert (missed.outcome, missed.count, missed.due_at, missed.reason) == (
        "missed",
        5,
        at(4),
        "no service was running",
    )
    assert (newest.outcome, newest.due_at) == ("done", at(5))
    assert [closed for *_, closed in desk_floor.decided()] == [NOON, NOON, at(5), at(5)]
    assert value(again, "fks_scan_misfires_total", why="down") == 5


def test_a_stop_and_a_halt_are_the_reason_of_what_is_missed(desk_floor: Floor) -> None:
    scanner, clock = desk_floor.scanner(is_on=False), desk_floor.clock
    scanner.scan_due()
    assert desk_floor.runs() == ()
    scanner.start("ana")
    scanner.scan_due()
    scanner.stop("bob")
    clock.go(hours=2)
    desk_floor.scanner().scan_due()
    assert len(desk_floor.runs()) == 1
    again = desk_floor.scanner(is_on=False)
    again.start("ana")
    again.scan_due()
    assert desk_floor.runs()[1].reason == "the scanner was stopped by bob"
    desk_floor.desk.ledger.halts.turn(Halt(is_halted=True, by="eve", at=clock.now(), reason="CPI"))
    clock.go(hours=3)
    again.scan_due()
    assert len(desk_floor.runs()) == 3
    with pytest.raises(RefusedError, match="trading is halted"):
        again.scan_now(ANA)
    desk_floor.desk.ledger.halts.turn(Halt(is_halted=False, by="eve", at=clock.now(), reason="over"))
    again.scan_due()
    assert desk_floor.runs()[3].reason.startswith("trading is halted since")
    assert desk_floor.runs()[4].due_at == at(5) - timedelta(hours=1)


class Holding(Straight):
    """Holds whoever asks until it is let go."""

    def __init__(self) -> None:
        self.is_held, self.may_go = Event(), Event()

    def ask(
        self, person: Person, admit: Callable[[Asked], Admission], question: str, key: str | None, at: datetime
    ) -> tuple[Admission, bool]:
        self.is_held.set()
        assert self.may_go.wait(60)
        return super().ask(person, admit, question, key, at)


def test_what_falls_due_while_a_scan_runs_is_counted_and_taken_up_after_it(desk_floor: Floor) -> None:
    holding = Holding()
    scanner, clock = desk_floor.scanner(holding), desk_floor.clock
    clock.go(minutes=1)
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(scanner.scan_due)
        assert holding.is_held.wait(60)
        scanner.scan_due()
        assert value(scanner, "fks_scan_overruns_total") == 0
        clock.go(hours=2)
        for _ in range(3):
            scanner.scan_due()
        assert value(scanner, "fks_scan_overruns_total") == 1
        with pytest.raises(RefusedError, match="a scan is running already"):
            scanner.scan_now(ANA)
        holding.may_go.set()
        running.result(60)
    # Asked at 12:01, admitted at 14:01: the bar that is then the newest one is decided on, once.
    assert desk_floor.decided() == [("A", "1h", at(2)), ("B", "1h", at(2))]
    assert [(run.due_at, run.outcome) for run in desk_floor.runs()] == [
        (at(0), "done"), (at(1), "missed"), (at(2), "done"),
    ]  # fmt: skip


class Full(Straight):
    def __init__(self, times: int) -> None:
        self.left = times

    def ask(
        self, person: Person, admit: Callable[[Asked], Admission], question: str, key: str | None, at: datetime
    ) -> tuple[Admission, bool]:
        if self.left:
            self.left -= 1
            raise Problem(429, "full")
        return super().ask(person, admit, question, key, at)


def test_a_full_queue_is_waited_for(desk_floor: Floor) -> None:
    scanner = desk_floor.scanner(Full(3), patience=0.01)
    scanner.scan_due()
    assert len(desk_floor.decided()) == 2
    assert value(scanner, "fks_scan_waits_total") == pytest.approx(0.03)


def test_a_scan_that_is_stopped_half_way_goes_on_where_it_was(desk_floor: Floor) -> None:
    class Stopping(Straight):
        def ask(
            self, person: Person, admit: Callable[[Asked], Admission], question: str, key: str | None, at: datetime
        ) -> tuple[Admission, bool]:
            asked = super().ask(person, admit, question, key, at)
            scanner.stop("ana")
            return asked

    for _ in range(4):  # more often than a late bar would be looked for
        scanner = desk_floor.scanner(Stopping())
        scanner.start("ana")
        scanner.scan_due()
        assert desk_floor.runs()[-1].is_cut_short is (len(desk_floor.runs()) == 1)
    assert [symbol for symbol, *_ in desk_floor.decided()] == ["A", "B"]
    assert [kinds(run) for run in desk_floor.runs()] == [{"A": "admitted", "B": "left"}, {"B": "admitted"}]


def test_a_late_bar_is_looked_for_three_times(desk_floor: Floor) -> None:
    scanner, clock = desk_floor.scanner(), desk_floor.clock
    desk_floor.market.late["A"] = timedelta(minutes=45)
    clock.go(minutes=1)
    looked = []
    for _ in range(8):
        scanner.scan_due()
        looked.append(len(desk_floor.runs()))
        clock.go(seconds=30)
    # At 12:01:00; a minute later; two minutes after that; and no more.
    assert looked == [1, 1, 2, 2, 2, 2, 3, 3]
    assert kinds(desk_floor.runs()[0]) == {"A": "stale", "B": "admitted"}
    assert kinds(desk_floor.runs()[1]) == {"A": "stale"}
    told = desk_floor.runs()[0].told
    assert isinstance(told, list)
    assert "the newest bar closed at 2026-01-05 11:00, one of 2026-01-05 12:00 is expected" in str(told[0])


def test_a_late_bar_that_comes_is_decided_on(desk_floor: Floor) -> None:
    scanner, clock = desk_floor.scanner(), desk_floor.clock
    desk_floor.market.late["A"] = timedelta(seconds=90)
    clock.go(minutes=1)
    scanner.scan_due()
    clock.go(minutes=1)
    scanner.scan_due()
    assert sorted(desk_floor.decided()) == [("A", "1h", NOON), ("B", "1h", NOON)]
    assert scanner.next_scan() == at(1) + timedelta(seconds=10)


@pytest.mark.parametrize("error", [DataError("no answer"), ZeroDivisionError("a defect")])
def test_a_symbol_that_fails_stops_no_other(error: Exception, desk_floor: Floor) -> None:
    desk_floor.market.failing["A"] = error
    scanner = desk_floor.scanner()
    scanner.scan_due()
    assert kinds(desk_floor.runs()[0]) == {"A": "failed", "B": "admitted"}
    del desk_floor.market.failing["A"]
    desk_floor.clock.go(seconds=5)
    desk_floor.clock.at += timedelta(minutes=1)
    scanner.scan_due()
    assert {symbol for symbol, *_ in desk_floor.decided()} == {"A", "B"}


@pytest.mark.parametrize("is_careful", [True, False])
def test_two_services_decide_on_each_bar_once(is_careful: bool, desk_floor: Floor) -> None:
    """Without the bar's key the same check finds what was decided twice."""
    desk_floor.keep("many", "ABC")
    desk_floor.is_careful = is_careful
    one, other = desk_floor.scanner(), desk_floor.scanner()
    for _ in range(4):
        with ThreadPoolExecutor(2) as both:
            for done in [both.submit(each.scan_due) for each in (one, other)]:
                done.result()
        desk_floor.clock.go(hours=1)
    often = Counter(desk_floor.decided())
    assert (max(often.values()) == 1) is is_careful
    assert {closed for *_, closed in often} == {at(hour) for hour in range(4)}


def test_scanning_now_is_in_the_name_of_who_wants_it(desk_floor: Floor) -> None:
    scanner = desk_floor.scanner(is_on=False)
    with pytest.raises(UsageError, match="unknown watchlist 'nope'; expected one of core"):
        scanner.scan_now(ANA, "nope")
    assert scanner.scan_now(ANA) == {"1h": ("A", "B")}
    assert scanner._beside is not None
    scanner._beside.join(60)
    [run] = desk_floor.runs()
    assert (run.by, run.job, kinds(run)) == ("ana", "scan now 1h ccxt:binance", {"A": "admitted", "B": "admitted"})
    last = scanner.status().timeframes[0].last
    assert last is not None
    assert (last.by, last.at) == ("ana", run.at)
    ids = [each.id for each in desk_floor.desk.ledger.decisions.unfinished()]
    assert set(desk_floor.desk.ledger.requests.askers(ids).values()) == {"ana"}


def test_outcomes_are_looked_for_once_an_hour(desk_floor: Floor) -> None:
    def looked() -> list[datetime]:
        return [run.due_at for run in desk_floor.desk.ledger.jobs.newest("outcomes")[::-1]]

    for minutes in (5, 30, 60, 0, 200):
        desk_floor.clock.go(minutes=minutes)
        desk_floor.scanner(is_on=False).check_outcomes()
    assert looked() == [at(0), at(1), at(4)]
    assert desk_floor.desk.ledger.jobs.newest("outcomes")[0].told == {"open": 0, "ended": 0}
    assert desk_floor.scanner().next_check() == at(5)


def test_a_look_for_outcomes_that_fails_is_repeated(tmp_path: Path) -> None:
    with floor(tmp_path) as opened:
        scanner = opened.scanner()
        scanner._looked_for_outcomes = lambda: {  # type: ignore[method-assign]
            "outcome": "failed", "reason": str(LedgerError("the disk is full")), "is_complete": False,
        }  # fmt: skip
        for _ in range(9):
            scanner.check_outcomes()
            opened.clock.go(seconds=61)
        runs = opened.desk.ledger.jobs.newest("outcomes")
        assert [(run.attempt, run.outcome, run.reason) for run in runs] == [
            (attempt, "failed", "the disk is full") for attempt in (3, 2, 1)
        ]


def test_the_status_tells_what_is_due_and_what_was_done(desk_floor: Floor) -> None:
    scanner = desk_floor.scanner()
    before = scanner.status()
    assert (before.is_on, before.by, before.timeframes[0].next_at, before.timeframes[0].last) == (
        True,
        None,
        NOON,
        None,
    )
    scanner.scan_due()
    scanner.stop("ana")
    status = scanner.status()
    [hourly] = status.timeframes
    assert (status.is_on, status.by, hourly.next_at, hourly.symbols, hourly.sessions) == (
        False,
        "ana",
        None,
        2,
        "always",
    )
    assert hourly.last is not None
    assert hourly.last.counts == {"admitted": 2}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("go"), st.integers(1, 400)),
        st.tuples(
            st.sampled_from(["scan", "scan", "scan", "restart", "now", "halt", "resume", "stop", "start"]), st.just(0)
        ),
        st.tuples(st.just("late"), st.integers(0, 100)),
    ),
    max_size=25,
)


@how(max_examples=25, deadline=None)
@given(STEPS)
def test_whatever_happens_each_bar_is_decided_on_at_most_once_and_the_newest_in_the_end(
    steps: list[tuple[str, int]],
) -> None:
    with TemporaryDirectory() as home, floor(Path(home)) as opened:
        opened.keep("core", "AB", ("1h", "4h"))
        opened.keep("other", "B")
        scanner = opened.scanner()
        for step, value in [*steps, ("resume", 0), ("start", 0), ("late", 0), ("go", 4 * 60), ("scan", 0)]:
            play(opened, scanner, step, value)
            if step == "restart":
                scanner = opened.scanner()
        often = Counter(opened.decided())
        assert not often or max(often.values()) == 1
        newest = {(symbol, frame, opened.market.span(symbol, frame)[1]) for symbol in "AB" for frame in ("1h", "4h")}
        assert newest <= set(often)


def play(opened: Floor, scanner: Scanner, step: str, value: int) -> None:
    if step == "go":
        opened.clock.go(minutes=value)
    elif step == "late":
        opened.market.late["A"] = timedelta(minutes=value)
    elif step in ("halt", "resume"):
        turned = Halt(is_halted=step == "halt", by="eve", at=opened.clock.now(), reason="x")
        opened.desk.ledger.halts.turn(turned)
    elif step == "scan":
        scanner.scan_due()
    elif step == "now":
        if opened.desk.ledger.halts.current() is None:
            scanner.scan_now(ANA)
            assert scanner._beside is not None
            scanner._beside.join()
    elif step in ("stop", "start"):
        getattr(scanner, step)("ana")
