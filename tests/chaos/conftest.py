from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.killing import Servers


@pytest.fixture(scope="module")
def forking() -> Iterator[Servers]:
    opened = Servers()
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def fork(forking: Servers) -> Iterator[Servers]:
    """Servers that end with the test."""
    yield forking
    forking.kill_all()
