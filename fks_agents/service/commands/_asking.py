"""From a line of text to the command it names, and to an answer that shows no more than the person may see."""

from __future__ import annotations

import logging
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from fks_agents import _discovery
from fks_agents._redaction import redact
from fks_agents._wording import printable
from fks_agents.errors import FksError
from fks_agents.service.people import RANK, Person
from fks_agents.service.state import Service

_LOG = logging.getLogger("fks.chat")

LONGEST = 400
"""Characters of a message that is read."""

_ROOM = 1_900
"""Characters of an answer: Discord shows 2,000."""


class Reply(NamedTuple):
    text: str
    picture: Callable[[], bytes | None] | None = None
    """Draws a PNG to go with it, for a chat that shows some."""


class Asked(NamedTuple):
    service: Service
    person: Person
    words: str
    """What stood behind the command, in one line."""


def names() -> tuple[str, ...]:
    return _discovery.names([str(Path(__file__).parent)])


def command(name: str) -> ModuleType:
    return import_module(f"{__package__}.{name}")


def answer(text: str, person: Person, service: Service) -> Reply:
    """Do what the text says, in the name of the person; never raises."""
    if len(text) > LONGEST:
        return Reply(f"Expected at most {LONGEST} characters, was {len(text)}; nothing was done.")
    word, name, rest = _parts(text)
    if name not in names():
        return _unknown(word, name)
    found = command(name)
    if RANK[person.role] < RANK[found.ROLE]:
        return Reply(f"{name} needs the role {found.ROLE}, yours is {person.role}; nothing was done.")
    try:
        reply: Reply = found.reply(Asked(service, person, rest))
    except FksError as error:
        reply = Reply(f"{name}: {error}")
    except Exception:
        _LOG.exception("defect at the command %s", name)
        reply = Reply(f"{name} broke off: a defect of the service; its log says more.")
    return reply._replace(text=_short(redact(reply.text)))


def is_slow(text: str) -> bool:
    """Whether the answer may take more than a second."""
    name = _parts(text[:LONGEST])[1]
    return name in names() and bool(getattr(command(name), "IS_SLOW", False))


def _parts(text: str) -> tuple[str, str, str]:
    """The first word, the command it names, and what stands behind it."""
    word, _, rest = " ".join(printable(text).split()).partition(" ")
    # Chats write commands as /status, and in groups as /status@bot.
    return word, word.lstrip("/").partition("@")[0].lower().replace("-", "_"), rest


def _unknown(word: str, name: str) -> Reply:
    near = get_close_matches(name, names(), n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else "."
    return Reply(f"I do not know {redact(word[:30])!r}{hint} Send help for what there is.")


def _short(text: str) -> str:
    """Whole lines, and how many there are more."""
    if len(text) <= _ROOM:
        return text
    lines, kept, room = text.splitlines(), 0, _ROOM - 30
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept += 1
    return "\n".join([*lines[:kept], f"... {len(lines) - kept} more lines"]) if kept else text[:_ROOM]
