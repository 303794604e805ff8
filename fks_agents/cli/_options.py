"""Options that every verb takes, put behind its own ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from fks_agents.cli._terminal import Terminal

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="Moment with zone, like 2018-12-24T21:00:00Z; default: the newest bar."
    ),
]
Symbol = Annotated[str, typer.Argument(metavar="SYMBOL", help="What to study, as the source names it: SPX.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A decision, by its id or a beginning of it.")]

_FLAGS = {
    "source": "sample | csv:PATH | parquet:PATH | ccxt:EXCHANGE.",
    "timeframe": "Bar length of the decision: 1h, 4h, 1d, ...",
    "model": "rules | ollama:NAME | local:NAME_OR_PATH | recorded:NAME_OR_PATH | PROVIDER:NAME.",
    "headlines": "JSONL file of dated headlines.",
    "account": "Paper account.",
    "home": "Folder of ledger, bars, memory and reports.",
    "log_level": "debug | info | warning | error.",
}


def _option(
    name: str, annotation: Any, default: object, *words: str, text: str, metavar: str | None
) -> inspect.Parameter:
    option = typer.Option(*words, help=text, metavar=metavar, show_default=False, rich_help_panel="Settings")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[annotation, option]
    )


_COMMON = [
    *(
        _option(
            name, str | None, None, f"--{name.replace('_', '-')}", text=text, metavar=name.rpartition("_")[2].upper()
        )
        for name, text in _FLAGS.items()
    ),
    _option("pairs", list[str] | None, None, "--set", text="Any other setting; may be repeated.", metavar="NAME=VALUE"),
    _option("is_json", bool, False, "--json", text="Print one JSON value and nothing else on stdout.", metavar=None),
]


def verb(function: Callable[..., int]) -> Callable[..., int]:
    """Make a command of a function that takes a Terminal and its own parameters, and returns the exit code."""

    @wraps(function)
    def command(**given: Any) -> int:
        flags = {name: given.pop(name) for name in _FLAGS}
        terminal = Terminal(flags, given.pop("pairs") or (), given.pop("is_json"))
        return function(terminal, **given)

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    parameters = [*own, *_COMMON]
    command.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
