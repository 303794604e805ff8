"""The floor: the reference work as a C loop with one position wired in, compiled where it is measured."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import numpy as np

from execution_core.records import Columns

SOURCE = """#include <stddef.h>
typedef struct { long trades, stops, targets, reversals, ambiguous; double equity, drawdown, fees; } Totals;
void floor_run(const double *o, const double *h, const double *l, const double *c, size_t n, Totals *out) {
    double cash = 1e7, fees = 0, peak = 1e7, worst = 0, equity = 1e7;
    double s10 = 0, s50 = 0, stop = 0, target = 0;
    long stops = 0, targets = 0, reversals = 0, both = 0;
    int position = 0, sign = 0, wanted = 0;
    for (size_t i = 0; i < n; i++) {
        if (wanted) {
            double price = o[i] * (1.0 + wanted * 0.0005), fee = price * 0.001;
            if (position) { reversals++; cash += position * price - fee; fees += fee; }
            cash -= wanted * price + fee; fees += fee;
            position = wanted; wanted = 0;
            stop = price - position * (price * 0.002); target = price + position * (price * 0.003);
        }
        if (position) {
            int hit_stop = position > 0 ? l[i] <= stop : h[i] >= stop;
            int hit_target = position > 0 ? h[i] >= target : l[i] <= target;
            if (hit_stop | hit_target) {
                both += hit_stop & hit_target;
                double at = 0; int is_stop = hit_stop;
                if (position > 0 ? o[i] <= stop : o[i] >= stop) { at = o[i]; is_stop = 1; }
                else if (position > 0 ? o[i] >= target : o[i] <= target) { at = o[i]; is_stop = 0; }
                else at = hit_stop ? stop : target;
                if (is_stop) { at *= 1.0 - position * 0.0005; stops++; } else targets++;
                double fee = at * 0.001;
                cash += position * at - fee; fees += fee; position = 0;
            }
        }
        s10 += c[i]; s50 += c[i];
        if (i >= 10) s10 -= c[i - 10];
        if (i >= 50) s50 -= c[i - 50];
        if (i >= 49) {
            double lead = s10 * 0.1 - s50 * 0.02;
            int now = lead > 0 ? 1 : lead < 0 ? -1 : sign;
            if (now != sign && sign) wanted = now;
            sign = now;
        }
        equity = cash + position * c[i];
        if (equity > peak) peak = equity;
        double down = (peak - equity) / peak;
        if (down > worst) worst = down;
    }
    out->trades = stops + targets + reversals; out->stops = stops; out->targets = targets; out->reversals = reversals;
    out->ambiguous = both; out->equity = equity; out->drawdown = worst; out->fees = fees;
}
"""


class Totals(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_long) for name in ("trades", "stops", "targets", "reversals", "ambiguous")),
        *((name, ctypes.c_double) for name in ("equity", "drawdown", "fees")),
    )


@contextmanager
def compiled() -> Iterator[Callable[[Columns], Totals] | None]:
    """The loop as a function of bars; None where there is no C compiler."""
    compiler = which("cc") or which("gcc") or which("clang")
    if compiler is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "floor.c", Path(folder) / "floor.so"
        source.write_text(SOURCE)
        subprocess.run([compiler, "-O3", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)  # noqa: S603
        loop = ctypes.CDLL(str(library)).floor_run

        def run(data: Columns) -> Totals:
            columns = [np.ascontiguousarray(column) for column in data[2:6]]
            totals = Totals()
            loop(*(ctypes.c_void_p(c.ctypes.data) for c in columns), ctypes.c_size_t(len(columns[0])),
                 ctypes.byref(totals))  # fmt: skip
            return totals

        yield run
