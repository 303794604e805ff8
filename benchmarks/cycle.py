"""A whole cycle in rules mode on the sample: memory on, durable. Budget: 150 ms at the median after start."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from fks_agents.settings import load
from graphs.opening import open_desk

BUDGET_MS = 150.0
WARM_UP, RUNS = 3, 30


def main() -> None:
    per_node: dict[str, list[float]] = defaultdict(list)
    last = 0.0

    def on_event(node: str, learned: Mapping[str, Any]) -> None:
        nonlocal last
        del learned
        now = time.perf_counter()
        if node != "admitted":
            per_node[node].append((now - last) * 1000)
        last = now

    with tempfile.TemporaryDirectory() as home, open_desk(load(home=Path(home))) as desk:
        whole, processor = [], []
        for run in range(WARM_UP + RUNS):
            as_of = datetime(2010, 1, 4, 21, tzinfo=UTC) + timedelta(days=45 * run)
            started, cpu = time.perf_counter(), time.process_time()
            desk.analyze("SPX", as_of=as_of, on_event=on_event if run >= WARM_UP else None)
            whole.append((time.perf_counter() - started) * 1000)
            processor.append((time.process_time() - cpu) * 1000)
    whole, processor = whole[WARM_UP:], processor[WARM_UP:]
    summary = {
        "p50_ms": float(np.median(whole)),
        "p95_ms": float(np.quantile(whole, 0.95)),
        "cpu_p50_ms": float(np.median(processor)),
        "share_of_budget": float(np.median(whole)) / BUDGET_MS,
        "node_p50_ms": {node: float(np.median(times)) for node, times in per_node.items()},
    }
    if "--json" in sys.argv:
        print(json.dumps(summary, indent=2))
        return
    print(
        f"cycle, rules, sample: p50 {summary['p50_ms']:.0f} ms, p95 {summary['p95_ms']:.0f} ms, "
        f"CPU {summary['cpu_p50_ms']:.0f} ms; {summary['share_of_budget']:.2f} of the {BUDGET_MS:.0f} ms budget"
    )
    for node, times in sorted(per_node.items(), key=lambda item: -float(np.median(item[1])))[:8]:
        print(f"  {node:20}{float(np.median(times)):7.1f} ms")


if __name__ == "__main__":
    main()
