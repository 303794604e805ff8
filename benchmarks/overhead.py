"""The framework's own share of a cycle: five analysts, two rounds of debate, every role with a model of fixed latency.

The longest chain of calls is one analyst, four turns of the debate, the manager and one persona: what cannot run side
by side. Told for 0.1, 0.3 and 1 s a call; the own time hardly depends on it: the share falls as calls take longer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import numpy as np

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, Reply
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.opening import open_desk

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.graphs.scripts import honest

LATENCIES = (0.1, 0.3, 1.0)
ROUNDS = 2
WARM_UP, RUNS = 2, 10


class SlowChat(ScriptedChat):
    """Honest answers, each after the same wait; calls of parallel agents wait side by side. Each turn of the debate
    says something new, so that there are as many rounds as the regime has."""

    def __init__(self, latency: float) -> None:
        super().__init__(self._say)
        self._latency, self._turns, self._counting = latency, 0, Lock()

    def ask(self, call: Call) -> Reply:
        time.sleep(self._latency)
        return super().ask(call)

    def _say(self, call: Call) -> str:
        said = honest(call)
        if call.role not in ("bull", "bear"):
            return said
        with self._counting:
            self._turns += 1
        return said.replace('"text": "', f'"text": "{"again and " * (self._turns % 7)}')


def chain(cycle: Cycle) -> int:
    """Calls that had to wait for one another."""
    return 1 + len(cycle.debate) + 1 + bool(cycle.proposals)


def main() -> None:
    runs = int(sys.argv[sys.argv.index("--runs") + 1]) if "--runs" in sys.argv else RUNS
    for latency in LATENCIES:
        ratios: list[float] = []
        owns: list[float] = []
        with tempfile.TemporaryDirectory() as home:
            chat, day = SlowChat(latency), 0
            settings = load(home=Path(home), call_cache=False, max_rounds=ROUNDS)
            with open_desk(settings, chats={"quick": chat, "deep": chat}) as desk:
                while len(ratios) < WARM_UP + runs:
                    as_of = datetime(2010, 1, 4, 21, tzinfo=UTC) + timedelta(days=45 * day)
                    day += 1
                    started = time.perf_counter()
                    cycle = desk.analyze("SPX", as_of=as_of)
                    took, waited = time.perf_counter() - started, latency * chain(cycle)
                    if len(cycle.debate) == 2 * ROUNDS:
                        ratios.append(took / waited)
                        owns.append((took - waited) * 1000)
        print(
            f"{latency * 1000:5.0f} ms a call, {ROUNDS} rounds: cycle / longest chain of calls p50 "
            f"{np.median(ratios[WARM_UP:]):.3f}, max {max(ratios[WARM_UP:]):.3f}; own time p50 "
            f"{np.median(owns[WARM_UP:]):.0f} ms"
        )


if __name__ == "__main__":
    main()
