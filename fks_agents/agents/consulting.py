"""Looking things up before answering: at each step the model chooses a tool or to answer, in JSON of one schema.

It ends by itself after `max_tool_calls`, where a call is made again, where the prompt is full, and with an error after
`max_tool_seconds`. Then the model is asked for its answer under its role's own schema, which knows no tool.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import Field, JsonValue

import prompts
from fks_agents.catalogue import Tool
from fks_agents.contracts import ToolUse
from fks_agents.deps import Call, ChatModel, Message, Reply
from fks_agents.errors import ModelError, RefusedError, UsageError
from fks_agents.llm.budget import estimate
from fks_agents.llm.structured import Answer, ask
from fks_agents.settings import Settings
from fks_agents.toolset import Meter, Toolset, schema_of

PROMPT = "tools/v1"
ANSWER = "answer"
ANSWER_NOW = "Now give your answer: one JSON object that fits the schema of your role."


class Choice(Answer):
    tool: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)


class _Timed:
    """A chat model that adds up how long its replies took, as they are on record."""

    def __init__(self, chat: ChatModel) -> None:
        self.name = chat.name
        self.seconds = 0.0
        self._chat = chat

    def ask(self, call: Call) -> Reply:
        reply = self._chat.ask(call)
        self.seconds += reply.seconds
        return reply


def consulted(
    chat: ChatModel, call: Call, tools: Toolset | None, settings: Settings
) -> tuple[Call, tuple[ToolUse, ...]]:
    """The call after what the model looked up, ready for its answer; unchanged without tools.

    Raises ModelError where the model makes no readable choice, or takes too long over it.
    """
    if tools is None or settings.max_tool_calls == 0 or not tools.names:
        return call, ()
    meter, timed, room = Meter(tools, settings.max_tool_calls), _Timed(chat), settings.max_prompt_tokens
    asked = _offered(call, meter)
    if _tokens(asked.messages) > room:
        return call, ()
    while meter.left > 0:
        choice, asked = ask(timed, asked, Choice, settings.model_attempts)
        if timed.seconds > settings.max_tool_seconds:
            raise ModelError(
                f"{chat.name}: {call.role} took {timed.seconds:.0f} s over {len(meter.uses)} tool calls, at most "
                f"{settings.max_tool_seconds:g} s are allowed"
            )
        if choice.tool == ANSWER:
            break
        try:
            result = prompts.fence("tool", meter.use(choice.tool, choice.arguments).result)
        except RefusedError:
            break
        except UsageError as error:
            result = str(error)
        told = Message(role="user", text=f"{result}\n{meter.left} of {meter.most} calls are left.")
        if _tokens((*asked.messages, told)) > room:
            meter.uses.pop()
            break
        asked = asked.model_copy(update={"messages": (*asked.messages, told)})
    return _answerable(asked, call), tuple(meter.uses)


def _offered(call: Call, meter: Meter) -> Call:
    tools = meter.toolset.tools()
    lines = [f"- {tool.name}: {tool.text} Arguments: {json.dumps(schema_of(tool)['properties'])}" for tool in tools]
    told = prompts.load(PROMPT).render(most=meter.most, tools="\n".join(lines))
    *before, last = call.messages
    choices: list[JsonValue] = [choice_of(tool) for tool in tools]
    return call.model_copy(
        update={
            "messages": (*before, Message(role=last.role, text=f"{last.text}\n\n{told}")),
            "answer_schema": {"title": "choice", "anyOf": [_choice(ANSWER, None), *choices]},
        }
    )


def choice_of(tool: Tool) -> JsonValue:
    """JSON schema of a call of that tool."""
    return _choice(tool.name, schema_of(tool))


def _choice(name: str, arguments: dict[str, JsonValue] | None) -> JsonValue:
    properties: dict[str, JsonValue] = {"tool": {"type": "string", "enum": [name]}}
    if arguments is not None:
        properties["arguments"] = arguments
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _answerable(asked: Call, call: Call) -> Call:
    """The conversation so far, under the role's own schema; where the model spoke last it is asked once more."""
    if asked.messages[-1].role == "assistant":
        asked = asked.model_copy(update={"messages": (*asked.messages, Message(role="user", text=ANSWER_NOW))})
    else:
        *before, last = asked.messages
        asked = asked.model_copy(
            update={"messages": (*before, Message(role="user", text=f"{last.text}\n{ANSWER_NOW}"))}
        )
    return asked.model_copy(update={"answer_schema": call.answer_schema})


def _tokens(messages: Iterable[Message]) -> int:
    return sum(estimate(message.text) for message in messages)
