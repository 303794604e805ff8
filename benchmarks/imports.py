"""Cold import and start-up times, as multiples of a bare interpreter and of importing pydantic, all in one run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

RUNS = 7
BIN = Path(sys.executable).parent
COMMANDS: dict[str, list[str]] = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import pydantic": [sys.executable, "-c", "import pydantic"],
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import execution_core": [sys.executable, "-c", "import execution_core"],
    "import fks_agents": [sys.executable, "-c", "import fks_agents"],
    "fks --help": [str(BIN / "fks"), "--help"],
}


def seconds(command: list[str]) -> float:
    """Median wall time of a whole process, after one run that warms the disk."""
    times = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - started)
    return median(times[1:])


def main() -> None:
    measured = {name: seconds(command) for name, command in COMMANDS.items()}
    bare = measured["python -c pass"]
    print(f"{'':24}{'ms':>8}{'above bare':>12}{'x pydantic':>12}")
    for name, took in measured.items():
        above = took - bare
        ratio = above / (measured["import pydantic"] - bare)
        print(f"{name:24}{took * 1000:8.0f}{above * 1000:12.0f}{ratio:12.2f}")
    core = measured["import execution_core"] - measured["import numpy"]
    print(f"\nexecution_core above numpy: {core * 1000:.0f} ms (budget 20 ms)")


if __name__ == "__main__":
    main()
