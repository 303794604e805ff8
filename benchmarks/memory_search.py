"""Time of one memory search among 10,000 lessons. Budget: p95 <= 20 ms with the index up.

    python benchmarks/memory_search.py [COUNT]

Prints milliseconds (p50, p95) for searches now, at random times in the past, and exact in SQL without the index; then
seconds for building the index anew.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from fks_agents.contracts import Lesson
from fks_agents.settings import Settings
from memory.embeddings import StaticEmbedder
from memory.index import Index
from memory.ledger import Ledger
from memory.places import Folder
from memory.recall import Recall

START = datetime(2018, 1, 1, tzinfo=UTC)
WORDS = (  # noqa: SIM905  thirty quoted words read worse
    "market trend stop target volatility breakout reversal inflation yields earnings support resistance momentum gap "
    "volume drawdown rally credit oil rates surprise hawkish dovish divergence overbought oversold squeeze carry"
).split()
SEARCHES = 300


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    draw = random.Random(7)
    embedder = StaticEmbedder()
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as ledger:
        ledger.lessons.learn([_lesson(number, draw) for number in range(count)])
        recall = Recall(ledger, Index(Folder(Path(folder) / "index"), ledger.lessons, embedder), embedder, Settings())
        begun = time.perf_counter()
        recall.rebuild()
        built = time.perf_counter() - begun
        exact = Recall(ledger, None, embedder, Settings())
        for _ in range(20):
            _search(recall, count, draw)
        _search(exact, count, draw)
        _report("now", lambda: _search(recall, count, draw))
        _report("at random times", lambda: _search(recall, draw.randrange(count), draw))
        _report("exact, without index", lambda: _search(exact, draw.randrange(count), draw))
        print(f"index of {count:,} built in {built:.1f} s; {recall.status}")
        recall.close()


def _lesson(number: int, draw: random.Random) -> Lesson:
    return Lesson(
        id=f"L{number:06d}",
        agent="technical",
        text=f"{' '.join(draw.choices(WORDS, k=12))} {number}",
        evidence=(),
        learned_at=START + timedelta(hours=number),
        decision_id="0" * 12,
        symbol="SPX",
        regime=draw.choice(("calm", "volatile", "trending")),
    )


def _search(recall: Recall, hours: int, draw: random.Random) -> None:
    recall.query("technical", " ".join(draw.choices(WORDS, k=8)), START + timedelta(hours=hours), 3, "calm")


def _report(name: str, search: Callable[[], None]) -> None:
    took = []
    for _ in range(SEARCHES):
        begun = time.perf_counter()
        search()
        took.append(time.perf_counter() - begun)
    p50, p95 = np.percentile(took, [50, 95]) * 1e3
    print(f"{name:22} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms")


if __name__ == "__main__":
    main()
