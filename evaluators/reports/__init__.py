"""A decision as two files for people: Markdown to read in any editor, and one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from evaluators.reports import _html, _markdown
from evaluators.reports.links import Links
from fks_agents.bars import Bars
from fks_agents.contracts import Cycle, Fill, Lesson, Result
from fks_agents.errors import LedgerError


class Reports(NamedTuple):
    markdown: Path
    html: Path


def write(
    cycle: Cycle,
    bars: Bars | None,
    folder: Path,
    *,
    result: Result | None = None,
    fills: Sequence[Fill] = (),
    recalled: Sequence[Lesson] = (),
) -> Reports:
    """Write `report.md` and `report.html` into `folder`, making it; the same arguments give the same bytes.

    `bars` are those the decision saw; without them the report has no chart. `result` and `fills` are what became of it,
    `recalled` the lessons its agents were shown. Raises LedgerError where the folder cannot be written, LookaheadError
    where a bar closed after the decision.
    """
    shown = bars.guard(cycle.as_of) if bars is not None else None
    reports = Reports(folder / "report.md", folder / "report.html")
    links = Links(cycle, result, tuple(fills), tuple(recalled))
    texts = _markdown.render(links), _html.render(links, shown)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in zip(reports, texts, strict=True):
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LedgerError(f"cannot write the report to {folder}: {error.strerror}") from error
    return reports
