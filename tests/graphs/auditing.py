"""Audit in a process that dies in the middle. Run as `python -m tests.graphs.auditing LEDGER CALLS KILL_AFTER`."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from evaluators.meta.checker import Checker
from evaluators.meta.examples import Case
from evaluators.meta.judging import Opinion
from fks_agents.clock import FixedClock
from graphs.audit import audit
from memory.judgements import Scope
from memory.ledger import Ledger
from tests.evaluators.audits.recorded import BEGIN
from tests.graphs.killing import append, lines


@dataclass(frozen=True)
class Mortal:
    """The checker, noting each call; the process dies when so many were made."""

    calls: Path
    dies_after: int
    name: str = "mortal@1"
    is_local: bool = False

    def judge(self, case: Case) -> Opinion:
        if len(lines(self.calls)) >= self.dies_after:
            os.kill(os.getpid(), signal.SIGKILL)
        append(self.calls, case.id)
        return Checker().judge(case)


def main() -> None:
    path, calls, dies_after = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    with Ledger.open(path) as ledger, ThreadPoolExecutor(1) as pool:
        audit(ledger, Scope(), Mortal(calls, dies_after), FixedClock(BEGIN), executor=pool, at_once=2)


if __name__ == "__main__":
    main()
