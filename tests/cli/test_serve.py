"""`fks serve`: what is said before it listens, and what keeps it from listening."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from memory.ledger import Ledger
from tests.cli.conftest import Ran

Fks = Callable[..., Ran]

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def nobody_was_made(home: Path) -> bool:
    with Ledger.open(home / "ledger.sqlite") as ledger:
        return ledger.people.is_empty()


def test_each_start_says_where_it_listens(tmp_path: Path, port: int) -> None:
    for start in ("first", "second"):
        words = ["serve", "--home", str(tmp_path), "--set", f"service_port={port}"]
        command = [sys.executable, "-u", "-m", "fks_agents", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
            assert served.stdout is not None
            said = [served.stdout.readline() for _ in range(3 if start == "first" else 1)]
            try:
                with urlopen(f"http://127.0.0.1:{port}/v1/health", timeout=60) as answer:
                    assert answer.status == 200
            finally:
                served.send_signal(signal.SIGINT)
            assert served.wait(60) == 0
        assert said[-1] == (
            f"listening on http://127.0.0.1:{port}, pages at http://127.0.0.1:{port}/desk/; Ctrl-C stops it\n"
        )
        assert ("it is not shown again" in said[0]) == (start == "first")


def test_a_taken_port_is_one_line_and_nobody_is_made(fks: Fks, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ran = fks("serve", "--home", str(tmp_path), "--set", f"service_port={port}")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        f"error: cannot listen on 127.0.0.1, port {port}: address already in use; "
        "another port: --set service_port=NUMBER\n"
    )
    assert nobody_was_made(tmp_path)


def test_a_weak_token_is_refused_before_an_admin_is_made(
    fks: Fks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FKS_SERVICE_WEBHOOK_TOKEN", "short")
    ran = fks("serve", "--home", str(tmp_path))
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "error: service_webhook_token: expected at least 32 bytes, was 5\n"
    assert nobody_was_made(tmp_path)


def test_help_names_where_it_listens(fks: Fks) -> None:
    told = " ".join(fks("serve", "--help").out.split())
    assert "service_host" in told
    assert "--set service_port=8080" in told
