"""What a person may ask a desk from a chat: each public file here is the command of its name.

A file has `TEXT`, one line for the help; `ROLE`, which is needed; `reply(asked)`; and `IS_SLOW` where that takes longer
than a second. `answer` finds it; every chat and every test goes through `answer`.
"""

from fks_agents.service.commands._asking import Asked, Reply, answer, is_slow

__all__ = ["Asked", "Reply", "answer", "is_slow"]
