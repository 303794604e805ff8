"""The memory of a desk as something to look into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from graphs.desk import Desk
    from memory.recall import Recall


def recall_of(desk: Desk) -> Recall:
    from memory.recall import Recall

    if not isinstance(desk.memory, Recall):
        raise ConfigError("memory is switched off; set `memory = true` to look into it")
    return desk.memory
