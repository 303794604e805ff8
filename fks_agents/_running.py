"""Which decision is running: known to every log line and span of it, in the threads of its steps too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

from fks_agents import tracing

OURS = "fks"
"""Above the loggers of our own."""

RUN_ID: ContextVar[str | None] = ContextVar("fks_run_id", default=None)

_LOG = logging.getLogger(f"{OURS}.decision")


@contextmanager
def deciding(decision_id: str) -> Iterator[None]:
    """Around everything that is done for one decision."""
    token, started = RUN_ID.set(decision_id), perf_counter()
    try:
        with tracing.deciding(decision_id):
            _LOG.info("decision runs")
            yield
    finally:
        _LOG.info("decision rests after %.3f s", perf_counter() - started)
        RUN_ID.reset(token)
