"""Headlines and documents are read by one reader: what is refused in one is refused in the other, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fks_agents.errors import DataError
from tools.news.documents import JsonlDocuments
from tools.news.jsonl import JsonlNews

AS_OF = datetime(2018, 12, 24, tzinfo=UTC)
GOOD = '{"published_at": "2018-12-20T14:00:00Z", "text": "Oil fell.", "source": "wire"}'

Read = Callable[[Path], int]


def headlines(path: Path) -> int:
    return len(JsonlNews(path).headlines("SPX", AS_OF))


def documents(path: Path) -> int:
    return len(JsonlDocuments(path).documents("SPX", AS_OF))


both = pytest.mark.parametrize("read", [headlines, documents])


@both
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", ", row 2: expected one JSON object: Expecting value"),
        ("[1, 2]", ", row 2: expected one JSON object, was '[1, 2]'"),
        ("[" * 100_000, ", row 2: expected one JSON object: "),
        (GOOD.replace("2018-12-20T14:00:00Z", "2018-12-20T14:00:00"), ", row 2, published_at: "),
        (GOOD.replace('"2018-12-20T14:00:00Z"', "1545314400"), ", row 2, published_at: expected an ISO"),
        (GOOD.replace("Oil fell.", ""), ", row 2, text: "),
        (GOOD.replace("Oil fell.", r"Oil \ud83d"), ", row 2, text: "),  # half of a pair, which nobody could keep
        (GOOD.replace("wire", r"\ud83d"), ", row 2, source: "),
        (GOOD.replace('"source": "wire"', '"source": "wire", "colour": "red"'), ", row 2, colour: "),
    ],
)
def test_a_broken_line_is_named_and_refuses_the_file(tmp_path: Path, read: Read, line: str, said: str) -> None:
    path = tmp_path / "wire.jsonl"
    path.write_text(f"{GOOD}\n{line}\n")
    with pytest.raises(DataError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}{said}")


@both
def test_a_mark_of_the_encoding_and_empty_lines_are_no_lines(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "wire.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + f"{GOOD}\n\n  \n{GOOD}".encode())
    assert read(path) == 2
