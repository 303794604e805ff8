"""Measure the service."""

from __future__ import annotations

from typing import Annotated

import typer

from fks_agents.cli._options import verb
from fks_agents.cli._terminal import Terminal
from fks_agents.clock import SystemClock
from fks_agents.errors import ConfigError

MISSED = 6


@verb
def command(
    terminal: Terminal,
    *,
    analyses: Annotated[int, typer.Option(min=1, max=2_500, help="How many run while /health is asked.")] = 1_000,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: how it looks, not how fast it is.")] = False,
) -> int:
    """Measure the service on loopback: cheap routes, then `/health` while many analyses run (some minutes).

    It runs in a process of its own with a home that is removed afterwards, on sample prices with the rules model.
    Exit code 6 where a target is missed.
    """
    try:
        from fks_agents.service.speed.measure import QUICK, Sizes, measure
    except ModuleNotFoundError as error:
        raise ConfigError(f"`fks bench api` needs {error.name}: pip install 'fks-agents[serve]'") from error
    from evaluators.core_speed.figures import table

    figures = measure(QUICK if quick else Sizes(analyses=analyses), SystemClock().now())
    is_reached = all(figure.is_reached is not False for figure in figures)
    if terminal.is_json:
        terminal.write_json({"figures": [figure._asdict() for figure in figures], "is_reached": is_reached})
    else:
        terminal.console.print("\n".join(table(figures)), highlight=False, soft_wrap=True)
    return 0 if is_reached or quick else MISSED
