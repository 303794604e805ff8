"""A model that failed several times in a row is not waited for again in the same decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.gates import GateError

MOST_FAILURES = 3


class Breaker:
    """A chat model that is left alone after three failed calls in a row; a success forgives earlier ones.

    Roles that speak side by side do not see one another's failures before their stage is over: which of them still ask
    must not depend on which thread was faster. The next decision has its own and asks again. Safe among threads.
    """

    def __init__(self, chat: ChatModel, stages: Sequence[Sequence[str]] = ()) -> None:
        """`stages` are the roles in the order they speak, those of one stage side by side."""
        self.name = chat.name
        self._chat = chat
        self._stages = stages
        self._failures = 0
        """In a row, when the stage began."""
        self._speaking: Sequence[str] = ()
        self._ended: defaultdict[str, list[bool]] = defaultdict(list)
        """Whether each call of a role succeeded, since the stage began."""
        self._lock = Lock()

    def ask(self, call: Call) -> Reply:
        with self._lock:
            self._enter(call.role)
            if _in_a_row(self._failures, self._ended[call.role]) >= MOST_FAILURES:
                raise GateError("breaker", f"{self.name} failed {MOST_FAILURES} times in a row and is not asked again")
        try:
            reply = self._chat.ask(call)
            # Half of a surrogate pair can be held in memory, and neither recorded nor shown.
            f"{reply.text}{reply.reasoning}".encode()
        except Exception as error:
            self._end(call.role, succeeded=False)
            if isinstance(error, ModelError):
                raise
            # A library that raises what nobody foresaw has failed like any other: its agent abstains.
            first = (str(error).strip().splitlines() or [""])[0][:200]
            raise ModelError(f"{self.name}: the call of {call.role} failed: {type(error).__name__}: {first}") from error
        self._end(call.role, succeeded=True)
        return reply

    def _end(self, role: str, *, succeeded: bool) -> None:
        with self._lock:
            self._ended[role].append(succeeded)

    def _enter(self, role: str) -> None:
        """Begin the stage of that role, unless it is the one that is under way."""
        if role in self._speaking:
            return
        for known in sorted(self._ended):
            self._failures = _in_a_row(self._failures, self._ended[known])
        self._ended.clear()
        self._speaking = next((stage for stage in self._stages if role in stage), (role,))


def _in_a_row(failures: int, ended: Sequence[bool]) -> int:
    for succeeded in ended:
        failures = 0 if succeeded else failures + 1
    return failures


_: type[ChatModel] = Breaker
