"""Files of our own that pages name: one stylesheet, a few scripts, the page where people sign in."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.responses import Response

from fks_agents.service.pages import _theme
from fks_agents.service.pages._policy import SIGNING_IN

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}


@cache
def content(name: str) -> bytes | None:
    """None where there is no file of that name."""
    if name not in {path.name for path in _FOLDER.iterdir()}:
        return None
    text = (_FOLDER / name).read_text("utf-8")
    return ((_theme.stylesheet() if name == "desk.css" else "") + text).encode()


def address(name: str) -> str:
    """Relative to a page; changes with the content, so that a browser may keep it."""
    return f"assets/{name}?v={sha256(content(name) or b'').hexdigest()[:12]}"


def asset(name: str, *, is_kept: bool) -> Response | None:
    """What a browser is given; `is_kept` where the address says which version is meant."""
    body = content(name)
    if body is None or name.endswith(".html"):
        return None
    kept = "public, max-age=31536000, immutable" if is_kept else "no-cache"
    return Response(body, media_type=_TYPES[Path(name).suffix], headers={"Cache-Control": kept})


def sign_in() -> Response:
    """A page without the dashboard's library: to strangers nothing is given that keeps memory or a connection."""
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": SIGNING_IN}
    return Response(content("sign_in.html"), media_type="text/html", headers=headers)
