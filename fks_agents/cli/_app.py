"""From words on the command line to an exit code: verbs found by name, errors told in one line."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fks_agents import _discovery
from fks_agents.cli._terminal import Interrupted, complain, tell
from fks_agents.errors import FksError

# Typer keeps click inside itself in some versions and beside itself in others.
_ClickError: Any = typer.BadParameter.__mro__[2]


INTERRUPTED = 130

_PLAIN = {"✓": "+", "✗": "x", "─": "-", "→": ">", "…": "...", "σ": "sigma", "−": "-", "×": "x"}


def _plain(error: UnicodeError) -> tuple[str, int]:
    """For a terminal that cannot show a character: what comes near, so that a pass still differs from a failure."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(char, "?") for char in error.object[error.start : error.end]), error.end


codecs.register_error("fks_plain", _plain)


class Verbs(TyperGroup):
    """The verbs of one package, imported one by one."""

    package = "fks_agents.cli"

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(_discovery.names(self._package().__path__))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        module = _discovery.load(self.package, self._package().__path__, "command", cmd_name)
        if not hasattr(module, "__path__"):
            return _verb(cmd_name, module)
        group = _group((module.__doc__ or "").partition("\n")[0])
        group.package, group.name = module.__name__, cmd_name
        return group

    def _package(self) -> ModuleType:
        __import__(self.package)
        return sys.modules[self.package]


def _verb(name: str, module: ModuleType) -> Any:
    app = typer.Typer(add_completion=False)
    app.command(name)(module.command)
    return typer.main.get_command(app)


def _group(text: str) -> Any:
    app = typer.Typer(cls=Verbs, add_completion=False, no_args_is_help=True, help=text)
    app.callback()(lambda: None)
    return typer.main.get_command(app)


def root() -> Any:
    """The command `fks` itself."""
    app = typer.Typer(cls=Verbs, add_completion=False, no_args_is_help=True)

    @app.callback()
    def fks(
        *,
        _version: Annotated[
            bool,
            typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_tell_version),
        ] = False,
    ) -> None:
        """A team of agents studies a market, argues, decides, is checked, and acts on paper.

        Start with [bold]fks demo[/bold]: one decision on real prices, offline, without any key.
        """

    return typer.main.get_command(app)


def _tell_version(wanted: bool) -> None:  # noqa: FBT001  typer hands the option's value over like this
    if wanted:
        typer.echo(f"fks-agents {version('fks-agents')}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code and never raises for what a user can cause."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="fks_plain")
    try:
        code = root().main(args=list(arguments), prog_name="fks", standalone_mode=False)
        _flush()
    except FksError as error:
        complain(str(error), error)
        return error.exit_code
    except Interrupted as interrupted:
        tell(str(interrupted))
        return INTERRUPTED
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except _ClickError as error:
        return _usage(error)
    except Exception as error:  # the last line of defence: a defect ends in one line, too
        complain(f"unexpected {type(error).__name__}: {error} (`--log-level debug` shows where)", error)
        return 1
    if code == INTERRUPTED:
        tell("interrupted")
    return code if isinstance(code, int) else 0


def _flush() -> None:
    """Where a reader has left, here is the place to learn it."""
    if not sys.stdout.closed:  # `fks mcp` ends with what it spoke through
        sys.stdout.flush()


def _usage(error: Any) -> int:
    text = error.format_message()
    if not text:  # no command was given: help has been printed
        return int(error.exit_code)
    path = error.ctx.command_path if getattr(error, "ctx", None) is not None else "fks"
    complain(f"{text[0].lower()}{text[1:].rstrip('.')}; `{path} --help` tells what is expected")
    return int(error.exit_code)
