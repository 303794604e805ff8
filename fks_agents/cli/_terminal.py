"""What every verb shares: the settings it was given, where it prints, and how it says that something failed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fks_agents.cli._commands import program, runnable
from fks_agents.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from fks_agents.settings import Settings


class Interrupted(Exception):  # noqa: N818  nothing went wrong
    """Ctrl-C; the message says how to go on."""


@dataclass(frozen=True)
class Terminal:
    flags: Mapping[str, Any]
    """Settings given as options; None where the option was left out."""
    pairs: Sequence[str]
    """`name=value`, as given with `--set`."""
    is_json: bool
    """One JSON value on stdout and nothing else there."""

    @cached_property
    def settings(self) -> Settings:
        """Read when first asked for, so that `init` and `doctor` run where they do not load."""
        from fks_agents import _logging, settings, tracing

        given = {**self.flags, **_parsed(self.pairs)}
        try:
            loaded = settings.load(**given)
        except ConfigError as error:
            name = str(error).partition(":")[0]
            raise (UsageError(str(error)) if given.get(name) is not None else error) from None
        _logging.configure(loaded.log_level, loaded.log_format)
        tracing.start(loaded.tracing_endpoint)
        return loaded

    @property
    def judging(self) -> Settings:
        """As a verb reads them that only judges: `--model` names the judge, whatever a file names."""
        given = {**self.flags, **_parsed(self.pairs)}
        if given.get("model") is None or given.get("model_judge") is not None:
            return self.settings
        return self.settings.having(model_judge="", model_judge_2="", model_judge_3="")

    @cached_property
    def console(self) -> Console:
        """For people: stdout, or stderr where stdout belongs to JSON."""
        from fks_agents.cli._screen import Screen

        return Screen(stderr=self.is_json, highlight=False, emoji=False, markup=False)

    def command(self, *words: str, also: Sequence[str] = ()) -> str:
        """A command to type next: as `fks` is called here, with the flags that say where things lie; with `also`, those
        flags and every `--set`, too."""
        given = [(f"--{name}", str(value)) for name in (*also, "home") if (value := self.flags.get(name)) is not None]
        plain = [
            pair for pair in self.pairs if not pair.strip().startswith(("database_url", "database-url", "service"))
        ]
        given += [("--set", pair) for pair in plain if also]  # never the URL: it may hold a password
        return f"{program()} {shlex.join([*words, *(part for flag in given for part in flag)])}"

    def write_json(self, value: object) -> None:
        """A contract's own JSON text as it is, anything else dumped; one value, one newline at the end."""
        import json

        text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
        sys.stdout.write(text + "\n")

    def write(self, text: str) -> None:
        """Lines as they are: no wrapping, no colour."""
        from fks_agents._wording import printable

        sys.stdout.write(printable(runnable(text)) + "\n")


def complain(text: str, error: BaseException | None = None) -> None:
    """One line on stderr, `error: ...`; the traceback only where the log level asks for it."""
    tell(f"error: {text}")
    if error is not None and "structlog" in sys.modules:
        import structlog

        if structlog.is_configured():
            structlog.get_logger().debug("failed", exc_info=error)


def tell(text: str) -> None:
    """One line on stderr, without secrets and without what would steer a terminal."""
    from fks_agents import _wording
    from fks_agents._redaction import redact

    sys.stderr.write(" ".join(_wording.printable(redact(runnable(text))).split()) + "\n")


def moment(text: str | None, option: str = "--as-of") -> datetime | None:
    """The time an option names; raises UsageError where it is none or has no zone."""
    if text is None:
        return None
    from graphs.opening import moment_of

    try:
        return moment_of(text)
    except UsageError as error:
        raise UsageError(f"{option}: {error}") from None


def _parsed(pairs: Sequence[str]) -> dict[str, Any]:
    from difflib import get_close_matches
    from typing import get_origin

    from fks_agents.settings import Settings

    parsed: dict[str, Any] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not separator:
            raise UsageError(f"--set: expected name=value, was {pair!r}")
        if name not in Settings.model_fields:
            near = get_close_matches(name, Settings.model_fields, n=3, cutoff=0.7)
            hint = f"; near: {', '.join(near)}" if near else "; `fks init --print` lists the known ones"
            raise UsageError(f"unknown setting {name!r}{hint}")
        is_list = get_origin(Settings.model_fields[name].annotation) is tuple
        parsed[name] = tuple(part.strip() for part in value.split(",") if part.strip()) if is_list else value.strip()
    return parsed


def _plain(value: object) -> object:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
