"""Why a model was not asked or not heard: the gates between a role and its model, as errors that can be told apart."""

from __future__ import annotations

from fks_agents.deps import Reply
from fks_agents.errors import ModelError
from fks_agents.usage import Phase


class GateError(ModelError):
    """A gate was shut; nothing was sent where it is `breaker` or `budget`."""

    def __init__(self, phase: Phase, reason: str) -> None:
        super().__init__(reason)
        self.phase = phase


class FailedCallError(ModelError):
    """A call that was made and failed. `reply` says why, and what it used all the same."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.failure)
        self.reply = reply


def usable(reply: Reply) -> Reply:
    """The reply; raises ModelError where it stands for a failure, GateError where for a gate that was shut."""
    if reply.refused_by:
        raise GateError(reply.refused_by, reply.failure)
    if reply.failure:
        raise ModelError(reply.failure)
    return reply
