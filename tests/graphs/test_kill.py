"""A kill -9 anywhere: the decision finishes, no model call is repeated, one order is sent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def kills(folder: Path, *flags: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.graphs.killing", str(folder), *flags]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.mark.real
def test_a_kill_at_any_step_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    told = kills(tmp_path)
    assert len(told) > 60
    assert {kill["died"] for kill in told} == {-9}
    broken = [
        kill
        for kill in told
        if kill["resumed"] != 0
        or not kill["same_digest"]
        or kill["repeated_calls"]
        or kill["missing_calls"]
        or (kill["orders"], kill["repeated_orders"]) != (3, 0)
    ]
    assert broken == []
    # The other control: calls without a recorded answer are made again, so the log of calls does see repetitions.
    assert any(kill["under_way"] for kill in told)


@pytest.mark.real
def test_without_the_idempotency_key_the_same_kills_send_orders_twice(tmp_path: Path) -> None:
    told = kills(tmp_path, "--naive", "--every", "1000")
    assert sum(kill["repeated_orders"] for kill in told) > 0
