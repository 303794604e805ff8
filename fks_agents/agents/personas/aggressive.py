"""Enters close to the price with a tight stop and a far target, risks two percent."""

from __future__ import annotations

from fks_agents.agents.levels import Profile

PROFILE = Profile(entry=0.1, stop=1.5, reward=2.5, risk=0.02, heard_in=("calm", "trending"))
