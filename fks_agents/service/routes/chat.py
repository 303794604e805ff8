"""A desk for chat clients that speak OpenAI's API: the last message names a symbol, the answer is the gated decision.

What a person can put right by writing another message is told as an answer; everything else is refused as elsewhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from fks_agents.contracts import Cycle
from fks_agents.errors import DataError, FksError, UsageError
from fks_agents.service.inputs import Key
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.reading import read
from fks_agents.service.routes.runs import Question, asked, made
from fks_agents.service.state import Held, Service

router = APIRouter(tags=["chat"])

MODEL = "fks-desk"


class Part(BaseModel):
    type: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=20_000)] = ""


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=100_000)] | Annotated[list[Part], Field(max_length=100)] | None = None

    @property
    def words(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class Talk(BaseModel):
    """As clients send it; what is not named here (temperature, tools, ...) changes nothing."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": MODEL, "messages": [{"role": "user", "content": "SPX"}]}]}
    )

    model: Annotated[str, Field(min_length=1, max_length=100)]
    messages: Annotated[list[Message], Field(min_length=1, max_length=1_000)]
    stream: bool | None = False
    n: Annotated[int, Field(ge=1, le=1)] | None = 1


class Said(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    index: Literal[0] = 0
    message: Said
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Tokens(BaseModel):
    """Of the models behind the decision; 0 where rules decided."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class Completion(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Tokens


class Model(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "fks-agents"


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


@router.get("/models", responses=documented())
def models(person: Annotated[Person, viewer()]) -> Models:
    """The one model there is: this desk."""
    del person
    return Models(data=[Model(id=MODEL)])


@router.get("/models/{model}", responses=documented(404, 422))
def model(model: str, person: Annotated[Person, viewer()]) -> Model:
    del person
    _is_ours(model)
    return Model(id=MODEL)


@router.post(
    "/chat/completions",
    response_model=Completion,
    responses={
        200: {
            "description": "The decision in words; with `stream`, in pieces as server-sent events",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **documented(400, 404, 409, 422, 429, 503),
    },
)
async def complete(held: Held, talk: Talk, person: Annotated[Person, trader()], key: Key = None) -> Response:
    """Decide on the symbol that the last message of the user names, and tell the decision in words."""
    _is_ours(talk.model)
    created = int(held.desk.clock.now().timestamp())
    try:
        decision_id = await asked(held, await asyncio.to_thread(_question, held, talk), person, key)
    except (UsageError, DataError) as error:
        whole = _completion("none", created, str(error), Tokens())
        return _streamed(whole) if talk.stream else JSONResponse(whole.model_dump())
    if talk.stream:
        return StreamingResponse(_pieces(held, decision_id, created), media_type="text/event-stream")
    cycle = await made(held, decision_id)
    return JSONResponse(_completion(cycle.id, created, told(cycle), _tokens(cycle)).model_dump())


def told(cycle: Cycle) -> str:
    """The decision in plain text, with what a person can do about it."""
    waits = "\n\nIt waits for a person: approve or reject it." if cycle.status == "needs_approval" else ""
    return cycle.explain() + waits


def _question(held: Service, talk: Talk) -> Question:
    last = next((message for message in reversed(talk.messages) if message.role == "user"), None)
    if last is None:
        raise Problem(422, "messages: expected one of the user, was none")
    meant = read(last.words, held.desk.feeds(held.settings).market.symbols())
    return Question(symbol=meant.symbol, timeframe=meant.timeframe, as_of=meant.as_of)


def _is_ours(name: str) -> None:
    if name != MODEL:
        raise Problem(404, f"unknown model {name[:60]!r}; expected {MODEL!r}")


def _tokens(cycle: Cycle) -> Tokens:
    read_, written = (
        sum(getattr(one, name) for one in cycle.usage.spent) for name in ("input_tokens", "output_tokens")
    )  # fmt: skip
    return Tokens(prompt_tokens=read_, completion_tokens=written, total_tokens=read_ + written)


def _completion(name: str, created: int, text: str, tokens: Tokens) -> Completion:
    choice = Choice(message=Said(content=text))
    return Completion(id=f"chatcmpl-{name}", created=created, model=MODEL, choices=[choice], usage=tokens)


def _streamed(whole: Completion) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        for piece in _lines(whole.id, whole.created, whole.choices[0].message.content):
            yield piece

    return StreamingResponse(pieces(), media_type="text/event-stream")


async def _pieces(held: Service, decision_id: str, created: int) -> AsyncIterator[str]:
    """The first piece at once, so that a client knows it is heard; then the words, line by line."""
    name = f"chatcmpl-{decision_id}"
    yield _piece(name, created, {"role": "assistant", "content": ""})
    try:
        text = told(await made(held, decision_id))
    except (FksError, Problem) as error:
        text = f"{error}\n\nDecision {decision_id}."
    for piece in _lines(name, created, text):
        yield piece


def _lines(name: str, created: int, text: str) -> list[str]:
    """Server-sent events: the words, that they are over, and the mark at which clients stop reading."""
    words = [_piece(name, created, {"content": line}) for line in text.splitlines(keepends=True)]
    return [*words, _piece(name, created, {}, finish="stop"), "data: [DONE]\n\n"]


def _piece(name: str, created: int, delta: dict[str, str], finish: str | None = None) -> str:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {
        "id": name, "object": "chat.completion.chunk", "created": created, "model": MODEL, "choices": [choice],
    }  # fmt: skip
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
