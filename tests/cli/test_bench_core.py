from __future__ import annotations

from collections.abc import Callable

from tests.cli.conftest import Ran


def test_bench_core_tells_figures_targets_and_peers_as_json(fks: Callable[..., Ran]) -> None:
    ran = fks("bench", "core", "--quick", "--peers", "/nowhere/python", "--json")
    assert ran.code == 0
    told = ran.json
    assert told["bars"] == 20_000
    assert {"name", "value", "unit", "target", "is_reached", "what"} == set(told["figures"][0])
    assert [peer["name"] for peer in told["peers"]] == [
        "vectorbt", "backtesting.py", "hftbacktest", "backtrader", "nautilus_trader",
    ]  # fmt: skip
    assert all("make bench-peers" in peer["skipped"] for peer in told["peers"])


def test_bench_core_tells_people_the_same_in_lines(fks: Callable[..., Ran]) -> None:
    ran = fks("bench", "core", "--quick", "--peers", "/nowhere/python")
    assert ran.code == 0
    for said in ("native / C loop", "orders from Python, as columns", "all detectors", "nautilus_trader", "skipped: "):
        assert said in ran.out
