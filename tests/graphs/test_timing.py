"""A step tells its seconds to whoever listens to the decision that runs, also where it fails."""

from __future__ import annotations

from contextvars import copy_context
from threading import Thread
from typing import cast

import pytest
from langgraph.runtime import Runtime

from fks_agents._running import deciding
from fks_agents.deps import Deps
from fks_agents.errors import DataError
from fks_agents.state import CycleState
from graphs.timing import timed

RUNTIME = cast("Runtime[Deps]", None)


def node(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    del runtime
    if state["symbol"] == "NOTHING":
        raise DataError("no bars")
    return {"symbol": state["symbol"]}


def test_a_step_is_told_with_its_seconds_and_does_what_it_did() -> None:
    heard: list[tuple[str, float]] = []
    with deciding("0" * 12, lambda name, seconds: heard.append((name, seconds))):
        assert timed("snapshot", node)({"symbol": "SPX"}, RUNTIME) == {"symbol": "SPX"}
        with pytest.raises(DataError):
            timed("snapshot", node)({"symbol": "NOTHING"}, RUNTIME)
    assert [name for name, _ in heard] == ["snapshot", "snapshot"]
    assert all(0.0 <= seconds < 1.0 for _, seconds in heard)


def test_a_step_in_a_thread_of_the_decision_is_told() -> None:
    heard: list[str] = []
    with deciding("0" * 12, lambda name, _: heard.append(name)):
        here = copy_context()
        thread = Thread(target=here.run, args=(timed("bull", node), {"symbol": "SPX"}, RUNTIME))
        thread.start()
        thread.join()
    assert heard == ["bull"]


def test_outside_of_a_decision_nobody_is_told() -> None:
    heard: list[str] = []
    with deciding("0" * 12, lambda name, _: heard.append(name)):
        pass
    timed("bull", node)({"symbol": "SPX"}, RUNTIME)
    assert heard == []
