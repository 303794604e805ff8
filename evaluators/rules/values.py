"""`value` is what the cited fact or the formula gives, in `unit`."""

from __future__ import annotations

import math
from collections.abc import Iterator

from evaluators.rules._statement import RESULT, Statement, shown, told
from evaluators.rules._terms import Term
from fks_agents.contracts import Check, Unit

RULE = "values"
_SAME: tuple[frozenset[Unit], ...] = (
    frozenset({"price", "currency"}),
    frozenset({"price", "points"}),
    frozenset({"bars", "count"}),
    frozenset({"days", "count"}),
    frozenset({"volume", "count"}),
    frozenset({"ratio", "fraction"}),
    frozenset({"ratio", "sigma"}),
)


def check(statement: Statement) -> Iterator[Check]:
    claim = statement.claim
    result, error = statement.result, statement.computed[1]
    if error:
        yield statement.check(
            RULE, "fail", f"formula {claim.formula!r} cannot be computed: {error}", stated=claim.formula
        )
        return
    if claim.value is None:
        return
    if claim.unit == "label":
        yield statement.check(RULE, "unscored", "a label has no value to recompute", stated=f"{claim.value:g}")
        return
    candidates = (result,) if result is not None else tuple(t for t in statement.terms if t.id != RESULT)
    stated = f"value {claim.value:.10g}{f' {claim.unit}' if claim.unit else ''}"
    read_as = [(term, value) for term in candidates if (value := _in_unit(term, claim.unit)) is not None]
    if not read_as:
        if candidates:
            cited = ", ".join(f"{term} in {term.unit}" for term in candidates)
            yield statement.check(RULE, "fail", f"says {stated}; no cited fact has that unit: {cited}", stated=stated)
        return
    slack = _slack(statement, claim.value)
    term, value = min(read_as, key=lambda pair: abs(pair[1] - claim.value))  # type: ignore[operator]
    allowed = max(slack, statement.tick if term.unit == "price" else 0.0)
    is_right = abs(value - claim.value) <= allowed * (1 + 1e-9) + abs(value) * 1e-12
    yield statement.check(
        RULE,
        "pass" if is_right else "fail",
        f"says {stated}; {told(term)}",
        stated=stated,
        computed=shown(value),
        ids=(term.id,) if term.id.startswith("F") else None,
    )


def _in_unit(term: Term, unit: Unit | None) -> float | None:
    """The term's value in that unit; None where it cannot be told in it."""
    if unit is None or term.unit is None or unit == term.unit:
        return term.value
    if unit == "percent" and term.unit in ("fraction", "ratio"):
        return term.value * 100
    if term.unit == "percent" and unit in ("fraction", "ratio"):
        return term.value / 100
    return term.value if any({unit, term.unit} <= same for same in _SAME) else None


def _slack(statement: Statement, value: float) -> float:
    """Half the last printed digit of `value`, or of the number in the text that is the same value.

    Six significant digits always do: more are not shown to who states it.
    """
    digits, _, exponent = repr(abs(value)).removesuffix(".0").partition("e")
    own = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    sixth = 10.0 ** (math.floor(math.log10(abs(value))) - 5) if value else 0.0
    same = [q.step for q in statement.quantities if q.is_scaled and abs(q.value - abs(value)) <= 1e-9 * q.value]
    return max([own, sixth, *same]) / 2
