"""What a call costs in US dollars, by the price list that comes with genai-prices. Nothing is looked up on the net."""

from __future__ import annotations

from datetime import datetime

from fks_agents.deps import Reply

FREE = frozenset({"rules", "ollama", "local", "recorded"})
"""Models that run on one's own machine; what the machine costs is not counted."""

_LISTED_AS = {
    "google_genai": "google", "google_vertexai": "google", "mistralai": "mistral", "xai": "x-ai",
    "azure_openai": "azure", "azure_ai": "azure", "bedrock": "aws", "bedrock_converse": "aws",
}  # fmt: skip
"""LangChain's name of a provider, where the price list has another."""


class Prices:
    """The list as it is at one moment: some prices change with the hour."""

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at

    def of(self, model: str, input_tokens: int, output_tokens: int) -> float | None:
        """US dollars for so many tokens of `PROVIDER:NAME`; None where the list does not know the model."""
        provider, _, name = model.partition(":")
        if provider in FREE:
            return 0.0
        if self._at is None or not name:
            return None
        from genai_prices import Usage, calc_price

        usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
        try:
            priced = calc_price(
                usage, name, provider_id=_LISTED_AS.get(provider, provider), genai_request_timestamp=self._at
            )
        except LookupError:
            return None
        return float(priced.total_price)

    def knows(self, model: str) -> bool:
        return self.of(model, 1, 1) is not None

    def told(self, model: str, reply: Reply) -> Reply:
        """The reply with what it cost."""
        return reply.model_copy(update={"money": self.of(model, reply.input_tokens, reply.output_tokens)})
