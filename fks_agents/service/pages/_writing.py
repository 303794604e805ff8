"""What models are writing at this moment: nobody has checked a word of it."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from fks_agents.service.pages._parts import panel, text


def draw(writing: Mapping[str, str]) -> None:
    if not writing:
        return
    with panel("Being written", hint="not checked yet"):
        for role, words in sorted(writing.items()):
            with ui.element("div").classes("stack"):
                text("h3", role.replace("_", " "))
                text("p", words, "said num small")
