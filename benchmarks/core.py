"""The execution core against a C loop compiled on the spot, and against what peers are installed: ratios of one run."""

from __future__ import annotations

import json
import sys

from evaluators.core_speed.figures import lines, plain
from evaluators.core_speed.measure import Sizes, measure
from evaluators.core_speed.peers import PYTHON


def main() -> None:
    measured = measure(Sizes(), PYTHON)
    print(json.dumps(plain(measured), indent=2) if "--json" in sys.argv else "\n".join(lines(measured)))


if __name__ == "__main__":
    main()
