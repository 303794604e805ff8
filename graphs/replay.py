"""Rebuild a decision from what the ledger and the store kept, and say whether the same bytes come out."""

from __future__ import annotations

import json
from typing import NamedTuple

from fks_agents.contracts import Cycle


class Replayed(NamedTuple):
    cycle: Cycle
    """As rebuilt; it carries the id and the wall time of the original."""
    original: Cycle
    differences: tuple[str, ...]
    """`path: was X, is Y`, one line for each value that differs; empty where the bytes are the same."""

    @property
    def is_identical(self) -> bool:
        return not self.differences and self.cycle.digest == self.original.digest


def differences(original: Cycle, rebuilt: Cycle) -> tuple[str, ...]:
    """Every leaf of the two records that differs, by its path."""
    return tuple(_walk("cycle", json.loads(original.model_dump_json()), json.loads(rebuilt.model_dump_json())))


def _walk(path: str, was: object, now: object) -> list[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        keys = [*was, *(key for key in now if key not in was)]
        return [line for key in keys for line in _walk(f"{path}.{key}", was.get(key), now.get(key))]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True))
        return [line for index, (left, right) in pairs for line in _walk(f"{path}[{index}]", left, right)]
    return [] if was == now else [f"{path}: was {_short(was)}, is {_short(now)}"]


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
