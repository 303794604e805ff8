"""Our chat models and vectors as ragas takes them, so that its calls are recorded, budgeted and replayed like any."""

from __future__ import annotations

from threading import Lock
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm.budget import estimate, length
from memory.embeddings import StaticEmbedder

R = TypeVar("R", bound=BaseModel)


class CountedChat:
    """Asks the judge model for ragas, and adds up what it costs."""

    def __init__(self, chat: ChatModel, seed: int, temperature: float) -> None:
        self.tokens = 0
        self._chat, self._seed, self._temperature = chat, seed, temperature
        self._lock = Lock()

    def ask(self, prompt: str, shape: type[R]) -> R:
        """Raises ModelError where the model fails, or its reply does not fit the shape."""
        call = Call(
            model=self._chat.name,
            role="ragas_judge",
            messages=(Message(role="user", text=prompt),),
            answer_schema=shape.model_json_schema(),
            parameters={"temperature": self._temperature, "seed": self._seed},
        )
        reply = self._chat.ask(call)
        if not reply.cached:
            with self._lock:
                self.tokens += (reply.input_tokens or length(call)) + (reply.output_tokens or estimate(reply.text))
        try:
            return shape.model_validate_json(reply.text)
        except ValidationError as error:
            raise ModelError(f"its reply does not fit {shape.__name__}: {error.error_count()} faults") from None

    def as_ragas(self) -> Any:
        """An `InstructorBaseRagasLLM`; ragas must be importable."""
        from ragas.llms.base import InstructorBaseRagasLLM

        counted = self

        class Model(InstructorBaseRagasLLM):
            def generate(self, prompt: str, response_model: type[R]) -> R:
                return counted.ask(prompt, response_model)

            async def agenerate(self, prompt: str, response_model: type[R]) -> R:
                return counted.ask(prompt, response_model)

        return Model()


class StaticEmbedding:
    """The memory's offline vectors."""

    @staticmethod
    def as_ragas() -> Any:
        """A `BaseRagasEmbedding`; ragas must be importable."""
        from ragas.embeddings.base import BaseRagasEmbedding

        embedder = StaticEmbedder()

        class Embedding(BaseRagasEmbedding):
            def embed_text(self, text: str, **_: object) -> list[float]:
                return [float(value) for value in embedder.embed([text])[0]]

            async def aembed_text(self, text: str, **_: object) -> list[float]:
                return self.embed_text(text)

        return Embedding()
