"""A part of a page that keeps itself up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nicegui import ui

from fks_agents.errors import FksError
from fks_agents.service.pages._region import Region

V = TypeVar("V")


async def looking(
    read: Callable[[], V], draw: Callable[[V], None], *, every: float, classes: str = "stack"
) -> Callable[[], Awaitable[None]]:
    """Show what `read` finds, in a thread, now and every so many seconds; drawn again only where it has changed.

    Gives what looks at once. Raises what the first look raises; a later one that fails leaves what is shown.
    """
    region = Region(draw, classes)

    async def look() -> None:
        region.show(await asyncio.to_thread(read))

    async def again() -> None:
        try:
            await look()
        except FksError:
            return

    await look()
    ui.timer(every, again)
    return again
