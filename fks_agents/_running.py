"""Which decision is running: known to every log line and span of it, in the threads of its steps too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

from fks_agents import tracing

OURS = "fks"
"""Above the loggers of our own."""

RUN_ID: ContextVar[str | None] = ContextVar("fks_run_id", default=None)

HearStep = Callable[[str, float], None]
"""Told the name of a step that has ended and how many seconds it took."""

_HEAR_STEP: ContextVar[HearStep | None] = ContextVar("fks_hear_step", default=None)

_LOG = logging.getLogger(f"{OURS}.decision")


@contextmanager
def deciding(decision_id: str, hear_step: HearStep | None = None) -> Iterator[None]:
    """Around everything that is done for one decision."""
    token, heard, started = RUN_ID.set(decision_id), _HEAR_STEP.set(hear_step), perf_counter()
    try:
        with tracing.deciding(decision_id):
            _LOG.info("decision runs")
            yield
    finally:
        _LOG.info("decision rests after %.3f s", perf_counter() - started)
        _HEAR_STEP.reset(heard)
        RUN_ID.reset(token)


def heard_step() -> HearStep | None:
    """Who is told of the steps of the decision that runs here."""
    return _HEAR_STEP.get()
