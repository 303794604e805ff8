"""Formulas read into a tree: `(44.1-56.7)/56.7`, `T1R4C2 - T1R4C3`, `subtract(9, 7), divide(#0, 7)`.

Numbers are leaves as they stand in print; what they are (a level, a percentage, a count) is told by the evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evaluators.evidence import Address

MAX_LENGTH = 2000
MAX_DEPTH = 40
Operator = Literal["+", "-", "*", "/", "max", "min", "^"]

_NAMED: dict[str, Operator] = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "exp": "^", "max": "max", "min": "min",
}  # fmt: skip
_TOKEN = re.compile(
    r"""\s*(?:(?P<cell>T(\d{1,3})R(\d{1,4})C(\d{1,4}))\b
    | const_(?P<const>m?\d+(?:\.\d+)?)
    | \#(?P<back>\d{1,3})
    | (?P<call>add|subtract|multiply|divide|exp|max|min)(?=\s*\()
    | (?:(?:US|A|C|HK|S)?[$€£¥]|USD|EUR|GBP|RMB)?\s*
      (?P<number>\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)\s*(?P<percent>%)?\s*(?P<scale>thousand|million|billion)?s?
    | (?P<mark>[-−–+*×x/÷()\[\]{},]|[$€£¥]))""",
    re.VERBOSE | re.IGNORECASE,
)
_PLAIN = {"−": "-", "–": "-", "×": "*", "x": "*", "X": "*", "÷": "/", "[": "(", "]": ")", "{": "(", "}": ")"}
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}


class FormulaError(ValueError):
    """Not arithmetic over numbers and cells; the message says where."""


@dataclass(frozen=True)
class Number:
    value: float
    is_percent: bool = False
    scale: float | None = None
    is_constant: bool = False


@dataclass(frozen=True)
class CellAt:
    address: Address


@dataclass(frozen=True)
class Apply:
    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True)
class Negative:
    inner: Node


Node = Number | CellAt | Apply | Negative


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The tree of the last formula in `text`; the ones before it are what `#0`, `#1` stand for. Raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"expected at most {MAX_LENGTH} characters, was {len(text)}")
    reader = _Reader(_tokens(text))
    results = [reader.sum_()]
    while reader.peek == ",":
        reader.take()
        reader.results = tuple(results)
        results.append(reader.sum_())
    if reader.peek:
        raise FormulaError(f"expected an operator, was {reader.peek!r}")
    return results[-1]


def parts_of(node: Node) -> tuple[Node, ...]:
    """The node and everything below it."""
    match node:
        case Negative(inner=inner):
            return (node, *parts_of(inner))
        case Apply(left=left, right=right):
            return (node, *parts_of(left), *parts_of(right))
        case _:
            return (node,)


def _tokens(text: str) -> list[re.Match[str]]:
    plain, position, found = text.strip().rstrip(".=").strip(), 0, []
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None or match.end() == position:
            raise FormulaError(f"expected arithmetic over numbers and cells, was {plain[position : position + 20]!r}")
        position = match.end()
        if not (match["mark"] and match["mark"] in "$€£¥"):
            found.append(match)
    return found


class _Reader:
    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.results: tuple[Node, ...] = ()

    @property
    def peek(self) -> str:
        if self.at >= len(self.tokens):
            return ""
        token = self.tokens[self.at]
        mark = token["mark"]
        return _PLAIN.get(mark, mark) if mark else token[0].strip()

    def take(self) -> re.Match[str]:
        if self.at >= len(self.tokens):
            raise FormulaError("expected a number or a cell, was the end")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, mark: str) -> None:
        if self.peek != mark:
            raise FormulaError(f"expected {mark!r}, was {self.peek or 'the end'!r}")
        self.take()

    def sum_(self) -> Node:
        node = self.product()
        while (mark := self.peek) in ("+", "-"):
            self.take()
            node = Apply("+" if mark == "+" else "-", node, self.product())
        return node

    def product(self) -> Node:
        node = self.signed()
        while (mark := self.peek) in ("*", "/"):
            self.take()
            node = Apply("*" if mark == "*" else "/", node, self.signed())
        return node

    def signed(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(f"expected at most {MAX_DEPTH} nested parts")
        if self.peek in ("-", "+"):
            is_minus = self.peek == "-"
            self.take()
            inner = self.signed()
            node: Node = Negative(inner) if is_minus else inner
        elif self.peek == "(":
            self.take()
            node = self.sum_()
            self.expect(")")
        else:
            node = self.leaf(self.take())
        self.depth -= 1
        return node

    def leaf(self, token: re.Match[str]) -> Node:
        if token["cell"]:
            return CellAt(Address(int(token[2]), int(token[3]), int(token[4])))
        if token["const"]:
            text = token["const"]
            return Number(-float(text[1:]) if text.startswith("m") else float(text), is_constant=True)
        if token["back"]:
            if int(token["back"]) >= len(self.results):
                raise FormulaError(f"expected an earlier result, was #{token['back']}")
            return self.results[int(token["back"])]
        if token["call"]:
            return self.call(_NAMED[token["call"].lower()])
        if token["number"]:
            scale = _SCALES[token["scale"].lower()] if token["scale"] else None
            digits = token["number"].replace(",", "")
            return Number(float(digits[:300]), token["percent"] is not None, scale)
        raise FormulaError(f"expected a number or a cell, was {token[0].strip()!r}")

    def call(self, operator: Operator) -> Node:
        self.expect("(")
        left = self.sum_()
        self.expect(",")
        right = self.sum_()
        self.expect(")")
        return Apply(operator, left, right)
