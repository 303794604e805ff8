"""What a tool may read, and the form of what it gives back. Values only: nothing here can act."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, JsonValue

from fks_agents.bars import Bars
from fks_agents.contracts import Fact, Lesson, Snapshot

LONGEST = 4_000
"""Characters of one result; what comes later in it is left out, and the result says so."""

MOST_FACTS = 24


class Question(BaseModel):
    """What a tool is asked: exactly these fields, all of them, of exactly these types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class View:
    """One moment, as one agent may see it: the snapshot, the bars behind it, the agent's own lessons."""

    snapshot: Snapshot
    bars: tuple[Bars, ...] = ()
    """None closed after `as_of` of the snapshot."""
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """Facts may be quoted by their ids. Everything else is there to look at: a claim about it cannot be recomputed, and
    the gate refuses it."""

    facts: tuple[Fact, ...] = ()
    other: Mapping[str, JsonValue] = field(default_factory=dict)

    def shown(self) -> tuple[str, tuple[str, ...]]:
        """One JSON object of at most `LONGEST` characters, and the ids of the facts in it."""
        facts, other = list(self.facts[:MOST_FACTS]), dict(self.other)
        while len(text := self._text(facts, other)) > LONGEST and (facts or other):
            # The largest list gives way by its last entry, so that many small things do not crowd out the rest.
            longest = max((key for key, value in other.items() if isinstance(value, list) and value), default=None,
                          key=lambda key: len(json.dumps(other[key])))  # fmt: skip
            if longest is not None:
                kept = other[longest]
                assert isinstance(kept, list)
                other[longest] = kept[:-1]
            elif facts:
                facts.pop()
            else:
                other.popitem()
        return text, tuple(fact.id for fact in facts)

    def _text(self, facts: list[Fact], other: Mapping[str, JsonValue]) -> str:
        shown: dict[str, JsonValue] = {"facts": [row(fact) for fact in facts], "not_quotable": dict(other)}
        if len(facts) < len(self.facts) or any(other.get(key) != value for key, value in self.other.items()):
            shown["note"] = "more was left out to keep this short"
        return json.dumps(shown, ensure_ascii=False)


def row(fact: Fact) -> str:
    """One line of a table: id | name | value unit | timeframe."""
    value = fact.value if isinstance(fact.value, str) else f"{fact.value:.6g}"
    return f"{fact.id} | {fact.name} | {value} {fact.unit} | {fact.timeframe or '-'}"


def named(snapshot: Snapshot, names: Iterable[str]) -> tuple[Fact, ...]:
    """Facts of those names, in the snapshot's order."""
    wanted = frozenset(names)
    return tuple(fact for fact in snapshot.facts if fact.name in wanted)
