"""Dated documents of a folder, cut into passages; one file of another format is an error, not a gap.

2018-12-19-fed.md           the date in the name, or `date: 2018-12-19T19:00:00Z` in a first line
notes.jsonl                 one object a line: text, published_at, and if known id and source
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from fks_agents.contracts import Regime
from fks_agents.errors import DataError
from fks_agents.judgements import Passage

AGENT = "knowledge"

LONGEST = 320
"""Characters of a passage; whole sentences as far as they fit."""

SUFFIXES = (".md", ".txt", ".jsonl")

_NAMED = re.compile(r"(\d{4}-\d{2}-\d{2})(?!\d)")
_TOLD = re.compile(r"\Adate:[ \t]*(\S+)[ \t]*\n", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Entry(NamedTuple):
    """A passage as the index keeps it. The id carries the text's digest: a changed document is another entry."""

    id: str
    text: str
    learned_at: datetime
    agent: str = AGENT
    symbol: str = ""
    regime: Regime = "calm"


class Passages:
    """Every passage of a folder, read once."""

    def __init__(self, folder: Path) -> None:
        """Raises DataError naming the file or line without a date or text."""
        self.all = tuple(_read(folder))
        self._entries = {entry.id: entry for entry in map(_entry, self.all)}
        self.by_entry = dict(zip(self._entries, self.all, strict=True))

    def agents(self) -> tuple[str, ...]:
        return (AGENT,) if self.all else ()

    def count(self, agent: str | None = None) -> int:
        return len(self.all) if agent in (None, AGENT) else 0

    def ids(self, agent: str, *, as_of: datetime | None = None) -> tuple[str, ...]:
        """Ids of entries (published at or before `as_of`), sorted."""
        if agent != AGENT:
            return ()
        return tuple(sorted(e.id for e in self._entries.values() if as_of is None or e.learned_at <= as_of))

    def get(self, ids: Sequence[str]) -> tuple[Entry, ...]:
        return tuple(self._entries[name] for name in dict.fromkeys(ids) if name in self._entries)


def _entry(passage: Passage) -> Entry:
    return Entry(f"{passage.id}@{sha256(passage.text.encode()).hexdigest()[:12]}", passage.text, passage.published_at)


def _read(folder: Path) -> Iterator[Passage]:
    if not folder.is_dir():
        raise DataError(f"knowledge: expected a folder of documents, was {folder}")
    seen: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.startswith("."):
            continue
        for passage in _passages(path, path.relative_to(folder).as_posix()):
            if passage.id in seen:
                raise DataError(f"knowledge: {path}: the id {passage.id!r} is there twice")
            seen.add(passage.id)
            yield passage


def _passages(path: Path, name: str) -> Iterator[Passage]:
    if path.suffix not in SUFFIXES:
        raise DataError(f"knowledge: {path}: expected a file {', '.join(SUFFIXES)}")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"knowledge: {path}: cannot be read: {error}") from error
    if path.suffix == ".jsonl":
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield from _from_line(path, name, number, line)
        return
    told = _TOLD.match(text)
    stem = name.rpartition(".")[0]
    dated = told[1] if told else next(iter(_NAMED.findall(path.name)), None)
    if dated is None:
        raise DataError(f"knowledge: {path}: expected a date in the name or a first line `date: ...`, was neither")
    body = text[told.end() :] if told else text
    yield from _cut(stem, body, _moment(path, dated), name)


def _from_line(path: Path, name: str, number: int, line: str) -> Iterator[Passage]:
    where = f"knowledge: {path}, line {number}"
    try:
        row = json.loads(line)
        text, published = row["text"], row["published_at"]
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{where}: expected an object with text and published_at: {error}") from None
    if not isinstance(text, str) or not isinstance(published, str):
        raise DataError(f"{where}: expected words in text and published_at")
    document = str(row.get("id") or f"{name.rpartition('.')[0]}.{number}")
    yield from _cut(document, text, _moment(path, published), str(row.get("source") or name))


def _moment(path: Path, text: str) -> datetime:
    """A bare day counts from its end: nobody knew in the morning what was written in the evening."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DataError(f"knowledge: {path}: expected a date like 2018-12-19, was {text!r}") from None
    if len(text) == len("2018-12-19"):
        return moment.replace(tzinfo=UTC) + timedelta(days=1)
    if moment.tzinfo is None:
        raise DataError(f"knowledge: {path}: expected a time with a zone, was {text!r}")
    return moment.astimezone(UTC)


def _cut(document: str, text: str, published_at: datetime, source: str) -> Iterator[Passage]:
    number = 0
    visible = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    for paragraph in re.split(r"\n\s*\n", visible):
        for piece in _pieces(" ".join(paragraph.split())):
            number += 1
            yield Passage(id=f"{document}#{number}", text=piece, published_at=published_at, source=source)


def _pieces(paragraph: str) -> Iterator[str]:
    piece = ""
    for sentence in _SENTENCE.split(paragraph):
        if piece and len(piece) + 1 + len(sentence) > LONGEST:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}".strip()
        while len(piece) > LONGEST:
            yield piece[:LONGEST]
            piece = piece[LONGEST:]
    if piece:
        yield piece
