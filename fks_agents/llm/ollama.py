"""A model served by Ollama: answers constrained to the JSON schema while they are decoded, never tool calls.

Ollama drops the beginning of a prompt that does not fit its context, and says nothing. So the context is set by us,
kept within what the server says the model can read, and what the server counted is compared with what was sent.
"""

from __future__ import annotations

from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm.budget import estimate
from fks_agents.llm.grammar import bounded
from fks_agents.llm.langchain import messages_of, reply_of
from fks_agents.llm.replies import failed
from fks_agents.llm.structured import LONGEST
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk
    from ollama import ShowResponse

THOUGHTS = 3
"""A thinking model's thoughts may be this many times as long as its answer; both count against one limit."""

LONGEST_SHOW = 10.0
"""Seconds the server may take to describe a model."""

SHORTENED = 0.5
"""Counted tokens / estimated tokens below which a prompt was not read whole; tokenizers differ by far less."""


class Described(NamedTuple):
    """What the server says of a model."""

    context: int | None
    """The longest context it can be given; None where the server does not say."""
    can_think: bool


def open_ollama(name: str, settings: Settings) -> ChatModel:
    """`ollama:NAME`; raises ConfigError where the client package is missing. The server is only met by `preflight`."""
    try:
        import langchain_ollama  # noqa: F401
    except ImportError as error:
        raise ConfigError(f"model {name!r} needs langchain-ollama: pip install 'fks-agents[ollama]'") from error
    return OllamaChat(name, settings)


class OllamaChat:
    """One model of the Ollama server at `OLLAMA_HOST` (its client reads that), by default on this machine."""

    def __init__(self, name: str, settings: Settings) -> None:
        from langchain_ollama import ChatOllama

        self.name = name
        self._model = name.removeprefix("ollama:")
        self._settings = settings
        self._chat = ChatOllama(
            model=self._model,
            keep_alive=settings.model_keep_alive,
            client_kwargs={"timeout": settings.model_timeout},
        )

    def preflight(self) -> None:
        """Raises ConfigError where the server does not run or the model was not pulled, with the command that helps."""
        import httpx
        import ollama

        try:
            self._described  # noqa: B018  asking is the point
        except httpx.TimeoutException as error:
            raise ConfigError(f"model {self.name!r}: Ollama runs but does not answer; see `ollama ps`") from error
        except (ConnectionError, httpx.TransportError) as error:
            raise ConfigError(f"model {self.name!r}: Ollama is not running; start it with `ollama serve`") from error
        except ollama.ResponseError as error:
            if error.status_code == httpx.codes.NOT_FOUND:
                raise ConfigError(
                    f"model {self.name!r} is not there yet; get it with `ollama pull {self._model}`"
                ) from error
            raise ConfigError(
                f"model {self.name!r}: Ollama answered {error.status_code}: {error.error[:200]}"
            ) from error
        except ValueError as error:
            raise ConfigError(f"model {self.name!r}: expected Ollama's API, was something else") from error

    def ask(self, call: Call) -> Reply:
        started = perf_counter()
        try:
            self._fits(call)
            whole = self._gather(call, started)
        except ModelError:
            raise
        except Exception as error:
            # httpx, ollama and pydantic errors alike: a failed call, with its reason.
            raise failed(self.name, call, error) from error
        if whole is not None and not whole.response_metadata.get("done"):
            raise ModelError(f"{self.name}: the reply to {call.role} broke off after {len(whole.text)} characters")
        reply = reply_of(self.name, call, whole, perf_counter() - started)
        self._was_read_whole(call, reply)
        return reply

    @cached_property
    def _described(self) -> Described:
        import ollama

        client = ollama.Client(timeout=min(self._settings.model_timeout, LONGEST_SHOW))
        shown: ShowResponse = client.show(self._model)
        lengths = [value for key, value in (shown.modelinfo or {}).items() if key.endswith(".context_length")]
        return Described(lengths[0] if lengths else None, "thinking" in (shown.capabilities or ()))

    @property
    def _thinks(self) -> bool:
        return self._settings.model_thinking and self._described.can_think

    @property
    def _answer(self) -> int:
        """Tokens that may be decoded."""
        return self._settings.max_answer_tokens * (1 + THOUGHTS if self._thinks else 1)

    @property
    def _context(self) -> int:
        """Tokens of prompt and answer together that the model is given."""
        settings = self._settings
        # The replies that were refused and shown to the model again, and the one it is writing.
        repairs = (settings.model_attempts - 1) * settings.max_answer_tokens
        wanted = settings.model_context or settings.max_prompt_tokens + repairs + self._answer
        return min(wanted, self._described.context or wanted)

    def _fits(self, call: Call) -> None:
        prompt = _tokens(call)
        if prompt + self._answer > self._context:
            raise ModelError(
                f"{self.name}: the prompt of {call.role} (about {prompt} tokens) and an answer of at most "
                f"{self._answer} do not fit the context of {self._context}; lower max_prompt_tokens or "
                "max_answer_tokens"
            )

    def _was_read_whole(self, call: Call, reply: Reply) -> None:
        """Raises ModelError where the server counted too few tokens, or so many that it had to drop some."""
        sent, counted = _tokens(call), reply.input_tokens
        if 0 < counted < SHORTENED * sent:
            raise ModelError(
                f"{self.name}: the prompt of {call.role} was shortened: about {sent} tokens sent, {counted} read"
            )
        if counted + reply.output_tokens >= self._context:
            raise ModelError(
                f"{self.name}: the prompt of {call.role} may have been shortened: {counted} tokens read and "
                f"{reply.output_tokens} written fill the context of {self._context}"
            )

    def _gather(self, call: Call, started: float) -> AIMessageChunk | None:
        seconds = self._settings.model_timeout
        options: dict[str, Any] = {
            "temperature": call.parameters.get("temperature", self._settings.temperature),
            "seed": call.parameters.get("seed", self._settings.seed),
            "num_predict": self._answer,
            "num_ctx": self._context,
        }
        whole: AIMessageChunk | None = None
        for chunk in self._chat.stream(
            messages_of(call), format=bounded(call.answer_schema), options=options, reasoning=self._thinks
        ):
            whole = chunk if whole is None else whole + chunk
            if perf_counter() - started > seconds:
                raise ModelError(f"{self.name}: {call.role} waited {seconds:g} s for a reply that did not end")
            if len(whole.text) > LONGEST:
                raise ModelError(f"{self.name}: expected at most {LONGEST} characters for {call.role}, was more")
        return whole


def _tokens(call: Call) -> int:
    return sum(estimate(message.text) for message in call.messages)


_: type[ChatModel] = OllamaChat
