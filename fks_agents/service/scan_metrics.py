"""What scans tell Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field

from prometheus_client import Counter, Gauge, Histogram

from fks_agents.contracts import Timeframe
from fks_agents.metrics import Metrics
from graphs.scan import Scanned
from memory.jobs import JobRun

_SECONDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0)


@dataclass
class ScanMetrics:
    metrics: InitVar[Metrics]
    scans: Counter = field(init=False)
    symbols: Counter = field(init=False)
    missed: Counter = field(init=False)
    overruns: Counter = field(init=False)
    waits: Counter = field(init=False)
    checks: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    last_success: Gauge = field(init=False)

    def __post_init__(self, metrics: Metrics) -> None:
        own = metrics.registry
        self.scans = Counter("fks_scans", "Scans that ended", ["timeframe"], registry=own)
        self.symbols = Counter("fks_scan_symbols", "Symbols looked at, by what became of them", ["kind"], registry=own)
        self.missed = Counter("fks_scan_misfires", "Closes that no scan was made for", ["why"], registry=own)
        self.overruns = Counter("fks_scan_overruns", "Closes that fell due while a scan was running", registry=own)
        self.waits = Counter("fks_scan_waits", "Seconds a scan waited for room in the queue", registry=own)
        self.checks = Counter("fks_outcome_checks", "Hourly looks for outcomes", ["outcome"], registry=own)
        self.seconds = Histogram("fks_scan_seconds", "Seconds of a scan", registry=own, buckets=_SECONDS)
        self.last_success = Gauge(
            "fks_scan_last_success_timestamp_seconds", "When the last scan that left nothing over ended",
            ["timeframe"], registry=own,
        )  # fmt: skip

    def observe(self, timeframe: Timeframe, run: JobRun, scanned: Sequence[Scanned]) -> None:
        self.scans.labels(timeframe).inc()
        self.seconds.observe(run.seconds)
        for each in scanned:
            self.symbols.labels(each.kind).inc()
        if run.is_complete:
            self.last_success.labels(timeframe).set(run.at.timestamp() + run.seconds)
