"""A claim that calls itself bullish is not marked bearish, nor the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "stances"


def check(statement: Statement) -> Iterator[Check]:
    counted = any(
        term.name.startswith("candle_") or "bullish" in term.stems or "bearish" in term.stems
        for term in statement.terms
    )
    labelled = any(fact.value in ("bullish", "bearish", "none", "neutral") for fact in statement.labels)
    if counted or labelled:
        # The word then belongs to the fact's name or value; the labels rule holds it against that.
        return
    said = {
        word.kind for word in statement.reading.words if word.kind in ("bullish", "bearish") and not word.is_negated
    }
    marked = statement.claim.direction
    if len(said) == 1 and marked != "neutral":
        (word,) = said
        yield statement.check(
            RULE,
            "pass" if word == marked else "fail",
            f"says {word}; its direction is {marked}",
            stated=word,
            computed=marked,
        )
