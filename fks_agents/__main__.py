"""`python -m fks_agents` is `fks`."""

from __future__ import annotations

from fks_agents.cli import main

main()
