"""An engine's whole story as lines of text, and the same story told again.

Commands, bars and ticks go through a Journal to its engine; each becomes a line, followed by the events it caused.
Replaying the lines on a fresh engine gives the same lines, so two journals are equal exactly when their digests are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from execution_core._engine import Engine

_COMMANDS = ("place", "aim", "cancel", "replace", "move_clock", "reset_breaker", "bar")


class Journal:
    def __init__(self, engine: Engine) -> None:
        """`engine` must be fresh, its events all drained: the story starts here."""
        self._engine = engine
        self.lines: list[str] = [_line("settings", engine.settings)]

    def place(self, kind: str, side: str, quantity: float, price: float = 0.0, **rest: Any) -> int:
        return int(self._do("place", (kind, side, quantity, price), rest))

    def aim(self, position: float, **rest: Any) -> int:
        return int(self._do("aim", (position,), rest))

    def cancel(self, order_id: int) -> bool:
        return bool(self._do("cancel", (order_id,), {}))

    def replace(self, order_id: int, **rest: float) -> bool:
        return bool(self._do("replace", (order_id,), rest))

    def move_clock(self, to: int) -> None:
        self._do("move_clock", (to,), {})

    def reset_breaker(self) -> None:
        self._do("reset_breaker", (), {})

    def bar(
        self, opened: int, closed: int, open: float, high: float, low: float, close: float, volume: float = 0.0, *,  # noqa: A002
        ask: tuple[float, float, float, float] | None = None,
    ) -> int:  # fmt: skip
        named = {} if ask is None else {"ask": ask}
        return int(self._do("bar", (opened, closed, open, high, low, close, volume), named))

    @property
    def digest(self) -> str:
        """sha256 of the lines."""
        return sha256("\n".join(self.lines).encode()).hexdigest()

    def _do(self, command: str, arguments: Sequence[object], named: dict[str, Any]) -> Any:
        answer = getattr(self._engine, command)(*arguments, **named)
        self.lines.append(_line(command, list(arguments), named))
        self.lines.extend(_line("event", event) for event in self._engine.drain())
        return answer


def replay(lines: Sequence[str], make: type[Engine]) -> Journal:
    """Tell the story again on a fresh engine of class `make`; raises ValueError where a line is no part of a story."""
    first: list[Any] = json.loads(lines[0]) if lines else [None]
    if first[0] != "settings":
        raise ValueError(f"expected a journal that begins with settings, was {first[0]!r}")
    journal = Journal(make(**first[1]))
    for number, line in enumerate(lines[1:], start=2):
        what, *parts = json.loads(line)
        if what in _COMMANDS:
            arguments, named = parts
            if "ask" in named:
                named["ask"] = tuple(named["ask"])
            getattr(journal, what)(*arguments, **named)
        elif what != "event":
            raise ValueError(f"line {number}: expected one of {', '.join(_COMMANDS)} or event, was {what!r}")
    return journal


def _line(*parts: object) -> str:
    return json.dumps(parts, allow_nan=False, separators=(",", ":"))
