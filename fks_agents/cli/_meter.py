"""What a decision has spent so far, on the last line of a terminal while its models work."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Self

from fks_agents import _wording as say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from fks_agents.contracts import Usage


class Meter(AbstractContextManager["Meter"]):
    """Takes a desk's events; shows nothing where nobody looks: not on a terminal, or no model is asked."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line: Status | None = None

    def __call__(self, node: str, learned: Mapping[str, Any]) -> None:
        if node != "meter" or not self._console.is_terminal:
            return
        usage: Usage = learned["usage"]
        told = say.spent(usage)
        if self._line is None:
            self._line = self._console.status(told, spinner="line")
            self._line.start()
        self._line.update(told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        if self._line is not None:
            self._line.stop()
