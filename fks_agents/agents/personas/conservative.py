"""Enters on a pullback, gives the trade room, risks little, and wants more than the usual conviction."""

from __future__ import annotations

from fks_agents.agents.levels import Profile

PROFILE = Profile(entry=0.5, stop=2.5, reward=1.5, risk=0.005, extra_conviction=0.1, heard_in=("calm", "volatile"))
