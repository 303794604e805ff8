"""The one path on which a model speaks: facts and prior in, a checked answer out.

The prompt holds a table of facts, the rules view as a prior, and what others wrote between fences. The answer's claims
are recomputed at once; where one fails, the model is shown the failing checks and answers once more. What still fails
then stays, for the gate to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar

import prompts
from evaluators.rules import check_claims
from fks_agents.agents.answers import Said, citing, numbered
from fks_agents.agents.consulting import consulted
from fks_agents.agents.passing import Gates
from fks_agents.agents.support import marked
from fks_agents.contracts import Check, Claim, Fact, Snapshot, ToolUse
from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm.budget import estimate
from fks_agents.llm.canary import Watched, mark_of
from fks_agents.llm.gates import GateError
from fks_agents.llm.structured import ask, schema_of, within
from fks_agents.settings import Settings
from fks_agents.toolset import Toolset

SYSTEM = "evidence/v3"

GIVES_WAY = ("lessons", "headlines", "documents", "research")
"""Sections of a prompt that are left out where it is too long, the least important first; then facts, from the last."""
LEFT_OUT = "(left out to keep the prompt short)"

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
    gates: Gates,
    also: Callable[[A], tuple[Check, ...]] = lambda _: (),
    tools: Toolset | None = None,
) -> Speech[A]:
    """Ask the role's prompt; `facts` are shown, most important first.

    Claims are checked against the whole snapshot, and `also` gives failing checks of what only this role answers. With
    `tools` the model may call some before it answers. `gates` is told where a prompt or a conversation did not fit, and
    what could not be read.

    Raises ModelError where no readable answer is to be had, or one that gives the instructions away.
    """
    prompt, told = prompts.newest(role), prompts.load(SYSTEM)
    mark = _mark(Same(snapshot))
    system, chat = told.render(canary=mark), Watched(chat, mark)
    text, given_up = fitted(
        lambda shown: prompt.render(**_common(snapshot), **shown),
        values,
        facts,
        settings.max_prompt_tokens - estimate(system),
    )
    if given_up:
        gates.bit("prompt", "trimmed", f"left out to keep the prompt short: {', '.join(given_up)}")
    call = Call(
        model=chat.name,
        role=role,
        messages=(Message(role="system", text=system), Message(role="user", text=text)),
        answer_schema=citing(schema_of(shape), [fact.id for fact in (facts if tools is None else snapshot.facts)]),
        parameters={"temperature": settings.temperature, "seed": settings.seed},
    )
    call, uses = consulted(chat, call, tools, settings)
    heard = partial(
        ask, attempts=settings.model_attempts, most=settings.max_prompt_tokens,
        repairing=lambda fault: gates.bit("attempts", "repaired", fault),
    )  # fmt: skip
    answer, asked = heard(chat, call, shape)
    claims = marked(numbered(role, answer.claims, first_claim), snapshot)
    caught = (*failing(claims, snapshot), *also(answer))
    if caught:
        try:
            again = within(
                settings.max_prompt_tokens, *(_corrected(said, caught) for said in (asked, _last(call, asked)))
            )
        except GateError as error:
            gates.bit("prompt", "trimmed", f"failing checks could not be shown: {error}")
        else:
            answer, _ = heard(chat, again, shape)
        claims = marked(numbered(role, answer.claims, first_claim), snapshot)
    digest = sha256(f"{told.text}\n{prompt.text}".encode()).hexdigest()[:16]
    return Speech(answer, claims, caught, f"{prompt.name}@{digest}", uses)


class Same:
    """One snapshot, told from others by being it: its digest takes longer than a look at its address."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.snapshot is other.snapshot

    def __hash__(self) -> int:
        return id(self.snapshot)


@lru_cache(maxsize=8)
def _mark(same: Same) -> str:
    return mark_of(same.snapshot.digest)


def failing(claims: Sequence[Claim], snapshot: Snapshot) -> tuple[Check, ...]:
    """The checks that do not pass: what cannot be understood would keep the gate shut just as what is wrong."""
    return tuple(check for check in check_claims(claims, snapshot.facts) if check.outcome != "pass")


def fitted(
    render: Callable[[Mapping[str, str]], str], values: Mapping[str, str], facts: Sequence[Fact], most: int
) -> tuple[str, tuple[str, ...]]:
    """The prompt within `most` tokens, and what gave way for that: first the sections of `GIVES_WAY`, one after the
    other, then facts from the last. Raises GateError where even that would not do."""
    shown, rows, given_up = dict(values), [row(fact) for fact in facts], list[str]()
    whole = "\n".join(rows) or "none"
    text = render({**shown, "facts": whole})
    for section in (name for name in GIVES_WAY if len(shown.get(name, "")) > len(LEFT_OUT)):
        if estimate(text) <= most:
            break
        shown[section] = LEFT_OUT
        given_up.append(section)
        text = render({**shown, "facts": whole})
    kept = len(rows)
    while estimate(text) > most and kept > 0:
        kept -= 1
        note = f"({len(rows) - kept} facts left out to keep the prompt short)"
        text = render({**shown, "facts": "\n".join([*rows[:kept], note])})
    if estimate(text) > most:
        reason = f"prompt too long: expected at most {most} tokens without any fact, was {estimate(text)}"
        raise GateError("prompt", reason)
    return text, (*given_up, *([f"{len(rows) - kept} of {len(rows)} facts"] if kept < len(rows) else []))


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


def _last(call: Call, asked: Call) -> Call:
    """The question and the last thing that was said to it."""
    return call.model_copy(update={"messages": (*call.messages, asked.messages[-1])})


def _corrected(asked: Call, caught: Sequence[Check]) -> Call:
    lines = [f"- {check.subject}: {check.reason}" for check in caught]
    told = (
        "These checks of your claims failed:\n" + "\n".join(lines) + "\nAnswer again, corrected, with the same schema."
    )
    return asked.model_copy(update={"messages": (*asked.messages, Message(role="user", text=told))})


def fallback_name(model: str, error: ModelError) -> str:
    """How a rules view is marked that stands in for a failed model."""
    return f"rules (after {model} failed: {error})"
