"""The format that people bring their own labels in, and the sets that are shipped."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evaluators.meta import datasets
from evaluators.meta.examples import Example, lines, read, schema
from fks_agents.errors import DataError, UsageError
from tests.evaluators.meta.conftest import example


def test_a_line_comes_back_as_it_was_written(tmp_path: Path) -> None:
    said = (example("a", "supported", context="x"), example("b", "refuted", kind="sign", claim="a \u2028 b"))
    path = tmp_path / "own.jsonl"
    path.write_text("".join(lines(said)) + "\n", encoding="utf-8")
    assert datasets.load(str(path)) == datasets.load(f"jsonl:{path}") == said
    packed = tmp_path / "own.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read(packed) == said


@given(st.text(min_size=1), st.sampled_from(["supported", "refuted", "not_enough"]))
def test_any_text_survives(claim: str, label: str) -> None:
    said = Example.model_validate({"id": "a", "claim": claim, "label": label})
    (line,) = lines([said])
    assert line.count("\n") == 1
    assert Example.model_validate_json(line) == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a", "claim": "x"}', "line 1: label: expected a value, was missing"),
        ('{"id": "a", "claim": "x", "label": "true"}', "line 1: label: expected 'supported'"),
        ('{"id": "a", "claim": "x", "label": "refuted", "kinds": ""}', "line 1: kinds: expected no such field"),
        ('{"id": "a", "claim": "x", "label": "refuted", "cells": ["T1R1C1"]}', "no table has T1R1C1"),
        ('{"id": "a", "claim": "", "label": "refuted"}', "line 1: claim: expected at least 1 character"),
        ("nothing", "line 1: expected JSON, was 'nothing'"),
        ("", "expected at least one example, was none"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(line)
    with pytest.raises(DataError, match=said):
        read(path)


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text("".join(lines([example("a", "supported")] * 2)))
    with pytest.raises(DataError, match="expected each id once, was 'a' twice"):
        read(path)


@pytest.mark.parametrize("content", [b"\x1f\x8b\x00broken", b"\xff\xfe"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ("own.jsonl.gz" if content[0] == 0x1F else "own.jsonl")
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot read"):
        read(path)


def test_an_unknown_set_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown data set 'mine'; expected one of .*jsonl.*sample"):
        datasets.load("mine")


def test_the_sample_has_every_label_and_each_kind_twice() -> None:
    found = datasets.load("sample")
    assert {each.label for each in found} == {"supported", "refuted", "not_enough"}
    kinds = [each.kind for each in found if each.label == "refuted"]
    assert all(kinds.count(kind) >= 2 for kind in kinds)
    assert "" not in kinds
    ids = {each.id for each in found}
    assert {each.paraphrase_of for each in found} - {""} <= ids


def test_bare_claims_have_words_and_citations_alone() -> None:
    whole, bare = datasets.load("sample"), datasets.load("sample", carrying=False)
    assert [each.claim for each in bare] == [each.claim for each in whole]
    assert any(each.formula for each in whole)
    assert all((each.formula, each.cells, each.value) == (None, (), None) for each in bare)
    assert any(each.fact_ids for each in bare)


def test_the_published_schema_is_that_of_the_code() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "judge-data.schema.json"
    assert json.loads(page.read_text("utf-8")) == schema()
