"""Dated headlines from outside: text to be judged, never obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from fks_agents.deps import Documents, News


def open_news(path: Path | None) -> News | None:
    """The headlines of a JSONL file, None where no file is named; raises UsageError where it names no file."""
    if path is None:
        return None
    from tools.news.jsonl import JsonlNews

    return JsonlNews(path)


def open_documents(path: Path | None) -> Documents | None:
    """The dated documents of a JSONL file or folder, None where none is named; raises UsageError for neither."""
    if path is None:
        return None
    from tools.news.documents import JsonlDocuments

    return JsonlDocuments(path)
