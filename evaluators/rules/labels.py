"""A cited word is quoted as it is: regime, trend, candle, bias."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check, Fact

RULE = "labels"
_FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"calm", "volatile", "trending"}),
    frozenset({"bullish", "bearish", "neutral", "none"}),
    frozenset({"up", "down", "mixed", "sideways", "flat"}),
    frozenset({"uptrend", "downtrend", "range"}),
    frozenset({"bull", "bear", "sideways"}),
    frozenset({"yes", "no"}),
    frozenset({"long", "short", "none"}),
    frozenset({"low", "normal", "high"}),
)
_EVERYDAY = frozenset({"yes", "no", "none"})
"""Words of any sentence: they quote a label only where it is named."""
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)*")
_REGIMES = "calm|volatile|trending"
_SAYS_REGIME = re.compile(
    rf"\b(?:(?:{_REGIMES})\s+(?:regime|market)|regime\s+(?:is|of|reads|stands at|remains|:)?\s*(?:{_REGIMES}))\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|no longer|nor|neither|never|than|from|isn't|no)\s+(?:\w+\s+)?\Z", re.IGNORECASE)


def check(statement: Statement) -> Iterator[Check]:
    for fact in statement.labels:
        yield from _label(statement, fact)
    if (said := _SAYS_REGIME.search(statement.reading.text)) and not any(
        "regime" in fact.name for fact in statement.labels
    ):
        yield statement.check(RULE, "unscored", f"says {said[0]} and cites no regime", stated=said[0])


def _label(statement: Statement, fact: Fact) -> Iterator[Check]:
    value = str(fact.value).lower()
    family = frozenset[str]().union(*(words for words in _FAMILIES if value in words))
    text = statement.reading.text.lower()
    spoken: set[str] = set()
    denied: set[str] = set()
    for match in _WORD.finditer(text):
        if match[0] in family:
            (denied if _NOT.search(text[max(0, match.start() - 25) : match.start()]) else spoken).add(match[0])
    if not family and value.replace("_", " ") in text.replace("_", " "):
        spoken.add(value)
    if not _is_named(statement, fact):
        spoken, denied = spoken - _EVERYDAY, denied - _EVERYDAY
    # Words of this family may belong to another cited label.
    others = {str(other.value).lower() for other in statement.labels if other.id != fact.id}
    named = _named_alone(statement, fact)
    reason = f"{fact.id} ({fact.name}) is {value}"
    if value in denied and value not in spoken:
        yield statement.check(
            RULE, "fail", f"says not {value}; {reason}", stated=f"not {value}", computed=value, ids=(fact.id,)
        )
    elif value in spoken:
        yield statement.check(RULE, "pass", f"says {value}; {reason}", stated=value, computed=value, ids=(fact.id,))
    elif wrong := sorted(spoken - others) if named else []:
        yield statement.check(
            RULE, "fail", f"says {wrong[0]}; {reason}", stated=wrong[0], computed=value, ids=(fact.id,)
        )


def _named_alone(statement: Statement, fact: Fact) -> bool:
    """Whether a word of the family can only be meant as this fact's: it is named, or the only thing cited."""
    return len(statement.cited) == 1 or _is_named(statement, fact)


def _is_named(statement: Statement, fact: Fact) -> bool:
    words = set(re.findall(r"[a-z]+", statement.reading.text.lower()))
    return bool(words & set(re.findall(r"[a-z]+", fact.name.lower())))
