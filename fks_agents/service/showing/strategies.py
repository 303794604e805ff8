"""A strategy as a text that somebody writes: what does not fit, and in which line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from evaluators.backtest import presets
from evaluators.backtest.loading import unfit
from fks_agents.service.routes.strategies import LONGEST

MOST = 50
"""Troubles that are told."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')

BLANK = """{
  "text": "Tests whether ...",
  "long": {"fact": "sma_20", "is": "crosses_above", "than": "sma_50"},
  "exit": {"bars": 10}
}
"""


class Trouble(NamedTuple):
    """One thing that does not fit."""

    line: int
    """From 1."""
    path: str
    """`long.all[0].fact`; empty for the whole text."""
    expected: str
    was: str
    """Empty where the expectation says it."""


class Checked(NamedTuple):
    strategy: dict[str, Any] | None
    """None where something does not fit."""
    troubles: tuple[Trouble, ...]


def check(text: str, name: str) -> Checked:
    """Hold a text against the schema of strategies."""
    if len(text) > LONGEST:
        return _only(1, f"expected at most {LONGEST:,} characters", f"{len(text):,}")
    try:
        given = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        return _only(error.lineno, f"expected JSON: {error.msg}, column {error.colno}", "")
    except ValueError as error:
        return _only(1, str(error), "")
    except RecursionError:
        return _only(1, "expected fewer brackets within brackets", "")
    if not isinstance(given, dict):
        return _only(1, "expected { and the parts of a strategy", type(given).__name__)
    known = lines(text)
    troubles = tuple(
        Trouble(_line(known, path), path, expected, was) for path, expected, was in _all_unfit(given, name)
    )
    return Checked(None if troubles else given, tuple(sorted(troubles)))


def name_trouble(name: str, taken: Sequence[str]) -> str:
    """Why a strategy cannot be kept under that name; empty where it can."""
    if not _NAME.fullmatch(name):
        return "expected small letters, digits and _, a letter first, at most 63"
    if name in presets():
        return f"{name} is shipped and does not change; choose another name"
    return f"{name} is taken" if name in taken else ""


def lines(text: str) -> dict[str, int]:
    """Path of each value of a JSON text -> line of its key, or of itself in a list."""
    found: dict[str, int] = {}
    around: list[tuple[str, int | None]] = []
    """Path of each bracket that is open, and the next place in it where it is a list's."""
    path, is_key, line, seen = "", False, 1, 0
    for match in _TOKEN.finditer(text):
        part, line, seen = match[0], line + text.count("\n", seen, match.start()), match.start()
        if part in "{[":
            found.setdefault(path, line)
            around.append((path, None if part == "{" else 0))
            is_key, path = part == "{", path if part == "{" else f"{path}[0]"
        elif part in "}]":
            path, _ = around.pop()
            is_key = False
        elif part == ",":
            before, place = around[-1]
            if place is not None:
                around[-1] = before, place + 1
            is_key, path = place is None, before if place is None else f"{before}[{place + 1}]"
        elif part == ":":
            is_key = False
        elif is_key:
            path = f"{around[-1][0]}.{json.loads(part)}".lstrip(".")
            found[path] = line
        else:
            found.setdefault(path, line)
    return found


def written(strategy: dict[str, Any]) -> str:
    """The text that the editor begins with."""
    told = {key: value for key, value in strategy.items() if key != "name"}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _all_unfit(given: dict[str, Any], name: str) -> Iterator[tuple[str, str, str]]:
    risk = given.get("risk")
    rules = risk.get("rules") if isinstance(risk, dict) else None
    if isinstance(rules, str) and rules.endswith(".toml"):
        yield "risk.rules", "expected a name or the rules themselves", repr(rules[:60])
        return
    if (own := given.get("name", name)) != name:
        yield "name", f"expected {name!r}, or none", repr(own)[:60]
    # A name that is not chosen yet is told where it is chosen.
    is_name = _NAME.fullmatch(name) is not None
    yield from unfit({**given, "name": name if is_name else "unnamed"}, MOST)


def _line(known: dict[str, int], path: str) -> int:
    """Of the value, or of the nearest one around it."""
    while path and path not in known:
        path = re.sub(r"(\.[^.\[\]]*|\[\d+\]|^[^.\[\]]*)$", "", path)
    return known.get(path, 1)


def _only(line: int, expected: str, was: str) -> Checked:
    return Checked(None, (Trouble(line, "", expected, was),))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"expected each key once, was {twice[:60]!r} twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"expected finite numbers, was {word}")
