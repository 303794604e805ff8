"""Decisions from the command line: interruptible, with a report beside each."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, Self

from fks_agents.cli._meter import Meter
from fks_agents.cli._terminal import Interrupted, Terminal
from fks_agents.errors import DataError

if TYPE_CHECKING:
    from evaluators.reports import Reports
    from fks_agents.bars import Bars
    from fks_agents.contracts import Cycle, Lesson
    from graphs.desk import Desk, OnEvent

REFUSED = 6
WHILE_A_STEP_RUNS = frozenset({"token", "reply", "meter"})


def decide(terminal: Terminal, run: Callable[[OnEvent], Cycle], tell: OnEvent | None = None) -> Cycle:
    """Run one decision; Ctrl-C raises Interrupted with the command that goes on from there.

    The first Ctrl-C waits for the step that is running: an exception in the middle of one could be lost in a library.
    """
    admitted: list[str] = []

    def on_event(node: str, learned: Mapping[str, Any]) -> None:
        if node == "admitted":
            admitted.append(str(learned["id"]))
        if tell is not None:
            meter(node, learned)
            tell(node, learned)
        if stop.is_wanted and node not in WHILE_A_STEP_RUNS:
            raise KeyboardInterrupt

    with Stop() as stop, Meter(terminal.console) as meter:
        try:
            cycle = run(on_event)
        except KeyboardInterrupt:
            # Steps beside the stopped one may still hand in their results, and find nobody.
            logging.getLogger("concurrent.futures").setLevel(logging.CRITICAL)
            raise Interrupted(
                f"interrupted; go on with: {terminal.command('resume', admitted[0])}" if admitted else "interrupted"
            ) from None
    if stop.is_wanted:
        raise Interrupted(_recorded(terminal, cycle))
    return cycle


@contextmanager
def recorded(terminal: Terminal, cycle: Cycle) -> Iterator[None]:
    """While the report is written and later bars are looked at: Ctrl-C says that the decision itself is safe."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(_recorded(terminal, cycle)) from None


def _recorded(terminal: Terminal, cycle: Cycle) -> str:
    return f"interrupted; the decision is recorded, and its report is written by: {terminal.command('show', cycle.id)}"


class Stop:
    """While entered, Ctrl-C is a wish; the second one stops at once."""

    def __init__(self) -> None:
        self.is_wanted = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if current_thread() is main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *unused: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, _signal: int, _frame: object) -> None:
        if self.is_wanted:
            raise KeyboardInterrupt
        self.is_wanted = True
        os.write(2, b"stopping after this step; Ctrl-C again stops at once\n")


def report(desk: Desk, cycle: Cycle) -> Reports:
    """Write the decision's report below the home folder, with what is known of its outcome by now."""
    from evaluators import reports

    return reports.write(
        cycle,
        bars_of(desk, cycle),
        desk.settings.home / "reports" / cycle.id,
        result=desk.ledger.results.result(cycle.id),
        fills=desk.ledger.paper.fills(decision_id=cycle.id),
        recalled=recalled_by(desk, cycle),
    )


def recalled_by(desk: Desk, cycle: Cycle) -> tuple[Lesson, ...]:
    """The lessons that its agents were shown."""
    spoken = (*cycle.reports, *cycle.debate, *((cycle.draft,) if cycle.draft is not None else ()), *cycle.proposals)
    return desk.ledger.lessons.get([lesson_id for said in spoken for lesson_id in said.recalled])


def bars_of(desk: Desk, cycle: Cycle) -> Bars | None:
    """The bars the decision was made on; None where it saw none or they are gone."""
    stored = cycle.snapshot.bars if cycle.snapshot is not None else ()
    try:
        return next((desk.store.bars(kept.digest) for kept in stored if kept.timeframe == cycle.timeframe), None)
    except DataError:
        return None


def exit_code(cycle: Cycle) -> int:
    return REFUSED if cycle.status == "refused" else 0
