"""The ASGI application: routes found by their files, refusals as problems, one desk for the life of the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

from fastapi import APIRouter, FastAPI

from fks_agents import _discovery
from fks_agents.metrics import Metrics
from fks_agents.service import discord, measuring, problems, routes
from fks_agents.service.auth.guard import Door
from fks_agents.service.auth.limits import Limiter
from fks_agents.service.auth.signing import signing_key
from fks_agents.service.auth.tokens import Tokens
from fks_agents.service.backtests import Backtests
from fks_agents.service.chats import Chats
from fks_agents.service.description import describe
from fks_agents.service.hub import Hub
from fks_agents.service.notices.notifying import Notifier, open_channels
from fks_agents.service.notices.sending import Tallies
from fks_agents.service.pages._mounting import mount
from fks_agents.service.people import Guard, closed
from fks_agents.service.runner import Runner
from fks_agents.service.scan_metrics import ScanMetrics
from fks_agents.service.scanner import Scanner
from fks_agents.service.shielding import Shield
from fks_agents.service.standing import Standings
from fks_agents.service.state import Service
from fks_agents.service.telegram import open_telegram
from fks_agents.service.vitals import Vitals
from fks_agents.service.webhook.door import open_door
from fks_agents.settings import Settings
from graphs.desk import Desk
from graphs.opening import open_desk

VERSION = "v1"


def create_app(
    settings: Settings,
    *,
    open_with: Callable[[Settings], Desk] = open_desk,
    guard: Guard | None = None,
    dashboard: bool = False,
) -> FastAPI:
    """The application. Nothing is opened before it starts, and all is closed when it stops.

    Every public file in `routes` is found; what it offers under `/v1` it offers without it too. Without a `guard`
    people sign in with passwords and programs with keys. With `dashboard` there are pages below `/desk`. Raises
    ConfigError where the signing secret is weak, where an address of `service_alerts` cannot be one, and where what the
    pages need is not installed.
    """
    secret = None if guard is not None else signing_key(settings.service_secret.get_secret_value(), settings.home)
    metrics = Metrics()
    life = _life(settings, open_with, metrics, secret)
    app = FastAPI(
        title="fks-agents", version=VERSION, lifespan=life, docs_url=None, redoc_url=None, redirect_slashes=False,
        description="Decisions that are checked before they are acted on. Every refusal is application/problem+json.",
        # A tracer set for the whole environment would be told each path, and a webhook's secret may stand in one.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )  # fmt: skip
    app.state.guard = guard or closed
    app.state.webhook = open_door(settings)
    app.add_middleware(Shield, most_bytes=settings.service_body, requests=measuring.Requests(metrics))
    problems.install(app)
    describe(app)
    for prefix in (f"/{VERSION}", ""):  # those with it first: they are tried in this order for every request
        for name in _discovery.names(routes.__path__):
            router: APIRouter = import_module(f"{routes.__name__}.{name}").router
            app.include_router(router, prefix=prefix, include_in_schema=bool(prefix))
    if dashboard:
        mount(app)
    return app


def _life(
    settings: Settings, open_with: Callable[[Settings], Desk], metrics: Metrics, secret: bytes | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """From opening the desk to closing it, and what runs in between; counters are made once, not at every start."""
    channels = open_channels(settings)
    discord.check(settings)
    tallies, scan_metrics = Tallies(metrics.registry), ScanMetrics(metrics)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        with measured(open_with(settings), metrics) as desk, ExitStack() as stopping:
            hub = Hub(desk.ledger)
            runner = Runner(
                desk, hub, workers=settings.service_workers, queue=settings.service_queue,
                timeout=settings.service_timeout,
            )  # fmt: skip
            backtests = Backtests(desk.ledger, settings, desk.clock)
            delay = timedelta(seconds=settings.service_scan_delay)
            scanner = Scanner(desk, runner, scan_metrics, delay, settings.service_scan)
            service = app.state.service = Service(
                settings, desk, hub, runner, backtests, scanner, Vitals(desk), Standings(desk)
            )
            chats = Chats(service)
            app.state.discord = discord.Discord(chats, settings.service_discord_url)
            stopping.callback(app.state.discord.stop)
            measuring.install(metrics, service)
            if secret is not None:
                app.state.guard = Door(
                    Tokens(secret, desk.ledger.people), desk.ledger.people, desk.clock,
                    requests=Limiter(settings.service_rate), strangers=Limiter(settings.service_stranger_rate),
                )  # fmt: skip
            notifier = Notifier(desk, settings, channels, tallies)
            notifier.start()
            stopping.callback(notifier.stop)
            runner.start()
            stopping.callback(runner.stop)
            backtests.start()
            stopping.callback(backtests.stop)
            scanner.open(desk.admit)
            stopping.callback(scanner.close)
            if (telegram := open_telegram(service, chats)) is not None:
                telegram.start()
                stopping.callback(telegram.stop)
            yield

    return life


def measured(desk: Desk, metrics: Metrics) -> Desk:
    """The desk of a service: it counts into `metrics` where it does not count elsewhere already, and its decisions
    leave one another a part of the day's budget."""
    side_by_side = max(desk.side_by_side, desk.settings.service_workers)
    return replace(desk, metrics=desk.metrics or metrics, side_by_side=side_by_side)
