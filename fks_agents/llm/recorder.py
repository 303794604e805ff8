"""Every call of a decision is recorded before its answer is used; a recorded call is never made again.

Failures are recorded too: a replay must meet the same abstentions as the original.
"""

from __future__ import annotations

from hashlib import sha256

from fks_agents._redaction import redact
from fks_agents.deps import Call, CallLog, ChatModel, Reply
from fks_agents.errors import ModelError


def key_of(call: Call) -> str:
    """sha256 of the call as JSON: model, role, messages, schema, parameters."""
    return sha256(call.model_dump_json().encode()).hexdigest()


class Recorder:
    """A chat model that answers from the record where it can, and records what it has to ask.

    With `replaying` it never asks: a call that is not recorded raises ModelError naming it.
    """

    def __init__(self, chat: ChatModel, log: CallLog, decision_id: str, *, replaying: bool = False) -> None:
        self.name = chat.name
        self._chat = chat
        self._log = log
        self._decision_id = decision_id
        self._is_replaying = replaying

    def ask(self, call: Call) -> Reply:
        key = key_of(call)
        known = self._log.recorded(self._decision_id, key)
        if known is not None:
            return _usable(known)
        if self._is_replaying:
            raise ModelError(
                f"not recorded: call {key[:12]} of {call.role} to {call.model} in decision {self._decision_id}"
            )
        try:
            reply = self._chat.ask(call)
        except ModelError as error:
            # Messages of HTTP clients quote addresses, and some providers take the key in the address.
            reply = Reply(text="", failure=redact(str(error)) or type(error).__name__)
        self._log.record(self._decision_id, key, call, reply)
        return _usable(reply)


def _usable(reply: Reply) -> Reply:
    if reply.failure:
        raise ModelError(reply.failure)
    return reply


_: type[ChatModel] = Recorder
