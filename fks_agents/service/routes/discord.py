"""Where Discord sends commands; the signature is the way in."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import ValidationError

from fks_agents._unfit import expected
from fks_agents.service.discord import Discord, Interaction, Response, is_signed
from fks_agents.service.problems import Field, Problem, documented
from fks_agents.service.state import Held

router = APIRouter(tags=["chat"])

_BODY = {"content": {"application/json": {"schema": Interaction.model_json_schema()}}, "required": True}


@router.post(
    "/webhook/discord",
    responses=documented(400, 404, 413, 422, 503),
    response_model_exclude_none=True,
    openapi_extra={"requestBody": _BODY},
)
async def interaction(
    request: Request,
    held: Held,
    signature: Annotated[
        str | None, Header(alias="X-Signature-Ed25519", description="By the application's key")
    ] = None,
    timestamp: Annotated[str | None, Header(alias="X-Signature-Timestamp", description="Seconds since 1970")] = None,
) -> Response:
    """Take a command of a person whom `service_chat_people` names."""
    key = held.settings.service_discord_key
    if not key:
        raise Problem(404, "no Discord application is set up: service_discord_key is empty")
    body = await request.body()
    if not is_signed(key, signature or "", timestamp or "", body, held.desk.clock.now()):
        raise Problem(401, "expected a signature of the application's key, not older than five minutes")
    discord: Discord = request.app.state.discord
    return await asyncio.to_thread(discord.respond, _read(body))


def _read(body: bytes) -> Interaction:
    try:
        return Interaction.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Problem(400, "expected JSON, was something else") from None
        where = ".".join(str(part) for part in first["loc"])
        fields = [Field(field=where, expected=expected(first), was="not shown here")]
        raise Problem(422, f"{where}: {expected(first)}", errors=fields) from None
