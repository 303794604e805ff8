"""Files of claims that answer questions over contexts: one file of claims, one of contexts beside it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fks_agents.errors import DataError, UsageError

Record = Mapping[str, Any]
_CLAIMS, _CONTEXTS = "numeric_claims", "contexts"
_ANSWER = "Claimed answer:"


def read(name: str, argument: str) -> tuple[tuple[Record, ...], dict[str, Record]]:
    """Claims, and contexts by id, of the claims file `argument`, or of the folder that holds one for `name`."""
    if not argument:
        raise UsageError(f"expected {name}:PATH of a folder or of its file *_{_CLAIMS}.jsonl.gz, was {name}")
    path = Path(argument).expanduser()
    if path.is_dir():
        found = sorted(path.glob(f"{name}_*{_CLAIMS}.jsonl*"))
        if not found:
            raise DataError(f"{path}: expected a file {name}_*{_CLAIMS}.jsonl.gz, was none")
        path = found[0]
    contexts = path.with_name(path.name.replace(_CLAIMS, _CONTEXTS))
    return _lines(path), {str(record["context_id"]): record for record in _lines(contexts)}


def answer_of(record: Record) -> str:
    """What is claimed, without the question before it."""
    return str(record["claim"]).partition(_ANSWER)[2].strip() or str(record["claim"])


def kind_of(record: Record) -> str:
    """What is wrong with it; empty for a true claim."""
    return str(record["perturbation"]) if record["label"] == "refuted" else ""


def context_of(record: Record, contexts: Mapping[str, Record], path: str) -> Record:
    try:
        return contexts[record["context_id"]]
    except KeyError:
        raise DataError(f"{path}: claim {record.get('id')!r} names no known context") from None


def _lines(path: Path) -> tuple[Record, ...]:
    try:
        packed = path.read_bytes()
        text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
        return tuple(json.loads(line) for line in text.splitlines() if line.strip())
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"cannot read {path}: {error}") from error
