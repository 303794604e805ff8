from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Ran

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]


def test_bench_api_tells_what_was_measured_beside_what_it_is_to_be(fks: Callable[..., Ran]) -> None:
    ran = fks("bench", "api", "--quick", "--json")
    assert ran.code == 0
    figures = {figure["name"]: figure for figure in ran.json["figures"]}
    assert figures["GET /health"]["target"] == "at least 1000"
    assert figures["GET /health, busy, p99"]["target"] == "at most 250"
    assert figures["analyses"]["is_reached"] is None
    assert all(figure["value"] > 0 for figure in figures.values())
