"""A cycle over 50 symbols in rules mode, at several closes in a row. Budget: 30 s on two cores."""

from __future__ import annotations

import json
import sys

from fks_agents.cli._scan_speed import TARGET_SECONDS, measure


def main() -> None:
    measured = measure()
    slowest, last = max(each.seconds for each in measured), measured[-1]
    if "--json" in sys.argv:
        print(json.dumps([each._asdict() for each in measured], indent=2))
        return
    print(
        f"scan of 50 symbols, rules: slowest {slowest:.1f} s, {slowest / TARGET_SECONDS:.2f} of the budget; last "
        f"{last.seconds:.1f} s (CPU {last.cpu_seconds:.1f} s) with {last.open_before} open decisions"
    )


if __name__ == "__main__":
    main()
