"""No test reaches the network; the time zone and the environment of whoever runs them do not matter."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of the person who runs the tests leaks in, and nothing is written to their home."""
    for name in list(os.environ):
        if name.startswith("FKS_") and not name.startswith(("FKS_PURE", "FKS_TEST_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Where a test let log lines go ends with it: the stream that they went to is closed by then."""
    yield
    if "fks_agents._logging" in sys.modules:
        from fks_agents._logging import _Forwarding

        root = logging.getLogger()
        root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Forwarding)]
        logging.getLogger("fks").setLevel(logging.NOTSET)
