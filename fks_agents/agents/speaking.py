"""The one path on which a model speaks: facts and prior in, a checked answer out.

The prompt holds a table of facts, the rules view as a prior, and what others wrote between fences. The answer's claims
are recomputed at once; where one fails, the model is shown the failing checks and answers once more. What still fails
then stays, for the gate to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar

import prompts
from evaluators.rules import check_claims
from fks_agents.agents.answers import Said, numbered
from fks_agents.agents.consulting import consulted
from fks_agents.agents.support import marked
from fks_agents.contracts import Check, Claim, Fact, Snapshot, ToolUse
from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm.budget import estimate
from fks_agents.llm.canary import Watched, mark_of
from fks_agents.llm.structured import ask, schema_of
from fks_agents.settings import Settings
from fks_agents.toolset import Toolset

SYSTEM = "evidence/v3"

A = TypeVar("A", bound=Said)


class Speech(NamedTuple, Generic[A]):
    """An answer with its claims numbered, and what was wrong with the first version."""

    answer: A
    claims: tuple[Claim, ...]
    caught: tuple[Check, ...]
    prompt: str
    tools: tuple[ToolUse, ...] = ()


def speak(
    chat: ChatModel,
    settings: Settings,
    role: str,
    shape: type[A],
    values: Mapping[str, str],
    *,
    facts: Sequence[Fact],
    snapshot: Snapshot,
    first_claim: int = 1,
    also: Callable[[A], tuple[Check, ...]] = lambda _: (),
    tools: Toolset | None = None,
) -> Speech[A]:
    """Ask the role's prompt; `facts` are shown, most important first.

    Claims are checked against the whole snapshot, and `also` gives failing checks of what only this role answers. With
    `tools` the model may call some before it answers.

    Raises ModelError where no readable answer is to be had, or one that gives the instructions away.
    """
    prompt, told = prompts.newest(role), prompts.load(SYSTEM)
    mark = mark_of(snapshot.digest)
    system, chat = told.render(canary=mark), Watched(chat, mark)
    text = fitted(
        lambda table: prompt.render(facts=table, **_common(snapshot), **values),
        facts,
        settings.max_prompt_tokens - estimate(system),
    )
    call = Call(
        model=chat.name,
        role=role,
        messages=(Message(role="system", text=system), Message(role="user", text=text)),
        answer_schema=schema_of(shape),
        parameters={"temperature": settings.temperature, "seed": settings.seed},
    )
    call, uses = consulted(chat, call, tools, settings)
    answer, asked = ask(chat, call, shape, settings.model_attempts)
    claims = marked(numbered(role, answer.claims, first_claim), snapshot)
    caught = (*failing(claims, snapshot), *also(answer))
    if caught:
        answer, _ = ask(chat, _corrected(asked, caught), shape, settings.model_attempts)
        claims = marked(numbered(role, answer.claims, first_claim), snapshot)
    digest = sha256(f"{told.text}\n{prompt.text}".encode()).hexdigest()[:16]
    return Speech(answer, claims, caught, f"{prompt.name}@{digest}", uses)


def failing(claims: Sequence[Claim], snapshot: Snapshot) -> tuple[Check, ...]:
    """The checks that do not pass: what cannot be understood would keep the gate shut just as what is wrong."""
    return tuple(check for check in check_claims(claims, snapshot.facts) if check.outcome != "pass")


def fitted(render: Callable[[str], str], facts: Sequence[Fact], most: int) -> str:
    """The prompt with as many facts, from the first, as keep it within `most` tokens; raises ModelError where even none
    would do."""
    rows = [row(fact) for fact in facts]
    for kept in range(len(rows), -1, -1):
        left_out = len(rows) - kept
        note = [f"({left_out} facts left out to keep the prompt short)"] if left_out else []
        text = render("\n".join([*rows[:kept], *note]) or "none")
        if estimate(text) <= most:
            return text
    raise ModelError(f"prompt too long: expected at most {most} tokens without any fact, was {estimate(text)}")


def row(fact: Fact) -> str:
    """One line of the table: id | name | value unit | timeframe."""
    value = fact.value if isinstance(fact.value, str) else f"{fact.value:.6g}"
    return f"{fact.id} | {fact.name} | {value} {fact.unit} | {fact.timeframe or '-'}"


def stated(claims: Sequence[Claim]) -> str:
    """Claims as a prompt shows them; their words may be a model's, so they stand in a fence."""
    lines = [f"{claim.id} ({claim.direction}): {claim.text} [{', '.join(claim.fact_ids)}]" for claim in claims]
    return prompts.fence("statement", "\n".join(lines)) if lines else "nothing"


def ordered(snapshot: Snapshot, names: Sequence[str], cited: Sequence[str] = ()) -> tuple[Fact, ...]:
    """Facts by importance: first those cited by id, then those named, the snapshot's own timeframe before others."""
    rank = {name: n for n, name in enumerate(names)}
    first = [fact for fact in snapshot.facts if fact.id in set(cited)]
    rest = [fact for fact in snapshot.facts if fact.name in rank and fact.id not in set(cited)]
    rest.sort(key=lambda fact: (fact.timeframe not in (None, snapshot.timeframe), rank[fact.name]))
    return (*first, *rest)


def _common(snapshot: Snapshot) -> dict[str, str]:
    return {
        "symbol": prompts.name(snapshot.symbol),
        "timeframe": snapshot.timeframe,
        "as_of": snapshot.as_of.isoformat(),
        "regime": snapshot.regime,
    }


def _corrected(asked: Call, caught: Sequence[Check]) -> Call:
    lines = [f"- {check.subject}: {check.reason}" for check in caught]
    told = (
        "These checks of your claims failed:\n" + "\n".join(lines) + "\nAnswer again, corrected, with the same schema."
    )
    return asked.model_copy(update={"messages": (*asked.messages, Message(role="user", text=told))})


def fallback_name(model: str, error: ModelError) -> str:
    """How a rules view is marked that stands in for a failed model."""
    return f"rules (after {model} failed: {error})"
