"""Labelled claims: a public file here is the data set of that name; its `examples` takes what follows `:`.

Each offers `def examples(argument: str, *, carrying: bool) -> Iterable[Example]`. With `carrying` a claim brings value,
cells and formula it comes from, where the data set knows them; without, its words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from evaluators.meta.examples import Example, unique
from fks_agents import _discovery

Read = Callable[..., Iterable[Example]]


def names() -> tuple[str, ...]:
    return _discovery.names(__path__)


def load(spec: str, *, carrying: bool = True) -> tuple[Example, ...]:
    """The examples of `NAME`, `NAME:PATH` or of a JSONL file; raises UsageError listing the known names, DataError
    where a file cannot be read."""
    name, _, argument = spec.partition(":")
    if name not in names() and (Path(spec).exists() or spec.endswith((".jsonl", ".jsonl.gz"))):
        name, argument = "jsonl", spec
    read: Read = _discovery.part(__name__, __path__, "data set", name, "examples")
    return unique(read(argument, carrying=carrying), spec)
