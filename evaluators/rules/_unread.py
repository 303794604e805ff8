"""What may state a number and could not be read is never passed over: the author is asked to say it plainly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "unread"
_SYMBOL = re.compile(r"[A-Z]{1,5}\d{1,4}")
"""`US500`, `Q4`: a market or a quarter."""


def check(statement: Statement) -> Iterator[Check]:
    names = {fact.name.lower() for fact in statement.facts.values()}
    strange = [
        token
        for token in statement.reading.tokens
        if _SYMBOL.fullmatch(token) is None and not any(token.lower() in name for name in names)
    ]
    # `MACD percent` is a fact's name.
    own = {word for fact in statement.cited for word in fact.name.lower().split("_") if word.isalpha()}
    left = [piece for piece in statement.reading.leftovers if piece.lower() not in own]
    for piece in dict.fromkeys((*left, *strange)):
        yield statement.check(
            RULE, "unscored", f"says {piece!r}, which may be a number and cannot be read as one", stated=piece
        )
