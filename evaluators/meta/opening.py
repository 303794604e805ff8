"""Judges by name: `checker`, or a judge of `evaluators.judges` with the models that the settings name."""

from __future__ import annotations

from typing import Literal

from evaluators import judges
from evaluators.judges import Means
from evaluators.meta.checker import Checker
from evaluators.meta.judging import Judge
from evaluators.meta.models import ModelJudge
from fks_agents import llm
from fks_agents.deps import ChatModel, Library
from fks_agents.errors import UsageError
from fks_agents.settings import Settings

CHECKER = "checker"
DEFAULT = "factual_consistency"
"""Asked where a model is configured and no judge is named."""

MOST_TOKENS = 4_000
"""Of one call; asked in two orders, a judge stays within 8,000."""

_ROLES: tuple[Literal["judge", "judge_2", "judge_3"], ...] = ("judge", "judge_2", "judge_3")


def open_judge(name: str, settings: Settings, *, library: Library | None = None) -> Judge:
    """Raises UsageError for an unknown name, ConfigError or ModelError where its models cannot be reached."""
    if name == CHECKER:
        return Checker()
    if name not in judges.names():
        raise UsageError(f"unknown judge {name!r}; expected one of {', '.join((CHECKER, *judges.names()))}")
    chats = tuple(chat for role in _ROLES if (chat := _chat(settings, role)) is not None)
    if "chat" in judges.needs(name) and not chats:
        raise UsageError(f"judge {name!r} asks a model, and none is configured: give --model or set model_judge")
    if "library" in judges.needs(name) and library is None:
        raise UsageError(f"judge {name!r} cites documents, and none are at hand: set knowledge to their folder")
    means = Means(
        chats=chats, library=library, seed=settings.seed, temperature=settings.temperature, most_tokens=MOST_TOKENS
    )
    return ModelJudge(name, means)


def default(settings: Settings) -> str:
    """The checker, unless a judge's model is configured."""
    return CHECKER if settings.named_model("judge") == "rules" else DEFAULT


def _chat(settings: Settings, role: Literal["judge", "judge_2", "judge_3"]) -> ChatModel | None:
    chat = llm.open_chat(settings.named_model(role), settings)
    llm.preflight(chat)
    return chat
