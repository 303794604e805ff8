"""Forecast: what the best forecaster expects, if it has beaten the random walk on the past at all.

    stance     = move / (range / 2)      its median move against half the width of its 80 % band, clipped
    conviction = skill / 0.05            clipped to [0, 1]; skill = 1 - loss / loss of the random walk

A forecaster whose median is the close has its skill in the width of its band: it leans nowhere, with no conviction.
Without positive skill there is no view, and the abstention says so.
"""

from __future__ import annotations

from fks_agents.agents.evidence import Abstention, Evidence, View, claim, clip, label, number, numeric
from fks_agents.contracts import Snapshot
from tools import forecasters

FACTS = (
    "best_forecaster", "best_skill", "forecast_horizon", "close", "expected_move_1", "volatility_20",
    *(f"forecast_{name}_{what}" for name in forecasters.names() for what in ("skill", "move", "range", "q10", "q90")),
)  # fmt: skip
GOOD_SKILL = 0.05


def view(snapshot: Snapshot) -> View | Abstention:
    best, skill = label(snapshot, "best_forecaster"), numeric(snapshot, "best_skill")
    if best is None or skill is None:
        return Abstention("no forecaster was scored here: too little past")
    if skill[1] <= 0:
        return Abstention(f"no forecaster beats the random walk here (best skill {skill[1]:.2f})")
    move, width = (numeric(snapshot, f"forecast_{best[1]}_{what}") for what in ("move", "range"))
    if move is None or width is None or width[1] <= 0:
        return Abstention(f"the forecast of {best[1]} is not among the facts")
    stance = clip(move[1] / (width[1] / 2))
    pieces = (
        Evidence(_moves(best[1], move[1]), stance, 1.0, move[1], "percent", (move[0].id,)),
        Evidence(
            f"The best forecaster's skill is {number(skill[1])}, above zero",
            0.0,
            1.0,
            skill[1],
            "ratio",
            (skill[0].id,),
        ),
        Evidence(f"The range of {best[1]} is {number(width[1])} %", 0.0, 1.0, width[1], "percent", (width[0].id,)),
    )
    claims = tuple(claim(f"forecast.{n}", piece) for n, piece in enumerate(pieces, start=1))
    conviction = clip(skill[1] / GOOD_SKILL, 0.0) if stance else 0.0
    return View(round(stance, 10), round(conviction, 10), claims)


def _moves(name: str, value: float) -> str:
    side = "above" if value > 0 else "below"
    return (
        f"The median of {name} is {number(abs(value))} % {side} the close"
        if value
        else f"The median of {name} is the close"
    )
