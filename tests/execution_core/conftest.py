from __future__ import annotations

from typing import cast

import pytest

from execution_core._engine import Engine
from execution_core._engine_py import Engine as Twin

# The twin has the engine's methods and no common base; tests treat both as one type.
ENGINES: dict[str, type[Engine]] = {"engine": Engine, "twin": cast("type[Engine]", Twin)}


@pytest.fixture(params=sorted(ENGINES))
def make(request: pytest.FixtureRequest) -> type[Engine]:
    """Each test that asks for it runs on the compiled engine and on its plain twin."""
    return ENGINES[request.param]
