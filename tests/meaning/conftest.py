from __future__ import annotations

from tests.agents.conftest import desk as desk, opened as opened
