"""The report of a day as a picture: equity and drawdown of the accounts it names. The same report, the same bytes."""

from __future__ import annotations

import io

from fks_agents.service.daily import Report

_ACCOUNTS = 4
"""More lines than that cannot be told apart."""

_INK, _LIMIT = "#1c2733", "#b3261e"
_LINES = ("#1f6feb", "#b35900", "#1a7f37", "#8250df")


def picture(report: Report) -> bytes | None:
    """A PNG; None where no account has been worth anything at two moments."""
    drawn = [account for account in report.accounts if len(account.points) > 1][:_ACCOUNTS]
    if not drawn:
        return None
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 10, "text.color": _INK, "timezone": "UTC"}):
        figure = Figure(figsize=(8.0, 5.0), dpi=100, layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        equity, down = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        for account, colour in zip(drawn, _LINES, strict=False):
            times = [point.at for point in account.points]
            equity.plot(times, [point.equity for point in account.points], color=colour, label=account.name[:40])
            down.plot(times, [-100.0 * point.drawdown for point in account.points], color=colour)
        down.axhline(-100.0 * report.max_drawdown, color=_LIMIT, linestyle="--", linewidth=1, label="trading stops")
        equity.set_ylabel("equity")
        down.set_ylabel("drawdown, %")
        for axes in (equity, down):
            axes.grid(visible=True, color="#d0d7de", linewidth=0.6)
            axes.legend(loc="lower left", fontsize=8)
        down.tick_params(axis="x", rotation=20)
        file = io.BytesIO()
        figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
