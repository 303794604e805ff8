"""An audit as two files for people: Markdown, and one HTML file that needs nothing else. The same audit, same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evaluators.audits.figures import Figures, Tally
from evaluators.reports._markdown import text
from fks_agents import _wording as say
from fks_agents.errors import LedgerError
from memory.judgements import Audit

if TYPE_CHECKING:
    from jinja2 import Environment


class Reports(NamedTuple):
    markdown: Path
    html: Path


def write(audit: Audit, found: Figures, folder: Path, *, stopped: str = "") -> Reports:
    """Write `audit.md` and `audit.html` into `folder`, making it; raises LedgerError where it cannot be written."""
    reports = Reports(folder / "audit.md", folder / "audit.html")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reports.markdown.write_text(markdown(audit, found, stopped=stopped), encoding="utf-8")
        reports.html.write_text(html(audit, found, stopped=stopped), encoding="utf-8")
    except OSError as error:
        raise LedgerError(f"cannot write the audit to {folder}: {error.strerror}") from error
    return reports


def html(audit: Audit, found: Figures, *, stopped: str = "") -> str:
    return _pages(escape=True).get_template("audit.html.jinja").render(**_shown(audit, found, stopped))


def markdown(audit: Audit, found: Figures, *, stopped: str = "") -> str:
    return _pages(escape=False).get_template("audit.md.jinja").render(**_shown(audit, found, stopped))


def _shown(audit: Audit, found: Figures, stopped: str) -> dict[str, object]:
    months = sorted({tally.month for tally in found.trend})
    return {
        "audit": audit,
        "found": found,
        "stopped": stopped,
        "scope": scope_of(audit),
        "months": months,
        "trend": _by_agent(found, months),
        "say": say,
    }


def scope_of(audit: Audit) -> str:
    """What the audit is about, in words."""
    scope = audit.scope
    parts = [
        f"since {scope.since:%Y-%m-%d %H:%M}" if scope.since else "",
        f"until {scope.until:%Y-%m-%d %H:%M}" if scope.until else "",
        f"symbol {scope.symbol}" if scope.symbol else "",
        f"agent {scope.agent}" if scope.agent else "",
        f"a sample of {scope.sample} (seed {scope.seed})" if scope.sample else "",
    ]
    told = ", ".join(part for part in parts if part) or "every recorded decision"
    return f"{told}, each as a whole" if scope.whole else told


def _by_agent(found: Figures, months: list[str]) -> dict[str, list[Tally | None]]:
    """A row for each agent with a place for each month; None where it said nothing."""
    rows: dict[str, list[Tally | None]] = {tally.agent: [None] * len(months) for tally in found.agents}
    for tally in found.trend:
        rows[tally.agent][months.index(tally.month)] = tally
    return rows


def _pages(*, escape: bool) -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=ChoiceLoader([PackageLoader("evaluators.audits", "."), PackageLoader("evaluators.reports", ".")]),
        autoescape=escape,  # noqa: S701  Markdown has marks of its own, which the filter `line` escapes
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters["percent"] = lambda share: f"{share:.1%}"
    pages.filters["line"] = text
    return pages
