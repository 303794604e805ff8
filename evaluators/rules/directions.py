"""Rising or falling, up or down, positive or negative: the cited change has that sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.reading import Word
from evaluators.rules._leans import change_of, is_elsewhere, label_of, sign
from evaluators.rules._statement import Statement, told
from evaluators.rules.numbers import source_of
from fks_agents.contracts import Check

RULE = "directions"
_SIGNS = {"rising": 1, "positive": 1, "falling": -1, "negative": -1}
_RETURNS = frozenset({"return", "roc", "momentum", "gap", "body"})
_OF_THE_MARKET = re.compile(r"\b(?:prices?|markets?|index|stocks?|shares)\b", re.IGNORECASE)


def check(statement: Statement) -> Iterator[Check]:
    for word in statement.reading.words:
        if word.kind in _SIGNS and not any(is_told(statement, word) for is_told in _TOLD_ELSEWHERE):
            yield _direction(statement, word)


def _leads_to_a_level(statement: Statement, word: Word) -> bool:
    """`rose to 61.3` with no change of it cited: the level is judged."""
    return word.leads_to_level and not _shows_change(statement, word)


def _shows_change(statement: Statement, word: Word) -> bool:
    """Whether a change of what rose is cited beside the level."""
    start, _ = statement.reading.clause(word.start)
    changes = tuple(term for term in statement.terms if change_of(term) is not None)
    risen = statement.spoken_of(start, word.start, statement.terms, by_verb=False)
    stems = {stem for term in risen for stem in term.stems if change_of(term) is None}
    if any(term in risen or term.stems & stems for term in changes):
        return True
    is_price = "close" in stems or _OF_THE_MARKET.search(statement.reading.text[start : word.start]) is not None
    moves = {change_of(term) for term in changes if is_price and term.stems & _RETURNS and not is_elsewhere(term)}
    return len(moves) == 1


def _is_a_name(statement: Statement, word: Word) -> bool:
    """`closed up` quotes up_bars_20; the word then counts something and points nowhere."""
    said = statement.reading.text[word.start : word.end].lower()
    return statement.is_in_a_name(word.start, word.end) or any(said in term.stems for term in statement.terms)


def _leads_to_a_place(statement: Statement, word: Word) -> bool:
    """`climbed above`: where it is now is what the comparison judges."""
    return any(0 <= each.start - word.end <= 1 for each in statement.reading.comparisons)


def _signs_a_number(statement: Statement, word: Word) -> bool:
    """`fell 2 %` was judged with its number."""
    text = statement.reading.text
    for quantity in statement.quantities:
        gap = text[word.end : quantity.start] if quantity.start >= word.end else text[quantity.end : word.start]
        if (
            quantity.lean == _SIGNS[word.kind]
            and not quantity.is_positional
            and len(gap) < 30
            and not re.search(r"[.;]", gap)
        ):
            return source_of(statement, quantity) is not None
    return False


_TOLD_ELSEWHERE = (_is_a_name, _leads_to_a_place, _leads_to_a_level, _signs_a_number)


def _direction(statement: Statement, word: Word) -> Check:
    text = statement.reading.text
    start, end = statement.reading.clause(word.start)
    stated = f"{'not ' if word.is_negated else ''}{text[word.start : word.end]}"
    wanted = -_SIGNS[word.kind] if word.is_negated else _SIGNS[word.kind]
    is_exact = word.kind in ("positive", "negative")
    changes = tuple(t for t in statement.terms if change_of(t) is not None or (is_exact and t.unit != "price"))
    spoken = statement.spoken_of(start, word.start, changes) or statement.spoken_of(word.end, end, changes)
    if not spoken:
        is_of_market = _OF_THE_MARKET.search(statement.reading.text[start : word.start]) is not None
        spoken = tuple(t for t in changes if not (is_of_market and is_elsewhere(t)))
    signs = {sign(t.value) if is_exact else change_of(t) for t in spoken}
    if not spoken:
        return _by_label(statement, stated, wanted)
    if len(signs) != 1:
        return statement.check(
            RULE, "unscored", f"cannot tell what is {stated} among {', '.join(map(str, spoken))}", stated=stated
        )
    holds = signs == {wanted} or (word.is_negated and signs == {0})
    return statement.check(
        RULE,
        "pass" if holds else "fail",
        f"says {stated}; {told(spoken[0])}",
        stated=stated,
        computed=f"{spoken[0].value:.6g}",
        ids=tuple(t.id for t in spoken if t.id.startswith("F")),
    )


def _by_label(statement: Statement, stated: str, wanted: int) -> Check:
    """No change is cited; a trend told by a word may be."""
    for fact in statement.labels:
        if (lean := label_of(fact)) is not None:
            return statement.check(
                RULE,
                "pass" if lean == wanted else "fail",
                f"says {stated}; {fact.id} ({fact.name}) is {fact.value}",
                stated=stated,
                computed=str(fact.value),
                ids=(fact.id,),
            )
    return statement.check(RULE, "unscored", f"says {stated} and cites no change that would show it", stated=stated)
