"""A part of a page that is drawn again when what it shows has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from nicegui import ui

V = TypeVar("V")


class Region(Generic[V]):
    """Compares what it is shown with what it shows: values have to be equal where they look the same."""

    def __init__(self, draw: Callable[[V], None], classes: str = "stack") -> None:
        self._draw, self._shown = draw, False
        self._value: V | None = None
        self._box = ui.element("div").classes(classes)

    def show(self, value: V) -> None:
        if self._shown and value == self._value:
            return
        self._shown, self._value = True, value
        self._box.clear()
        with self._box:
            self._draw(value)


class Listing(Generic[V]):
    """Values one under the other, of which only those that changed are drawn again."""

    def __init__(self, draw: Callable[[V], None], classes: str = "stack") -> None:
        self._draw = draw
        self._parts: list[Region[V]] = []
        self._box = ui.element("div").classes(classes)

    def show(self, values: Sequence[V]) -> None:
        if len(values) < len(self._parts):
            self._parts.clear()
            self._box.clear()
        with self._box:
            while len(self._parts) < len(values):
                self._parts.append(Region(self._draw))
        for part, value in zip(self._parts, values, strict=True):
            part.show(value)
