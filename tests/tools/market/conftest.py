from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tools.market.binance import Exchange, served


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def address(exchange: Exchange) -> Iterator[str]:
    with served(exchange) as address:
        yield address
