"""What models write, as events of the desk, while it is written: by LangGraph's own custom stream, so that they come in
order and on the thread that runs the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fks_agents.deps import Piece


def tell(piece: Piece) -> None:
    """Into the stream of the graph whose node asks; called from that node, as it has to be."""
    from langgraph.config import get_stream_writer

    get_stream_writer()(piece)


def event(piece: Piece) -> tuple[str, Mapping[str, Any]]:
    """`token`: words of a reply that is being written; `reply`: it is whole, or it failed and those words are void."""
    told: dict[str, Any] = {"role": piece.role, "call": piece.key}
    if piece.reply is None:
        return "token", told | {"text": piece.text, "reasoning": piece.reasoning, "is_first": piece.is_first}
    return "reply", told | piece.reply.model_dump(exclude={"text", "reasoning"})
