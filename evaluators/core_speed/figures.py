"""What is measured of the core's speed, what it is to be, and how both are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Figure(NamedTuple):
    name: str
    value: float
    unit: str
    target: str
    """"at least" or "at most" a number; empty where the figure stands beside others that have one."""
    is_reached: bool | None
    """None: there is no target."""
    what: str
    """What was done."""


class Peer(NamedTuple):
    name: str
    differs: str
    """What of the reference work it does otherwise, or not at all."""
    version: str = ""
    bars: int = 0
    bars_per_s: float = 0.0
    trades: int = 0
    times_slower: float = 0.0
    """Than our closest way in: arrays where it takes signals as columns, else a Python function each bar."""
    skipped: str = ""
    """Why there is no figure."""


class Measured(NamedTuple):
    c_loop: float | None
    """Seconds of the C loop on so many bars; None where nothing compiles it."""
    bars: int
    figures: tuple[Figure, ...]
    peers: tuple[Peer, ...]

    @property
    def is_reached(self) -> bool:
        return all(figure.is_reached is not False for figure in self.figures)


def at_least(name: str, value: float, unit: str, target: float, what: str) -> Figure:
    return Figure(name, value, unit, f"at least {target:g}", value >= target, what)


def at_most(name: str, value: float, unit: str, target: float, what: str) -> Figure:
    return Figure(name, value, unit, f"at most {target:g}", value <= target, what)


def shown(name: str, value: float, unit: str, what: str) -> Figure:
    return Figure(name, value, unit, "", None, what)


def plain(measured: Measured) -> dict[str, Any]:
    rate = None if measured.c_loop is None else measured.bars / measured.c_loop
    return {
        "bars": measured.bars,
        "c_loop": None if measured.c_loop is None else {"s": measured.c_loop, "bars_per_s": rate},
        "figures": [figure._asdict() for figure in measured.figures],
        "peers": [
            {"name": peer.name, "differs": peer.differs, "skipped": peer.skipped} if peer.skipped
            else {name: value for name, value in peer._asdict().items() if name != "skipped"}
            for peer in measured.peers
        ],
        "is_reached": measured.is_reached,
    }  # fmt: skip


def table(figures: Iterable[Figure]) -> list[str]:
    told = [f"{'':36}{'measured':>14} {'':9}{'target':>16}"]
    for figure in figures:
        mark = {True: "reached", False: "MISSED", None: ""}[figure.is_reached]
        told.append(
            f"{figure.name:36}{_number(figure.value):>14} {figure.unit:9}{_wanted(figure):>16}  {mark}".rstrip()
        )
    return told


def lines(measured: Measured) -> list[str]:
    told = table(measured.figures)
    floor = "no C compiler here" if measured.c_loop is None else f"{measured.c_loop * 1000:.2f} ms"
    told.append(f"C loop with one position wired in, {measured.bars:,} bars: {floor}")
    for peer in measured.peers:
        if peer.skipped:
            told.append(f"{peer.name:36}skipped: {peer.skipped}")
            continue
        told.append(
            f"{f'{peer.name} {peer.version}':36}{_number(peer.bars_per_s):>14} {'bars/s':9}"
            f"{peer.times_slower:>9,.0f} times slower on {peer.bars:,} bars; {peer.differs}"
        )
    return told


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.2f}"


def _wanted(figure: Figure) -> str:
    if not figure.target:
        return ""
    word, number = figure.target.rsplit(" ", 1)
    return f"{word} {float(number):,g}" if float(number) < 1e6 else f"{word} {float(number) / 1e6:g} M"
