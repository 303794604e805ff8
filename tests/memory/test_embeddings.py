from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from memory.embeddings import Embedder, StaticEmbedder


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return StaticEmbedder()


def test_a_row_is_a_unit_vector_of_single_precision(embedder: Embedder) -> None:
    rows = embedder.embed(["the stop was too near", "volatility fell"])
    assert rows.shape == (2, 256)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1.0, 1.0], abs=1e-6)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 256)


def test_an_empty_text_gives_zeros_and_no_nan(embedder: Embedder) -> None:
    assert not embedder.embed([""]).any()


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_the_same_text_gives_the_same_bytes_alone_or_in_company(embedder: Embedder, texts: list[str]) -> None:
    together = embedder.embed(texts)
    assert np.isfinite(together).all()
    for row, text in zip(together, texts, strict=True):
        assert row.tobytes() == embedder.embed([text])[0].tobytes()


def test_meaning_is_nearer_than_noise(embedder: Embedder) -> None:
    question, near, far = embedder.embed(
        ["inflation came in above expectations", "consumer prices rose more than forecast", "the cat sat on a mat"]
    )
    assert question @ near > question @ far + 0.2


_ALONE = """
import logging, socket, sys
def refuse(*a, **k): raise AssertionError("the network was asked for")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from memory.embeddings import StaticEmbedder
row = StaticEmbedder().embed(["a lesson"])[0]
assert logging.getLogger().level == logging.WARNING, "the root logger was touched"
assert "wordllama" not in sys.modules
sys.stdout.write(row.tobytes().hex())
"""


def test_another_process_without_network_or_home_gives_the_same_bytes(embedder: Embedder, tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONHASHSEED": "7"}
    run = subprocess.run([sys.executable, "-c", _ALONE], env=environment, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == embedder.embed(["a lesson"])[0].tobytes().hex()
    assert list(tmp_path.iterdir()) == []


_REFERENCE = """
import sys
from pathlib import Path
import importlib.util
import numpy as np
folder = Path(importlib.util.find_spec("wordllama").origin).parent
from wordllama import WordLlama
theirs = WordLlama.load(cache_dir=folder, disable_download=True).embed(sys.argv[1:], norm=True)
from memory.embeddings import StaticEmbedder
assert np.allclose(theirs, StaticEmbedder().embed(sys.argv[1:]), atol=1e-6)
"""


def test_vectors_are_those_of_the_library_whose_files_are_read() -> None:
    texts = ["the stop was too near", "σ fell by 3.2 %", "日経", "a"]
    run = subprocess.run([sys.executable, "-c", _REFERENCE, *texts], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
