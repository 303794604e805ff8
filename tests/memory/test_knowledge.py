"""Passages of dated documents: found by words and by meaning, never newer than asked for, and none without a date."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.errors import DataError
from memory.embeddings import StaticEmbedder
from memory.keywords import K1, B, Keywords
from memory.knowledge import Knowledge, open_knowledge
from memory.passages import LONGEST, Passages
from memory.places import Folder

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "2018-12-19-fed.md").write_text(
        "The Federal Reserve raised its target range by 25 basis points.\n\n"
        "The committee expects two further increases in 2019. Equity volatility rose sharply.\n"
    )
    (documents / "2018-11-01-oversold.md").write_text("An RSI below 30 was followed by a rebound in 7 of 10 cases.\n")
    (documents / "2019-02-01-later.md").write_text("The Federal Reserve signalled patience; equities rebounded.\n")
    (documents / "wire.jsonl").write_text(
        '{"text": "Oil fell 11 percent.", "published_at": "2018-12-21T20:00:00Z", "source": "wire", "id": "W7"}\n'
    )
    return documents


def library(folder: Path, tmp_path: Path, **given: object) -> Knowledge:
    return Knowledge(folder, Folder(tmp_path / "index"), StaticEmbedder(), **given)  # type: ignore[arg-type]


def found(knowledge: Knowledge, query: str, as_of: datetime = AS_OF, count: int = 3) -> list[str]:
    return [passage.id for passage in knowledge.search(query, as_of, count)]


def test_a_question_finds_what_shares_its_words_or_its_meaning(folder: Path, tmp_path: Path) -> None:
    knowledge = library(folder, tmp_path)
    assert found(knowledge, "the Fed raised rates") == ["2018-12-19-fed#1"]
    assert found(knowledge, "RSI(14) is 24, oversold") == ["2018-11-01-oversold#1"]


def test_a_question_that_nothing_bears_on_finds_nothing(folder: Path, tmp_path: Path) -> None:
    assert found(library(folder, tmp_path), "bananas are yellow") == []


def test_nothing_newer_than_the_moment_is_found(folder: Path, tmp_path: Path) -> None:
    knowledge = library(folder, tmp_path)
    query = "Federal Reserve signalled patience, equities rebounded"
    assert "2019-02-01-later#1" not in found(knowledge, query)
    assert found(knowledge, query, datetime(2019, 3, 1, tzinfo=UTC))[0] == "2019-02-01-later#1"


def test_a_day_counts_from_its_end(folder: Path, tmp_path: Path) -> None:
    knowledge, query = library(folder, tmp_path), "Federal Reserve target range"
    assert found(knowledge, query, datetime(2018, 12, 19, 23, 59, tzinfo=UTC)) == []
    assert found(knowledge, query, datetime(2018, 12, 20, tzinfo=UTC)) == ["2018-12-19-fed#1"]


def test_a_later_document_does_not_change_what_was_found_before(folder: Path, tmp_path: Path) -> None:
    """How rare a word is, is counted among what was there."""
    before = found(library(folder, tmp_path), "committee expects increases", count=5)
    for n in range(20):
        (folder / f"2019-03-{n + 1:02}.md").write_text("The committee expects further increases.\n")
    assert found(library(folder, tmp_path), "committee expects increases", count=5) == before


@pytest.mark.real
def test_the_index_finds_what_an_exact_search_finds(folder: Path, tmp_path: Path) -> None:
    exact, indexed = library(folder, tmp_path), library(folder, tmp_path, exact_up_to=0)
    try:
        indexed.rebuild()
        for query in ("the Fed raised rates", "oil fell", "volatility rose"):
            assert found(indexed, query) == found(exact, query)
    finally:
        indexed.close()


@pytest.mark.real
def test_a_changed_document_is_indexed_anew(folder: Path, tmp_path: Path) -> None:
    first = library(folder, tmp_path, exact_up_to=0)
    assert first.rebuild() == 5
    first.close()
    (folder / "2018-11-01-oversold.md").write_text("Gold rose to a record.\n")
    second = library(folder, tmp_path, exact_up_to=0)
    try:
        assert second.rebuild() == 5
        assert found(second, "gold record") == ["2018-11-01-oversold#1"]
    finally:
        second.close()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("undated.md", "text", "expected a date in the name or a first line"),
        ("2018-13-40-x.md", "text", "expected a date like 2018-12-19, was '2018-13-40'"),
        ("a.md", "date: 2018-12-19T10:00:00\ntext", "expected a time with a zone"),
        ("a.jsonl", "{", "line 1: expected an object with text and published_at"),
        ("a.jsonl", '{"text": "x"}', "line 1: expected an object with text and published_at"),
        ("a.jsonl", '{"text": 3, "published_at": "2018-12-19"}', "expected words in text"),
        ("2018-12-19.pdf", "x", "expected a file .md, .txt, .jsonl"),
    ],
)
def test_a_document_that_cannot_be_dated_or_read_is_refused(name: str, text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=told):
        open_knowledge(tmp_path, Folder(tmp_path / "home")).check()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a folder of documents"):
        open_knowledge(tmp_path / "nowhere", Folder(tmp_path / "home")).check()


def test_an_id_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    line = '{"text": "x", "published_at": "2018-12-19", "id": "W7"}\n'
    (tmp_path / "a.jsonl").write_text(line + line)
    with pytest.raises(DataError, match="'W7#1' is there twice"):
        Passages(tmp_path)


def test_a_first_line_dates_a_document_and_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("date: 2018-12-19T10:00:00+01:00\nGold rose.\n")
    (passage,) = Passages(tmp_path).all
    assert (passage.text, passage.published_at) == ("Gold rose.", datetime(2018, 12, 19, 9, tzinfo=UTC))


def test_long_text_is_cut_at_sentences(tmp_path: Path) -> None:
    (tmp_path / "2018-12-19.md").write_text(" ".join(f"Sentence number {n} ends here." for n in range(40)))
    pieces = [passage.text for passage in Passages(tmp_path).all]
    assert all(len(piece) <= LONGEST and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces).count("ends here.") == 40


def test_control_characters_do_not_reach_a_reader(tmp_path: Path) -> None:
    (tmp_path / "2018-12-19.md").write_text("Gold \x1b[2Jrose\u202e.\n")
    assert Passages(tmp_path).all[0].text == "Gold [2Jrose."


def test_bm25_worked_by_hand() -> None:
    # Lengths 2 and 3, mean 2.5. `oil` is in one of two texts: ln(1 + 1.5 / 1.5) = ln 2.
    # Text 1: once among 2 words: (1 x 2.5) / (1 + 1.5 x (0.25 + 0.75 x 2 / 2.5)).
    scores = Keywords(["oil fell", "gold rose again"]).scores("Why oil?")
    expected = math.log(2) * (K1 + 1) / (1 + K1 * (1 - B + B * 2 / 2.5))
    assert scores == [pytest.approx(expected, rel=1e-12), 0.0]


def test_a_number_or_a_word_that_most_texts_have_is_no_sign() -> None:
    texts = ["rates rose 25 points", "rates fell 25 points", "rates stood still"]
    assert Keywords(texts).scores("rates 25") == [0.0, 0.0, 0.0]
    assert Keywords(texts).scores("rates still")[2] > 0


def test_no_text_at_all_scores_nothing() -> None:
    assert Keywords([]).scores("oil") == []
    assert Keywords(["", "the"]).scores("oil") == [0.0, 0.0]


@given(st.lists(st.text("abc ", max_size=20), min_size=1, max_size=8), st.text("abc ", max_size=10))
@settings(max_examples=60, deadline=None)
def test_scores_are_finite_and_zero_where_no_word_is_shared(texts: list[str], query: str) -> None:
    scores = Keywords(texts).scores(query)
    assert np.isfinite(scores).all()
    for text, score in zip(texts, scores, strict=True):
        assert score >= 0
        if not set(text.split()) & set(query.split()):
            assert score == 0


def test_whatever_the_moment_nothing_later_comes_back(tmp_path: Path) -> None:
    documents = tmp_path / "weekly"
    documents.mkdir()
    for week in range(40):
        day = AS_OF - timedelta(weeks=20 - week)
        (documents / f"{day:%Y-%m-%d}.md").write_text(f"Market note number {week}: rates moved.\n")
    knowledge = library(documents, tmp_path)
    for days in range(-150, 150, 10):
        moment = AS_OF + timedelta(days=days)
        seen = knowledge.search("market note on rates", moment, 5)
        assert all(one.published_at <= moment for one in seen)
        assert bool(seen) == (days > -139)  # the oldest note, of 20 weeks before, counts from the day after
