"""A chat model that says what it was told to say: for tests, examples, and to rehearse a graph without a model."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from threading import Lock

from fks_agents.deps import Call, ChatModel, Hear, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.budget import estimate
from fks_agents.llm.streaming import Telling


class ScriptedChat:
    """Gives the replies in order, or what a function of the call returns; keeps every call in `asked`.

    Replies in order suit one agent at a time; where agents run in parallel, hand in a function of `call.role`.
    Raises ModelError when the script is over, or where a reply is empty, like any other chat model.
    """

    def __init__(self, *replies: str | Callable[[Call], str], name: str = "scripted") -> None:
        self.name = name
        self.asked: list[Call] = []
        self._replies = list(replies)
        self._lock = Lock()
        self._hear: Hear | None = None

    def heard_by(self, hear: Hear) -> ScriptedChat:
        """Tells its replies word by word; script and `asked` are shared."""
        other = copy(self)
        vars(other)["_hear"] = hear
        return other

    def ask(self, call: Call) -> Reply:
        with self._lock:
            self.asked.append(call)
            if not self._replies:
                raise ModelError(f"{self.name}: the script is over; {call.role} asked once more")
            first = self._replies[0]
            said = first if callable(first) else self._replies.pop(0)
        text = said(call) if callable(said) else said
        if not text:
            raise ModelError(f"{self.name}: expected a reply, was empty")
        telling = Telling(self._hear, call)
        for word in text.split(" "):
            telling.wrote(f"{word} ")
        prompt = sum(estimate(message.text) for message in call.messages)
        return Reply(text=text, input_tokens=prompt, output_tokens=estimate(text))


_: type[ChatModel] = ScriptedChat
