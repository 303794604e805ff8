"""The framework's own share of a cycle: every role with a model of fixed 100 ms, against the longest chain of calls.

The longest chain is one analyst, each turn of the debate, the manager and one persona: what cannot run side by side.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, Reply
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.opening import open_desk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.graphs.scripts import honest

LATENCY = 0.1
WARM_UP, RUNS = 2, 12


class SlowChat(ScriptedChat):
    """Honest answers, each after the same wait; calls of parallel agents wait side by side."""

    def __init__(self) -> None:
        super().__init__(honest)

    def ask(self, call: Call) -> Reply:
        time.sleep(LATENCY)
        return super().ask(call)


def chain(cycle: Cycle) -> int:
    """Calls that had to wait for one another."""
    return 1 + len(cycle.debate) + 1 + bool(cycle.proposals)


def main() -> None:
    ratios, shares = [], []
    with tempfile.TemporaryDirectory() as home:
        chat = SlowChat()
        with open_desk(load(home=Path(home)), chats={"quick": chat, "deep": chat}) as desk:
            for run in range(WARM_UP + RUNS):
                as_of = datetime(2010, 1, 4, 21, tzinfo=UTC) + timedelta(days=45 * run)
                started = time.perf_counter()
                cycle = desk.analyze("SPX", as_of=as_of)
                took, waited = time.perf_counter() - started, LATENCY * chain(cycle)
                if run >= WARM_UP:
                    ratios.append(took / waited)
                    shares.append((took - waited) * 1000)
    print(
        f"fixed {LATENCY * 1000:.0f} ms model: cycle / longest chain of calls: p50 {np.median(ratios):.3f}, "
        f"max {max(ratios):.3f}; the framework's own time p50 {np.median(shares):.0f} ms"
    )


if __name__ == "__main__":
    main()
