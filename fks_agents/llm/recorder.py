"""Every call of a decision is recorded before its answer is used; a recorded call is never made again.

Failures are recorded too: a replay must meet the same abstentions as the original. An answer on record may serve other
decisions that ask the very same question under the same settings; a failure never does.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from fks_agents import tracing
from fks_agents._redaction import redact
from fks_agents.deps import Call, CallLog, ChatModel, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.gates import FailedCallError, GateError, usable

if TYPE_CHECKING:
    from fks_agents.llm.budget import Budget
    from fks_agents.settings import Settings

SERVING = ("max_answer_tokens", "model_context", "model_thinking", "model_threads")
"""Settings that can change an answer and are no part of the call."""


def key_of(call: Call) -> str:
    """sha256 of the call as JSON: model, role, messages, schema, parameters."""
    return sha256(call.model_dump_json().encode()).hexdigest()


def shared_key(call: Call, settings: Settings) -> str:
    """What names the same question in every decision; empty where answers may differ: sampled without a seed."""
    if call.parameters.get("temperature") and "seed" not in call.parameters:
        return ""
    serving = [str(getattr(settings, name)) for name in SERVING]
    return sha256("|".join([key_of(call), *serving]).encode()).hexdigest()


class Recorder:
    """A chat model that answers from the record where it can, and records what it has to ask.

    With `sharing` (the settings it is asked under) it also answers from other decisions' records. With `replaying` it
    never asks: a call that is not recorded raises ModelError naming it.
    """

    def __init__(
        self,
        chat: ChatModel,
        log: CallLog,
        decision_id: str,
        *,
        budget: Budget | None = None,
        sharing: Settings | None = None,
        replaying: bool = False,
        begun: bool = True,
    ) -> None:
        """`begun` is False for a decision that has nothing on record yet: nothing need be looked for there."""
        self.name = chat.name
        self._chat = chat
        self._log = log
        self._decision_id = decision_id
        self._budget = budget
        self._sharing = sharing
        self._is_replaying = replaying
        self._asked: set[str] | None = None if begun else set()
        """Keys of what was asked here; None where earlier calls may be on record."""

    def ask(self, call: Call) -> Reply:
        key = key_of(call)
        is_known = self._asked is None or key in self._asked
        reply = self._log.recorded(self._decision_id, key) if is_known else None
        if reply is None:
            if self._is_replaying:
                raise ModelError(
                    f"not recorded: call {key[:12]} of {call.role} to {call.model} in decision {self._decision_id}"
                )
            shared = shared_key(call, self._sharing) if self._sharing is not None else ""
            reply = self._shared(shared) or self._made(call)
            self._log.record(self._decision_id, key, call, reply, shared="" if reply.failure else shared)
            if self._asked is not None:
                self._asked.add(key)
        if self._budget is not None:
            self._budget.count(call.role, key, reply)
        return usable(reply)

    def _shared(self, shared: str) -> Reply | None:
        found = self._log.shared(shared) if shared else None
        return found and found.model_copy(update={"cached": True, "seconds": 0.0, "money": None})

    def _made(self, call: Call) -> Reply:
        with tracing.asking(call.role, call.model) as answered:
            reply = self._asked_for(call)
            answered(reply.input_tokens, reply.output_tokens, reply.failure)
            return reply

    def _asked_for(self, call: Call) -> Reply:
        try:
            return self._chat.ask(call)
        except GateError as error:
            refused_by = error.phase if error.phase in ("breaker", "budget") else ""
            return Reply.model_validate({"text": "", "failure": str(error), "refused_by": refused_by})
        except FailedCallError as error:
            lost = error.reply
        except ModelError as error:
            lost = Reply(text="", failure=str(error) or type(error).__name__)
        # Messages of HTTP clients quote addresses, and some providers take the key in the address.
        return lost.model_copy(update={"failure": redact(lost.failure) or "failed without a reason"})


_: type[ChatModel] = Recorder
