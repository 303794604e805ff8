from __future__ import annotations

import gzip
import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.errors import DataError, UsageError
from tools.news import open_news
from tools.news.jsonl import LONGEST, JsonlNews

NOON = datetime(2018, 12, 20, 12, tzinfo=UTC)
Written = Callable[..., JsonlNews]
FUZZ = Path(__file__).parents[4] / "shared" / "data" / "fuzz" / "jsontestsuite.jsonl.gz"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(*lines: object) -> JsonlNews:
        path = tmp_path / "news.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
        return JsonlNews(path)

    return write


def said(text: str, at: str = "2018-12-20T12:00:00Z", **more: object) -> dict[str, object]:
    return {"published_at": at, "text": text, "source": "wire", **more}


def test_headlines_come_oldest_first_and_are_numbered(written: Written) -> None:
    news = written(said("second", "2018-12-20T06:00:00-05:00"), said("first", "2018-12-19T12:00:00Z", symbol="SPX"))

    headlines = news.headlines("SPX", NOON)

    assert [(h.id, h.text, h.published_at.isoformat()) for h in headlines] == [
        ("H1", "first", "2018-12-19T12:00:00+00:00"),
        ("H2", "second", "2018-12-20T11:00:00+00:00"),
    ]


def test_a_headline_is_read_from_its_publication_on(written: Written) -> None:
    news = written(said("now"))

    assert [h.text for h in news.headlines("SPX", NOON)] == ["now"]
    assert news.headlines("SPX", NOON - timedelta(microseconds=1)) == ()


def test_later_headlines_change_neither_ids_nor_texts(written: Written) -> None:
    early = [said("a", "2018-12-18T12:00:00Z"), said("b", "2018-12-19T12:00:00Z")]

    alone = written(*early).headlines("SPX", NOON)
    among = written(said("noise", "2018-12-21T12:00:00Z"), *early).headlines("SPX", NOON)

    assert alone == among


def test_headlines_on_other_symbols_are_left_out(written: Written) -> None:
    news = written(said("ours", symbol="SPX"), said("theirs", symbol="IXIC"), said("everyone's"))

    assert [h.text for h in news.headlines("SPX", NOON)] == ["ours", "everyone's"]


def test_blank_lines_are_skipped_and_rows_still_counted(written: Written) -> None:
    with pytest.raises(DataError, match=r"news\.jsonl, row 3: expected one JSON object"):
        written(said("fine"), "", '{"text": ').headlines("SPX", NOON)


@pytest.mark.parametrize(
    "line, complaint",
    [
        (said("x", "2018-12-20T12:00:00"), "row 1, published_at: expected timezone info, was '2018-12-20T12:00:00'"),
        (said("x", "yesterday"), "row 1, published_at: .*was 'yesterday'"),
        (said("x", "1545307200"), "row 1, published_at: .*expected an ISO 8601 time"),
        ({**said("x"), "published_at": 1545307200}, "row 1, published_at: .*expected an ISO 8601 time"),
        (said(""), "row 1, text: expected at least 1 character, was ''"),
        (said("x" * (LONGEST + 1)), f"row 1, text: expected at most {LONGEST} characters"),
        ({"text": "x", "source": "wire"}, "row 1, published_at: expected a value, was missing"),
        (said("x", colour="red"), "row 1, colour: expected no such field, was 'red'"),
        ('["a"]', "row 1: expected one JSON object, was"),
        ("[" * 100_000, "row 1: expected one JSON object"),
        (r'{"published_at": "2018-12-20T12:00:00Z", "text": "\ud800", "source": "wire"}', "row 1"),
    ],
)
def test_a_broken_line_is_named(written: Written, line: object, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        written(line).headlines("SPX", NOON)


def test_bytes_that_are_no_utf8_are_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_bytes(b'{"text": "\xff"}')

    with pytest.raises(DataError, match="expected JSON lines in UTF-8"):
        JsonlNews(tmp_path / "news.jsonl").headlines("SPX", NOON)


def test_a_time_without_zone_is_refused(written: Written) -> None:
    with pytest.raises(DataError, match="expected a time with a zone"):
        written(said("x")).headlines("SPX", datetime(2018, 12, 20))  # noqa: DTZ001


def test_no_file_means_no_news_and_a_missing_file_is_said_at_once(tmp_path: Path) -> None:
    assert open_news(None) is None
    with pytest.raises(UsageError, match="expected a file of headlines"):
        open_news(tmp_path / "none.jsonl")


@pytest.mark.skipif(not FUZZ.is_file(), reason="the JSON test suite lies outside the repository")
def test_no_json_at_all_gets_through_or_crashes(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    with gzip.open(FUZZ, "rt", encoding="utf-8") as suite:
        cases = [json.loads(line) for line in suite]
    assert len(cases) == 318
    for case in cases:
        path.write_bytes(b64decode(case["b64"]))
        try:
            assert JsonlNews(path).headlines("SPX", NOON) == ()
        except DataError:
            continue
