"""The scale of a table that tells none, from text that repeats a number: 34,105 there, $34.1 million here."""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.programs.passages import Mention
from evaluators.reading.cells import Cell

_FACTORS = (1.0, 1e3, 1e6, 1e9)
_ENOUGH = 2
"""Numbers said again, of two digits; one is enough where it has three."""


def told_twice(cells: Sequence[Cell], mentions: Sequence[Mention]) -> float | None:
    """The one scale in which numbers of the text are numbers of the table; None where there is none, or several."""
    votes = dict.fromkeys(_FACTORS, 0)
    for mention in mentions:
        digits = len(f"{abs(mention.value):.{mention.decimals}f}".replace(".", "").strip("0"))
        if mention.is_percent or digits < 2 or mention.scale < 1e3:
            continue
        for factor in _FACTORS:
            step = mention.scale * 10.0**-mention.decimals
            target = abs(mention.value) * mention.scale
            if any(
                cell.value and not cell.is_percent and abs(abs(cell.value) * factor - target) <= step / 2
                for cell in cells
            ):
                votes[factor] += 2 if digits > 2 else 1
    best = max(votes, key=lambda factor: votes[factor])
    rest = sum(votes.values()) - votes[best]
    return best if votes[best] >= _ENOUGH and rest == 0 else None
