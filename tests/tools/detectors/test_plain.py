"""Every detector gives the same events, to the last bit, whether the passes under it are compiled or plain."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256

from tests.tools.detectors.tables import walk
from tools import detectors

COLUMNS = ("kind", "direction", "formed", "confirmed", "level", "far_level", "strength", "is_open")


def digest() -> str:
    bars, hashed = walk(400, 9, "1h"), sha256()
    for name in detectors.names():
        found = detectors.get(name)(bars)
        for column in COLUMNS:
            hashed.update(getattr(found, column).tobytes())
    return hashed.hexdigest()


def test_compiled_and_plain_passes_give_the_same_events() -> None:
    ask = "from tests.tools.detectors.test_plain import digest; print(digest())"
    said = [
        subprocess.run(
            [sys.executable, "-c", ask],
            env={**os.environ, "FKS_PURE": pure},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for pure in ("0", "1")
    ]
    assert said[0] == said[1]
    assert len(said[0].strip()) == 64
