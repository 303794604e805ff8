"""Sessions as signed tokens. One algorithm, every claim demanded, nothing of the token's header believed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from fks_agents.service.problems import Problem
from memory.people import Account, People

ALGORITHM, ISSUER, AUDIENCE, TYPE = "HS256", "fks-agents", "fks-service", "at+jwt"
LIFETIME = timedelta(hours=8)
LONGEST = 2_048
"""Characters of a token; longer ones are refused unread."""

_CLAIMS = ("exp", "iat", "nbf", "iss", "aud", "sub", "jti", "ver", "csrf")


@dataclass(frozen=True, slots=True)
class Session:
    account: Account
    token_id: str
    expires_at: datetime
    csrf: str
    """What a page must send in a header, beside the cookie that the browser sends by itself."""


@dataclass(frozen=True)
class Tokens:
    key: bytes
    people: People

    def issue(self, account: Account, now: datetime) -> tuple[str, Session]:
        session = Session(account, secrets.token_urlsafe(24), now + LIFETIME, secrets.token_urlsafe(24))
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": account.name, "ver": account.version, "jti": session.token_id,
            "csrf": session.csrf, "iat": now, "nbf": now, "exp": session.expires_at,
        }  # fmt: skip
        return jwt.encode(claims, self.key, ALGORITHM, headers={"typ": TYPE}), session

    def session(self, token: str, now: datetime) -> Session:
        """Who the token was issued to. Raises Problem 401 without saying what exactly was wrong."""
        claims = self._claims(token)
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        account = self.people.get(str(claims["sub"]))
        is_open = datetime.fromtimestamp(claims["nbf"], UTC) <= now < expires_at
        if (
            not is_open
            or account is None
            or account.is_disabled
            or account.version != claims["ver"]
            or self.people.has_ended(str(claims["jti"]))
        ):
            raise Problem(401, "the session is over; sign in again")
        return Session(account, str(claims["jti"]), expires_at, str(claims["csrf"]))

    def _claims(self, token: str) -> dict[str, Any]:
        refused = Problem(401, "the session is not one of this service; sign in again")
        if len(token) > LONGEST:
            raise refused
        try:
            header = jwt.get_unverified_header(token)
            if set(header) != {"alg", "typ"} or header["alg"] != ALGORITHM or header["typ"] != TYPE:
                raise refused
            claims: dict[str, Any] = jwt.decode(
                token, self.key, algorithms=[ALGORITHM], issuer=ISSUER, audience=AUDIENCE,
                # Times are compared with the service's own clock, which tests and replays can set.
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, UnicodeError):
            raise refused from None
        if set(claims) != set(_CLAIMS) or not all(type(claims[name]) is int for name in ("exp", "nbf", "iat", "ver")):
            raise refused
        if not 0 <= claims["nbf"] <= claims["exp"] < 2**33:
            raise refused
        return claims
