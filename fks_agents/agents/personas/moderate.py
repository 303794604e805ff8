"""Enters near the price with a normal stop, risks one percent."""

from __future__ import annotations

from fks_agents.agents.levels import Profile

PROFILE = Profile(entry=0.25, stop=2.0, reward=2.0, risk=0.01, heard_in=("calm", "trending", "volatile"))
