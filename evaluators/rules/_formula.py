"""Arithmetic over fact ids, by a parser that knows nothing else: + - * /, parentheses, abs, min, max."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from fks_agents.contracts import Fact, Unit

MAX_LENGTH = 400
MOST_DIGITS = 4
"""Of a constant: a multiple has few, a value smuggled in has many."""
_NEUTRAL = (1.0, 100.0)
"""Constants that may be added to a fact or compared with one: they turn ratios and percents into each other."""
_ID = re.compile(r"F[1-9][0-9]*")
_FUNCTIONS = {"abs": abs, "min": min, "max": max}
_LEVELS: tuple[Unit, ...] = ("price", "currency", "volume", "points")


class FormulaError(ValueError):
    """The formula is not arithmetic over known facts; the message says where."""


class Part(NamedTuple):
    """A value and, as far as the arithmetic tells, its unit."""

    value: float
    unit: Unit | None
    is_constant: bool


@lru_cache(maxsize=4096)
def parse(formula: str) -> ast.expr:
    """The checked syntax tree; raises FormulaError for everything that is not plain arithmetic."""
    if len(formula) > MAX_LENGTH:
        raise FormulaError(f"expected at most {MAX_LENGTH} characters, was {len(formula)}")
    plain = formula.strip().translate({0x2212: "-", 0xD7: "*", 0xF7: "/"})
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"expected arithmetic over fact ids, was {formula!r}") from error
    _refuse_other(tree)
    return tree


def ids_in(formula: str) -> tuple[str, ...]:
    """Fact ids in the order they stand; raises FormulaError."""
    return tuple(dict.fromkeys(node.id for node in ast.walk(parse(formula)) if _is_id(node)))  # type: ignore[attr-defined]


def compute(formula: str, facts: Mapping[str, Fact]) -> tuple[Part, tuple[Part, ...]]:
    """The result and every step to it; raises FormulaError for an unknown id, a word, or no finite result."""
    steps: list[Part] = []
    tree = parse(formula)
    result = _part(tree, facts, steps)
    if not result.is_constant and not _depends(tree, facts, result.value):
        raise FormulaError(f"gives {result.value:g} whatever the facts say")
    return result, tuple(steps)


def _depends(tree: ast.expr, facts: Mapping[str, Fact], value: float) -> bool:
    """Whether the result moves where some fact does: `F1 / F1` and `F1 * 0 + 9` cite a fact and do not use it."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _is_id(node)}
    for name in used:
        moved = facts[name].model_copy(update={"value": float(facts[name].value) * 1.01 + 0.01})
        try:
            if _part(tree, {**facts, name: moved}, []).value != value:
                return True
        except FormulaError:
            return True
    return False


def _is_id(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and _ID.fullmatch(node.id) is not None


def _refuse_other(node: ast.expr) -> None:
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
            _refuse_other(left)
            _refuse_other(right)
            if isinstance(op, ast.Add | ast.Sub):
                _refuse_own_level(left, right)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _refuse_other(operand)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS and arguments:
            for argument in arguments:
                _refuse_other(argument)
            _refuse_own_level(*arguments)
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool) and abs(value) < 1e15:
            if len(f"{value:.12g}".replace(".", "").strip("0")) > MOST_DIGITS:
                raise FormulaError(f"expected a constant of at most {MOST_DIGITS} digits, was {value:.12g}")
        case ast.Name() if _is_id(node):
            return
        case _:
            raise FormulaError(f"expected numbers, fact ids, + - * / ( ) abs min max, was {ast.unparse(node)!r}")


def _refuse_own_level(*parts: ast.expr) -> None:
    """A constant beside a fact, in a sum or a maximum, could be any value somebody would like to see."""
    if all(_constant(part) is None for part in parts):
        return
    for part in parts:
        if (value := _constant(part)) is not None and abs(value) not in _NEUTRAL and len(parts) > 1:
            raise FormulaError(f"expected facts, 1 or 100 in a sum or a maximum, was {ast.unparse(part)!r}")


def _constant(node: ast.expr) -> float | None:
    """The value of a part without any fact; None where it has one."""
    if any(_is_id(inner) for inner in ast.walk(node)):
        return None
    return _part(node, {}, []).value


def _part(node: ast.expr, facts: Mapping[str, Fact], steps: list[Part]) -> Part:
    match node:
        case ast.Constant(value=int() | float() as value):
            part = Part(float(value), None, is_constant=True)
        case ast.Name(id=name):
            part = _fact_part(name, facts)
        case ast.UnaryOp(op=op, operand=operand):
            inner = _part(operand, facts, steps)
            part = inner._replace(value=-inner.value) if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            part = _combined(_part(left, facts, steps), op, _part(right, facts, steps))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            parts = [_part(argument, facts, steps) for argument in arguments]
            values = [each.value for each in parts]
            value = abs(values[0]) if name == "abs" else min(values) if name == "min" else max(values)
            unit = next((each.unit for each in parts if each.unit is not None), None)
            part = Part(value, unit, all(each.is_constant for each in parts))
        case _:
            raise FormulaError(f"expected arithmetic, was {ast.unparse(node)!r}")
    if not math.isfinite(part.value):
        raise FormulaError(f"expected a finite result, was {part.value} in {ast.unparse(node)!r}")
    steps.append(part)
    return part


def _fact_part(name: str, facts: Mapping[str, Fact]) -> Part:
    fact = facts.get(name)
    if fact is None:
        raise FormulaError(f"no fact {name}")
    if isinstance(fact.value, str):
        raise FormulaError(f"{name} ({fact.name}) is the word {fact.value!r}, not a number")
    return Part(float(fact.value), fact.unit, is_constant=False)


def _combined(left: Part, op: ast.operator, right: Part) -> Part:
    is_constant = left.is_constant and right.is_constant
    match op:
        case ast.Add():
            return Part(left.value + right.value, left.unit or right.unit, is_constant)
        case ast.Sub():
            return Part(left.value - right.value, left.unit or right.unit, is_constant)
        case ast.Mult():
            return Part(left.value * right.value, _product_unit(left, right), is_constant)
        case _:
            if right.value == 0.0:
                raise FormulaError("division by zero")
            return Part(left.value / right.value, _quotient_unit(left, right), is_constant)


def _product_unit(left: Part, right: Part) -> Unit | None:
    for one, other in ((left, right), (right, left)):
        if one.is_constant:
            hundredfold = one.value == 100.0 and other.unit in ("fraction", "ratio")
            return "percent" if hundredfold else other.unit
        if one.unit in ("fraction", "ratio"):
            return other.unit
    return None


def _quotient_unit(left: Part, right: Part) -> Unit | None:
    if right.is_constant:
        return "fraction" if left.unit == "percent" and right.value == 100.0 else left.unit
    if left.unit == right.unit or (left.unit in _LEVELS and right.unit in _LEVELS):
        return "fraction"
    return None
