"""The flow of a decision, with what each stage came to."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from fks_agents.service.pages._parts import text
from fks_agents.service.showing.stages import WORDS, Part, Stage


def draw(stages: Sequence[Stage]) -> None:
    with ui.element("ol").classes("flow") as flow:
        flow.props["aria-label"] = "Stages"
        for stage in stages:
            with ui.element("li").classes(f"stage is-{stage.state}") as item:
                item.props["data-stage"] = stage.name
                item.props["data-state"] = stage.state
                with ui.element("div").classes("line spread"):
                    text("span", stage.title, "stage-title")
                    text("span", WORDS[stage.state], "stage-state")
                if stage.said:
                    text("p", stage.said, "small muted")
                if stage.parts:
                    _parts(stage.parts)


def _parts(parts: Sequence[Part]) -> None:
    with ui.element("ul").classes("parts"):
        for part in parts:
            with ui.element("li").classes(f"is-{part.state}") as item:
                item.props["title"] = part.said or WORDS[part.state]
                text("span", part.name)
                text("span", f", {WORDS[part.state]}", "visually-hidden")
