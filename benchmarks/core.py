"""The execution core against a C loop compiled on the spot, and against what peers are installed: ratios of one run."""

from __future__ import annotations

import sys

from evaluators.core_speed.measure import as_json, lines, measure


def main() -> None:
    measured = measure()
    print(as_json(measured) if "--json" in sys.argv else "\n".join(lines(measured)))


if __name__ == "__main__":
    main()
