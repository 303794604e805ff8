"""Log lines: to stderr, without secrets, one JSON object each where nobody is watching."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from fks_agents import _redaction
from fks_agents._running import OURS, RUN_ID


def configure(level: str, form: Literal["auto", "console", "json"] = "auto") -> None:
    """Send log lines of `level` and above to stderr; `auto`: readable on a terminal, JSON elsewhere."""
    is_read = form == "console" or (form == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _named,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redaction.processor,
            structlog.dev.ConsoleRenderer(colors=False) if is_read else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Forwarding)]
    root.addHandler(_Forwarding())
    logging.getLogger(OURS).setLevel(level.upper())  # those of libraries keep to their own


def _named(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What is logged while a decision runs says which one it is."""
    if (run_id := RUN_ID.get()) is not None:
        event["run_id"] = run_id
    return event


class _Forwarding(logging.Handler):
    """What libraries log goes the same way, so that it is cleaned of secrets, too."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
