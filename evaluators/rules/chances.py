"""Probability, odds, win rate, expected return, fair value: only a fact of that name can show one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "chances"
_CLAIMED: tuple[tuple[re.Pattern[str], tuple[frozenset[str], ...]], ...] = tuple(
    (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), tuple(frozenset(stems.split()) for stems in shown_by))
    for said, shown_by in (
        (
            r"probabilit(?:y|ies)|(?:long )?odds|(?<!by )(?<!than )chances?|likelihood",
            ("probability", "odds", "chance", "likelihood"),
        ),
        (r"(?:win|hit|success|winning)[- ](?:rate|ratio|percentage)s?", ("win rate", "hit rate", "success rate")),
        (
            r"expect(?:ed|ancy of)[- ](?:\w+ )?(?:returns?|profits?|gains?|payoffs?|values?)",
            ("expected return", "expected value"),
        ),
        (r"expectancy", ("expectancy",)),
        (r"(?:fair|intrinsic)[- ]value(?! gaps?\b)", ("fair value", "intrinsic value")),
    )
)


def check(statement: Statement) -> Iterator[Check]:
    names = [frozenset(re.findall(r"[a-z]+", fact.name.lower())) for fact in statement.cited]
    for pattern, shown_by in _CLAIMED:
        for said in pattern.finditer(statement.reading.text):
            if not any(stems <= name for stems in shown_by for name in names):
                reason = f"says {said[0]}; no cited fact is one by its name"
                yield statement.check(RULE, "unscored", reason, stated=said[0])
