"""What a formula gives over the evidence: its value, whether that is a level or a share, and in which scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evaluators.evidence import Address
from evaluators.programs.formulas import Apply, CellAt, FormulaError, Negative, Node, Number
from evaluators.programs.grid import Figure
from evaluators.programs.passages import Mention

Kind = Literal["level", "percent", "share", "constant"]
_MOST_PARTS = 12


@dataclass(frozen=True)
class Computed:
    value: float
    kind: Kind
    """`share` 0.25 and `percent` 25 mean the same."""
    scale: float | None
    """None where the evidence does not tell."""
    used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Numbers of the formula that stand nowhere in the evidence."""


@dataclass(frozen=True)
class Sources:
    """Where the numbers of a formula may stand."""

    figures: Sequence[Figure]
    mentions: Sequence[Mention]
    answers: Sequence[float]
    """Given before, in the conversation."""

    def as_printed(self) -> Sources:
        """The same numbers without their scales."""
        return Sources(
            tuple(replace(figure, scale=1.0) for figure in self.figures),
            tuple(replace(mention, scale=1.0) for mention in self.mentions),
            self.answers,
        )

    def at(self, address: Address) -> Figure:
        found = next((figure for figure in self.figures if figure.address == address), None)
        if found is None:
            raise FormulaError(f"expected a cell with a number, was {address}")
        return found

    def of(self, value: float) -> Figure | Mention | None:
        """The first number printed so, its sign apart; tables before text."""
        same = [figure for figure in self.figures if _same(figure.value, value)]
        told = [mention for mention in self.mentions if _same(mention.value, value)]
        return same[0] if same else told[0] if told else None


def compute(node: Node, sources: Sources) -> Computed:
    """Raises FormulaError where a cell is not there or nothing finite comes out."""
    found = _value(node, sources)
    if not math.isfinite(found.value):
        raise FormulaError(f"expected a finite result, was {found.value}")
    return replace(found, used=tuple(dict.fromkeys(found.used)), missing=tuple(dict.fromkeys(found.missing)))


def _value(node: Node, sources: Sources) -> Computed:
    match node:
        case Number():
            return _number(node, sources)
        case CellAt(address=address):
            figure = sources.at(address)
            kind: Kind = "percent" if figure.is_percent else "level"
            return Computed(figure.value, kind, figure.scale, (figure.told(),))
        case Negative(inner=inner):
            found = _value(inner, sources)
            return replace(found, value=-found.value)
        case Apply(operator="+" | "-" as sign, left=left, right=right):
            return _sum(*_beside_share(_value(left, sources), _value(right, sources), node), sign)
        case Apply(operator="*", left=left, right=right):
            return _product(_value(left, sources), _value(right, sources))
        case Apply(operator="/", left=left, right=right):
            if _is_index(left, right):
                return replace(_value(left, sources), value=_value(left, sources).value / 100, kind="share", scale=1.0)
            return _quotient(_value(left, sources), _divisor(node, right, sources))
        case Apply(operator="^", left=left, right=right):
            return _power(_value(left, sources), _value(right, sources))
        case Apply(operator=name, left=left, right=right):
            first, second = _value(left, sources), _value(right, sources)
            chosen = (max if name == "max" else min)(first, second, key=lambda each: each.value)
            return replace(chosen, used=(*first.used, *second.used), missing=(*first.missing, *second.missing))


def _number(node: Number, sources: Sources) -> Computed:
    if node.is_constant:
        return Computed(node.value, "constant", 1.0)
    found = sources.of(node.value)
    shown = f"{node.value:g}"
    if found is None and _is_year(node.value) and not node.is_percent:
        return Computed(node.value, "constant", 1.0)
    if found is None:
        is_given = any(_same(answer, node.value) for answer in sources.answers)
        kind: Kind = "percent" if node.is_percent else "level"
        scale = node.scale or (1.0 if node.is_percent else None)
        is_small = float(node.value).is_integer() and abs(node.value) <= _MOST_PARTS
        if is_small and not node.is_percent:
            return Computed(node.value, "constant", 1.0)
        return Computed(node.value, kind, scale, (shown,) if is_given else (), () if is_given else (shown,))
    is_percent = node.is_percent or found.is_percent
    scale = node.scale or (1.0 if is_percent else found.scale)
    return Computed(node.value, "percent" if is_percent else "level", scale, (found.told(),))


def _is_year(value: float) -> bool:
    return value.is_integer() and 1900 <= value <= 2100


def _divisor(whole: Apply, right: Node, sources: Sources) -> Computed:
    """The divisor of an average is a count, also where the same number stands in the table."""
    if isinstance(right, Number) and right.value == _parts(whole.left) and right.value > 1:
        return Computed(right.value, "constant", 1.0)
    found = _value(right, sources)
    is_count = isinstance(right, Number) and right.value.is_integer() and 1 < right.value <= _MOST_PARTS
    return (
        replace(found, kind="constant", scale=1.0)
        if is_count and found.kind == "level" and _is_sum(whole.left)
        else found
    )


def _is_index(left: Node, right: Node) -> bool:
    """`(x - 100) / 100`: an index that began at 100 has grown by that share."""
    hundreds = [node for node in (right, left.right if isinstance(left, Apply) else None) if isinstance(node, Number)]
    is_growth = isinstance(left, Apply) and left.operator == "-"
    return is_growth and len(hundreds) == 2 and all(node.value == 100.0 for node in hundreds)


def _is_sum(node: Node) -> bool:
    match node:
        case Negative(inner=inner):
            return _is_sum(inner)
        case Apply(operator="+"):
            return True
        case _:
            return False


def _parts(node: Node) -> int:
    """How many numbers a sum adds."""
    match node:
        case Negative(inner=inner):
            return _parts(inner)
        case Apply(operator="+" | "-", left=left, right=right):
            return _parts(left) + _parts(right)
        case _:
            return 1


def _joined(left: Computed, right: Computed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (*left.used, *right.used), (*left.missing, *right.missing)


def _beside_share(left: Computed, right: Computed, node: Apply) -> tuple[Computed, Computed]:
    """`a / b - 1`: the one beside a share is a constant, also where the same number stands in the evidence."""
    if left.kind == "share" and isinstance(node.right, Number) and node.right.value == 1.0:
        right = Computed(1.0, "constant", 1.0)
    if right.kind == "share" and isinstance(node.left, Number) and node.left.value == 1.0:
        left = Computed(1.0, "constant", 1.0)
    return left, right


def _sum(left: Computed, right: Computed, sign: str) -> Computed:
    factor = 1.0 if sign == "+" else -1.0
    used, missing = _joined(left, right)
    if left.kind == "constant" and left.value == 1.0 and right.kind == "percent":
        right = replace(right, value=right.value / 100, kind="share", scale=1.0)
    if {left.kind, right.kind} == {"share", "percent"}:
        left, right = (_percent(left), _percent(right))
    kinds = {left.kind, right.kind} - {"constant"}
    kind = kinds.pop() if len(kinds) == 1 else ("constant" if not kinds else "level")
    scales = {each.scale for each in (left, right) if each.kind != "constant"}
    if len(scales) == 2 and None not in scales and kind == "level":
        return Computed(
            left.value * (left.scale or 1) + factor * right.value * (right.scale or 1), kind, 1.0, used, missing
        )
    scale = next((each for each in scales if each is not None), None if scales else 1.0)
    return Computed(left.value + factor * right.value, kind, scale, used, missing)


def _percent(part: Computed) -> Computed:
    return replace(part, value=part.value * 100, kind="percent") if part.kind == "share" else part


def _product(left: Computed, right: Computed) -> Computed:
    used, missing = _joined(left, right)
    value = left.value * right.value
    for one, other in ((left, right), (right, left)):
        if one.kind == "constant":
            hundredfold = one.value == 100.0 and other.kind == "share"
            kind: Kind = "percent" if hundredfold else other.kind
            scale = other.scale
            if one.value in (1e3, 1e6, 1e9) and other.kind == "level":
                # Into a smaller unit: what follows counts as printed in full.
                return Computed(value, kind, _rescaled(other.scale, one.value), used, missing)
            return Computed(value, kind, scale, used, missing)
    for one, other in ((left, right), (right, left)):
        if one.kind == "share":
            return Computed(value, other.kind, other.scale, used, missing)
        if one.kind == "percent" and other.kind == "level":
            return Computed(value / 100, "level", other.scale, used, missing)
    scales = (left.scale, right.scale)
    scale = scales[0] * scales[1] if scales[0] is not None and scales[1] is not None else None
    return Computed(value, "level", scale, used, missing)


def _quotient(left: Computed, right: Computed) -> Computed:
    used, missing = _joined(left, right)
    if right.value == 0.0:
        raise FormulaError("division by zero")
    value = left.value / right.value
    if right.kind == "constant" and left.kind == "constant":
        return Computed(value, "share", 1.0, used, missing)
    if right.kind == "constant":
        if left.kind == "percent" and right.value == 100.0:
            return Computed(value, "share", 1.0, used, missing)
        if right.value in (1e3, 1e6, 1e9) and left.kind == "level":
            return Computed(value, "level", None if left.scale is None else left.scale * right.value, used, missing)
        return Computed(value, left.kind, left.scale, used, missing)
    if right.kind in ("percent", "share") and left.kind == "level":
        return Computed(value * (100 if right.kind == "percent" else 1), "level", left.scale, used, missing)
    if left.scale is not None and right.scale is not None and left.kind == right.kind == "level":
        value *= left.scale / right.scale
    return Computed(value, "share", 1.0, used, missing)


def _power(left: Computed, right: Computed) -> Computed:
    used, missing = _joined(left, right)
    try:
        value = left.value**right.value
    except (OverflowError, ZeroDivisionError) as error:
        raise FormulaError(f"expected a finite result, was {left.value:g} ^ {right.value:g}") from error
    if isinstance(value, complex):
        raise FormulaError(f"expected a real result, was {left.value:g} ^ {right.value:g}")
    return Computed(value, left.kind, left.scale, used, missing)


def _rescaled(scale: float | None, factor: float) -> float | None:
    return None if scale is None else max(scale / factor, 1.0)


def _same(one: float, other: float) -> bool:
    return abs(abs(one) - abs(other)) <= 1e-9 * max(1.0, abs(other))


def readings(computed: Computed) -> Iterator[float]:
    """The values a claim in percent may state of it."""
    if computed.kind == "share":
        yield computed.value * 100
    else:
        yield computed.value
