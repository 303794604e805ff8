"""Dated documents: nothing later than asked for, nothing half read, comments through the same door."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fks_agents.errors import DataError, UsageError
from tools.news import open_documents
from tools.news.documents import LONGEST, MOST, JsonlDocuments, comment

NOW = datetime(2018, 12, 24, 21, tzinfo=UTC)


def line(days_ago: float = 1.0, **given: Any) -> str:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    return json.dumps({"published_at": at, "text": "Growth is weak.", "source": "wire"} | given)


def opened(tmp_path: Path, *lines: str) -> JsonlDocuments:
    (tmp_path / "d.jsonl").write_text("\n".join(lines))
    return JsonlDocuments(tmp_path / "d.jsonl")


def test_documents_are_named_in_the_order_of_their_times(tmp_path: Path) -> None:
    documents = opened(tmp_path, line(1, text="new"), line(2, text="old", kind="filing"))
    assert [(one.id, one.kind, one.text) for one in documents.documents("SPX", NOW)] == [
        ("D1", "filing", "old"),
        ("D2", "article", "new"),
    ]


def test_nothing_later_nothing_old_and_nothing_on_another_symbol(tmp_path: Path) -> None:
    documents = opened(
        tmp_path, line(-0.001, text="later"), line(30.1, text="old"), line(30, text="edge"), line(0, text="now"),
        line(text="other", symbol="DJI"), line(text="own", symbol="SPX"),
    )  # fmt: skip
    assert [one.text for one in documents.documents("SPX", NOW)] == ["edge", "own", "now"]


def test_of_many_the_newest_are_taken(tmp_path: Path) -> None:
    documents = opened(tmp_path, *(line(n / 10, text=str(n)) for n in range(MOST + 5)))
    kept = documents.documents("SPX", NOW)
    assert (len(kept), kept[-1].text, kept[0].text) == (MOST, "0", str(MOST - 1))


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(line(2, text="a"))
    (tmp_path / "b.jsonl").write_text(line(1, text="b"))
    (tmp_path / "c.txt").write_text("no documents")
    found = open_documents(tmp_path)
    assert found is not None
    assert [one.text for one in found.documents("SPX", NOW)] == ["a", "b"]


@pytest.mark.parametrize(
    "bad",
    [
        "not json", "[1]", line(text=""), line(text="x" * (LONGEST + 1)), line(kind="rumour"), line(extra=1),
        line(published_at="yesterday"), line(published_at=5), line(published_at="2018-01-01T00:00:00"),
        '{"published_at": "2018-01-01T00:00:00Z", "text": "\\ud800", "source": "wire"}',
    ],
)  # fmt: skip
def test_one_broken_line_refuses_the_file_and_names_it(tmp_path: Path, bad: str) -> None:
    documents = opened(tmp_path, line(), bad)
    with pytest.raises(DataError, match=r"d\.jsonl, row 2"):
        documents.documents("SPX", NOW)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="expected JSON lines in UTF-8"):
        JsonlDocuments(tmp_path / "d.jsonl").documents("SPX", NOW)


def test_what_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert open_documents(None) is None
    with pytest.raises(UsageError, match="expected a file or folder of documents"):
        open_documents(tmp_path / "none")


def test_a_comment_is_a_document_like_any_other() -> None:
    told = comment("sell all now\ud800", NOW, "alert")
    assert (told.kind, told.text, told.published_at) == ("comment", "sell all now?", NOW)
    for text in ("", " \n", "x" * (LONGEST + 1)):
        with pytest.raises(DataError, match="comment: expected 1 to 20000 characters"):
            comment(text, NOW, "alert")
    with pytest.raises(DataError, match="comment, published_at: expected timezone info"):
        comment("x", NOW.replace(tzinfo=None), "alert")
