"""Every error raised on purpose, by who must act.

FksError
  x ConfigError          the person who set this up
    + UsageError         the same person, at this very call: an argument names nothing or does not fit
  x DataError            the data source: missing, late, or wrong; never turned into a neutral view
    + LookaheadError     a value newer than the moment it was asked for
  x ModelError           the language or forecasting model: the call failed or its answer is unusable
  x RefusedError         nobody: a limit or a check said no (a normal ending)
  x LedgerError          the disk or database: what happened cannot be recorded, so nothing may happen

Each class carries the exit code of the command line.
"""

from __future__ import annotations

from typing import ClassVar


class FksError(Exception):
    """Base of all errors raised on purpose; the message says what was expected and what it was."""

    exit_code: ClassVar[int] = 1


class ConfigError(FksError):
    exit_code = 3


class UsageError(ConfigError):
    exit_code = 2


class DataError(FksError):
    exit_code = 4


class LookaheadError(DataError): ...


class ModelError(FksError):
    exit_code = 5


class RefusedError(FksError):
    exit_code = 6


class LedgerError(FksError):
    exit_code = 3
