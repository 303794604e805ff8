"""Every refusal as `application/problem+json` (RFC 9457): the field, what was expected, what it was."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from fks_agents._redaction import redact
from fks_agents._unfit import expected, was_said
from fks_agents.errors import ConfigError, DataError, FksError, LedgerError, ModelError, RefusedError, UsageError

_LONGEST = 60
"""Characters of a value that a refusal quotes."""

TITLES = {
    400: "Bad request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Refused", 413: "Too large", 415: "Unsupported media type", 422: "Does not fit", 429: "Too many requests",
    500: "A defect", 503: "Not available now",
}  # fmt: skip


METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class Field(BaseModel):
    """One value that does not fit."""

    field: str
    expected: str
    was: str


class ProblemReply(BaseModel):
    """The body of every refusal."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Field] = []


class Problem(Exception):  # noqa: N818  the word of RFC 9457
    """Raised where a request is refused."""

    def __init__(
        self, status: int, detail: str, *, errors: list[Field] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.headers = errors or [], dict(headers or {})


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that may be refused so; every route is refused to strangers."""
    content = {"application/problem+json": {"schema": ProblemReply.model_json_schema()}}
    return {status: {"description": TITLES[status], "content": content} for status in (401, 403, *statuses)}


def reply(
    status: int, detail: str, errors: list[Field] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body = ProblemReply(title=TITLES.get(status, "Refused"), status=status, detail=redact(detail), errors=errors or [])
    return JSONResponse(
        body.model_dump(), status, media_type="application/problem+json", headers=dict(headers) if headers else None
    )


def status_of(error: FksError) -> int:
    """Who must act decides: the caller (422), nobody (409), or whoever runs the service (503)."""
    if isinstance(error, (UsageError, DataError)):
        return 422
    if isinstance(error, RefusedError):
        return 409
    return 503 if isinstance(error, (ConfigError, LedgerError, ModelError)) else 500


def install(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    def _(request: Request, problem: Problem) -> JSONResponse:
        del request
        headers = dict(problem.headers)
        if problem.status == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        return reply(problem.status, problem.detail, problem.errors, headers)

    @app.exception_handler(FksError)
    def _(request: Request, error: FksError) -> JSONResponse:
        del request
        status = status_of(error)
        return reply(status, str(error), _fields(error) if status == 422 else None)

    @app.exception_handler(RequestValidationError)
    def _(request: Request, error: RequestValidationError) -> JSONResponse:
        # What is sent to sign in or to make people is not shown to anyone again, in whichever field it stood.
        is_secret = "/auth/" in request.url.path
        errors = [_field(each, is_secret=is_secret) for each in error.errors()]
        first = errors[0]
        return reply(422, f"{first.field}: {first.expected}, was {first.was}", errors)

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:
            allowed = ", ".join(_methods(request))
            return reply(405, f"expected one of {allowed}, was {request.method}", headers={"Allow": allowed})
        return reply(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    def _(request: Request, error: Exception) -> JSONResponse:
        # The route as it is written: the path itself may hold a secret.
        where = getattr(request.scope.get("route"), "path", "an unknown route")
        logging.getLogger("fks.service").exception("defect at %s", where, exc_info=error)
        return reply(500, "a defect of the service; its log says more")


def _methods(request: Request) -> list[str]:
    """Of every route with that path, sorted; the framework names those of the first one only."""
    routes = request.app.routes
    there = (({**request.scope, "method": method}, method) for method in METHODS)
    return [method for scope, method in there if any(route.matches(scope)[0] is Match.FULL for route in routes)]


def _field(error: Mapping[str, Any], *, is_secret: bool) -> Field:
    if error["type"] == "json_invalid":
        return Field(field="body", expected=expected(error), was=f"none from character {error['loc'][-1]}")
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path", "header"))
    if error["type"] == "missing":
        was = "missing"
    else:
        was = "not shown here" if is_secret else redact(was_said(error) or repr(error.get("input")))[:_LONGEST]
    return Field(field=where or str(error["loc"][0]), expected=expected(error), was=was)


_NAMED = re.compile(r"(?P<field>[a-z][a-z_.\d]*): (?P<expected>expected .+?), was (?P<was>.+)", re.DOTALL)
_UNKNOWN = re.compile(r"unknown (?P<field>[a-z]+) (?P<was>'[^']*')[^;]*; (?P<expected>expected .+)", re.DOTALL)
"""The two forms in which our errors name what does not fit."""


def _fields(error: FksError) -> list[Field]:
    """What an error of the desk says of a value that was sent; empty where it is about no single one."""
    found = _NAMED.fullmatch(redact(str(error))) or _UNKNOWN.fullmatch(redact(str(error)))
    if found is None:
        return []
    return [Field(field=found["field"], expected=found["expected"], was=found["was"][:_LONGEST])]
