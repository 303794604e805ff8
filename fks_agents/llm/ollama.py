"""A model served by Ollama: answers constrained to the JSON schema while they are decoded, never tool calls.

Ollama drops the beginning of a prompt that does not fit its context, and says nothing. So the context is set by us,
kept within what the server says the model can read, and what the server counted is compared with what was sent.
"""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from fks_agents.deps import Call, ChatModel, Hear, Reply
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm.budget import estimate
from fks_agents.llm.capabilities import Capabilities
from fks_agents.llm.endpoints import EndpointError, Endpoints, Servers
from fks_agents.llm.grammar import bounded
from fks_agents.llm.langchain import messages_of, reply_of, thought
from fks_agents.llm.replies import failed
from fks_agents.llm.served import Served
from fks_agents.llm.streaming import Telling
from fks_agents.llm.structured import LONGEST
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

THOUGHTS = 3
"""A thinking model's thoughts may be this many times as long as its answer; both count against one limit."""

SHORTENED = 0.5
"""Counted tokens / estimated tokens below which a prompt was not read whole; tokenizers differ by far less."""

BAD_REQUEST = 400
"""Not the server's fault: another one would say the same."""


def open_ollama(name: str, settings: Settings, servers: Servers) -> ChatModel:
    """`ollama:NAME`; raises ConfigError where the client package is missing. A server is only met by `preflight`."""
    try:
        import langchain_ollama  # noqa: F401
    except ImportError as error:
        raise ConfigError(f"model {name!r} needs langchain-ollama: pip install 'fks-agents[ollama]'") from error
    return OllamaChat(Served(name, servers.of(name, settings), settings), settings)


class OllamaChat:
    """One model of the Ollama servers in `model_endpoints`; of the one at `OLLAMA_HOST` where there are none."""

    def __init__(self, served: Served, settings: Settings, hear: Hear | None = None) -> None:
        self.name = served.name
        self._served = served
        self._settings = settings
        self._hear = hear

    @property
    def endpoints(self) -> Endpoints:
        return self._served.endpoints

    def preflight(self) -> None:
        """Raises ConfigError where no server runs or the model was not pulled, with the command that helps."""
        self._served.preflight()

    def capabilities(self) -> Capabilities:
        self.preflight()
        return self._served.capabilities

    def heard_by(self, hear: Hear) -> OllamaChat:
        return OllamaChat(self._served, self._settings, hear)

    def ask(self, call: Call) -> Reply:
        """Of the server that is free; where one fails, of the next, within `model_timeout` in all."""
        attempt = partial(self._asked, call, Telling(self._hear, call))
        return self._served.endpoints.ask(attempt, self._served.probe, self._settings.model_timeout)

    def _asked(self, call: Call, telling: Telling, address: str, started: float) -> Reply:
        telling.begin()
        try:
            self._fits(call)
            whole = self._gather(call, telling, address, started)
        except ModelError:
            raise
        except Exception as error:
            # httpx, ollama and pydantic errors alike: a failed call, with its reason.
            is_ours = getattr(error, "status_code", None) == BAD_REQUEST
            raise failed(self.name, call, error, ModelError if is_ours else EndpointError) from error
        if whole is not None and not whole.response_metadata.get("done"):
            raise EndpointError(f"{self.name}: the reply to {call.role} broke off after {len(whole.text)} characters")
        reply = reply_of(self.name, call, whole, perf_counter() - started, address)
        self._was_read_whole(call, reply)
        return reply

    @property
    def _thinks(self) -> bool:
        return self._settings.model_thinking and bool(self._served.capabilities.thinking)

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
        return min(wanted, self._served.capabilities.context or wanted)

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

    def _gather(self, call: Call, telling: Telling, address: str, started: float) -> AIMessageChunk | None:
        seconds = self._settings.model_timeout
        options: dict[str, Any] = {
            "temperature": call.parameters.get("temperature", self._settings.temperature),
            "seed": call.parameters.get("seed", self._settings.seed),
            "num_predict": self._answer,
            "num_ctx": self._context,
        }
        whole: AIMessageChunk | None = None
        for chunk in self._served.at(address).stream(
            messages_of(call), format=bounded(call.answer_schema), options=options, reasoning=self._thinks
        ):
            whole = chunk if whole is None else whole + chunk
            telling.wrote(chunk.text, thought(chunk))
            if perf_counter() - started > seconds:
                raise EndpointError(f"{self.name}: {call.role} waited {seconds:g} s for a reply that did not end")
            if len(whole.text) > LONGEST:
                raise ModelError(f"{self.name}: expected at most {LONGEST} characters for {call.role}, was more")
        return whole


def _tokens(call: Call) -> int:
    return sum(estimate(message.text) for message in call.messages)


_: type[ChatModel] = OllamaChat
