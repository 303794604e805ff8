"""The report as one HTML file: no script, nothing fetched, every word from outside escaped."""

from __future__ import annotations

from evaluators.reports import _chart
from evaluators.reports.links import Links
from fks_agents import _wording as say
from fks_agents.bars import Bars


def render(links: Links, bars: Bars | None) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    pages = Environment(
        loader=PackageLoader("evaluators.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters.update(spaced=say.spaced, upfirst=lambda text: text[:1].upper() + text[1:])
    # The chart holds numbers and names of our own detectors; matplotlib escapes what it writes.
    cycle = links.cycle
    charts = _chart.draw_both(cycle, bars, links.fills) if bars is not None and len(bars) > 1 else ("", "")
    chart, narrow_chart = (Markup(drawn) for drawn in charts)  # noqa: S704
    snapshot = cycle.snapshot
    shown = min(len(bars), _chart.SHOWN) if bars is not None else 0
    return pages.get_template("report.html.jinja").render(
        cycle=cycle,
        links=links,
        is_over=links.result is not None and cycle.status in ("working", "filled"),
        plan=cycle.plan,
        say=say,
        chart=chart,
        narrow_chart=narrow_chart,
        shown=shown,
        narrow=min(shown, _chart.NARROW),
        breaks=_chart.breaks(cycle, bars) if bars is not None else (),
        forecast=_chart.best(snapshot.forecasts) if snapshot is not None else None,
        receipts={receipt.client_order_id: receipt for receipt in cycle.receipts},
    )
