"""One submission, and judge models that see, that see nothing, and that do what the judged text says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

from evaluators import judges
from evaluators.judges import Item, Statement, Submission
from fks_agents.deps import Call
from fks_agents.llm import ScriptedChat

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)

SUBMISSION = Submission(
    statements=(
        Statement("manager.plan", "manager: sell, conviction 0.62. The trend points down.", ()),
        Statement("technical.1", "technical: RSI(14) is 24.1, below 30", ("F12",)),
    ),
    evidence=(Item("F12", "rsi_14 = 24.1 points (1d)"), Item("F3", "close = 2351.1 price (1d)")),
    as_of=AS_OF,
)

PLANTED = tuple(judges.module(name).QUESTION.planted.statement for name in judges.names() if name != "ragas")
"""Faults that are planted among the statements; a judge that sees lists the one it is shown."""

_LABELLED = re.compile(r"^(S\d+): (.*?)(?: \[[^\]]*\])?$", re.MULTILINE)


def shown(call: Call) -> dict[str, str]:
    """Label of each statement in the prompt, and its words."""
    return dict(_LABELLED.findall(call.messages[-1].text))


def verdict(
    faulty: list[str], score: float = 0.9, reason: str = "looked at each", evidence: tuple[str, ...] = ()
) -> str:
    return json.dumps({"reason": reason, "evidence": list(evidence), "faulty": faulty, "score": score})


def finds(is_faulty: Callable[[str], bool] = lambda _: False, *, score: float = 0.9) -> Callable[[Call], str]:
    """A judge that lists the planted fault, and every statement of which `is_faulty` holds."""

    def reply(call: Call) -> str:
        faulty = [label for label, text in shown(call).items() if text in PLANTED or is_faulty(text)]
        return verdict(faulty, score)

    return reply


def chat(reply: str | Callable[[Call], str], name: str = "test:judge") -> ScriptedChat:
    return ScriptedChat(reply if callable(reply) else lambda _: reply, name=name)
