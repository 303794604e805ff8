"""Texts as vectors, offline: the same text gives the same bytes on every call, alone or in company."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (n, dimensions), rows of length 1; a text without a single known token gives a row of zeros."""


class StaticEmbedder:
    """Mean of static token vectors (wordllama's l2_supercat, 256 dimensions).

    Reads the two files wordllama ships and leaves its code alone: that code looks for the tokenizer in the wrong folder
    and then asks the network, and importing it turns on INFO logging for the whole process. Loaded at first use.
    """

    dimensions = 256

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: tuple[Tokenizer, NDArray[np.float16]] | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        tokenizer, weights = self._load()
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            tokens = tokenizer.encode(text, add_special_tokens=False).ids
            if tokens:
                row[:] = weights[tokens].astype(np.float32).mean(axis=0)
                row /= max(float(np.linalg.norm(row)), 1e-12)
        return rows

    def _load(self) -> tuple[Tokenizer, NDArray[np.float16]]:
        with self._loading:
            if self._loaded is None:
                folder = _package()
                from safetensors.numpy import load_file
                from tokenizers import Tokenizer

                tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
                tokenizer.no_padding()
                tokenizer.no_truncation()
                weights = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
                self._loaded = tokenizer, weights
            return self._loaded


def _package() -> Path:
    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise ConfigError("memory needs wordllama, which is not installed: pip install wordllama")
    return Path(spec.origin).parent


_: type[Embedder] = StaticEmbedder
