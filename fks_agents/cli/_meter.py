"""What a decision has spent so far, and the words that are being written: the last line of a terminal while its models
work."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Self

from fks_agents import _wording as say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from fks_agents.contracts import Usage

FEWEST_COLUMNS = 20
"""Beside the figures; a terminal with less room shows no words."""


class Meter(AbstractContextManager["Meter"]):
    """Takes a desk's events; shows nothing where nobody looks: not on a terminal, or no model is asked."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line: Status | None = None
        self._spent = ""
        self._speaker = ""
        self._words = ""

    def __call__(self, node: str, learned: Mapping[str, Any]) -> None:
        if not self._console.is_terminal or node not in ("meter", "token", "reply"):
            return
        if node == "meter":
            usage: Usage = learned["usage"]
            self._spent = say.spent(usage)
        elif node == "token":
            self._hear(learned)
        elif learned["call"] == self._speaker:
            self._speaker = self._words = ""
        self._show()

    def _hear(self, told: Mapping[str, Any]) -> None:
        """Of those who write at the same time, the first one is shown until it ends."""
        if told["is_first"] and not self._words:
            self._speaker = told["call"]
        if told["call"] == self._speaker:
            begun = "" if told["is_first"] else self._words
            self._words = (begun or f"{told['role']}: ") + (told["text"] or told["reasoning"])

    def _show(self) -> None:
        from rich.text import Text

        room = self._console.width - len(self._spent) - 6
        words = " ".join(say.printable(self._words).split())
        # As text: a model's brackets are no markup.
        line = Text(f"{self._spent}  {words[-room:]}" if words and room >= FEWEST_COLUMNS else self._spent)
        if self._line is None:
            self._line = self._console.status(line, spinner="line")
            self._line.start()
        self._line.update(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        if self._line is not None:
            self._line.stop()
