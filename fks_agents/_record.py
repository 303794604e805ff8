"""A cycle as one JSON object, and the digest that says whether two are the same decision."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from fks_agents.errors import DataError

if TYPE_CHECKING:
    from fks_agents.contracts import Cycle

C = TypeVar("C", bound="Cycle")

_IDS = frozenset({"id", "decision_id", "client_order_id", "recalled", "seconds", "spent"})
"""What differs between two runs of the same decision: names given to it, how long it took and what it cost."""

_NESTED = (dict, list)

_READ_OFF = ("facts", "plan", "digest")


def digest(cycle: Cycle) -> str:
    return _digest(cycle.model_dump(mode="json"))


def digest_of(text: str) -> str:
    """Of a cycle as JSON, as it was written: an earlier version wrote fewer fields, and its digest is of those."""
    return _digest({name: value for name, value in json.loads(text).items() if name not in _READ_OFF})


def _digest(whole: dict[str, object]) -> str:
    return sha256(json.dumps(_without_ids(whole), sort_keys=True).encode()).hexdigest()


def as_json(cycle: Cycle) -> str:
    whole = cycle.model_dump(mode="json")
    whole["facts"] = [fact.model_dump(mode="json") for fact in cycle.facts]
    whole["plan"] = cycle.plan.model_dump(mode="json") if cycle.plan is not None else None
    whole["digest"] = cycle.digest
    return json.dumps(whole, indent=2, ensure_ascii=False)


def from_json(shape: type[C], text: str) -> C:
    try:
        whole = json.loads(text)
        read_off = {name: whole.pop(name, None) for name in _READ_OFF}
        found = _digest(whole)
        cycle = shape.model_validate(whole)
    except (ValueError, AttributeError, TypeError) as error:
        raise DataError(f"expected a cycle as JSON, was {text[:60]!r}: {error}") from error
    if read_off["digest"] not in (None, found):
        raise DataError(f"cycle {cycle.id}: digest says {read_off['digest']!r}, content gives {found!r}")
    return cycle


def _without_ids(value: object) -> object:
    """Most values are leaves, and a cycle has ten thousand of them: no call is made for one."""
    if type(value) is dict:
        return {
            key: _without_ids(inner) if type(inner) in _NESTED else inner
            for key, inner in value.items()
            if key not in _IDS
        }
    if type(value) is list:
        return [_without_ids(inner) if type(inner) in _NESTED else inner for inner in value]
    return value
