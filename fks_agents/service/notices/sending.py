"""Sends what is written down to one address: so many a minute, with growing pauses where it fails, and never silently
not at all.

A message counts as sent once the address has said so. Where nobody knows (the process died, the answer did not come) it
is sent again and says that it may be a repeat: of something that should be known, twice is better than never.
"""

from __future__ import annotations

import logging
from collections import Counter as Tally
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from prometheus_client import CollectorRegistry, Counter

from fks_agents._redaction import redact
from fks_agents.deps import Clock
from fks_agents.service.notices.wording import undelivered
from memory.notices import UNCLEAR, Notices, Taken
from tools.alerts import Channel, Message, NotSentError

_LOG = logging.getLogger("fks.alerts")

ATTEMPTS = 12
"""After which a notice is given up: with the pauses between them about two and a half hours."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_WITHIN = timedelta(minutes=10)
"""What a process may take to send what it took up; then another one takes it."""

_ROOM = 1_800
"""Characters of a message: Discord takes 2,000."""

REPEAT = "(This may be a repeat: whether an earlier attempt arrived is not known.)"


class Tallies:
    """What was sent and what was not, for Prometheus."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sent = Counter("fks_notices_sent", "Messages that an address took", ["channel"], registry=registry)
        self.failed = Counter(
            "fks_notices_failed", "Attempts to send that an address did not take", ["channel"], registry=registry
        )
        self.suppressed = Counter(
            "fks_notices_suppressed", "Notices told as one line of a shared message", ["channel"], registry=registry
        )
        self.given_up = Counter(
            "fks_notices_given_up", "Notices an address did not take in the end", ["channel"], registry=registry
        )


@dataclass
class Sender:
    name: str
    """Of the address, without a secret: `1-discord`."""
    channel: Channel
    notices: Notices
    clock: Clock
    tallies: Tallies
    rate: int
    """Messages a minute."""
    kinds: Collection[str] = ()
    """Empty means all."""
    stopped: Event = field(default_factory=Event)
    """What was taken up and not begun is left to others once it is set."""
    _failures: int = 0
    """Attempts in a row that failed."""
    _pauses_until: datetime | None = None

    def begin(self) -> None:
        """What is written from here on is sent; an address that is known already goes on where it was."""
        self.notices.began(f"channel/{self.name}", self.notices.newest())

    def step(self) -> None:
        """Send what is due, as far as there is room in this minute."""
        now = self.clock.now()
        if self._pauses_until is not None and now < self._pauses_until:
            return
        room = self.rate - self.notices.sent_since(self.name, now - _MINUTE)
        if room <= 0:
            return
        taken = self.notices.take(self.name, now, kinds=self.kinds, within=_WITHIN)
        alone = len(taken) if len(taken) <= room else room - 1
        groups = [[one] for one in taken[:alone]] + ([list(taken[alone:])] if taken[alone:] else [])
        while groups and not self.stopped.is_set() and self._send(groups.pop(0)):
            pass
        if left := [one for group in groups for one in group]:
            self.notices.release(self.name, left, self.clock.now())

    def _send(self, group: Sequence[Taken]) -> bool:
        """One message for one notice, or for many of them."""
        try:
            self.channel.send(_message(group))
        except NotSentError as error:
            self._failed(group, redact(str(error)), is_unclear=error.is_unclear)
            return False
        except Exception as error:  # of a plug-in: the others' messages are not held up by it
            _LOG.exception("%s is defective", self.name)
            self._failed(group, type(error).__name__, is_unclear=True)
            return False
        now = self.clock.now()
        self._failures, self._pauses_until = 0, None
        # One row stands for the message, the others are told in it.
        self.notices.settle(self.name, group[1:], "summarised", now)
        self.notices.settle(self.name, group[:1], "sent", now)
        self.tallies.sent.labels(self.name).inc()
        self.tallies.suppressed.labels(self.name).inc(len(group) - 1)
        return True

    def _failed(self, group: Sequence[Taken], problem: str, *, is_unclear: bool) -> None:
        now = self.clock.now()
        self._failures += 1
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures - 1, 20), _LONGEST_PAUSE)
        self._pauses_until = now + pause
        self.tallies.failed.labels(self.name).inc()
        _LOG.warning("%s did not take a message, next attempt in %s: %s", self.name, pause, problem)
        told = f"{UNCLEAR}{problem}" if is_unclear else problem
        over = [one for one in group if one.attempts >= ATTEMPTS]
        again = [one for one in group if one.attempts < ATTEMPTS]
        self.notices.settle(self.name, again, "waiting", now, problem=told, due_at=now + pause)
        self.notices.settle(self.name, over, "failed", now, problem=told)
        for one in over:
            self.tallies.given_up.labels(self.name).inc()
            _LOG.error("%s: given up after %d attempts: %s", self.name, one.attempts, one.notice.title)
            if one.notice.kind != "undelivered":
                self.notices.add(undelivered(self.name, one.notice.title, one.number, problem, one.attempts, now))


def _message(group: Sequence[Taken]) -> Message:
    if len(group) == 1:
        one = group[0]
        text = one.notice.text if not one.may_have_arrived else f"{one.notice.text}\n{REPEAT}"
        return Message(one.notice.title, text.strip(), one.notice.picture, one.notice.kind, one.notice.at)
    kinds = Tally(one.notice.kind for one in group)
    lines: list[str] = []
    room = _ROOM
    for one in group:
        line = f"{one.notice.title}{' (may be a repeat)' if one.may_have_arrived else ''}"
        if len(line) + 1 > room:
            lines.append(f"... and {len(group) - len(lines)} more")
            break
        lines.append(line)
        room -= len(line) + 1
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return Message(
        f"{len(group)} more: {counted}", "\n".join(lines),
        kind=next(iter(kinds)) if len(kinds) == 1 else None, at=max(one.notice.at for one in group),
    )  # fmt: skip
