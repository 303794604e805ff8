"""A file of your own: docs/judge-data.md says what a line holds."""

from __future__ import annotations

from pathlib import Path

from evaluators.meta.datasets import Read
from evaluators.meta.examples import Example, read
from fks_agents.errors import UsageError


def examples(argument: str, *, carrying: bool = True) -> tuple[Example, ...]:
    """The file's examples; without `carrying`, value, cells and formula are left out."""
    if not argument:
        raise UsageError("expected jsonl:PATH, was jsonl")
    found = read(Path(argument).expanduser())
    return found if carrying else tuple(bare(each) for each in found)


def bare(example: Example) -> Example:
    """The claim's words, and the facts it cites: those who state a fact name it."""
    return example.model_copy(update={"value": None, "unit": None, "cells": (), "formula": None})


_: Read = examples
