"""The reference work on other engines, each in a process of the environment that `make bench-peers` makes.

None is imported here, nor anywhere else in the product. The programs are `benchmarks/peers/*.py` of a checkout.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from evaluators.core_speed import reference
from evaluators.core_speed.figures import Peer
from execution_core.records import Columns

CHECKOUT = Path(__file__).parents[2]
PYTHON = CHECKOUT / ".venv-bench" / "bin" / "python"
LIMIT_S = 300


class Known(NamedTuple):
    module: str
    most_bars: int
    """What it does in some seconds."""
    takes_columns: bool
    differs: str


KNOWN = {
    "vectorbt": Known("vectorbt", 1_000_000, True, "a stop or target is first looked at in the bar after the entry"),
    "backtesting.py": Known(
        "backtesting", 200_000, False, "no slippage; stop and target lie off the close, as they need a price beforehand"
    ),
    "hftbacktest": Known(
        "hftbacktest", 200_000, False,
        "each bar is four quotes of whole units; fills at the quote without slippage; its loop holds stop and target",
    ),
    "backtrader": Known(
        "backtrader", 50_000, False, "stop and target lie off the close, as they need a price beforehand"
    ),
    "nautilus_trader": Known(
        "nautilus_trader", 50_000, False,
        "no slippage, fees of its own instrument; stop and target lie off the close; an order acts at that close",
    ),
}  # fmt: skip


def measure(columns: Columns, python: Path, rates: dict[str, float]) -> Iterator[Peer]:
    """Each peer on the first bars of `columns`, beside our own bars a second: `arrays` and `callback`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "work.npz"
        named = {name: getattr(columns, name) for name in ("opened", "open", "high", "low", "close", "volume")}
        np.savez(file, sides=reference.turns(columns.close), **named)
        for name, known in KNOWN.items():
            told = _asked(known, python, file, min(known.most_bars, len(columns.opened)))
            if isinstance(told, str):
                yield Peer(name, known.differs, skipped=told)
                continue
            rate = told["bars"] / told["s"]
            ours = rates["arrays" if known.takes_columns else "callback"]
            yield Peer(name, known.differs, told["version"], told["bars"], rate, told["trades"], ours / rate)


def _asked(known: Known, python: Path, file: Path, bars: int) -> dict[str, Any] | str:
    """What the peer's program told, or why it did not."""
    if not python.exists():
        return f"no environment of peers at {python}: make bench-peers"
    if not (CHECKOUT / "benchmarks" / "peers" / f"{known.module}.py").exists():
        return "its program is part of a checkout, not of an installed package"
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "ignore"}
    command = [str(python), "-m", f"benchmarks.peers.{known.module}", str(file), str(bars)]
    try:
        done = subprocess.run(  # noqa: S603
            command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return f"not done within {LIMIT_S} s"
    last = (done.stdout.strip() or "nothing").splitlines()[-1]
    if done.returncode == 0 and last.startswith("{"):
        told: dict[str, Any] = json.loads(last)
        return told
    return (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]
