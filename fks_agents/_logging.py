"""Log lines: to stderr, without secrets, one JSON object each where nobody is watching."""

from __future__ import annotations

import logging
import sys

import structlog

from fks_agents import _redaction


def configure(level: str) -> None:
    """Send log lines of `level` and above to stderr; readable on a terminal, JSON elsewhere."""
    is_watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redaction.processor,
            structlog.dev.ConsoleRenderer(colors=False) if is_watched else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Forwarding)]
    root.addHandler(_Forwarding())


class _Forwarding(logging.Handler):
    """What libraries log goes the same way, so that it is cleaned of secrets, too."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
